use crate::api::{ApiError, RevokeToken, SetProvisioning, revoke_token, set_provisioning};
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};

/// Something that one button does on the server, after which the page is read anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    /// Turns provisioning on.
    TurnOn,
    /// Turns provisioning off.
    TurnOff,
    /// Revokes the token of that id.
    Revoke(String),
}

impl Act {
    /// Does it.
    pub(super) async fn run(self) -> Result<(), ApiError> {
        match self {
            Self::TurnOn => set_provisioning(true).await,
            Self::TurnOff => set_provisioning(false).await,
            Self::Revoke(id) => revoke_token(id).await,
        }
    }

    /// Where a plain form sends it.
    pub(super) fn path(&self) -> &'static str {
        match self {
            Self::TurnOn | Self::TurnOff => SetProvisioning::PATH,
            Self::Revoke(_) => RevokeToken::PATH,
        }
    }

    /// The field that a plain form sends, and its value.
    pub(super) fn field(&self) -> (&'static str, String) {
        match self {
            Self::TurnOn => ("on", "true".to_owned()),
            Self::TurnOff => ("on", "false".to_owned()),
            Self::Revoke(id) => ("id", id.clone()),
        }
    }

    /// What stands on the button.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::TurnOn => "Turn on provisioning",
            Self::TurnOff => "Turn off provisioning",
            Self::Revoke(_) => "Revoke token",
        }
    }

    /// How the button looks: the one of the view, or the one that breaks something.
    pub(super) fn class(&self) -> &'static str {
        match self {
            Self::TurnOn => "button button-primary",
            Self::TurnOff | Self::Revoke(_) => "button button-danger",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Act;

    #[test]
    fn a_plain_form_says_the_same_as_a_call() {
        assert_eq!(Act::TurnOff.path(), "/admin/api/set_provisioning");
        assert_eq!(Act::TurnOff.field(), ("on", "false".to_owned()));
        let revoke = Act::Revoke("7".to_owned());
        assert_eq!((revoke.path(), revoke.field()), ("/admin/api/revoke_token", ("id", "7".to_owned())));
    }
}
