use crate::words::{list, visible};
use domain::{
    console::Console,
    guard::{BatchSummary, Departure},
};

/// A batch, and what the page shows beside its row.
pub(super) struct Found {
    pub(super) summary: BatchSummary,
    /// The last departures, 200 at most.
    pub(super) departures: Vec<Departure>,
    /// The departures that match the search, likewise.
    pub(super) matching: Vec<Departure>,
}

impl Found {
    pub(super) async fn read(console: &Console, summary: BatchSummary, search: &str) -> domain::Result<Self> {
        let departures = console.departures(summary.batch.id, "").await?;
        let matching = match search {
            "" => departures.clone(),
            _ => console.departures(summary.batch.id, search).await?,
        };
        Ok(Self { summary, departures, matching })
    }

    pub(super) fn closed(summary: BatchSummary) -> Self {
        Self { summary, departures: Vec::new(), matching: Vec::new() }
    }
}

/// The names of the tokens of a batch, in a sentence.
pub(super) fn token_names(summary: &BatchSummary) -> String {
    let names: Vec<String> = summary.tokens.iter().map(|(_, name)| format!("“{}”", visible(name))).collect();
    list(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use domain::{
        Timestamp, TokenId,
        guard::{Batch, BatchState, Losses},
    };

    pub(in super::super) fn found(weight: u64) -> Found {
        let at = Timestamp::from_millis(0);
        let batch = Batch {
            id: Default::default(),
            token: TokenId(Default::default()),
            opened: at,
            latest: at,
            state: BatchState::Open,
            approved_until: None,
            closed: None,
            undone: None,
        };
        let losses = Losses { people: weight, ..Losses::default() };
        Found::closed(BatchSummary { tokens: vec![(batch.token, "Entra".to_owned())], batch, losses, taken: losses })
    }
}
