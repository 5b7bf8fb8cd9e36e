use serde::Serialize;

/// Serialises a value that cannot fail to be written as JSON.
pub(super) fn write(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
