//! What an operation means for the attribute that it names.

use serde_json::{Map, Value};

use super::elements::holds_object;
use super::normalise::Normaliser;
use super::{Operation, OperationKind, Target};
use crate::json::twins;
use crate::path::PatchPath;
use crate::schema::{Attribute, Mutability, Type, USER_URN};
use crate::value::{self, Empty};
use crate::{Error, Result};

/// Most attributes that the operations of one request may name.
const MAX_TARGETS: usize = 10_000;

impl Normaliser<'_> {
    pub(super) fn attribute(
        &mut self,
        kind: OperationKind,
        parsed: &PatchPath,
        mut value: Option<Value>,
    ) -> Result<()> {
        let found = self.resource_type.resolve(&parsed.path);
        let target = Target {
            extension: found.extension.map(Into::into),
            attribute: found.name.into(),
            filter: parsed.filter.clone(),
            sub_attribute: found.sub_name.map(Into::into),
        };
        if kind == OperationKind::Remove && value.as_ref().is_some_and(Value::is_null) {
            // A client that has lost its list of members to remove would empty the group.
            if target.is_members() && target.sub_attribute.is_none() && target.filter.is_none() {
                return Err(Error::invalid_value("The members to remove are null; list them, or leave value out."));
            }
            value = None;
        }
        let is_kept = [found.attribute, found.sub_attribute].into_iter().flatten().all(Attribute::is_stored);
        if is_kept {
            self.name(&target, found.attribute, value.as_ref())?;
        }
        let Some(attribute) = found.attribute else {
            return match kind {
                OperationKind::Remove => self.remove_unknown(target, value),
                _ => self.push_unknown(kind, target, value.unwrap_or(Value::Null)),
            };
        };
        if !is_kept {
            let removes = kind == OperationKind::Remove && value.is_none();
            return if removes { check_removable(attribute, found.sub_attribute) } else { Ok(()) };
        }
        check_shape(attribute, &target)?;
        match kind {
            OperationKind::Remove => self.remove(attribute, target, value),
            _ => self.set(kind, attribute, target, value.unwrap_or(Value::Null)),
        }
    }

    /// Refuses a value that names an attribute twice, in any notation: it is not clear which one counts.
    fn name(&mut self, target: &Target, attribute: Option<&Attribute>, value: Option<&Value>) -> Result<()> {
        let mut note = |sub: Option<&str>| {
            let (urn, filter) = (target.extension.as_deref(), target.filter.as_ref().map(ToString::to_string));
            let names = [urn, Some(&target.attribute), sub].map(|name| name.unwrap_or_default().to_ascii_lowercase());
            let key = format!("{} [{}]", names.join(" "), filter.unwrap_or_default());
            if self.named.insert(key) { Ok(()) } else { Err(twins()) }
        };
        match (attribute.filter(|known| known.is_single_complex() && target.is_whole()), value) {
            (Some(_), Some(Value::Object(parts))) => parts.keys().try_for_each(|part| note(Some(part))),
            (Some(known), Some(Value::String(_))) if known.is_identified() => note(Some("value")),
            _ => note(target.sub_attribute.as_deref()),
        }
    }

    /// Unknown attributes are kept as sent. An empty value unsets them, except that adding nothing to a list changes
    /// nothing.
    pub(super) fn push_unknown(&mut self, kind: OperationKind, target: Target, value: Value) -> Result<()> {
        let whole = target.is_whole();
        match kind {
            OperationKind::Remove => self.remove_unknown(target, Some(value)),
            OperationKind::Replace if value::is_empty(&value) => self.push(OperationKind::Remove, target, None),
            OperationKind::Add if value::is_empty(&value) && !whole => self.push(OperationKind::Remove, target, None),
            _ => self.push(kind, target, Some(value)),
        }
    }

    /// Removes the named values of an unknown attribute, given in a list or alone.
    fn remove_unknown(&mut self, target: Target, value: Option<Value>) -> Result<()> {
        let named = value.filter(|value| !value.is_null() && (self.by_value || target.is_whole()));
        let named = named.map(|value| match value {
            empty if value::is_empty(&empty) && !self.by_value => Value::Array(vec![]),
            value => value,
        });
        self.push(OperationKind::Remove, target, named)
    }

    fn remove(&mut self, attribute: &Attribute, mut target: Target, value: Option<Value>) -> Result<()> {
        if attribute.is_identified() && target.sub_attribute.as_deref() == Some("value") {
            target.sub_attribute = None;
        }
        match (value, target.sub_attribute.is_none()) {
            // A client that names sub-attributes does not want the others removed.
            (Some(Value::Object(named)), true) if attribute.is_single_complex() && !attribute.is_identified() => {
                named.into_iter().try_for_each(|(name, value)| {
                    let name = attribute.sub_attribute(&name).map_or(name, |sub| sub.name.to_owned());
                    self.remove_part(attribute, Target { sub_attribute: Some(name), ..target.clone() }, Some(value))
                })
            }
            // Entra names the values to take out in `value`; without this rule, removing one member would empty the
            // group.
            (Some(value), true) if attribute.multi_valued && target.filter.is_none() => {
                let listed = Value::Array(value::fit_removal(attribute, value)?);
                self.push(OperationKind::Remove, target, Some(listed))
            }
            (value, _) => self.remove_part(attribute, target, value),
        }
    }

    /// Removes the target of the path, whatever the value is; without a path, the value must be the present one.
    fn remove_part(&mut self, attribute: &Attribute, target: Target, value: Option<Value>) -> Result<()> {
        let named = value.filter(|value| self.by_value && !value.is_null());
        let leaf = target.sub_attribute.as_deref().map_or(Some(attribute), |name| attribute.sub_attribute(name));
        let named = named.map(|value| {
            let fitted = leaf.and_then(|leaf| value::fit_one(leaf, value.clone(), Empty::Drop).ok().flatten());
            fitted.unwrap_or(value)
        });
        self.push(OperationKind::Remove, target, named)
    }

    fn set(&mut self, kind: OperationKind, attribute: &Attribute, mut target: Target, mut value: Value) -> Result<()> {
        if kind == OperationKind::Add && target.is_filtered_members() {
            let listed = value::fit_removal(attribute, value)?;
            return self.push(kind, target, Some(Value::Array(listed)));
        }
        if says_nothing_kept(attribute, &value) {
            return Ok(());
        }
        if attribute.is_identified() && target.sub_attribute.as_deref() == Some("value") {
            value = Value::Object(Map::from_iter([("value".to_owned(), value)]));
            target.sub_attribute = None;
        }
        if target.is_filtered_members() && !value::is_empty(&value) {
            let fitted = value::fit(attribute, value)?.ok_or_else(|| value::lacks(attribute, "value"))?;
            return self.push(kind, target, Some(fitted));
        }
        let whole = target.filter.is_none() && target.sub_attribute.is_none();
        let is_plain = attribute.kind == Type::Complex && target.chooses_values() && !holds_object(&value);
        let fitted = match target.sub_attribute.as_deref() {
            Some(name) => match attribute.sub_attribute(name) {
                Some(sub) => value::fit(sub, value)?,
                None => Some(value).filter(|value| !value::is_empty(value)),
            },
            None if whole && attribute.multi_valued => value::fit(attribute, value)?,
            None => value::fit_one(attribute, value, Empty::Null)?,
        };
        match fitted {
            Some(Value::Object(mut fitted)) if is_plain => {
                target.sub_attribute = Some("value".to_owned());
                self.push(kind, target, fitted.shift_remove("value"))
            }
            Some(fitted) => self.push(kind, target, Some(fitted)),
            None if whole && attribute.required => {
                Err(Error::invalid_value(format!("{} is required and must not be empty.", attribute.name)))
            }
            // A null `active` changes nothing; only a removal unsets it.
            None if whole && self.is_status(&target) => Ok(()),
            // Adding nothing to a list changes nothing.
            None if target.sub_attribute.is_none() && kind == OperationKind::Add && attribute.multi_valued => Ok(()),
            // Not turned into a removal because of Entra, whose replacement of members adds them: there, an empty list
            // changes nothing. For all others it empties the group.
            None if whole && attribute.multi_valued => self.push(kind, target, Some(Value::Array(vec![]))),
            None => self.push(OperationKind::Remove, target, None),
        }
    }

    fn is_status(&self, target: &Target) -> bool {
        self.resource_type.schema.id == USER_URN && target.extension.is_none() && target.attribute == "active"
    }

    pub(super) fn push(&mut self, kind: OperationKind, target: Target, value: Option<Value>) -> Result<()> {
        if self.out.len() >= MAX_TARGETS {
            return Err(Error::too_large("The request names too many attributes; split it."));
        }
        if kind != OperationKind::Remove {
            value.as_ref().map_or(Ok(()), value::check_names)?;
        }
        self.out.push(Operation { kind, target, value });
        Ok(())
    }
}

impl Target {
    pub(super) fn whole(extension: Option<&str>, attribute: &str) -> Self {
        Self { extension: extension.map(Into::into), attribute: attribute.into(), filter: None, sub_attribute: None }
    }
}

/// RFC 7644 §3.5.2.2. Directories send read-only attributes along with the rest, which changes nothing; but no
/// directory explicitly removes one.
fn check_removable(attribute: &Attribute, sub: Option<&Attribute>) -> Result<()> {
    let leaf = sub.unwrap_or(attribute);
    match [attribute, leaf].iter().any(|known| known.mutability == Mutability::ReadOnly) {
        true => Err(Error::mutability(format!("{} is read-only and cannot be removed.", leaf.name))),
        false => Ok(()),
    }
}

fn check_shape(attribute: &Attribute, target: &Target) -> Result<()> {
    if target.filter.is_some() && !attribute.multi_valued {
        return Err(Error::invalid_path(format!("{} holds one value and cannot be filtered.", attribute.name)));
    }
    if target.sub_attribute.is_some() && attribute.kind != Type::Complex {
        return Err(Error::invalid_path(format!("{} has no sub-attributes.", attribute.name)));
    }
    target.filter.as_ref().map_or(Ok(()), |filter| filter.check(attribute))
}

/// Whether the value names only sub-attributes that are not kept, so that there is nothing to do. A plain value counts
/// as `value`.
fn says_nothing_kept(attribute: &Attribute, value: &Value) -> bool {
    let is_lost = |name: &str| attribute.sub_attribute(name).is_some_and(|sub| !sub.is_stored());
    match value {
        Value::Object(map) => !map.is_empty() && map.keys().all(|name| is_lost(name)),
        Value::String(plain) => !plain.is_empty() && is_lost("value"),
        _ => false,
    }
}
