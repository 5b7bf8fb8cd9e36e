//! Changes by a PATCH or a PUT. A change that takes long is computed outside the unit of work, which then only compares
//! the version, so that no other unit waits for it.

use crate::{
    Result,
    audit::Change,
    group::{Group, GroupProfile},
    user::{Profile, User},
};

/// A change is computed inside the unit if the bytes of its document times its effort are at most this, which takes a
/// few milliseconds at most. What directories ordinarily send is far below that.
const LIGHT: usize = 512 * 1024;

/// Up to this, a change that has repeatedly been overtaken by others is computed inside the unit of work after all.
const HEAVY: usize = 16 * LIGHT;

/// How many times as much a byte that is not ASCII costs as one that is.
const FOREIGN: usize = 64;

/// A resource as it is recorded, with a version and a document.
pub trait Recorded: Send + Sync + 'static {
    /// What a directory says about it.
    type Profile: Clone + PartialEq + Send + Sync + 'static;
    /// Its version.
    fn version(&self) -> i64;
    /// What the directory last said about it.
    fn profile(&self) -> &Self::Profile;
    /// The document in a profile.
    fn document(profile: &Self::Profile) -> &str;
}

impl Recorded for User {
    type Profile = Profile;

    fn version(&self) -> i64 {
        self.version
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn document(profile: &Profile) -> &str {
        &profile.document
    }
}

impl Recorded for Group {
    type Profile = GroupProfile;

    fn version(&self) -> i64 {
        self.version
    }

    fn profile(&self) -> &GroupProfile {
        &self.profile
    }

    fn document(profile: &GroupProfile) -> &str {
        &profile.document
    }
}

type Apply<R> = dyn Fn(&R) -> Result<<R as Recorded>::Profile> + Send + Sync;

/// A change: computes the new profile from the recorded resource, and may refuse.
pub struct Edit<R: Recorded> {
    effort: usize,
    apply: Box<Apply<R>>,
}

/// A new profile, the version that it was computed from, and what the audit log will record.
#[derive(Clone)]
pub struct Prepared<P> {
    version: i64,
    pub(super) profile: P,
    pub(super) change: Change,
}

/// Where the new profile comes from.
pub enum Source<P> {
    /// It is computed inside the unit of work, if that is quick.
    IfLight,
    /// It was computed before, from a version that may be out of date.
    Prepared(Prepared<P>),
    /// It is computed inside the unit of work, unless that would hold up all other units.
    Inside,
}

/// The outcome of an attempt to change something.
pub enum Tried<R, V> {
    /// It is done.
    Done(V),
    /// Nothing was done: the new profile must be computed from this, outside the unit of work.
    Heavy(R),
}

impl<R: Recorded> Edit<R> {
    /// A change with this effort: roughly how often `apply` looks at each value of the document.
    pub fn new(effort: usize, apply: impl Fn(&R) -> Result<R::Profile> + Send + Sync + 'static) -> Self {
        Self { effort, apply: Box::new(apply) }
    }

    /// Computes the new profile.
    ///
    /// # Errors
    /// Any error of the change itself.
    pub fn prepare(&self, before: &R) -> Result<Prepared<R::Profile>> {
        let profile = (self.apply)(before)?;
        let change = match profile == *before.profile() {
            true => Change::default(),
            false => Change::between(R::document(before.profile()), R::document(&profile)),
        };
        Ok(Prepared { version: before.version(), profile, change })
    }

    /// Computes or takes the new profile, inside the unit of work; `None` if it must be computed outside.
    pub(super) fn resolve(&self, source: &Source<R::Profile>, before: &R) -> Result<Option<Prepared<R::Profile>>> {
        let weight = weight(R::document(before.profile()));
        match source {
            Source::Prepared(prepared) if prepared.version == before.version() => Ok(Some(prepared.clone())),
            Source::Inside if self.effort.saturating_mul(weight) <= HEAVY => self.prepare(before).map(Some),
            _ if self.effort.saturating_mul(weight) <= LIGHT => self.prepare(before).map(Some),
            _ => Ok(None),
        }
    }
}

/// The length of a document in bytes, where each byte that is not ASCII counts `FOREIGN` times: comparing text without
/// regard to case takes that much longer.
fn weight(document: &str) -> usize {
    document.len() + FOREIGN * document.bytes().filter(|byte| !byte.is_ascii()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GroupId, Timestamp};
    use uuid::Uuid;

    fn group(version: i64, length: usize) -> Group {
        let moment = Timestamp::from_millis(0);
        let (display_name, document) = ("Staff".to_owned(), "x".repeat(length));
        let profile = GroupProfile { display_name, external_id: None, document };
        Group { id: GroupId(Uuid::nil()), version, created: moment, changed: moment, profile }
    }

    fn renamed(effort: usize) -> Edit<Group> {
        Edit::new(effort, |group: &Group| {
            let display_name = format!("{} {}", group.profile.display_name, group.version);
            Ok(GroupProfile { display_name, ..group.profile.clone() })
        })
    }

    /// The new name, if it is computed inside.
    fn name(edit: &Edit<Group>, source: &Source<GroupProfile>, before: &Group) -> String {
        let prepared = edit.resolve(source, before).unwrap();
        prepared.map_or_else(String::new, |prepared| prepared.profile.display_name)
    }

    #[test]
    fn r03_what_is_heavy_is_not_made_inside() {
        let (light, heavy) = (renamed(30), renamed(30_000));
        assert_eq!(name(&light, &Source::IfLight, &group(1, 5_000)), "Staff 1");
        assert_eq!(name(&light, &Source::IfLight, &group(1, 500_000)), "");
        assert_eq!(name(&heavy, &Source::IfLight, &group(1, 5_000)), "");
        let mut foreign = group(1, 0);
        foreign.profile.document = "\u{fdfa}".repeat(1_000);
        assert_eq!(name(&light, &Source::IfLight, &foreign), "", "folding takes long");
        assert_eq!(name(&renamed(1_000), &Source::Inside, &group(1, 5_000)), "Staff 1");
        assert_eq!(name(&heavy, &Source::Inside, &group(1, 5_000)), "", "not even then");
    }

    #[test]
    fn r03_what_was_made_from_another_version_is_not_taken() {
        let heavy = renamed(30_000);
        let source = Source::Prepared(heavy.prepare(&group(1, 5_000)).unwrap());
        assert_eq!(name(&heavy, &source, &group(1, 5_000)), "Staff 1");
        assert_eq!(name(&heavy, &source, &group(2, 5_000)), "");
        assert_eq!(name(&heavy, &source, &group(2, 5)), "Staff 2", "it has become light");
    }
}
