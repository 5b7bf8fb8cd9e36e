/// A version as an entity tag.
pub(super) fn tag(version: i64) -> String {
    format!("W/\"{version}\"")
}
