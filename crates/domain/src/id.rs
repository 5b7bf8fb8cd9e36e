use crate::{Env, Timestamp};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id (UUID version 7, RFC 9562 §5.7): ordered by time of creation.
            pub fn new(env: &Env, now: Timestamp) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(now.millis().unsigned_abs(), &env.random()).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        /// Accepts only the hyphenated lower-case form in which ids are issued: they are compared exactly (RFC 7643
        /// §3.1).
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let id = Uuid::try_parse(text).map_err(|_| NotAnId)?;
                if id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text { Ok(Self(id)) } else { Err(NotAnId) }
            }
        }
    };
}

/// The text is not one of our ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this server")]
pub struct NotAnId;

id!(
    /// A user's id, as SCIM shows it.
    UserId
);
id!(
    /// A group's id, as SCIM shows it.
    GroupId
);
id!(
    /// The id of a SCIM token's row; not the public part of the token itself.
    TokenId
);
id!(
    /// A break-glass account's id.
    BreakGlassId
);
id!(
    /// A session's id, which stays the same for as long as it lasts.
    SessionId
);
id!(
    /// The id of a user or of a group, as a client names it among the members of a group. Only a look-up shows which of
    /// the two it is.
    MemberId
);
