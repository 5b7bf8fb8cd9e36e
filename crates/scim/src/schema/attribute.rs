use super::{Mutability, Returned, Type, Uniqueness};

/// One attribute or sub-attribute with its characteristics (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    /// Canonical name.
    pub name: &'static str,
    /// Data type, `type` in a schema definition.
    pub kind: Type,
    /// Whether it holds a list.
    pub multi_valued: bool,
    /// Whether a resource must have it.
    pub required: bool,
    /// Whether letter case counts when values are compared.
    pub case_exact: bool,
    /// When it can be written.
    pub mutability: Mutability,
    /// When it is returned.
    pub returned: Returned,
    /// How unique its values are.
    pub uniqueness: Uniqueness,
    /// Suggested values.
    pub canonical_values: &'static [&'static str],
    /// What a reference may point to.
    pub reference_types: &'static [&'static str],
    /// One sentence for humans.
    pub description: &'static str,
    /// Sub-attributes of a complex attribute.
    pub sub_attributes: &'static [Attribute],
    /// Whether `/Schemas` lists it.
    pub announced: bool,
}

impl Attribute {
    /// A single-valued, optional, readable and writable attribute; the methods below change one characteristic each.
    pub(crate) const fn new(name: &'static str, kind: Type, description: &'static str) -> Self {
        Self {
            name,
            kind,
            multi_valued: false,
            required: false,
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            canonical_values: &[],
            reference_types: &[],
            description,
            sub_attributes: &[],
            announced: true,
        }
    }

    pub(crate) const fn string(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Type::String, description)
    }

    pub(crate) const fn complex(name: &'static str, description: &'static str, sub: &'static [Self]) -> Self {
        let mut attribute = Self::new(name, Type::Complex, description);
        attribute.sub_attributes = sub;
        attribute
    }

    pub(crate) const fn reference(
        name: &'static str,
        description: &'static str,
        types: &'static [&'static str],
    ) -> Self {
        let mut attribute = Self::new(name, Type::Reference, description);
        attribute.reference_types = types;
        // RFC 7643 §2.3.7: references are case-exact.
        attribute.case_exact = true;
        attribute
    }

    pub(crate) const fn multi_valued(mut self) -> Self {
        self.multi_valued = true;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn case_exact(mut self) -> Self {
        self.case_exact = true;
        self
    }

    pub(crate) const fn mutability(mut self, mutability: Mutability) -> Self {
        self.mutability = mutability;
        self
    }

    pub(crate) const fn returned(mut self, returned: Returned) -> Self {
        self.returned = returned;
        self
    }

    pub(crate) const fn unique(mut self) -> Self {
        self.uniqueness = Uniqueness::Server;
        self
    }

    pub(crate) const fn canonical(mut self, values: &'static [&'static str]) -> Self {
        self.canonical_values = values;
        self
    }

    pub(crate) const fn unannounced(mut self) -> Self {
        self.announced = false;
        self
    }

    /// The sub-attribute of that name, in any letter case.
    pub fn sub_attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.sub_attributes.iter().find(|sub| sub.name.eq_ignore_ascii_case(name))
    }

    /// Whether a client's value is kept in the document. Read-only values belong to the server; values that are
    /// write-only or never returned are secrets, which this service does not keep.
    pub fn is_stored(&self) -> bool {
        matches!(self.mutability, Mutability::ReadWrite | Mutability::Immutable) && self.returned != Returned::Never
    }

    /// Whether a client must not learn its values (RFC 7643 §7): neither from a response nor by filtering or sorting.
    pub(crate) fn is_secret(&self) -> bool {
        self.returned == Returned::Never || self.mutability == Mutability::WriteOnly
    }

    /// The attribute by which values are compared: the sub-attribute `value`, or the attribute itself if it is not
    /// complex.
    pub(crate) fn compared(&self) -> Option<&Attribute> {
        if self.kind == Type::Complex { self.sub_attribute("value") } else { Some(self) }
    }

    /// Whether this is a single object rather than a list.
    pub(crate) fn is_single_complex(&self) -> bool {
        self.kind == Type::Complex && !self.multi_valued
    }

    /// Whether this is a single object that is identified by its `value`, such as `manager`: its other sub-attributes
    /// describe that value, so they are replaced and removed together with it.
    pub(crate) fn is_identified(&self) -> bool {
        self.is_single_complex() && self.sub_attribute("value").is_some()
    }
}
