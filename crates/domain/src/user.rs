//! Users as they are recorded.

use crate::{Timestamp, UserId, query::UserValue};

/// A user: what the directory sent, and the indexed values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id that the directory keeps.
    pub id: UserId,
    /// Counts changes from 1; it is also the ETag.
    pub version: i64,
    /// When the user was created.
    pub created: Timestamp,
    /// When anything about the user last changed.
    pub changed: Timestamp,
    /// The attributes for look-ups, and the whole document.
    pub profile: Profile,
}

/// What a directory says about a user. The columns are parts of the document, taken out so that they can be indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The sign-in name, as given; unique without regard to case.
    pub user_name: String,
    /// The directory's own id, compared exactly.
    pub external_id: Option<String>,
    /// The name to show.
    pub display_name: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// The employer's number for the person.
    pub employee_number: Option<String>,
    /// The manager's id, as the directory gave it; it need not name a user that exists.
    pub manager: Option<String>,
    /// Whether the account is active.
    pub active: bool,
    /// All e-mail addresses, in the order given. One without a value has an empty one.
    pub emails: Vec<Email>,
    /// Further values to filter and sort by, in the order of their attributes, each folded; of several values of an
    /// attribute, the first is the one to sort by. `None` until [`crate::keys`] finds them in the document.
    pub values: Option<Vec<(UserValue, String)>>,
    /// Everything that was sent, as one JSON object: a directory stops sending a value only when it reads back what it
    /// wrote.
    pub document: String,
}

/// One e-mail address of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// The address, as given; empty if there is none.
    pub value: String,
    /// `work`, `home`, …
    pub kind: Option<String>,
    /// Whether it is the preferred one.
    pub primary: bool,
}

/// A row of the user list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSummary {
    /// The user's id.
    pub id: UserId,
    /// The name to show; the user name if the directory gave none.
    pub name: String,
    /// The sign-in name.
    pub user_name: String,
    /// The preferred e-mail address, or else the first.
    pub email: Option<String>,
    /// Whether the account is active.
    pub active: bool,
    /// When anything about the user last changed.
    pub changed: Timestamp,
}

impl User {
    /// The name to show: the display name, or else the user name.
    pub fn name(&self) -> &str {
        self.profile.display_name.as_deref().unwrap_or(&self.profile.user_name)
    }
}

/// A deleted user or group that can still be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The user's or group's id.
    pub id: uuid::Uuid,
    /// Its name.
    pub name: String,
    /// When it was deleted.
    pub deleted: Timestamp,
}
