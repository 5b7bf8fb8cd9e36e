use super::Attribute;

/// A schema: a URN and its attributes.
#[derive(Debug, PartialEq, Eq)]
pub struct Schema {
    /// URN.
    pub id: &'static str,
    /// Human-readable name.
    pub name: &'static str,
    /// One sentence for humans.
    pub description: &'static str,
    /// The attributes, without the common ones.
    pub attributes: &'static [Attribute],
}

impl Schema {
    /// The attribute of that name, in any letter case.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}
