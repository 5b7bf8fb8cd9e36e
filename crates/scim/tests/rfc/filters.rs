//! RFC 7644 §3.4.2.2: the example filters and the grammar.

use scim::Limits;
use scim::filter::{Filter, parse};
use scim::schema::USER;
use serde_json::{Value, json};

use super::{barbara, object};

fn read(text: &str) -> Filter {
    parse(text, &Limits::default()).unwrap()
}

fn finds(resource: Value, text: &str) -> bool {
    read(text).matches(&object(resource), &USER)
}

#[test]
fn examples_that_match_barbara() {
    for text in [
        r#"userName Eq "bjensen@example.com""#,
        r#"Username eq "bjensen@example.com""#,
        r#"name.familyName co "ense""#,
        r#"userName sw "B""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "B""#,
        "title pr",
        r#"meta.lastModified gt "2011-05-13T04:42:33Z""#,
        r#"meta.lastModified ge "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified ge "2011-05-13T06:42:34+02:00""#,
        r#"meta.lastModified lt "2011-05-13T04:42:34.5Z""#,
        r#"meta.lastModified le "2011-05-13T04:42:34.000Z""#,
        r#"meta.lastModified eq "2011-05-13T04:42:34.000+00:00""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType ne "Intern" and not (emails co "example.net" or emails.value co "example.org")"#,
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
        r#"emails[not (type eq "work")]"#,
        "active eq true",
        "emails pr and name pr and urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager pr",
        "middleName eq null",
        "title ne null",
        r#"nickName ne "x" and unknown ne "x""#,
    ] {
        assert!(finds(barbara(), text), "{text}");
    }
}

#[test]
fn examples_that_do_not_match_barbara() {
    for text in [
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "J""#,
        r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified gt "yesterday""#,
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        r#"emails[type eq "home" and value co "@example.com"]"#,
        r#"ims[type eq "xmpp" and value co "@foo.com"]"#,
        "active gt false",
        "active eq 1",
        "title eq null",
        r#"unknown eq "x""#,
        "roles pr",
        r#"title gt "Z""#,
    ] {
        assert!(!finds(barbara(), text), "{text}");
    }
}

#[test]
fn and_binds_tighter_than_or() {
    assert_eq!(read("a pr or b pr and c pr"), read("a pr or (b pr and c pr)"));
    assert_ne!(read("a pr or b pr and c pr"), read("(a pr or b pr) and c pr"));
    assert_eq!(read("not (a pr) and b pr"), read("(not (a pr)) and b pr"));
    assert_eq!(read("a pr AND NOT(b pr)Or(c pr)"), read("a pr and not (b pr) or (c pr)"));
}

#[test]
fn a_filter_is_printed_as_it_is_written() {
    for text in [
        r#"userName eq "bjensen""#,
        "title pr and not (a eq 1.5 or b ne null)",
        r#"(a pr or b pr) and (c pr and d pr) or emails[type eq "work" and value co "@x"]"#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:name.familyName ew "\"\\""#,
        "a pr or (b pr or c pr)",
    ] {
        assert_eq!(read(text).to_string(), text);
    }
}

#[test]
fn numbers_of_unknown_attributes_are_compared_as_numbers() {
    for (text, expected) in
        [("size gt 9", true), ("size eq 10.0", true), ("size lt 9.5", false), ("size eq \"10\"", false)]
    {
        assert_eq!(finds(json!({"size": 10}), text), expected, "{text}");
    }
}
