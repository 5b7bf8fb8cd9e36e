use super::super::{
    Sequence,
    directory::{ENTRA, ENTRA_FLAGGED},
    script::Step,
};
use serde_json::{Map, Value, json};

/// The source of the steps.
pub(super) const DOCUMENTED: &str = "Microsoft: use SCIM to provision users and groups; captures of live tenants";

pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(super) const CLASSIC_GROUP: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

/// How Entra writes a PATCH.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Dialect {
    /// The default: capitalised operations, one for each attribute, and booleans as text.
    Legacy,
    /// After `aadOptscim062020`: lower-case operations, true booleans, plain attributes merged into one without a path.
    Standard,
}

impl Dialect {
    pub(super) fn sequence(self, name: &str, steps: Vec<Step>) -> Sequence {
        let (dialect, directory) = match self {
            Self::Legacy => ("legacy", ENTRA),
            Self::Standard => ("standard", ENTRA_FLAGGED),
        };
        Sequence::new(format!("entra-{dialect}-{name}"), DOCUMENTED, directory, steps)
    }

    /// New values for attributes that already have some; dotted and URN-qualified names stay as they are.
    pub(super) fn replace(self, values: &[(&str, Value)]) -> Vec<Value> {
        self.change(["Replace", "replace"], values)
    }

    /// Values for attributes that have none.
    pub(super) fn add(self, values: &[(&str, Value)]) -> Vec<Value> {
        self.change(["Add", "add"], values)
    }

    fn change(self, [legacy, standard]: [&str; 2], values: &[(&str, Value)]) -> Vec<Value> {
        if self == Self::Legacy {
            let one = |(path, value): &(&str, Value)| json!({"op": legacy, "path": path, "value": self.scalar(value)});
            return values.iter().map(one).collect();
        }
        let (filtered, plain): (Vec<_>, Vec<_>) = values.iter().partition(|(path, _)| path.contains('['));
        let mut operations: Vec<Value> =
            filtered.iter().map(|(path, value)| json!({"op": standard, "path": path, "value": value})).collect();
        if !plain.is_empty() {
            let merged: Map<_, _> = plain.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect();
            operations.push(json!({"op": standard, "value": merged}));
        }
        operations
    }

    /// `Switch([IsSoftDeleted], , "False", "True", "True", "False")` returns text.
    fn scalar(self, value: &Value) -> Value {
        match value {
            Value::Bool(true) => "True".into(),
            Value::Bool(false) => "False".into(),
            other => other.clone(),
        }
    }

    /// Adds members.
    pub(super) fn add_members(self, ids: &[&str]) -> Value {
        let members: Vec<_> = ids.iter().map(|id| self.member(id)).collect();
        let op = if self == Self::Legacy { "Add" } else { "add" };
        json!([{"op": op, "path": "members", "value": members}])
    }

    /// Removes one member.
    pub(super) fn remove_member(self, id: &str) -> Value {
        match self {
            Self::Legacy => json!([{"op": "Remove", "path": "members", "value": [self.member(id)]}]),
            Self::Standard => json!([{"op": "remove", "path": format!("members[value eq \"{id}\"]")}]),
        }
    }

    fn member(self, id: &str) -> Value {
        match self {
            Self::Legacy => json!({"$ref": null, "value": id}),
            Self::Standard => json!({"value": id}),
        }
    }
}
