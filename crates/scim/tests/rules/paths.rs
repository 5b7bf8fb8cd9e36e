//! RFC 7644 §3.10 and the paths of §3.5.2.

use scim::Limits;
use scim::path::{AttributePath, PatchPath};
use scim::schema::{ENTERPRISE_URN, GROUP, USER, USER_URN};

fn path(schema: Option<&str>, attribute: &str, sub: Option<&str>) -> AttributePath {
    AttributePath { schema: schema.map(Into::into), attribute: attribute.into(), sub_attribute: sub.map(Into::into) }
}

#[test]
fn a_name_is_letters_digits_and_few_signs() {
    for name in ["a", "Z9", "_x", "$ref", "a-b_c$d", "x$"] {
        assert_eq!(AttributePath::parse(name), Ok(path(None, name, None)));
        assert_eq!(AttributePath::parse(&format!("a.{name}")), Ok(path(None, "a", Some(name))));
    }
    for text in ["", "9a", "-a", "a b", "a.", ".a", "a.b.c", "a/b", "é", "a:b", "a@b", "a.9"] {
        assert!(AttributePath::parse(text).is_err(), "{text}");
        assert!(PatchPath::parse(text, &Limits::default()).is_err(), "{text}");
    }
}

#[test]
fn a_known_urn_is_taken_whole_and_an_unknown_one_up_to_its_last_colon() {
    for (text, expected) in [
        (format!("{USER_URN}:name.givenName"), path(Some(USER_URN), "name", Some("givenName"))),
        (format!("{}:userName", USER_URN.to_uppercase()), path(Some(USER_URN), "userName", None)),
        (format!("{ENTERPRISE_URN}:manager"), path(Some(ENTERPRISE_URN), "manager", None)),
        ("urn:x:2.0:User:badge.a".into(), path(Some("urn:x:2.0:User"), "badge", Some("a"))),
        ("URN:a%20/b_c+d-e:f".into(), path(Some("URN:a%20/b_c+d-e"), "f", None)),
    ] {
        assert_eq!(AttributePath::parse(&text), Ok(expected), "{text}");
    }
    for text in ["urn:", "urn:a", "urn::a", "urn:a b:c", "urn:é:c", USER_URN, "urn:x:y:"] {
        assert!(AttributePath::parse(text).is_err() || text == USER_URN, "{text}");
    }
}

#[test]
fn a_sub_attribute_stands_behind_the_filter() {
    let read = |text: &str| PatchPath::parse(text, &Limits::default());
    assert_eq!(read(" emails [type eq \"]\"].value ").unwrap().path, path(None, "emails", Some("value")));
    assert_eq!(read("emails[a pr]").unwrap().path, path(None, "emails", None));
    for text in [
        "emails.value[a pr]",
        "emails[a pr]value",
        "emails[a pr].",
        "emails[a pr].b.c",
        "emails[a pr]x.b",
        "emails[a pr",
        "emails a pr]",
        "emails[]",
        "[a pr]",
        "[a pr]b.c",
        "urn:x[a pr]:b.c",
        "emails[a[b pr]]",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    let padded = |length: usize| format!("a{}", "b".repeat(length - 1));
    assert!(read(&padded(8192)).is_ok());
    assert!(read(&padded(8193)).is_err());
}

#[test]
fn a_path_is_looked_up_in_any_spelling() {
    let resolved = |text: &str| {
        let path = AttributePath::parse(text).unwrap();
        let found = USER.resolve(&path);
        let known = (found.attribute.is_some(), found.sub_attribute.is_some());
        (found.extension.map(str::to_owned), found.name.to_owned(), found.sub_name.map(str::to_owned), known)
    };
    let own = str::to_owned;
    assert_eq!(resolved("USERNAME"), (None, own("userName"), None, (true, false)));
    assert_eq!(resolved("NAME.GIVENNAME"), (None, own("name"), Some(own("givenName")), (true, true)));
    assert_eq!(resolved("name.X"), (None, own("name"), Some(own("X")), (true, false)));
    assert_eq!(
        resolved("Manager.VALUE"),
        (Some(own(ENTERPRISE_URN)), own("manager"), Some(own("value")), (true, true))
    );
    assert_eq!(resolved("urn:x:Y:Z"), (Some(own("urn:x:Y")), own("Z"), None, (false, false)));
    assert_eq!(resolved(&format!("{USER_URN}:ACTIVE")), (None, own("active"), None, (true, false)));
    let manager = AttributePath::parse("manager").unwrap();
    assert_eq!(GROUP.resolve(&manager).extension, None);
}
