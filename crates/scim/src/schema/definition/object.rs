use serde_json::{Map, Value};

use super::error::{DefinitionError, Result};

/// An object of the definitions, and its place in the text.
pub(super) struct Object<'v> {
    map: &'v Map<String, Value>,
    place: String,
}

impl<'v> Object<'v> {
    /// Refuses a value that is not an object, and keys other than `known`: a misspelt key would change the meaning of
    /// the schema.
    pub(super) fn read(value: &'v Value, place: String, known: &[&str]) -> Result<Self> {
        let Value::Object(map) = value else {
            let place = if place.is_empty() { "the file".to_owned() } else { place };
            return Err(DefinitionError { place, advice: "write an object here".into() });
        };
        let object = Self { map, place };
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                Err(object.error(key, format!("there is no such key; remove it, or use one of {}", known.join(", "))))
            }
            None => Ok(object),
        }
    }

    /// An error about the value of `key`.
    pub(super) fn error(&self, key: &str, advice: impl Into<String>) -> DefinitionError {
        DefinitionError { place: self.place_of(key), advice: advice.into() }
    }

    fn place_of(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    /// The text under `key`, if there is any.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'v str>> {
        match self.map.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(key, "write text here")),
        }
    }

    /// The boolean under `key`, if there is one.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>> {
        match self.map.get(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.error(key, "write true or false here")),
        }
    }

    /// The list under `key`, each item with its place; empty if there is none.
    pub(super) fn list(&self, key: &str) -> Result<Vec<(String, &'v Value)>> {
        match self.map.get(key) {
            None => Ok(vec![]),
            Some(Value::Array(items)) => {
                let place = self.place_of(key);
                Ok(items.iter().enumerate().map(|(index, item)| (format!("{place}[{index}]"), item)).collect())
            }
            Some(_) => Err(self.error(key, "write a list here")),
        }
    }

    /// The list of texts under `key`, empty if there is none.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<&'v str>> {
        let text = |(place, item): (String, &'v Value)| match item {
            Value::String(text) => Ok(text.as_str()),
            _ => Err(DefinitionError { place, advice: "write text here".into() }),
        };
        self.list(key)?.into_iter().map(text).collect()
    }

    /// The member of `all` whose name is under `key`, if there is one.
    pub(super) fn one_of<T: Copy>(&self, key: &str, all: &[T], name: fn(T) -> &'static str) -> Result<Option<T>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let found = all.iter().copied().find(|&candidate| name(candidate) == text);
        let names = || all.iter().copied().map(name).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| self.error(key, format!("write one of {}", names())))
    }
}

/// Keeps a text until the process ends.
pub(super) fn keep(text: &str) -> &'static str {
    String::leak(text.to_owned())
}
