//! The console. Pages are rendered on the server and read their data straight through
//! `domain::console::Console`; in the browser run only the islands, which call the server functions.

// A page's view is one deeply nested type.
#![recursion_limit = "256"]

mod api;
mod islands;
#[cfg(feature = "ssr")]
mod pages;

pub use api::{ApiError, break_glass::SheetView, tokens::NewTokenView};

// The two doors. Nothing else in this crate asks for whom it is built.
cfg_select! {
    feature = "ssr" => {
        pub use pages::{App, Carried, ConfirmFailed, SignInFailed, context, shell};
    }
    feature = "hydrate" => {
        /// The browser's entry: wakes the islands up.
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub fn hydrate() {
            console_error_panic_hook::set_once();
            leptos::mount::hydrate_islands();
        }
    }
    _ => {}
}
