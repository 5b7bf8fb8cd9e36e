//! The pages, one file each. The folder of the same name has a page's panels and, in `actions.rs`, its server
//! functions, each of them three lines around one use case of the `Console`.

pub(crate) mod activity;
pub(crate) mod alerts;
pub(crate) mod audit;
pub(crate) mod break_glass;
pub(crate) mod confirm;
pub(crate) mod deleted;
pub(crate) mod drill;
pub(crate) mod group;
pub(crate) mod groups;
pub(crate) mod guard;
pub(crate) mod lockout;
pub(crate) mod login;
pub(crate) mod overview;
pub(crate) mod roles;
pub(crate) mod scim;
pub(crate) mod sessions;
pub(crate) mod steady;
pub(crate) mod token;
pub(crate) mod user;
pub(crate) mod users;

pub use users::people_asked;
