//! The parameters of a query (RFC 7644 §3.4.2, RFC 9865), from a URL or from the body of a search request. A value that
//! is not understood is refused: if a filter were ignored, all users would be returned.

use serde_json::{Map, Value};

/// The parameters that a query may have. Others are ignored.
pub(super) const PARAMETERS: [&str; 8] =
    ["filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes"];

/// Parameters, under their canonical names.
pub(super) type Query = Vec<(String, String)>;

/// The type of a parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    /// Names separated by commas.
    Names,
}

fn known(name: &str) -> Option<(&'static str, Kind)> {
    let known = PARAMETERS.into_iter().find(|known| known.eq_ignore_ascii_case(name))?;
    let kind = match known {
        "startIndex" | "count" => Kind::Number,
        "attributes" | "excludedAttributes" => Kind::Names,
        _ => Kind::Text,
    };
    Some((known, kind))
}

/// The parameters of a URL. Lists of names that appear twice become one list.
///
/// # Errors
/// `invalidSyntax` if any other parameter has two values.
pub(super) fn of_address(pairs: Query) -> scim::Result<Query> {
    let mut query = Query::new();
    for (name, value) in pairs {
        let Some((name, kind)) = known(&name) else {
            query.push((name, value));
            continue;
        };
        match query.iter_mut().find(|(other, _)| other == name) {
            None => query.push((name.to_owned(), value)),
            Some((_, names)) if kind == Kind::Names => {
                names.push(',');
                names.push_str(&value);
            }
            Some((_, other)) if *other == value => {}
            Some(_) => return Err(scim::Error::invalid_syntax(format!("{name} is given twice; send one value."))),
        }
    }
    Ok(query)
}

/// The parameters in the body of a search request (RFC 7644 §3.4.3); null counts as missing.
///
/// # Errors
/// `invalidSyntax` if one has a value of the wrong type, or two values.
pub(super) fn of_body(body: Map<String, Value>) -> scim::Result<Query> {
    let mut query = Query::new();
    for (name, value) in body {
        let Some((name, kind)) = known(&name).filter(|_| !value.is_null()) else { continue };
        let text = text_of(kind, value).ok_or_else(|| {
            let wanted = match kind {
                Kind::Text => "a text",
                Kind::Number => "a whole number",
                Kind::Names => "a list of texts",
            };
            scim::Error::invalid_syntax(format!("{name} must be {wanted}."))
        })?;
        query.push((name.to_owned(), text));
    }
    of_address(query)
}

/// A value as it would be in a URL; `None` if it is of the wrong type.
fn text_of(kind: Kind, value: Value) -> Option<String> {
    match (kind, value) {
        (_, Value::String(text)) => Some(text),
        (Kind::Number, Value::Number(number)) => whole(&number),
        (Kind::Names, Value::Array(names)) => {
            let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
            names.map(|names| names.join(","))
        }
        _ => None,
    }
}

/// A whole number, even if it is written as 10.0.
fn whole(number: &serde_json::Number) -> Option<String> {
    if number.is_i64() || number.is_u64() {
        return Some(number.to_string());
    }
    number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15).map(|number| format!("{number:.0}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(value: Value) -> scim::Result<Query> {
        let Value::Object(body) = value else { panic!("{value}") };
        of_body(body)
    }

    #[test]
    fn ra2_what_is_no_filter_is_no_query_for_everybody() {
        for wrong in [json!(true), json!(false), json!(1), json!({"userName": "a"}), json!(["a"]), json!([])] {
            for name in ["filter", "FILTER", "cursor", "sortBy", "sortOrder"] {
                assert!(body(json!({ name: wrong })).is_err(), "{name} {wrong}");
            }
        }
        for (name, wrong) in [
            ("count", json!(1.5)),
            ("count", json!(true)),
            ("startIndex", json!([1])),
            ("attributes", json!(1)),
            ("attributes", json!(["userName", 1])),
            ("excludedAttributes", json!({"a": 1})),
        ] {
            assert!(body(json!({ name: wrong })).is_err(), "{name} {wrong}");
        }
        assert!(body(json!({"filter": "a pr", "Filter": "b pr"})).is_err());
    }

    #[test]
    fn a_search_request_says_what_an_address_says() {
        let found = body(json!({
            "schemas": ["x"], "filter": null, "sortby": "userName", "count": 10.0, "startIndex": "3",
            "attributes": ["userName", "emails"], "unknown": {"a": 1}
        }));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let wanted = [
            pair("sortBy", "userName"),
            pair("count", "10"),
            pair("startIndex", "3"),
            pair("attributes", "userName,emails"),
        ];
        assert_eq!(found.unwrap(), wanted);
    }

    #[test]
    fn br20_parameters_may_repeat_where_that_makes_sense() {
        let address = |pairs: &[(&str, &str)]| {
            of_address(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let found = address(&[("attributes", "userName"), ("Attributes", "emails"), ("x", "1"), ("x", "2")]).unwrap();
        assert_eq!((found.len(), found[0].1.as_str()), (3, "userName,emails"));
        assert_eq!(address(&[("count", "5"), ("COUNT", "5")]).unwrap().len(), 1);
        for name in ["filter", "count", "startIndex", "cursor", "sortBy", "sortOrder"] {
            assert!(address(&[(name, "1"), (name, "2")]).is_err(), "{name}");
        }
    }
}
