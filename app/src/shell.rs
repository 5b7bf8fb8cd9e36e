//! The document around every page.

use crate::routes::App;
use http::request::Parts;
use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::MetaTags;

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    // Where secrets are typed nothing runs but the browser itself.
    let secret = |parts: Parts| matches!(parts.uri.path(), "/login" | "/admin/confirm");
    let plain = use_context::<Parts>().is_some_and(secret);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                // Otherwise the text would move when the font arrives.
                <link rel="preload" href="/inter.woff2" r#as="font" type="font/woff2" crossorigin=""/>
                <link rel="stylesheet" href=format!("/pkg/{}.css", options.output_name)/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                {(!plain).then(|| view! { <HydrationScripts options islands=true/> })}
                <MetaTags/>
            </head>
            <body>
                {App()}
            </body>
        </html>
    }
}
