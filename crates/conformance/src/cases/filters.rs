//! Every operator on every attribute that directories look things up by (RFC 7644 §3.4.2.2).

use super::ENTERPRISE;
use crate::{Case, CreatedResource, Result, T};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    let users = USERS.iter().flat_map(|column| matrix("/Users", column));
    let groups = GROUPS.iter().flat_map(|column| matrix("/Groups", column));
    users.chain(groups).chain(times()).chain(booleans()).collect()
}

/// An attribute, and where it is in a body.
struct Column {
    label: &'static str,
    path: &'static str,
    place: fn(&str) -> Value,
    case_exact: bool,
}

const USERS: [Column; 7] = [
    Column { label: "username", path: "userName", place: |text| json!({"userName": text}), case_exact: false },
    Column { label: "displayname", path: "displayName", place: |text| json!({"displayName": text}), case_exact: false },
    Column {
        label: "givenname",
        path: "name.givenName",
        place: |text| json!({"name": {"givenName": text}}),
        case_exact: false,
    },
    Column {
        label: "familyname",
        path: "name.familyName",
        place: |text| json!({"name": {"familyName": text}}),
        case_exact: false,
    },
    Column {
        label: "emails-value",
        path: "emails.value",
        place: |text| json!({"emails": [{"value": text, "type": "work"}]}),
        case_exact: false,
    },
    Column { label: "externalid", path: "externalId", place: |text| json!({"externalId": text}), case_exact: true },
    Column {
        label: "employeenumber",
        path: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
        place: |text| json!({ENTERPRISE: {"employeeNumber": text}}),
        case_exact: false,
    },
];

const GROUPS: [Column; 2] = [
    Column {
        label: "group-displayname",
        path: "displayName",
        place: |text| json!({"displayName": text}),
        case_exact: false,
    },
    Column {
        label: "group-externalid",
        path: "externalId",
        place: |text| json!({"externalId": text}),
        case_exact: true,
    },
];

/// The values of the first and the second resource; the third has none, or one that sorts before both.
const FIRST: &str = "-m-Ada";
const SECOND: &str = "-t-Grace";

/// Operator, operand after the tag, and which of the two resources match.
const OPERATORS: [(&str, &str, &str, &str, &str); 14] = [
    ("eq", "the values are identical", "eq", "#-m-Ada", "1"),
    ("eq-of-a-part", "a part is not the whole", "eq", "#-m", ""),
    ("ne", "the values are not identical", "ne", "#-m-Ada", "2"),
    ("co", "the operand is a substring", "co", "-t-Gra", "2"),
    ("sw", "the operand is a substring at the start", "sw", "#-m", "1"),
    ("sw-in-the-middle", "a substring elsewhere is not one at the start", "sw", "-m-Ada", ""),
    ("ew", "the operand is a substring at the end", "ew", "-Grace", "2"),
    ("ew-in-the-middle", "a substring elsewhere is not one at the end", "ew", "#-t", ""),
    ("gt", "the value is lexicographically greater, and not equal", "gt", "#-m-Ada", "2"),
    ("gt-of-the-last", "nothing is greater than itself", "gt", "#-t-Grace", ""),
    ("ge", "the value is greater or equal", "ge", "#-m-Ada", "12"),
    ("lt", "the value is lexicographically less, and not equal", "lt", "#-t-Grace", "1"),
    ("lt-of-the-first", "nothing is less than itself", "lt", "#-m-Ada", ""),
    ("le", "the value is less or equal", "le", "#-t-Grace", "12"),
];

fn matrix(endpoint: &'static str, column: &'static Column) -> Vec<Case> {
    let Column { label, path, case_exact, .. } = *column;
    let compare = |(name, rule, op, operand, expected): (&str, &str, &'static str, &'static str, &'static str)| {
        let name = format!("rfc7644-3.4.2.2-{label}-{name}");
        Case::new(name, format!("{path} {op}: {rule}."), move |t| async move {
            let operand = operand.replace('#', t.tag());
            compared(t, endpoint, column, &format!("{path} {op} \"{operand}\""), expected).await
        })
    };
    let mut cases: Vec<Case> = OPERATORS.into_iter().map(compare).collect();
    for (op, other_case) in [("eq", "#-M-aDA"), ("co", "#-M-a"), ("sw", "#-M"), ("ew", "-aDA")] {
        let (word, expected) = if case_exact { ("minds", "") } else { ("ignores", "1") };
        let name = format!("rfc7644-3.4.2.2-{label}-{op}-{word}-case");
        cases.push(Case::new(name, format!("{path} {op}: caseExact is {case_exact}."), move |t| async move {
            let operand = other_case.replace('#', t.tag());
            compared(t, endpoint, column, &format!("{path} {op} \"{operand}\""), expected).await
        }));
    }
    let name = format!("rfc7644-3.4.2.2-{label}-pr");
    cases.push(Case::new(name, format!("{path} pr: the attribute has a value."), move |t| async move {
        compared(t, endpoint, column, &format!("{path} pr"), "12").await
    }));
    cases
}

/// Creates two resources with the attribute and one without, and asks which of the three match.
async fn compared(t: T, endpoint: &str, column: &Column, filter: &str, expected: &str) -> Result<()> {
    let body = |value: &str| (column.place)(&format!("{}{value}", t.tag()));
    let (one, two) = (make(&t, endpoint, body(FIRST)).await?, make(&t, endpoint, body(SECOND)).await?);
    let naming = if endpoint == "/Users" { "userName" } else { "displayName" };
    // Even the one without a value has a name.
    let is_naming = column.path == naming;
    let three = if is_naming { None } else { Some(make(&t, endpoint, json!({})).await?) };
    let ids = [Some(&one), Some(&two), three.as_ref()];
    let ours: Vec<String> = ids.into_iter().flatten().map(|made| format!("id eq \"{}\"", made.id)).collect();
    // Servers differ in how they compare a missing value.
    let scoped = format!("({}) and ({filter}) and {} pr", ours.join(" or "), column.path);
    let expected: Vec<&str> = [("1", &one), ("2", &two)]
        .iter()
        .filter(|(key, _)| expected.contains(key))
        .map(|(_, r)| r.id.as_str())
        .collect();
    t.filter(endpoint, &scoped).expect(200).await?.finds(&expected).map(drop)
}

async fn make(t: &T, endpoint: &str, body: Value) -> Result<CreatedResource> {
    if endpoint == "/Users" { t.user_with(body).await } else { t.group_with(body).await }
}

/// RFC 7644 §3.4.2.2: a dateTime is compared as an instant, not as text.
fn times() -> Vec<Case> {
    let rows = [
        ("eq", "eq", "@", true),
        ("ge", "ge", "@", true),
        ("le", "le", "@", true),
        ("gt", "gt", "@", false),
        ("lt", "lt", "@", false),
        ("gt-the-past", "gt", "2001-01-01T00:00:00Z", true),
        ("lt-the-past", "lt", "2001-01-01T00:00:00Z", false),
        ("lt-the-future", "lt", "2999-01-01T00:00:00Z", true),
        ("gt-with-an-offset", "gt", "2001-01-01T00:00:00+02:00", true),
        ("gt-with-a-fraction", "gt", "2001-01-01T00:00:00.123456Z", true),
    ];
    let mut cases = Vec::new();
    for (endpoint, kind) in [("/Users", "user"), ("/Groups", "group")] {
        for path in ["meta.created", "meta.lastModified"] {
            for (label, op, operand, found) in rows {
                let name = format!("rfc7644-3.4.2.2-{kind}-{}-{label}", path.to_lowercase());
                cases.push(Case::new(
                    name,
                    format!("{path} {op}: times are compared chronologically."),
                    move |t| async move {
                        let made = make(&t, endpoint, json!({})).await?;
                        let own = made.answer.text_at(&format!("/{}", path.replace('.', "/")))?;
                        let filter =
                            format!("id eq \"{}\" and {path} {op} \"{}\"", made.id, operand.replace('@', &own));
                        let expected = if found { vec![made.id.as_str()] } else { vec![] };
                        t.filter(endpoint, &filter).expect(200).await?.finds(&expected).map(drop)
                    },
                ));
            }
        }
    }
    cases
}

fn booleans() -> Vec<Case> {
    let found = [
        ("eq-true", "active eq true", "on"),
        ("eq-false", "active eq false", "off"),
        ("ne-true", "active ne true", "off"),
        ("ne-false", "active ne false", "on"),
        ("pr", "active pr", "on off"),
    ];
    let refused = ["gt", "ge", "lt", "le"];
    let found = found.map(|(label, filter, expected)| {
        let name = format!("rfc7644-3.4.2.2-active-{label}");
        Case::new(name, "Booleans are compared by true and false without quotes.", move |t| async move {
            let on = t.user_with(json!({"active": true})).await?;
            let off = t.user_with(json!({"active": false})).await?;
            let scoped = format!("(id eq \"{}\" or id eq \"{}\") and {filter}", on.id, off.id);
            let pairs = [("on", on.id.as_str()), ("off", off.id.as_str())];
            let expected: Vec<_> =
                pairs.iter().filter(|(key, _)| expected.split(' ').any(|e| e == *key)).map(|(_, id)| *id).collect();
            t.filter("/Users", &scoped).expect(200).await?.finds(&expected).map(drop)
        })
    });
    let refused = refused.map(|op| {
        let rule = "gt, ge, lt and le of a Boolean are refused with 400 invalidFilter.";
        Case::new(format!("rfc7644-3.4.2.2-active-{op}-is-refused"), rule, move |t| async move {
            t.user().await?;
            t.filter("/Users", &format!("active {op} true")).refused(400, "invalidFilter").await.map(drop)
        })
    });
    found.into_iter().chain(refused).collect()
}
