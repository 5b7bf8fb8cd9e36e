use super::{Attribute, COMMON, Returned, SCHEMAS, Schema};
use crate::path::AttributePath;
use crate::text::strip_prefix;

/// An extension of a resource type (RFC 7643 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// Its schema.
    pub schema: &'static Schema,
    /// Whether every resource of the type must have it.
    pub required: bool,
}

/// A type of resource: an endpoint, a core schema and extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceType {
    /// `User` or `Group`.
    pub name: &'static str,
    /// Path below the base URL.
    pub endpoint: &'static str,
    /// One sentence for humans.
    pub description: &'static str,
    /// The core schema.
    pub schema: &'static Schema,
    /// The extensions known to this server. Documents may hold others.
    pub extensions: &'static [Extension],
    /// URNs of schemas that belong to other resource types; resources of this type cannot use them.
    pub others: &'static [&'static str],
}

/// An attribute path, looked up in a resource type: canonical names if the table knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved<'p> {
    /// URN of the extension that holds the attribute in the document; `None` for core attributes.
    pub extension: Option<&'p str>,
    /// Name, canonical if known.
    pub name: &'p str,
    /// Name of the sub-attribute, canonical if known.
    pub sub_name: Option<&'p str>,
    /// The attribute, if known.
    pub attribute: Option<&'static Attribute>,
    /// The sub-attribute, if known.
    pub sub_attribute: Option<&'static Attribute>,
}

impl Resolved<'_> {
    /// The attribute or sub-attribute, among those named, whose values a client must not learn.
    pub(crate) fn secret(&self) -> Option<&'static Attribute> {
        [self.attribute, self.sub_attribute].into_iter().flatten().find(|known| known.is_secret())
    }
}

impl ResourceType {
    /// The core schema, then the extensions.
    pub fn schemas(&self) -> impl Iterator<Item = &'static Schema> + use<> {
        [self.schema].into_iter().chain(self.extensions.iter().map(|extension| extension.schema))
    }

    /// The known extension with this URN, in any letter case.
    pub fn extension(&self, urn: &str) -> Option<&'static Schema> {
        self.schemas().skip(1).find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }

    /// The attribute `name`, in any letter case: in `extension` if one is given, or else a common or core attribute.
    pub fn attribute(&self, extension: Option<&str>, name: &str) -> Option<&'static Attribute> {
        match extension {
            Some(urn) => self.extension(urn)?.attribute(name),
            None => COMMON
                .iter()
                .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
                .or_else(|| self.schema.attribute(name)),
        }
    }

    /// Whether what was parsed as a path is in fact the URN of a schema.
    pub(crate) fn is_schema(&self, path: &AttributePath) -> bool {
        let whole = path.to_string();
        self.schemas().any(|schema| schema.id.eq_ignore_ascii_case(&whole))
    }

    /// Whether a path or a key begins with the URN of another resource type's schema.
    pub(crate) fn is_foreign(&self, text: &str) -> bool {
        let goes_on =
            |urn: &&str| strip_prefix(text, urn).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '[']));
        self.others.iter().any(goes_on)
    }

    /// The schemas that a document uses, the core schema first (RFC 7643 §3: only schemas of the resource type).
    /// `members` are the names of the document's members that are non-empty objects.
    pub(crate) fn used<'d>(
        &self,
        members: impl Iterator<Item = &'d str> + Clone,
    ) -> impl Iterator<Item = &'static str> {
        let is_used = move |urn: &&str| members.clone().any(|name| name.eq_ignore_ascii_case(urn));
        [self.schema.id].into_iter().chain(self.extensions.iter().map(|one| one.schema.id).filter(is_used))
    }

    /// Whether everything in a document is returned unless the request excludes it. Attributes that are not stored
    /// cannot be in a document if their schema is built in. If an operator declared the schema, they can: they may have
    /// been written before.
    pub(crate) fn is_returned_by_default(&self) -> bool {
        self.schemas().all(|schema| {
            let is_built_in = SCHEMAS.iter().any(|built_in| built_in.id == schema.id);
            let is_returned = |part: &Attribute| match part.is_stored() {
                true => matches!(part.returned, Returned::Always | Returned::Default),
                false => is_built_in,
            };
            let mut parts = schema.attributes.iter().flat_map(|known| [known].into_iter().chain(known.sub_attributes));
            parts.all(is_returned)
        })
    }

    /// Looks a path up. Names that the table does not know are returned as given.
    pub fn resolve<'p>(&self, path: &'p AttributePath) -> Resolved<'p> {
        let extension = self.extension_of(path);
        let attribute = self.attribute(extension, &path.attribute);
        let sub_attribute =
            path.sub_attribute.as_deref().and_then(|name| attribute.and_then(|found| found.sub_attribute(name)));
        Resolved {
            extension,
            name: attribute.map_or(path.attribute.as_str(), |found| found.name),
            sub_name: sub_attribute.map(|found| found.name).or(path.sub_attribute.as_deref()),
            attribute,
            sub_attribute,
        }
    }

    fn extension_of<'p>(&self, path: &'p AttributePath) -> Option<&'p str> {
        match path.schema.as_deref() {
            Some(urn) if self.schema.id.eq_ignore_ascii_case(urn) => None,
            Some(urn) => Some(self.extension(urn).map_or(urn, |schema| schema.id)),
            // Clients send the manager without the URN of its extension.
            None if path.attribute.eq_ignore_ascii_case("manager") => {
                self.schemas().find(|schema| schema.attribute("manager").is_some()).map(|schema| schema.id)
            }
            None => None,
        }
    }
}

impl AttributePath {
    /// Whether no schema of the resource type declares this. What follows the URN of an unknown schema is the client's
    /// own and counts as declared.
    pub fn is_undeclared(&self, resource_type: &ResourceType) -> bool {
        let found = resource_type.resolve(self);
        if found.extension.is_some_and(|urn| resource_type.extension(urn).is_none()) {
            return false;
        }
        match (found.attribute, &self.sub_attribute) {
            (None, _) => true,
            (Some(_), Some(_)) => found.sub_attribute.is_none(),
            (Some(_), None) => false,
        }
    }
}
