//! The language in which sequences are written.

use super::directory::Directory;
use crate::{Answer, Failure, Result, T};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// One request, or the same request for several objects at once, and the answer that it must get.
///
/// Path, body and expectations may hold values in angle brackets: `<tag>`, which makes a name unique; `<guid:x>`, a
/// GUID for each `x`; `<hex:x>`, the same without dashes; `<n>`, the number of the request if there are several; and
/// what [`Step::keep`] has kept.
pub(super) struct Step {
    pub(super) name: &'static str,
    method: &'static str,
    path: &'static str,
    body: Option<Value>,
    times: u32,
    statuses: Vec<u16>,
    refusal: Option<&'static str>,
    checks: Vec<Check>,
    kept: Vec<(&'static str, &'static str)>,
}

/// A check of an answer; see the methods of [`Answer`] with the same names.
enum Check {
    Is(&'static str, Value),
    Has(&'static str, Value),
    Lacks(&'static str, Value),
    Absent(&'static str),
    Without(&'static str),
    Total(u64),
    Length(&'static str, usize),
    IsScim,
}

/// A look-up or a read: 200.
pub(super) fn get(name: &'static str, path: &'static str) -> Step {
    Step::new(name, "GET", path, None, &[200]).check(Check::IsScim)
}

/// A creation: 201.
pub(super) fn post(name: &'static str, path: &'static str, body: Value) -> Step {
    Step::new(name, "POST", path, Some(body), &[201]).check(Check::IsScim)
}

/// A replacement: 200.
pub(super) fn put(name: &'static str, path: &'static str, body: Value) -> Step {
    Step::new(name, "PUT", path, Some(body), &[200]).check(Check::IsScim)
}

/// A partial change: 200 or 204, as RFC 7644 §3.5.2 says.
pub(super) fn patch(name: &'static str, path: &'static str, operations: Value) -> Step {
    let body = json!({"schemas": [PATCH], "Operations": operations});
    Step::new(name, "PATCH", path, Some(body), &[200, 204])
}

/// A deletion: 204.
pub(super) fn delete(name: &'static str, path: &'static str) -> Step {
    Step::new(name, "DELETE", path, None, &[204])
}

impl Step {
    fn new(
        name: &'static str,
        method: &'static str,
        path: &'static str,
        body: Option<Value>,
        statuses: &[u16],
    ) -> Self {
        let (checks, kept) = (Vec::new(), Vec::new());
        Self { name, method, path, body, times: 1, statuses: statuses.to_vec(), refusal: None, checks, kept }
    }

    fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// Sends the request `times` times at once, with `<n>` counting from 1.
    pub(super) fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Any other status fails.
    pub(super) fn expect(self, status: u16) -> Self {
        Self { statuses: vec![status], ..self }
    }

    /// An error message with this status and, unless it is empty, this `scimType`.
    pub(super) fn refused(self, status: u16, scim_type: &'static str) -> Self {
        Self { refusal: Some(scim_type), ..self.expect(status) }
    }

    pub(super) fn is(self, pointer: &'static str, value: impl Into<Value>) -> Self {
        self.check(Check::Is(pointer, value.into()))
    }

    pub(super) fn has(self, pointer: &'static str, value: impl Into<Value>) -> Self {
        self.check(Check::Has(pointer, value.into()))
    }

    pub(super) fn lacks(self, pointer: &'static str, value: impl Into<Value>) -> Self {
        self.check(Check::Lacks(pointer, value.into()))
    }

    pub(super) fn absent(self, pointer: &'static str) -> Self {
        self.check(Check::Absent(pointer))
    }

    pub(super) fn without(self, pointer: &'static str) -> Self {
        self.check(Check::Without(pointer))
    }

    pub(super) fn total(self, total: u64) -> Self {
        self.check(Check::Total(total))
    }

    /// The list at a pointer has `length` elements.
    pub(super) fn length(self, pointer: &'static str, length: usize) -> Self {
        self.check(Check::Length(pointer, length))
    }

    /// Keeps a text from the answer under a name, which may hold `<n>`.
    pub(super) fn keep(mut self, name: &'static str, pointer: &'static str) -> Self {
        self.kept.push((name, pointer));
        self
    }

    /// Sends the request, checks the answer, and stores the values to keep.
    pub(super) async fn play(&self, t: &T, directory: &Directory, values: &mut Values) -> Result<()> {
        let numbered: Vec<Values> = (1..=self.times).map(|n| values.with("n", &n.to_string())).collect();
        let kept = try_join_all(numbered.iter().map(|values| self.send(t, directory, values))).await?;
        kept.into_iter().flatten().for_each(|(name, value)| values.keep(name, value));
        Ok(())
    }

    async fn send(&self, t: &T, directory: &Directory, values: &Values) -> Result<Vec<(String, String)>> {
        let path = directory.path(&values.fill(self.path)?);
        let mut call = t.call(self.method, &path);
        if let Some(body) = &self.body {
            call = call.json(&values.fill_all(body)?);
        }
        call = directory.dress(call, self.body.is_some());
        let answer = match self.refusal {
            Some(scim_type) => call.refused_any(&self.statuses, scim_type).await?,
            None => call.expect_any(&self.statuses).await?,
        };
        self.checks.iter().try_for_each(|check| check.hold(&answer, values))?;
        self.kept.iter().map(|(name, pointer)| Ok((values.fill(name)?, answer.text_at(pointer)?))).collect()
    }

    /// Checks the step without a server: that every value it uses is known. Adds the values that it would keep.
    #[cfg(test)]
    pub(super) fn rehearse(&self, values: &mut Values) -> Result<()> {
        for n in 1..=self.times {
            let values_n = values.with("n", &n.to_string());
            values_n.fill(self.path)?;
            self.body.as_ref().map_or(Ok(Value::Null), |body| values_n.fill_all(body))?;
            for check in &self.checks {
                if let Check::Is(_, value) | Check::Has(_, value) | Check::Lacks(_, value) = check {
                    values_n.fill_all(value)?;
                }
            }
            for (name, _) in &self.kept {
                values.keep(values_n.fill(name)?, "kept".into());
            }
        }
        Ok(())
    }
}

impl Check {
    fn hold(&self, answer: &Answer, values: &Values) -> Result<()> {
        match self {
            Self::Is(pointer, value) => answer.is(pointer, values.fill_all(value)?),
            Self::Has(pointer, value) => answer.has(pointer, values.fill_all(value)?),
            Self::Lacks(pointer, value) => answer.lacks(pointer, values.fill_all(value)?),
            Self::Absent(pointer) => answer.absent(pointer),
            Self::Without(pointer) => answer.without(pointer),
            Self::Total(total) => answer.total(*total),
            Self::Length(pointer, length) => {
                let found = answer.at(pointer).as_array().map_or(0, Vec::len);
                answer.ensure(found == *length, format!("{length} elements at {pointer}"))
            }
            Self::IsScim => answer.is_scim(),
        }
        .map(drop)
    }
}

/// The values of the names in angle brackets.
#[derive(Clone)]
pub(super) struct Values(BTreeMap<String, String>);

impl Values {
    pub(super) fn new(tag: &str) -> Self {
        Self(BTreeMap::from([("tag".into(), tag.into())]))
    }

    fn with(&self, name: &str, value: &str) -> Self {
        let mut values = self.clone();
        values.keep(name.into(), value.into());
        values
    }

    fn keep(&mut self, name: String, value: String) {
        self.0.insert(name, value);
    }

    /// A text with its values filled in. Refuses a name without a value. Innermost brackets come first: `<user-<n>>`.
    fn fill(&self, text: &str) -> Result<String> {
        let Some(end) = text.find('>') else { return Ok(text.to_owned()) };
        let Some(start) = text[..end].rfind('<') else { return Ok(text.to_owned()) };
        let value = self.value(&text[start + 1..end])?;
        self.fill(&format!("{}{value}{}", &text[..start], &text[end + 1..]))
    }

    fn value(&self, name: &str) -> Result<String> {
        match name.split_once(':') {
            Some(("guid", name)) => Ok(self.guid(name)),
            Some(("hex", name)) => Ok(self.guid(name).replace('-', "")),
            _ => self.0.get(name).cloned().ok_or_else(|| Failure::new(name, "a value that was kept", "none")),
        }
    }

    /// The same for the same name in the same sequence, and nowhere else.
    fn guid(&self, name: &str) -> String {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (self.0.get("tag"), name, salt).hash(&mut hasher);
            hasher.finish()
        };
        let digits = format!("{:016x}{:016x}", half(0), half(1));
        let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
        parts.join("-")
    }

    /// A JSON value with the values filled in in all its texts.
    fn fill_all(&self, value: &Value) -> Result<Value> {
        Ok(match value {
            Value::String(text) => Value::String(self.fill(text)?),
            Value::Array(items) => items.iter().map(|item| self.fill_all(item)).collect::<Result<_>>()?,
            Value::Object(members) => {
                let filled = members.iter().map(|(name, value)| Ok((self.fill(name)?, self.fill_all(value)?)));
                Value::Object(filled.collect::<Result<_>>()?)
            }
            other => other.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_filled_from_the_inside() {
        let mut values = Values::new("c1").with("n", "2");
        values.keep("user-2".into(), "4711".into());
        assert_eq!(values.fill("/Users/<user-<n>>?x=<tag>"), Ok("/Users/4711?x=c1".into()));
        assert_eq!(values.fill_all(&json!({"a": ["<n>", 1]})), Ok(json!({"a": ["2", 1]})));
        assert!(values.fill("<nobody>").is_err());
    }

    #[test]
    fn a_guid_belongs_to_its_name() {
        let values = Values::new("c1");
        assert_eq!(values.fill("<guid:ada>"), values.fill("<guid:ada>"));
        assert_ne!(values.fill("<guid:ada>"), values.fill("<guid:grace>"));
        assert_ne!(values.fill("<guid:ada>"), Values::new("c2").fill("<guid:ada>"));
        assert_eq!(values.fill("<guid:ada>").unwrap().len(), 36);
        assert_eq!(values.fill("<hex:ada>").unwrap().len(), 32);
    }
}
