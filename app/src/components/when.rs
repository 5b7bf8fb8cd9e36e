use crate::words::{absolute, ago};
use domain::Timestamp;
use leptos::prelude::*;

/// A moment in words. The exact time is in the title, and is what screen readers read out.
pub(crate) fn when(now: Timestamp, at: Timestamp) -> impl IntoView {
    let exact = absolute(at);
    view! {
        <time datetime=at.to_string() title=exact.clone()>
            {ago(now, at)}
            <span class="visually-hidden">{format!(" ({exact})")}</span>
        </time>
    }
}
