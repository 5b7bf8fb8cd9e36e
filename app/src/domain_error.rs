use crate::ApiError;
use domain::{Conflict, Error, Refusal};

/// Turns a domain error into what the browser gets, and logs failures: their cause is shown only in the log.
impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            Error::Invalid(words) | Error::NoTarget(words) => Self::Invalid(words.to_owned()),
            Error::Refused(refusal @ (Refusal::StepUp | Refusal::ReasonNeeded)) => Self::Confirm(refusal.to_string()),
            Error::Refused(Refusal::SessionEnded) => Self::Unauthorized,
            Error::Refused(refusal) => Self::Refused(refusal.to_string()),
            Error::Conflict(conflict) => Self::Refused(taken(conflict).to_owned()),
            Error::VersionMismatch | Error::Rejected(_) => Self::Refused(error.to_string()),
            Error::Unavailable(_) | Error::NoRoom => {
                log(&error);
                Self::Unavailable
            }
            Error::Corrupt { .. } => {
                log(&error);
                Self::Internal
            }
        }
    }
}

/// What to do when a name is taken.
fn taken(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::UserName | Conflict::Reserved => {
            "Another user has this user name by now. Rename or delete that user in the directory first."
        }
        Conflict::GroupName => "Another group has this name by now. Rename or delete it in the directory first.",
        Conflict::BreakGlassName => "This name is taken. Choose another.",
    }
}

fn log(error: &Error) {
    tracing::error!(error = error as &dyn std::error::Error, "a request to the console failed");
}
