//! What to do about a refused call, at the directory or here.

use domain::activity::{CallKind, Outcome, Record, Subject};

/// One sentence or two, beside the reason that the client received.
pub(super) fn advice(record: &Record) -> Option<&'static str> {
    if !matches!(record.outcome, Outcome::Refused | Outcome::Failed) {
        return None;
    }
    let kind = record.call.operation;
    match (record.status?, record.reason.as_deref()) {
        (404, _) if kind == CallKind::Delete => Some("Nothing: it is gone already."),
        (404, _) if kind == CallKind::Discover => Some(
            "Compare the Tenant URL of the directory with the one on the SCIM tab; the client asks at another address.",
        ),
        (_, Some("uniqueness")) => Some(taken(record)),
        (status, reason) => reason.and_then(by_reason).or_else(|| by_status(status)),
    }
}

/// A name that another user or group has.
fn taken(record: &Record) -> &'static str {
    match (record.call.operation, record.call.subject) {
        (CallKind::Create, Subject::Group) => {
            "See which group has the name. If the directory has two groups of this name, rename one of them there."
        }
        (CallKind::Create, _) => {
            "See who has the name. If the directory made the account again, take the older one out of its scope there, so that \
             it is deleted here; if there are two people, give one another name there."
        }
        _ => "Two of them cannot have the same name. Give one of the two another name at the directory.",
    }
}

/// By the keyword of RFC 7644 §3.12.
fn by_reason(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "invalidFilter" => {
            "The directory matches people by an attribute or in a way that is not understood. In Entra, look at the \
             attribute with matching precedence 1 in the attribute mapping."
        }
        "tooMany" => "Ask for less, or match by an indexed attribute, such as userName.",
        "mutability" => {
            "The directory tried to change an attribute that it may not change. Take it out of the mapping."
        }
        "invalidSyntax" => {
            "The sentence above says what the client does wrong. If the client is a product, send that sentence to its maker."
        }
        "invalidPath" | "noTarget" => {
            "The directory changes an attribute, or a part of one, that is not there or that it does not name. Compare its \
             attribute mapping with the schema at /Schemas."
        }
        "invalidValue" => {
            "If the value comes from an attribute mapping, look at the source of that attribute: it is usually empty or \
             misspelt."
        }
        "invalidCursor" | "invalidCount" => "The client has to begin its list again, from the first page.",
        _ => return None,
    })
}

fn by_status(status: u16) -> Option<&'static str> {
    Some(match status {
        401 => {
            "The token is wrong, has expired or was revoked. Create a token on the SCIM tab, and paste it into the directory \
             as its secret token."
        }
        403 => "The SCIM tab, the Guard tab or the page of the token shows why.",
        404 => {
            "The directory remembers a user or group that is not here. It usually creates it in its next cycle; in Entra, \
             Restart provisioning makes it look again."
        }
        405 | 501 => "The client asks for something that is not available here. A directory does not need it.",
        412 => "Nothing: it was changed in the meantime, and the directory reads it again.",
        413 | 414 | 431 => "The call is larger than what is accepted here. Send fewer operations or members at once.",
        415 => "The client has to send application/scim+json, uncompressed.",
        429 => {
            "The directory sends it again by itself. If it happens often, look at the limits on the page of the token."
        }
        503 => {
            "Nothing, if it is rare: the directory sends the call again. If it is not, look at the load of the server."
        }
        507 => "The server’s disk is nearly full. Free some space there; the directory sends the call again by itself.",
        500.. => "The fault is on this side. The server’s log has the reason, under the request ID.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::said::tests::row, *};

    #[test]
    fn every_refusal_has_advice() {
        let advice = |status, reason: Option<&str>| {
            let record = row(CallKind::Create, Outcome::Refused, None).record;
            advice(&Record { status: Some(status), reason: reason.map(str::to_owned), ..record })
        };
        for reason in [
            "invalidFilter",
            "tooMany",
            "uniqueness",
            "mutability",
            "invalidSyntax",
            "invalidPath",
            "noTarget",
            "invalidValue",
            "invalidCursor",
            "invalidCount",
        ] {
            assert!(advice(400, Some(reason)).is_some(), "{reason}");
        }
        for status in [401, 403, 404, 405, 412, 413, 415, 429, 431, 500, 501, 503, 507] {
            assert!(advice(status, None).is_some(), "{status}");
        }
        assert!(advice(409, Some("uniqueness")).is_some_and(|words| words.contains("See who has the name")));
    }

    #[test]
    fn a_missing_resource_means_what_the_call_wanted() {
        let advice = |kind| {
            let record = row(kind, Outcome::Refused, None).record;
            advice(&Record { status: Some(404), ..record }).unwrap()
        };
        assert_eq!(advice(CallKind::Delete), "Nothing: it is gone already.");
        assert!(advice(CallKind::Discover).contains("Tenant URL"));
        assert!(advice(CallKind::Change).contains("Restart provisioning"));
    }

    #[test]
    fn what_went_well_needs_none() {
        assert_eq!(advice(&row(CallKind::Read, Outcome::Done, None).record), None);
    }
}
