use super::error::Result;
use super::object::{Object, keep};
use crate::path::is_name;
use crate::schema::{Attribute, Mutability, Returned, Type};

const KEYS: [&str; 12] = [
    "name",
    "type",
    "multiValued",
    "description",
    "required",
    "canonicalValues",
    "caseExact",
    "mutability",
    "returned",
    "uniqueness",
    "referenceTypes",
    "subAttributes",
];

/// The attributes under `key`: at least one, and none twice.
pub(super) fn read_all(parent: &Object<'_>, key: &str) -> Result<&'static [Attribute]> {
    let mut attributes: Vec<Attribute> = Vec::new();
    for (place, value) in parent.list(key)? {
        let object = Object::read(value, place, &KEYS)?;
        let attribute = read(&object, key == "subAttributes")?;
        if attributes.iter().any(|other| other.name.eq_ignore_ascii_case(attribute.name)) {
            return Err(object.error("name", "this name is taken; letter case makes no difference"));
        }
        attributes.push(attribute);
    }
    if attributes.is_empty() {
        return Err(parent.error(key, "list at least one attribute"));
    }
    Ok(Vec::leak(attributes))
}

fn read(object: &Object<'_>, is_sub: bool) -> Result<Attribute> {
    let name = object.text("name")?.filter(|name| is_name(name));
    let name =
        name.ok_or_else(|| object.error("name", "give a name of letters, digits, - and _ that starts with a letter"))?;
    let kind = object.one_of("type", &Type::ALL, Type::as_str)?.unwrap_or(Type::String);
    let attribute = Attribute {
        multi_valued: object.flag("multiValued")?.unwrap_or(false),
        required: object.flag("required")?.unwrap_or(false),
        // RFC 7643 §2.3.6, §2.3.7: these are case-exact.
        case_exact: object.flag("caseExact")?.unwrap_or(matches!(kind, Type::Reference | Type::Binary)),
        mutability: object.one_of("mutability", &Mutability::ALL, Mutability::as_str)?.unwrap_or(Mutability::ReadWrite),
        returned: object.one_of("returned", &Returned::ALL, Returned::as_str)?.unwrap_or(Returned::Default),
        canonical_values: keep_all(object.texts("canonicalValues")?),
        reference_types: keep_all(object.texts("referenceTypes")?),
        sub_attributes: sub_attributes(object, kind, is_sub)?,
        ..Attribute::new(keep(name), kind, keep(object.text("description")?.unwrap_or_default()))
    };
    check(object, &attribute)?;
    Ok(attribute)
}

/// RFC 7643 §2.3.8: a complex attribute has sub-attributes, and none of them is complex.
fn sub_attributes(object: &Object<'_>, kind: Type, is_sub: bool) -> Result<&'static [Attribute]> {
    match kind {
        Type::Complex if is_sub => Err(object.error("type", "a sub-attribute cannot be complex itself")),
        Type::Complex => read_all(object, "subAttributes"),
        _ if object.list("subAttributes")?.is_empty() => Ok(&[]),
        _ => Err(object.error("subAttributes", "only an attribute of type complex has sub-attributes")),
    }
}

fn check(object: &Object<'_>, attribute: &Attribute) -> Result<()> {
    if !matches!(object.text("uniqueness")?, None | Some("none")) {
        return Err(object.error("uniqueness", "values of an extension are not kept unique; say none"));
    }
    if attribute.mutability == Mutability::WriteOnly && attribute.returned != Returned::Never {
        return Err(object.error("returned", "what is writeOnly is never returned; say never"));
    }
    if attribute.required && !attribute.is_stored() {
        let advice = "a value that is readOnly, writeOnly or never returned is not kept, so it cannot be required";
        return Err(object.error("required", advice));
    }
    if (attribute.kind == Type::Reference) == attribute.reference_types.is_empty() {
        let advice = "only a reference says what it may point to, such as [\"external\"]";
        return Err(object.error("referenceTypes", advice));
    }
    Ok(())
}

fn keep_all(texts: Vec<&str>) -> &'static [&'static str] {
    Vec::leak(texts.into_iter().map(keep).collect())
}
