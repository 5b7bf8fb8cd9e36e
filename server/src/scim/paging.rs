//! The part of a list that a client requests, by index (RFC 7644 §3.4.2.4) or by cursor (RFC 9865), and its order.

use super::{Problem, Reply, cursor::Scope, outgoing::Parts, reply::looked_up, request::Call};
use domain::{
    directory::{Part, ResourceKind, RootMark},
    query::{Mark, Slice, Sort, SortKey, Start, Window},
};
use scim::message::{LIST_END, ListResponse, Paging as Place};

/// The part of a list that a call requests.
pub(super) struct Paging {
    scope: Scope,
    pub(super) start: Start<RootMark>,
    pub(super) limit: u64,
    /// How many bytes the page may have.
    pub(super) bytes: u64,
}

impl Paging {
    /// Reads `startIndex`, `cursor` and `count`. A `cursor` means paging by cursor, whatever `startIndex` says; without
    /// one, paging is by index. `count` may change from page to page, the filter and the order must not.
    ///
    /// # Errors
    /// `invalidValue` for an index or a count that is not a number, `invalidCount` for such a count with a cursor,
    /// `invalidCursor` for a cursor that was not issued for this query.
    pub(super) fn read(call: &Call, endpoint: &str) -> Result<Self, Problem> {
        let filter = call.filter()?.map(|filter| filter.to_string()).unwrap_or_default();
        let (sort_by, descending) = (call.sort_by().unwrap_or_default().to_ascii_lowercase(), call.descending()?);
        let scope = Scope::new(&[endpoint, &filter, &sort_by, if descending { "descending" } else { "" }]);
        let (start, limit) = match call.parameter("cursor") {
            None => {
                let Slice { offset, limit } = call.slice()?;
                (Start::Index(offset), limit)
            }
            Some("") => (Start::First, call.count()?),
            Some(cursor) => (scope.read(cursor).ok_or_else(invalid)?, call.count()?),
        };
        Ok(Self { scope, start, limit, bytes: call.page })
    }

    /// The part of a list of one kind.
    pub(super) fn window<K: SortKey>(&self, kind: ResourceKind, sort: Sort<K>) -> Result<Window<K>, Problem> {
        let start = self.start_of(kind, |mark| mark.fits(sort.by.kind()))?;
        Ok(Window { sort, start, limit: self.limit, bytes: self.bytes })
    }

    /// The part of a list of one kind, in an order that no index has.
    pub(super) fn part(&self, kind: ResourceKind, descending: bool) -> Result<Part, Problem> {
        let start = self.start_of(kind, Mark::fits_evaluated)?;
        Ok(Part { start, limit: self.limit, bytes: self.bytes, descending })
    }

    fn start_of(&self, kind: ResourceKind, fits: impl Fn(&Mark) -> bool) -> Result<Start, Problem> {
        let own = |place: &RootMark| {
            let fits = place.kind == kind && fits(&place.mark);
            if fits { Ok(place.mark.clone()) } else { Err(invalid()) }
        };
        Ok(match &self.start {
            Start::Index(offset) => Start::Index(*offset),
            Start::First => Start::First,
            Start::After(place) => Start::After(own(place)?),
            Start::Before(place) => Start::Before(own(place)?),
            Start::Last => Start::Last,
        })
    }

    /// The answer: a page, with what is needed to continue from it.
    pub(super) fn answer(
        &self,
        total: u64,
        previous: Option<RootMark>,
        next: Option<RootMark>,
        resources: Vec<Parts>,
    ) -> Reply {
        let cursor = |backward| move |place: RootMark| self.scope.write(backward, &place);
        let paging = match self.start {
            Start::Index(offset) => Place::Index(offset + 1),
            _ => Place::Cursor { previous: previous.map(cursor(true)), next: next.map(cursor(false)) },
        };
        let list = ListResponse { total_results: total, paging, resources: Vec::new() };
        let mut body = Parts::from(list.head(resources.len()));
        for (index, resource) in resources.into_iter().enumerate() {
            if index > 0 {
                body.text(",".to_owned());
            }
            body.append(resource);
        }
        body.text(LIST_END.to_owned());
        Reply::ok(body).outcome(looked_up(total))
    }
}

/// Refuses a cursor.
pub(super) fn invalid() -> Problem {
    let detail = "The cursor was not issued for this query. Send an empty cursor for the first page, and repeat the \
        filter and the order with each nextCursor or previousCursor.";
    scim::Error::invalid_cursor(detail).into()
}
