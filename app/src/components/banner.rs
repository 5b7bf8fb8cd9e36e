use super::{Icon, icon, when};
use domain::{
    Timestamp, console::Console, drill::Drill, guard::BatchState, lockout::NEEDED, session::MINUTES, store::Health,
};
use leptos::prelude::*;

/// What every page shows at the top, because it concerns every administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// Disk space is low, so directories are refused.
    Low,
    /// The last change could not be written.
    Failing,
    /// The guard refuses departures until an administrator decides.
    Held,
    /// Many have left, and no administrator has said yet whether that is right.
    Left,
    /// A drill with that account has been running since then.
    Drill(String, Timestamp),
    /// Provisioning is in use, and only this many break-glass accounts are proven.
    Thin(usize),
}

impl Notice {
    pub(super) async fn read(console: &Console) -> domain::Result<Option<Self>> {
        match console.health() {
            Health::Writable => {}
            Health::Low => return Ok(Some(Self::Low)),
            Health::Failing => return Ok(Some(Self::Failing)),
        }
        let (status, drills) = (console.break_glass().await?, console.drills().await?);
        let proven = status.doors.proven();
        let thin = (status.provisioning && proven < NEEDED).then_some(Self::Thin(proven));
        let waiting = console.waiting_batch().await?.map(|batch| match batch.state {
            BatchState::Held => Self::Held,
            _ => Self::Left,
        });
        Ok(going_on(&drills.drills, console.now()).or(waiting).or(thin))
    }

    /// Whether the overview has the same in its list of what needs a decision.
    pub(super) fn is_on_overview(&self) -> bool {
        matches!(self, Self::Held | Self::Left | Self::Thin(_))
    }
}

/// The unfinished drill, if any, that still runs: it can last as long as the session in which it was started.
fn going_on(drills: &[Drill], now: Timestamp) -> Option<Notice> {
    let begun = now.plus_millis(-MINUTES * 60_000);
    let drill = drills.iter().find(|drill| drill.completed.is_none() && drill.signed_in >= begun)?;
    Some(Notice::Drill(drill.account_name.clone(), drill.started))
}

/// One line with one link.
pub(super) fn banner(notice: &Notice, now: Timestamp) -> impl IntoView + use<> {
    let (class, words, link) = match notice {
        Notice::Low => {
            let words = "SCIM is read-only: disk space is low. Free some on the database’s disk. ";
            ("note note-warn banner", words.into_any(), "See since when")
        }
        Notice::Failing => {
            let words = "Postern is read-only: the last change could not be written. The server’s log says why. ";
            ("note note-warn banner", words.into_any(), "See since when")
        }
        Notice::Held => {
            let words = "The guard is holding back your directory, which wants to remove more than you allow at once. ";
            ("note note-warn banner", words.into_any(), "Decide")
        }
        Notice::Left => {
            let words = "Many people or groups left at once. It may be a mistake. ";
            ("note note-warn banner", words.into_any(), "Review what left")
        }
        Notice::Drill(account, started) => {
            let words = view! { {format!("A drill with {account} is running. It began ")} {when(now, *started)} ". " };
            ("note note-info banner", words.into_any(), "See the drill")
        }
        Notice::Thin(proven) => {
            let words = match proven {
                0 => "Provisioning is on, but no break-glass account is proven: a mistake there locks you out. ",
                _ => "Provisioning is on, but only one break-glass account is proven. ",
            };
            ("note note-warn banner", words.into_any(), "Prove a second one")
        }
    };
    let link = if *notice == Notice::Thin(0) { "Prove two" } else { link };
    let href = match notice {
        Notice::Low | Notice::Failing => "/admin/audit?kind=storage",
        Notice::Held | Notice::Left => "/admin/sso/guard",
        Notice::Drill(..) | Notice::Thin(_) => "/admin/break-glass",
    };
    view! {
        <aside class=class>
            {icon(Icon::Warning)}
            <p>{words} <a href=href>{link}</a></p>
        </aside>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::BreakGlassId;

    #[test]
    fn a_drill_goes_on_until_it_is_finished_or_its_session_is_over() {
        let now = Timestamp::from_millis(1_795_000_000_000);
        let drill = |minutes: i64, completed| Drill {
            id: Default::default(),
            account: BreakGlassId(Default::default()),
            account_name: "gate-7f3k".to_owned(),
            signed_in: now.plus_millis(-minutes * 60_000),
            started: now,
            address: None,
            seed: [0; 16],
            task: None,
            channels: Vec::new(),
            seen: Vec::new(),
            completed,
        };
        assert!(going_on(&[drill(40, None), drill(5, Some(now)), drill(29, None)], now).is_some());
        assert_eq!(going_on(&[drill(31, None), drill(5, Some(now))], now), None);
    }
}
