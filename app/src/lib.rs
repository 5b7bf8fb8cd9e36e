//! The console. Pages are rendered on the server and read their data directly through `domain::console::Console`; only
//! the islands run in the browser, and they call the server functions.

// A page's view is one deeply nested type.
#![recursion_limit = "256"]

mod error;
mod islands;

pub use error::ApiError;

// The two entry points. Nothing else in this crate depends on the target that it is built for.
cfg_if::cfg_if! {
    if #[cfg(feature = "ssr")] {
        mod components;
        mod domain_error;
        mod pages;
        mod request;
        mod routes;
        mod shell;
        mod words;

        pub use pages::people_asked;
        pub use request::{Carried, ConfirmFailed, SignInFailed, context};
        pub use routes::App;
        pub use shell::shell;
    } else if #[cfg(feature = "hydrate")] {
        /// The browser's entry: wakes the islands up.
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub fn hydrate() {
            console_error_panic_hook::set_once();
            leptos::mount::hydrate_islands();
        }
    }
}
