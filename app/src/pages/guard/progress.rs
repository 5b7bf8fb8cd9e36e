//! A batch that is being undone, and the progress.

use super::lost::lost;
use crate::{
    components::{Tone, chip, when},
    islands::follow::Follow,
    words::count,
};
use domain::{
    Timestamp,
    guard::{BatchSummary, Losses},
    undo::Undo,
};
use leptos::prelude::*;

/// The panel of one batch.
pub(super) fn panel(summary: &BatchSummary, undo: &Undo, now: Timestamp) -> impl IntoView + use<> {
    let id = format!("undoing-{}", undo.batch);
    view! {
        <section class="panel batch" aria-labelledby=id.clone()>
            <div class="panel-head">
                <div class="panel-title"><h2 id=id.clone()>"A batch is being undone"</h2> {chip(Tone::Info, "Under way")}</div>
                <p class="soft">{when(now, undo.ordered.at)}</p>
            </div>
            <div class="panel-text">
                <div class="prose-lines">
                    <p role="status"><strong>{so_far(undo)}</strong> {left(summary, undo)}</p>
                    <p class="soft">
                        "It continues even if you leave this page or sign out. " <Follow/>
                    </p>
                </div>
            </div>
        </section>
    }
}

fn so_far(undo: &Undo) -> String {
    format!("{} undone so far.", count(undo.undone.restored, "change has been", "changes have been"))
}

/// What is left to undo; unknown if only a part of the batch is being undone.
fn left(summary: &BatchSummary, undo: &Undo) -> Option<String> {
    let knows = undo.people.is_none() && summary.losses != Losses::default();
    knows.then(|| format!(" What is left of the batch: {}.", lost(summary.losses)))
}
