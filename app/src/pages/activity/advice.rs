//! What to do about a refused call, at the directory or here.

use domain::activity::{Outcome, Record};

/// One sentence or two, beside the reason that the client received.
pub(super) fn advice(record: &Record) -> Option<&'static str> {
    if !matches!(record.outcome, Outcome::Refused | Outcome::Failed) {
        return None;
    }
    if let Some(words) = record.reason.as_deref().and_then(by_reason) {
        return Some(words);
    }
    by_status(record.status?)
}

/// By the keyword of RFC 7644 §3.12.
fn by_reason(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "uniqueness" => {
            "Look for the user or group that has the name here. If the directory has one account, it was probably made \
             again there: delete the older one here, and the directory creates the new one. If it has two, give one of \
             them another name there."
        }
        "invalidFilter" => {
            "The directory matches people by an attribute or in a way that is not understood. In Entra, look at the \
             attribute with matching precedence 1 in the attribute mapping."
        }
        "tooMany" => "The filter has to look at too many resources. Match by an indexed attribute, such as userName.",
        "mutability" => "The directory changes what it may not. Take the attribute out of its mapping.",
        "invalidSyntax" => {
            "The body of the call could not be understood. If your directory sends it without a mapping of your own, \
             report this with the request ID."
        }
        "invalidPath" | "noTarget" => {
            "The directory changes an attribute, or a part of one, that is not there or that it does not name. Compare its \
             attribute mapping with the schema at /Schemas."
        }
        "invalidValue" => {
            "The mapped value does not fit its attribute. Look at this attribute in the directory’s mapping; an empty \
             or misspelt source is the usual cause."
        }
        "invalidCursor" | "invalidCount" => "The client has to begin its list again, from the first page.",
        _ => return None,
    })
}

fn by_status(status: u16) -> Option<&'static str> {
    Some(match status {
        401 => {
            "The token is wrong, has ended or was revoked. Create one on the SCIM tab, and paste it into the directory \
             as its secret token."
        }
        403 => {
            "The token is known, but may not do this now. What stands in its way is on the SCIM tab or the token’s page."
        }
        404 => {
            "The directory remembers a user or group that is not here. It usually creates it in its next cycle; in Entra, \
             Restart provisioning makes it look again."
        }
        405 | 501 => "The client asks for something that SCIM servers do not have at this address.",
        412 => "Somebody changed it first. The directory reads it again and repeats the change.",
        413 | 431 => "The call is larger than what is accepted here. Send fewer operations or members at once.",
        415 => "The client has to send application/scim+json, uncompressed.",
        429 => "The token has used up what it may do for now. Its page shows the limit, and can raise it.",
        503 => "The server could not answer in time. The directory sends the call again by itself.",
        507 => "The server’s disk is nearly full. Free some space there; the directory sends the call again by itself.",
        500.. => "The fault is on this side. The server’s log has the reason, under the request ID.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::said::tests::row, *};
    use domain::activity::CallKind;

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
        assert!(advice(409, Some("uniqueness")).is_some_and(|words| words.starts_with("Look for the user or group")));
    }

    #[test]
    fn what_went_well_needs_none() {
        assert_eq!(advice(&row(CallKind::Read, Outcome::Done, None).record), None);
    }
}
