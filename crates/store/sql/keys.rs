//! The key columns of a user.

use super::indexed;
use domain::{Result, fold, user::Profile};

/// The folded forms of what is looked up.
pub(super) struct Keys {
    pub(super) user_name: String,
    pub(super) display_name: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) employee_number: Option<String>,
}

impl Keys {
    /// Folds; refuses what no index can hold, the e-mail addresses included, before anything is written.
    pub(super) fn of(profile: &Profile) -> Result<Self> {
        let key = |value: &Option<String>| value.as_deref().map(fold);
        let keys = Self {
            user_name: fold(&profile.user_name),
            display_name: key(&profile.display_name),
            given_name: key(&profile.given_name),
            family_name: key(&profile.family_name),
            employee_number: key(&profile.employee_number),
        };
        let own = [&keys.display_name, &keys.employee_number, &profile.external_id, &profile.manager];
        indexed(own.map(Option::as_deref).into_iter().chain([Some(keys.user_name.as_str())]))?;
        for email in &profile.emails {
            indexed([Some(fold(&email.value).as_str())])?;
        }
        Ok(keys)
    }
}
