//! Sessions: their cookies, signing in and out, and the layer that turns a session into the permission to administer.

mod attempts;
mod codes;
mod confirm;
mod console;
mod cookies;
mod devices;
pub(crate) mod password;
mod resume;
mod sign_in;
pub mod throttle;

pub(crate) use attempts::Attempts;
pub(crate) use codes::Codes;
pub(crate) use confirm::confirm;
pub(crate) use console::{API, api_or_page, guard, no_such_function};
pub(crate) use devices::Devices;
pub(crate) use sign_in::{sign_in, sign_out};
