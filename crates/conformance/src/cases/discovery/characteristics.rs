//! The characteristics of the attributes that RFC 7643 §8.7.1 defines.

use super::{ENTERPRISE, GROUP, USER};
use crate::Case;
use serde_json::{Value, json};

/// Path, type, whether it is multi-valued, mutability and returned, as in RFC 7643 §8.7.1.
type Row = (&'static str, &'static str, bool, &'static str, &'static str);

const USERS: &[Row] = &[
    ("userName", "string", false, "readWrite", "default"),
    ("name", "complex", false, "readWrite", "default"),
    ("name.formatted", "string", false, "readWrite", "default"),
    ("name.familyName", "string", false, "readWrite", "default"),
    ("name.givenName", "string", false, "readWrite", "default"),
    ("name.middleName", "string", false, "readWrite", "default"),
    ("name.honorificPrefix", "string", false, "readWrite", "default"),
    ("name.honorificSuffix", "string", false, "readWrite", "default"),
    ("displayName", "string", false, "readWrite", "default"),
    ("nickName", "string", false, "readWrite", "default"),
    ("profileUrl", "reference", false, "readWrite", "default"),
    ("title", "string", false, "readWrite", "default"),
    ("userType", "string", false, "readWrite", "default"),
    ("preferredLanguage", "string", false, "readWrite", "default"),
    ("locale", "string", false, "readWrite", "default"),
    ("timezone", "string", false, "readWrite", "default"),
    ("active", "boolean", false, "readWrite", "default"),
    ("password", "string", false, "writeOnly", "never"),
    ("emails", "complex", true, "readWrite", "default"),
    ("emails.value", "string", false, "readWrite", "default"),
    ("emails.display", "string", false, "readWrite", "default"),
    ("emails.type", "string", false, "readWrite", "default"),
    ("emails.primary", "boolean", false, "readWrite", "default"),
    ("phoneNumbers", "complex", true, "readWrite", "default"),
    ("phoneNumbers.value", "string", false, "readWrite", "default"),
    ("phoneNumbers.type", "string", false, "readWrite", "default"),
    ("phoneNumbers.primary", "boolean", false, "readWrite", "default"),
    ("ims", "complex", true, "readWrite", "default"),
    ("ims.value", "string", false, "readWrite", "default"),
    ("ims.type", "string", false, "readWrite", "default"),
    ("photos", "complex", true, "readWrite", "default"),
    ("photos.value", "reference", false, "readWrite", "default"),
    ("photos.type", "string", false, "readWrite", "default"),
    ("addresses", "complex", true, "readWrite", "default"),
    ("addresses.formatted", "string", false, "readWrite", "default"),
    ("addresses.streetAddress", "string", false, "readWrite", "default"),
    ("addresses.locality", "string", false, "readWrite", "default"),
    ("addresses.region", "string", false, "readWrite", "default"),
    ("addresses.postalCode", "string", false, "readWrite", "default"),
    ("addresses.country", "string", false, "readWrite", "default"),
    ("addresses.type", "string", false, "readWrite", "default"),
    ("groups", "complex", true, "readOnly", "default"),
    ("groups.value", "string", false, "readOnly", "default"),
    ("groups.$ref", "reference", false, "readOnly", "default"),
    ("groups.display", "string", false, "readOnly", "default"),
    ("groups.type", "string", false, "readOnly", "default"),
    ("entitlements", "complex", true, "readWrite", "default"),
    ("entitlements.value", "string", false, "readWrite", "default"),
    ("roles", "complex", true, "readWrite", "default"),
    ("roles.value", "string", false, "readWrite", "default"),
    ("roles.primary", "boolean", false, "readWrite", "default"),
    ("x509Certificates", "complex", true, "readWrite", "default"),
    ("x509Certificates.value", "binary", false, "readWrite", "default"),
];

const GROUPS: &[Row] = &[
    ("displayName", "string", false, "readWrite", "default"),
    ("members", "complex", true, "readWrite", "default"),
    ("members.value", "string", false, "immutable", "default"),
    ("members.$ref", "reference", false, "immutable", "default"),
    ("members.type", "string", false, "immutable", "default"),
];

const ENTERPRISES: &[Row] = &[
    ("employeeNumber", "string", false, "readWrite", "default"),
    ("costCenter", "string", false, "readWrite", "default"),
    ("organization", "string", false, "readWrite", "default"),
    ("division", "string", false, "readWrite", "default"),
    ("department", "string", false, "readWrite", "default"),
    ("manager", "complex", false, "readWrite", "default"),
    ("manager.value", "string", false, "readWrite", "default"),
    ("manager.$ref", "reference", false, "readWrite", "default"),
    ("manager.displayName", "string", false, "readOnly", "default"),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, urn, rows) in [("user", USER, USERS), ("group", GROUP, GROUPS), ("enterprise", ENTERPRISE, ENTERPRISES)]
    {
        for &(path, form, multi, mutability, returned) in rows {
            let name =
                format!("rfc7643-8.7.1-{kind}-{}", path.replace(['.', '$'], "-").replace("--", "-").to_lowercase());
            let rule = format!("{path} is {form}, {mutability}, returned {returned}, multi-valued: {multi}.");
            cases.push(Case::new(name, rule, move |t| async move {
                let schema = t.get(&format!("/Schemas/{urn}")).expect(200).await?;
                let named = |list: &Value, name: &str| {
                    list.as_array().into_iter().flatten().find(|one| one["name"] == name).cloned()
                };
                let (top, sub) = path.split_once('.').map_or((path, None), |(top, sub)| (top, Some(sub)));
                let top = named(schema.at("/attributes"), top);
                let found = match sub {
                    Some(sub) => top.and_then(|top| named(&top["subAttributes"], sub)),
                    None => top,
                };
                let expected =
                    json!({"type": form, "multiValued": multi, "mutability": mutability, "returned": returned});
                let found = found.unwrap_or_default();
                schema.ensure(crate::includes(&found, &expected), format!("{path}: {expected}, not {found}")).map(drop)
            }));
        }
    }
    let unique = [("user", USER, "userName", json!({"required": true, "uniqueness": "server", "caseExact": false}))];
    cases.extend(unique.map(|(kind, urn, attribute, expected)| {
        let rule = "userName is required, unique on the server and not caseExact.";
        Case::new(format!("rfc7643-8.7.1-{kind}-{}-is-the-key", attribute.to_lowercase()), rule, move |t| async move {
            let schema = t.get(&format!("/Schemas/{urn}")).expect(200).await?;
            let mut expected = expected;
            expected["name"] = json!(attribute);
            schema.has("/attributes", expected).map(drop)
        })
    }));
    cases
}
