use serde::Serialize;

/// A value as JSON text. Serialising it cannot fail.
pub(super) fn write(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
