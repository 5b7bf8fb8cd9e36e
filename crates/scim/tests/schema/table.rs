//! RFC 7643 §8.7.1, with erratum 8471 (groups.$ref), printed from the table.

use scim::schema::{Registry, schemas_json};
use serde_json::Value;

/// One line for each attribute: name, type, `*` if multi-valued, `!` if required, `=` if case-exact, any other
/// characteristic that is not the default, canonical values and reference types.
fn lines(attributes: &Value, prefix: &str, out: &mut Vec<String>) {
    for attribute in attributes.as_array().unwrap() {
        let text = |key: &str| attribute[key].as_str().unwrap_or_default().to_owned();
        let flag = |key: &str, sign: &str| if attribute[key] == true { sign.to_owned() } else { String::new() };
        let list = |key: &str| match &attribute[key] {
            Value::Array(items) => items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join("|"),
            _ => String::new(),
        };
        let has_case = matches!(text("type").as_str(), "string" | "reference" | "binary");
        assert_eq!(attribute.get("caseExact").is_some(), has_case, "{attribute}");
        let has_uniqueness = !matches!(text("type").as_str(), "complex" | "boolean" | "dateTime" | "binary");
        assert_eq!(attribute.get("uniqueness").is_some(), has_uniqueness, "{attribute}");
        let described = ["name", "type", "description", "mutability", "returned"];
        assert!(described.iter().all(|key| !text(key).is_empty()), "{attribute}");
        let name = format!("{prefix}{}", text("name"));
        let kind = text("type") + &flag("multiValued", "*") + &flag("required", "!") + &flag("caseExact", "=");
        let odd = [("mutability", "readWrite"), ("returned", "default"), ("uniqueness", "none")];
        let odd = odd
            .iter()
            .map(|(key, usual)| (text(key), usual))
            .filter(|(value, usual)| value != *usual && !value.is_empty());
        let rest = odd.map(|(value, _)| value).chain([list("canonicalValues"), list("referenceTypes")]);
        let parts: Vec<_> = [name.clone(), kind].into_iter().chain(rest).filter(|part| !part.is_empty()).collect();
        out.push(parts.join(" "));
        if let Some(subs) = attribute.get("subAttributes") {
            lines(subs, &format!("{name}."), out);
        }
    }
}

fn printed(schema: usize) -> String {
    let mut out = Vec::new();
    let schemas = schemas_json(&Registry::default(), "https://app.example.test/scim/v2");
    lines(&schemas[schema]["attributes"], "", &mut out);
    out.join("\n")
}

#[test]
fn the_core_user() {
    let expected = "\
userName string! server
name complex
name.formatted string
name.familyName string
name.givenName string
name.middleName string
name.honorificPrefix string
name.honorificSuffix string
displayName string
nickName string
profileUrl reference= external
title string
userType string
preferredLanguage string
locale string
timezone string
active boolean
password string= writeOnly never
emails complex*
emails.value string
emails.display string
emails.type string work|home|other
emails.primary boolean
phoneNumbers complex*
phoneNumbers.value string
phoneNumbers.display string
phoneNumbers.type string work|home|mobile|fax|pager|other
phoneNumbers.primary boolean
ims complex*
ims.value string
ims.display string
ims.type string aim|gtalk|icq|xmpp|msn|skype|qq|yahoo
ims.primary boolean
photos complex*
photos.value reference= external
photos.display string
photos.type string photo|thumbnail
photos.primary boolean
addresses complex*
addresses.formatted string
addresses.streetAddress string
addresses.locality string
addresses.region string
addresses.postalCode string
addresses.country string
addresses.type string work|home|other
addresses.primary boolean
groups complex* readOnly
groups.value string= readOnly
groups.$ref reference= readOnly Group
groups.display string readOnly
groups.type string readOnly direct|indirect
entitlements complex*
entitlements.value string
entitlements.display string
entitlements.type string
entitlements.primary boolean
roles complex*
roles.value string
roles.display string
roles.type string
roles.primary boolean
x509Certificates complex*
x509Certificates.value binary=
x509Certificates.display string
x509Certificates.type string
x509Certificates.primary boolean";
    assert_eq!(printed(0), expected);
}

#[test]
fn the_enterprise_extension() {
    let expected = "\
employeeNumber string
costCenter string
organization string
division string
department string
manager complex
manager.value string=
manager.$ref reference= User
manager.displayName string readOnly";
    assert_eq!(printed(1), expected);
}

#[test]
fn the_core_group() {
    let expected = "\
displayName string! server
members complex*
members.value string!= immutable
members.$ref reference= immutable User|Group
members.type string immutable User|Group";
    assert_eq!(printed(2), expected);
}
