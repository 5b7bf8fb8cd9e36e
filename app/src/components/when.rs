use crate::words::{absolute, ago};
use domain::Timestamp;
use leptos::prelude::*;

/// A moment as people say it. The moment itself is in the title, and read out by screen readers.
pub(crate) fn when(now: Timestamp, at: Timestamp) -> impl IntoView {
    let exact = absolute(at);
    view! {
        <time datetime=at.to_string() title=exact.clone()>
            {ago(now, at)}
            <span class="visually-hidden">{format!(" ({exact})")}</span>
        </time>
    }
}
