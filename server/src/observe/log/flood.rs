//! Keeps a flood of requests from becoming a flood of lines: the number of lines per second is limited for each level,
//! and the number of lines that were left out is logged, too.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::time::sleep;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter};

/// The most lines of a level in one second: with 200 bytes each, that is 3.5 GB a day.
const LINES: u32 = 200;

const SECOND: Duration = Duration::from_secs(1);

/// The levels that are enabled in production. For other levels every line is written.
static LEVELS: [Lines; 3] = [Lines::new(Level::ERROR), Lines::new(Level::WARN), Lines::new(Level::INFO)];

/// Lets a limited number of lines through.
pub(super) struct Limit;

struct Lines {
    level: Level,
    /// When the present second began, and how many lines it has.
    now: Mutex<Option<(Instant, u32)>>,
    left_out: AtomicU64,
}

impl Lines {
    const fn new(level: Level) -> Self {
        Self { level, now: Mutex::new(None), left_out: AtomicU64::new(0) }
    }

    /// Whether there is room for another line at this moment.
    fn admits(&self, at: Instant) -> bool {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, lines) = now.filter(|(began, _)| at.duration_since(*began) < SECOND).unwrap_or((at, 0));
        *now = Some((began, lines.saturating_add(1)));
        if lines >= LINES {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
        lines < LINES
    }
}

impl<S: Subscriber> Filter<S> for Limit {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        if event.metadata().target() == module_path!() {
            return true;
        }
        let lines = LEVELS.iter().find(|lines| lines.level == *event.metadata().level());
        lines.is_none_or(|lines| lines.admits(Instant::now()))
    }
}

/// Logs once a second how many lines were left out.
pub(crate) async fn tell() {
    loop {
        sleep(SECOND).await;
        for lines in &LEVELS {
            let left_out = lines.left_out.swap(0, Ordering::Relaxed);
            if left_out > 0 {
                tracing::warn!(left_out, level = %lines.level, limit = LINES, "lines were left out of the log");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_so_many_lines() {
        let (lines, now) = (Lines::new(Level::INFO), Instant::now());
        let admitted = |at| (0..1_000).filter(|_| lines.admits(at)).count();
        assert_eq!(admitted(now), LINES as usize);
        assert_eq!(admitted(now + Duration::from_millis(999)), 0);
        assert_eq!(admitted(now + SECOND), LINES as usize);
        assert_eq!(lines.left_out.load(Ordering::Relaxed), 800 + 1_000 + 800);
    }
}
