use super::{asked::Asked, found::Found};
use domain::{
    Timestamp,
    console::{Console, GuardStatus},
    guard::BatchSummary,
    settings::GuardSettings,
    token::Token,
    undo::Undo,
};
use leptos_router::params::ParamsMap;

/// Everything that the page shows.
pub(super) struct Guard {
    pub(super) settings: GuardSettings,
    /// Whether there is an alert channel.
    pub(super) has_channel: bool,
    pub(super) active: u64,
    /// The number of active users that the threshold is computed from.
    pub(super) population: u64,
    pub(super) undoing: Vec<(BatchSummary, Undo)>,
    pub(super) open: Vec<Found>,
    pub(super) past: Vec<Found>,
    /// The search in the lists of people.
    pub(super) search: String,
    /// All tokens, of which some may be paused.
    pub(super) tokens: Vec<Token>,
    pub(super) asked: Asked,
    pub(super) may_change: bool,
    pub(super) now: Timestamp,
}

impl Guard {
    pub(super) async fn read(console: Console, query: ParamsMap) -> domain::Result<Self> {
        let GuardStatus { guard, has_channel, active, population, batches, undos } = console.guard().await?;
        let search = query.get("q").unwrap_or_default().trim().to_owned();
        let (mut undoing, mut open, mut past) = (Vec::new(), Vec::new(), Vec::new());
        for summary in batches {
            if let Some(undo) = undos.iter().find(|undo| undo.batch == summary.batch.id) {
                undoing.push((summary, undo.clone()));
            } else if summary.batch.is_waiting() {
                open.push(Found::read(&console, summary, &search).await?);
            } else {
                past.push(Found::closed(summary));
            }
        }
        let asked = Asked::read(&console, &query, &search).await?;
        let tokens = console.scim().await?.tokens;
        let (may_change, now) = (console.may_change(), console.now());
        Ok(Self {
            settings: guard,
            has_channel,
            active,
            population,
            undoing,
            open,
            past,
            search,
            tokens,
            asked,
            may_change,
            now,
        })
    }
}
