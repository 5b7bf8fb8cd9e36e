use super::*;
use crate::user::Email;

fn profile(display_name: &str) -> Profile {
    Profile {
        user_name: "u1@corp.example".into(),
        external_id: Some("ext-7".into()),
        display_name: Some(display_name.into()),
        given_name: None,
        family_name: None,
        employee_number: None,
        manager: None,
        active: true,
        emails: Vec::new(),
        values: None,
        document: "{}".into(),
    }
}

fn finds(entered: &str, display_name: &str) -> bool {
    let text = text(&profile(display_name));
    needles(entered).iter().all(|needle| text.contains(needle))
}

#[test]
fn a_text_has_each_word_once() {
    let mut ada = profile("Ada Lovelace");
    ada.given_name = Some("ADA".into());
    ada.emails = vec![Email { value: "Ada@Corp.example".into(), kind: None, primary: true }];
    ada.values = Some(vec![
        (UserValue::Title, "mathematician".into()),
        (UserValue::NickName, "countess".into()),
        (UserValue::PhoneNumber, "+44 20-7946".into()),
    ]);
    let words = "  ada  lovelace  u1@corp.example  ada@corp.example  mathematician  +44  20-7946  44207946";
    assert_eq!(text(&ada), words);
    assert_eq!(text(&Profile { active: false, ..ada }), format!("  is:suspended{words}"));
}

#[test]
fn q02_order_case_and_accents_do_not_count() {
    for (entered, name) in [
        ("dang", "Đặng Văn"),
        ("ĐẶNG", "dang"),
        ("lukasz", "Łukasz Nowak"),
        ("nowak luk", "Łukasz Nowak"),
        ("weiss", "Weiß"),
        ("WEISSE", "weiße"),
        ("ada", "ＡＤＡ"),
        ("ＡＤＡ", "ada"),
        ("  ", "anybody"),
    ] {
        assert!(finds(entered, name), "{entered} in {name}");
    }
    assert!(!finds("nowak maria", "Łukasz Nowak"));
}

#[test]
fn q03_one_and_two_characters_are_found_where_a_word_begins() {
    for (entered, name, found) in [
        ("王", "王小明", true),
        ("小明", "王小明", true),
        ("明", "王小明", true),
        ("王明", "王小明", false),
        ("김", "김민준", true),
        ("an", "Anna", true),
        ("an", "Joanna", false),
        ("ann", "Joanna", true),
        ("j", "Joanna", true),
        ("o", "Joanna", false),
    ] {
        assert_eq!(finds(entered, name), found, "{entered} in {name}");
    }
}

#[test]
fn q04_whatever_is_entered_has_few_needles() {
    for entered in ["\"", "%", "_", "\\", "'", "*", "-", "OR", "a\0b", "a:b AND c"] {
        assert!(!needles(entered).is_empty(), "{entered:?}");
        assert!(needles(entered).iter().all(|needle| needle.chars().count() >= 3), "{entered:?}");
    }
    assert_eq!(needles(&"x".repeat(10_000)), ["x".repeat(100)]);
    assert_eq!(needles(&"a1 b2 c3 d4 e5 ".repeat(1_000)).len(), 5);
    assert!(needles(&(0..5_000).map(|n| format!("{n} ")).collect::<String>()).len() <= 16);
    let long = text(&profile(&(0..5_000).map(|n| format!("{n} ")).collect::<String>()));
    assert!(long.len() <= KEPT && long.starts_with("  0  1  2"));
}

#[test]
fn q05_no_match_spans_two_words() {
    assert!(!finds("adalove", "Ada Lovelace"));
    assert!(finds("ada love", "Ada Lovelace"));
    assert!(finds("corp.example lace", "Ada Lovelace"));
}

#[test]
fn nothing_entered_is_no_search() {
    assert_eq!(PeopleQuery::new(" \t\u{301} ", Some(false)), None);
    let query = PeopleQuery::new(" Ada ", Some(false)).unwrap();
    assert_eq!((query.entered.as_str(), query.needles.len()), ("Ada", 2));
}
