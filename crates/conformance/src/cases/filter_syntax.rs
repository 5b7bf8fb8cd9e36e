//! The grammar of filters (RFC 7644 §3.4.2.2): logic, precedence, grouping, value paths, names, and what is not a
//! filter.

use super::{ENTERPRISE, GROUP, NOBODY, USER};
use crate::{Case, CreatedResource, Failure, Result, T};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    [logic(), spelling(), value_paths(), identifiers(), relations(), refusals()].into_iter().flatten().collect()
}

/// Ada has a work and a home address and is active, Grace has only a work address and is not active, Joan has nothing
/// but a name.
async fn people(t: &T) -> Result<[CreatedResource; 3]> {
    let tag = t.tag();
    let (ada, grace, joan) = (format!("{tag}-ada"), format!("{tag}-grace"), format!("{tag}-joan"));
    Ok([
        t.user_with(json!({"userName": ada, "displayName": "Ada", "active": true, "emails": [
            {"value": format!("{ada}@corp.example"), "type": "work", "primary": true},
            {"value": format!("{ada}@home.example"), "type": "home"}]}))
            .await?,
        t.user_with(json!({"userName": grace, "displayName": "Grace", "active": false, "emails": [
            {"value": format!("{grace}@home.example"), "type": "work"}]}))
            .await?,
        t.user_with(json!({"userName": joan, "active": true})).await?,
    ])
}

/// A filter in which `#` is the tag, applied to the three; `expected` has the first letters of those that match.
fn row(name: String, rule: &str, filter: &'static str, expected: &'static str) -> Case {
    Case::new(name, rule, move |t| async move {
        let people = people(&t).await?;
        let found = people.iter().filter(|one| expected.contains(&one.name[t.tag().len() + 1..=t.tag().len() + 1]));
        let ids: Vec<&str> = found.map(|one| one.id.as_str()).collect();
        let filter = filter.replace('#', t.tag());
        t.filter("/Users", &filter).expect(200).await?.finds(&ids).map(drop)
    })
}

fn logic() -> Vec<Case> {
    let rows = [
        ("and", "and: both hold.", "userName sw \"#\" and active eq true", "aj"),
        ("and-of-three", "and: all hold.", "userName sw \"#\" and active eq true and displayName pr", "a"),
        ("or", "or: either holds.", "userName eq \"#-ada\" or userName eq \"#-grace\"", "ag"),
        (
            "or-of-three",
            "or: any holds.",
            "userName eq \"#-ada\" or userName eq \"#-grace\" or userName eq \"#-joan\"",
            "agj",
        ),
        (
            "or-of-the-same",
            "A resource appears only once in a result.",
            "userName eq \"#-ada\" or displayName eq \"Ada\" and userName sw \"#\"",
            "a",
        ),
        ("not", "not: the expression is false.", "userName sw \"#\" and not (userName eq \"#-ada\")", "gj"),
        (
            "not-of-or",
            "not of an or.",
            "userName sw \"#\" and not (userName eq \"#-ada\" or userName eq \"#-joan\")",
            "g",
        ),
        ("not-of-and", "not of an and.", "userName sw \"#\" and not (active eq true and displayName pr)", "gj"),
        ("not-not", "not of not.", "userName sw \"#\" and not (not (userName eq \"#-ada\"))", "a"),
        ("not-pr", "not of pr: the attribute has no value.", "userName sw \"#\" and not (displayName pr)", "j"),
        (
            "and-before-or",
            "and binds tighter than or.",
            "userName eq \"#-joan\" or userName sw \"#\" and active eq false",
            "gj",
        ),
        (
            "and-before-or-behind",
            "and binds tighter than or, also on the left.",
            "userName sw \"#\" and active eq false or userName eq \"#-joan\"",
            "gj",
        ),
        (
            "group-before-and",
            "( ) comes before and.",
            "(userName eq \"#-joan\" or userName sw \"#\") and active eq false",
            "g",
        ),
        ("group-of-one", "( ) around one comparison.", "(userName eq \"#-joan\")", "j"),
        ("group-of-groups", "( ) around ( ).", "((userName sw \"#\") and ((active eq true)))", "aj"),
        ("not-before-and", "not binds tighter than and.", "not (active eq true) and userName sw \"#\"", "g"),
        (
            "contradiction",
            "A condition that cannot hold finds nothing.",
            "userName eq \"#-ada\" and userName eq \"#-grace\"",
            "",
        ),
    ];
    rows.map(|(label, rule, filter, expected)| row(format!("rfc7644-3.4.2.2-logic-{label}"), rule, filter, expected))
        .into()
}

fn spelling() -> Vec<Case> {
    let rows = [
        ("attribute-in-any-case", "Attribute names are case-insensitive.", "USERNAME eq \"#-ada\"", "a"),
        (
            "sub-attribute-in-any-case",
            "Names of sub-attributes are case-insensitive.",
            "EMAILS.VALUE eq \"#-ada@home.example\"",
            "a",
        ),
        ("operator-in-any-case", "Operators are case-insensitive.", "userName EQ \"#-ada\"", "a"),
        ("pr-in-any-case", "pr is case-insensitive.", "userName sw \"#\" and displayName PR", "ag"),
        ("and-in-any-case", "and is case-insensitive.", "userName sw \"#\" AND active eq false", "g"),
        ("or-in-any-case", "or is case-insensitive.", "userName eq \"#-ada\" Or userName eq \"#-joan\"", "aj"),
        ("not-in-any-case", "not is case-insensitive.", "userName sw \"#\" and NOT (displayName pr)", "j"),
        (
            "not-without-a-blank",
            "The grammar has no blank between not and its parenthesis.",
            "userName sw \"#\" and not(displayName pr)",
            "j",
        ),
        ("blanks-in-parentheses", "Blanks inside parentheses mean nothing.", "( userName eq \"#-ada\" )", "a"),
        (
            "qualified-name",
            "An attribute may be named with the URN of its schema.",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"#-ada\"",
            "a",
        ),
        (
            "qualified-name-in-any-case",
            "Schema URNs are case-insensitive.",
            "URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER:userName eq \"#-ada\"",
            "a",
        ),
        (
            "qualified-sub-attribute",
            "A sub-attribute may be named with the URN of its schema.",
            "urn:ietf:params:scim:schemas:core:2.0:User:emails.value eq \"#-ada@home.example\"",
            "a",
        ),
        ("escaped-text", "A value is a JSON string: its escapes are read.", "userName eq \"#\\u002dada\"", "a"),
        ("eq-null", "null compares with no value.", "userName sw \"#\" and displayName eq null", "j"),
        ("ne-null", "null compares with no value.", "userName sw \"#\" and displayName ne null", "ag"),
    ];
    rows.map(|(label, rule, filter, expected)| row(format!("rfc7644-3.4.2.2-{label}"), rule, filter, expected)).into()
}

fn value_paths() -> Vec<Case> {
    let rows = [
        (
            "one-value-satisfies-all",
            "The same value satisfies the whole filter in brackets.",
            "userName sw \"#\" and emails[type eq \"work\" and value ew \"@corp.example\"]",
            "a",
        ),
        (
            "two-values-do-not",
            "Two values do not satisfy it together.",
            "userName sw \"#\" and emails[type eq \"home\" and value ew \"@corp.example\"]",
            "",
        ),
        ("or", "or in brackets.", "userName sw \"#\" and emails[type eq \"home\" or value ew \"@home.example\"]", "ag"),
        (
            "not",
            "not in brackets.",
            "userName sw \"#\" and emails[type eq \"work\" and not (value ew \"@corp.example\")]",
            "g",
        ),
        (
            "group",
            "( ) in brackets.",
            "userName sw \"#\" and emails[(type eq \"home\" or type eq \"work\") and value ew \"@corp.example\"]",
            "a",
        ),
        ("type", "One comparison in brackets.", "userName sw \"#\" and emails[type eq \"home\"]", "a"),
        ("boolean", "A Boolean in brackets.", "userName sw \"#\" and emails[primary eq true]", "a"),
        ("any-case", "Names in brackets are case-insensitive.", "userName sw \"#\" and EMAILS[TYPE EQ \"home\"]", "a"),
        ("negated", "not of a value path.", "userName sw \"#\" and not (emails[type eq \"home\"])", "gj"),
        (
            "in-or",
            "A value path in an or.",
            "emails[value eq \"#-grace@home.example\"] or userName eq \"#-joan\"",
            "gj",
        ),
        (
            "qualified",
            "A value path may be named with the URN of its schema.",
            "userName sw \"#\" and urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"home\"]",
            "a",
        ),
    ];
    let mut cases: Vec<Case> = rows
        .map(|(label, rule, filter, expected)| {
            row(format!("rfc7644-3.4.2.2-value-path-{label}"), rule, filter, expected)
        })
        .into();
    let plain = [
        (
            "some-value-matches",
            "A multi-valued attribute matches if one of its values does.",
            "userName sw \"#\" and emails.type eq \"home\"",
            "a",
        ),
        (
            "some-value-each",
            "Comparisons of two sub-attributes may match two values.",
            "userName sw \"#\" and emails.type eq \"home\" and emails.value ew \"@corp.example\"",
            "a",
        ),
        (
            "value-is-the-default",
            "A multi-valued attribute without sub-attribute is compared by value.",
            "userName sw \"#\" and emails co \"@corp.example\"",
            "a",
        ),
        (
            "multi-valued-pr",
            "pr of a multi-valued attribute: there is a value.",
            "userName sw \"#\" and emails pr",
            "ag",
        ),
        (
            "multi-valued-sub-pr",
            "pr of a sub-attribute: some value has it.",
            "userName sw \"#\" and emails.primary pr and emails.primary eq true",
            "a",
        ),
    ];
    cases.extend(
        plain.map(|(label, rule, filter, expected)| row(format!("rfc7644-3.4.2.2-{label}"), rule, filter, expected)),
    );
    cases
}

fn identifiers() -> Vec<Case> {
    let mut cases = Vec::new();
    for (endpoint, label) in [("/Users", "user"), ("/Groups", "group")] {
        let rule = "id can be filtered by like other attributes.";
        cases.push(Case::new(format!("rfc7644-3.4.2.2-{label}-id-eq"), rule, move |t| async move {
            let made = if endpoint == "/Users" { t.user().await? } else { t.group().await? };
            t.filter(endpoint, &format!("id eq \"{}\"", made.id)).expect(200).await?.finds(&[&made.id]).map(drop)
        }));
        let rule = "id is caseExact.";
        cases.push(Case::new(format!("rfc7643-3.1-{label}-id-minds-case"), rule, move |t| async move {
            let made = if endpoint == "/Users" { t.user().await? } else { t.group().await? };
            let other = made.id.to_uppercase();
            if other == made.id {
                return Err(Failure::absence("this server's ids have no letters"));
            }
            t.filter(endpoint, &format!("id eq \"{other}\"")).expect(200).await?.total(0).map(drop)
        }));
        let rule = "A filter that nothing matches is answered 200 without resources, never 404.";
        cases.push(Case::new(format!("rfc7644-3.4.2-no-{label}-is-an-empty-list"), rule, move |t| async move {
            if endpoint == "/Users" {
                t.user().await?
            } else {
                t.group().await?
            };
            let found = t.filter(endpoint, &format!("id eq \"{NOBODY}\"")).expect(200).await?;
            found.is_scim()?.finds(&[]).map(drop)
        }));
        let rule = "A filter may compare an id of any form.";
        cases.push(Case::new(
            format!("rfc7644-3.4.2-{label}-id-of-another-form-is-an-empty-list"),
            rule,
            move |t| async move {
                if endpoint == "/Users" {
                    t.user().await?
                } else {
                    t.group().await?
                };
                t.filter(endpoint, "id eq \"no-such-form\"").expect(200).await?.finds(&[]).map(drop)
            },
        ));
        let rule = "id has a value in every resource.";
        cases.push(Case::new(format!("rfc7644-3.4.2.2-{label}-id-pr"), rule, move |t| async move {
            let made = if endpoint == "/Users" { t.user().await? } else { t.group().await? };
            let filter = format!("id pr and id eq \"{}\"", made.id);
            t.filter(endpoint, &filter).expect(200).await?.finds(&[&made.id]).map(drop)
        }));
    }
    cases
}

/// Filters by membership.
fn relations() -> Vec<Case> {
    let groups = [
        ("members-value", "members.value eq \"@\""),
        ("members", "members eq \"@\""),
        ("members-value-path", "members[value eq \"@\"]"),
    ];
    let users = [("groups-value", "groups.value eq \"@\""), ("groups", "groups eq \"@\"")];
    let groups = groups.map(|(label, filter)| {
        let rule = "Groups are found by a member's id.";
        Case::new(format!("rfc7644-3.4.2.2-group-by-{label}"), rule, move |t| async move {
            let (user, other) = (t.user().await?, t.user().await?);
            let group = t.group_of(&[&user]).await?;
            t.group_of(&[&other]).await?;
            let found = t.filter("/Groups", &filter.replace('@', &user.id)).expect(200).await?;
            found.finds(&[&group.id]).map(drop)
        })
    });
    let users = users.map(|(label, filter)| {
        let rule = "Users are found by the id of a group that they are in.";
        Case::new(format!("rfc7644-3.4.2.2-user-by-{label}"), rule, move |t| async move {
            let (user, _other) = (t.user().await?, t.user().await?);
            let group = t.group_of(&[&user]).await?;
            let found = t.filter("/Users", &filter.replace('@', &group.id)).expect(200).await?;
            found.finds(&[&user.id]).map(drop)
        })
    });
    let manager = ["manager.value", "manager"].map(|path| {
        let rule = "Users are found by their manager's id.";
        Case::new(format!("rfc7644-3.4.2.2-user-by-{}", path.replace('.', "-")), rule, move |t| async move {
            let boss = t.user().await?;
            let user = t.user_with(json!({ENTERPRISE: {"manager": {"value": boss.id}}})).await?;
            let found = t.filter("/Users", &format!("{ENTERPRISE}:{path} eq \"{}\"", boss.id)).expect(200).await?;
            found.finds(&[&user.id]).map(drop)
        })
    });
    let empty = Case::new("rfc7644-3.4.2.2-group-members-pr", "members pr: the group has members.", |t| async move {
        let user = t.user().await?;
        let (full, empty) = (t.group_of(&[&user]).await?, t.group().await?);
        let filter = format!("(id eq \"{}\" or id eq \"{}\") and members pr", full.id, empty.id);
        t.filter("/Groups", &filter).expect(200).await?.finds(&[&full.id]).map(drop)
    });
    let qualified = Case::new(
        "rfc7644-3.4.2.2-group-qualified-name",
        "An attribute of a group may be named with the URN of its schema.",
        |t| async move {
            let group = t.group().await?;
            let found = t.filter("/Groups", &format!("{GROUP}:displayName eq \"{}\"", group.name)).expect(200).await?;
            found.finds(&[&group.id]).map(drop)
        },
    );
    groups.into_iter().chain(users).chain(manager).chain([empty, qualified]).collect()
}

/// RFC 7644 §3.12: what is not a filter, or compares what cannot be compared, gets 400 `invalidFilter`, never a whole
/// list.
fn refusals() -> Vec<Case> {
    let rows = [
        ("no-operator", "userName"),
        ("no-value", "userName eq"),
        ("no-attribute", "eq \"x\""),
        ("unknown-operator", "userName like \"x\""),
        ("symbol-operator", "userName = \"x\""),
        ("open-parenthesis", "(userName eq \"x\""),
        ("closed-parenthesis", "userName eq \"x\")"),
        ("empty-parentheses", "()"),
        ("open-quote", "userName eq \"x"),
        ("single-quotes-open", "userName eq \"x' or '1'='1"),
        ("open-bracket", "emails[type eq \"work\""),
        ("closed-bracket", "emails type eq \"work\"]"),
        ("empty-brackets", "emails[]"),
        ("bracket-in-brackets", "emails[emails[type eq \"work\"]]"),
        ("dangling-and", "userName eq \"x\" and"),
        ("leading-and", "and userName eq \"x\""),
        ("dangling-or", "userName eq \"x\" or"),
        ("two-values", "userName eq \"x\" \"y\""),
        ("value-behind-pr", "userName pr \"x\""),
        ("not-without-parentheses", "not userName eq \"x\""),
        ("no-link", "userName eq \"x\" active eq true"),
        ("bad-escape", "userName eq \"\\x41\""),
        ("lone-surrogate", "userName eq \"\\ud800\""),
        ("nul", "userName eq \"\\u0000\""),
        ("double-dot", "name..givenName eq \"x\""),
        ("trailing-dot", "name. eq \"x\""),
        ("leading-dot", ".userName eq \"x\""),
        ("bare-urn", "urn:ietf:params:scim:schemas:core:2.0:User eq \"x\""),
        ("unknown-attribute", "shoeSize eq \"42\""),
        ("unknown-sub-attribute", "name.shoeSize eq \"42\""),
        ("unknown-attribute-pr", "shoeSize pr"),
        ("unknown-in-or", "userName eq \"x\" or shoeSize eq \"42\""),
        ("unknown-in-not", "not (shoeSize eq \"42\")"),
        ("unknown-in-brackets", "emails[shoeSize eq \"42\"]"),
        ("password", "password eq \"x\""),
        ("password-pr", "password pr"),
        ("time-of-another-form", "meta.created gt \"soon\""),
        ("sql", "userName eq \"x\"; DROP TABLE users"),
    ];
    let case = |(label, filter): (&str, &'static str)| {
        let name = format!("rfc7644-3.12-filter-refused-{label}");
        Case::new(name, "What is not a filter gets 400 invalidFilter, and finds nothing.", move |t| async move {
            t.user().await?;
            let refused = t.filter("/Users", filter).refused(400, "invalidFilter").await?;
            refused.without("/Resources").map(drop)
        })
    };
    let groups =
        [("user-name", "userName eq \"x\""), ("emails", "emails.value eq \"x\""), ("active", "active eq true")];
    let others = groups.map(|(label, filter)| {
        let name = format!("rfc7644-3.12-filter-refused-group-{label}");
        Case::new(name, "A group has no attribute of a user.", move |t| async move {
            t.group().await?;
            t.filter("/Groups", filter).refused(400, "invalidFilter").await.map(drop)
        })
    });
    let qualified = Case::new(
        "rfc7644-3.12-filter-refused-attribute-of-another-schema",
        "An attribute is looked up in the schema that is named.",
        |t| async move {
            t.user().await?;
            t.filter("/Users", &format!("{ENTERPRISE}:userName eq \"x\"")).refused(400, "invalidFilter").await?;
            t.filter("/Users", &format!("{USER}:employeeNumber eq \"x\"")).refused(400, "invalidFilter").await.map(drop)
        },
    );
    rows.into_iter().map(case).chain(others).chain([qualified]).collect()
}
