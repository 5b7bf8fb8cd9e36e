//! Why a directory sends the same change again and again, and what ends it.

use domain::{activity::Subject, cycle::Noise, token::ClientProfile};

/// The URN of the enterprise extension (RFC 7643 §4.3), with the colon that an attribute follows.
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:";

/// Its attributes. Here they are recorded without the URN only if they were sent without it.
const ITS_ATTRIBUTES: [&str; 6] = ["manager", "department", "employeeNumber", "costCenter", "organization", "division"];

/// The likely cause, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cause {
    pub(super) because: &'static str,
    pub(super) remedy: &'static str,
}

/// The likely cause of a repeated change.
pub(super) fn of(noise: &Noise, profile: Option<ClientProfile>) -> Cause {
    let paths: Vec<&str> = noise.attributes.split(", ").collect();
    let any = |is: fn(&str) -> bool| paths.iter().any(|path| is(path));
    if noise.undone * 2 > noise.resources {
        return UNDONE;
    }
    if noise.attributes.is_empty() {
        return WHOLE;
    }
    if any(|path| ITS_ATTRIBUTES.contains(&path.split('.').next().unwrap_or_default())) {
        return MISPLACED;
    }
    match noise.subject {
        Subject::Group if any(|path| path.starts_with("members")) => MEMBERS,
        _ if any(|path| path == "active") => ACTIVE,
        _ if any(|path| path.contains('[')) => TYPED,
        _ if profile == Some(ClientProfile::Okta) => ELSEWHERE,
        _ => ENTRA,
    }
}

const UNDONE: Cause = Cause {
    because: "Between two cycles something sets it back: another token, a second mapping to the same attribute, or a change by \
              hand. The calls about one of them show which.",
    remedy: "Let one source alone write the attribute, and delete the other mapping.",
};

const WHOLE: Cause = Cause {
    because: "The client sends the whole resource each time, as Okta does when it pushes, and nothing in it is new.",
    remedy: "Nothing, if an administrator forces a sync there now and then. Otherwise look for a schedule that pushes everything.",
};

const MISPLACED: Cause = Cause {
    because: "The attribute belongs to the enterprise extension, but the mapping names it without its URN. It is kept in the \
              extension, where the directory, which reads it back without the URN, does not find it.",
    remedy: "In the attribute mapping, write urn:ietf:params:scim:schemas:extension:enterprise:2.0:User: before the name of \
             the target attribute.",
};

const MEMBERS: Cause = Cause {
    because: "These people are members already. The directory adds them again because it starts over each time, or because it \
              does not keep which members it has sent.",
    remedy: "See whether something restarts the provisioning job, or changes its scope, in every cycle.",
};

const ACTIVE: Cause = Cause {
    because: "People have this status already. Usually an expression in the mapping of active returns the text “True” or \
              “False” in a form that the directory does not take for equal to what it reads back.",
    remedy: "In Entra, map active with Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\").",
};

const TYPED: Cause = Cause {
    because: "The value is here already, under that type. The directory does not find it because it compares another form of \
              it, such as other letter case or blanks, or because two mappings write the same type.",
    remedy: "Map one source to each type, without an expression that changes its form, and none whose source is empty.",
};

const ENTRA: Cause = Cause {
    because: "The value is here already, exactly as it was sent, and is returned with each read. The directory takes it for \
              another one: the mapping changes its form, such as letter case, blanks or the format of a number, or the \
              attribute cannot be read back under the name that the mapping has.",
    remedy: "If nothing needs the attribute, delete its mapping: userName, displayName, emails and externalId are enough. \
             Otherwise map the source directly, or let Entra apply the mapping only during object creation.",
};

const ELSEWHERE: Cause = Cause {
    because: "The value is here already, exactly as it was sent, and is returned with each read. The directory takes it for \
              another one, because its mapping changes the form of the value.",
    remedy: "If nothing needs the attribute, delete its mapping. Otherwise map the source directly.",
};

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    fn cause(subject: Subject, attributes: &str, undone: u64) -> Cause {
        let (attributes, first) = (attributes.to_owned(), Timestamp::from_millis(0));
        let noise = Noise { subject, attributes, resources: 3, undone, first, cycles: 3, example: None };
        of(&noise, Some(ClientProfile::Entra))
    }

    #[test]
    fn the_cause_is_found_by_attribute_and_effect() {
        use Subject::{Group, User};
        assert_eq!(cause(User, "manager", 0), MISPLACED);
        assert_eq!(cause(User, "manager.value, title", 1), MISPLACED);
        assert_eq!(cause(User, &format!("{ENTERPRISE}manager"), 0), ENTRA);
        assert_eq!(cause(User, "emails[type eq \"work\"].value", 0), TYPED);
        assert_eq!(cause(User, "emails[type eq \"work\"].value", 2), UNDONE);
        assert_eq!(cause(User, "active", 0), ACTIVE);
        assert_eq!(cause(User, "shoeSize", 0), ENTRA);
        assert_eq!(cause(User, "", 0), WHOLE);
        assert_eq!(cause(Group, "members[value eq \"…\"]", 0), MEMBERS);
        assert_eq!(cause(Group, "displayName", 0), ENTRA);
    }
}
