use super::copy_field;
use leptos::prelude::*;

/// The ids by which the directory and Postern identify the same object.
pub(crate) fn ids(id: String, external: Option<String>) -> impl IntoView {
    let external = match external {
        Some(external) => copy_field("external-id", "externalId, the directory’s own", external).into_any(),
        None => view! { <p class="hint">"The directory has given no externalId."</p> }.into_any(),
    };
    view! {
        <section class="panel" aria-labelledby="ids">
            <div class="panel-head"><h2 id="ids">Ids</h2></div>
            <div class="panel-text">{copy_field("id", "id, used by the directory in its calls", id)} {external}</div>
        </section>
    }
}
