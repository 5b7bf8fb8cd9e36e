//! The query language over users and groups: conditions on indexed attributes. SCIM filters are translated into it, and
//! the store turns it into SQL with bound parameters. The console's search of people is [`crate::search`].

mod list;

pub use list::{
    GroupKey, KeyKind, Listed, Listing, Mark, MarkKey, Meter, Slice, Sort, SortKey, Start, UserKey, Weigh, Window,
};
pub(crate) use list::{REFERENCE, RESOURCE, end_early};

use crate::{GroupId, MemberId, Timestamp, UserId, role::Role};

/// A predicate over one kind of record, built from conditions `C`.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate<C> {
    /// Everything.
    All,
    /// Every one of these.
    And(Vec<Self>),
    /// At least one of these.
    Or(Vec<Self>),
    /// Not this. A missing value does not fulfil a condition.
    Not(Box<Self>),
    /// One condition.
    Where(C),
}

/// A test on a text. Whether case matters depends on the attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Exactly this text.
    Equals(String),
    /// The text anywhere inside.
    Contains(String),
    /// The text at the start.
    StartsWith(String),
    /// The text at the end.
    EndsWith(String),
    /// Ordered as stated against the text.
    Ordered(Order, String),
    /// Any text at all.
    Present,
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `=`
    Equal,
    /// `>=`
    GreaterOrEqual,
    /// `>`
    Greater,
}

/// A text attribute by which users can be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserText {
    /// `userName`, without regard to case.
    UserName,
    /// `externalId`, exactly.
    ExternalId,
    /// `displayName`, without regard to case.
    DisplayName,
    /// `name.givenName`, without regard to case.
    GivenName,
    /// `name.familyName`, without regard to case.
    FamilyName,
    /// `employeeNumber` of the enterprise extension, without regard to case.
    EmployeeNumber,
    /// `manager.value` of the enterprise extension, exactly.
    Manager,
}

/// An enum that is stored as numbers: `number` and `of` are inverse to each other.
macro_rules! numbered_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// All values, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The number that it is stored under.
            pub fn number(self) -> i64 {
                match self { $(Self::$variant => $number,)+ }
            }

            /// The value of a stored number; `None` if there is no such value.
            pub fn of(number: i64) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

numbered_enum! {
    /// A text attribute of a user; only its folded values are kept.
    pub enum UserValue {
        /// `title`.
        Title = 1,
        /// `userType`.
        UserType = 2,
        /// `nickName`.
        NickName = 3,
        /// `name.formatted`.
        FormattedName = 4,
        /// `phoneNumbers.value`.
        PhoneNumber = 5,
        /// `department` of the enterprise extension.
        Department = 6,
        /// `costCenter` of the enterprise extension.
        CostCenter = 7,
        /// `organization` of the enterprise extension.
        Organization = 8,
        /// `division` of the enterprise extension.
        Division = 9,
    }
}

impl UserValue {
    /// How many characters of a folded value are kept.
    pub const KEPT: usize = 500;

    /// The value as it is kept: folded, and cut to [`Self::KEPT`] characters.
    pub fn key(value: &str) -> String {
        let mut key = crate::fold(value);
        if let Some((end, _)) = key.char_indices().nth(Self::KEPT) {
            key.truncate(end);
        }
        key
    }
}

/// A condition on a user.
#[derive(Clone, Debug, PartialEq)]
pub enum UserCondition {
    /// Has this id; `None` is an id that no user can have.
    Id(Option<UserId>),
    /// A text attribute passes a test.
    Text(UserText, Test),
    /// Some value of an attribute passes a test, as far as it is kept: a value that was cut passes every test for a
    /// part or an ending.
    Value(UserValue, Test),
    /// Has values that are not known yet ([`crate::user::Profile::values`]).
    Outdated,
    /// Is one of these.
    Among(Vec<UserId>),
    /// Is active, or is not.
    Active(bool),
    /// At least one e-mail address fulfils the whole filter.
    Email(Predicate<EmailCondition>),
    /// Is a member of the group.
    MemberOf(Option<GroupId>),
    /// Is a member of the group; for a list that is read row by row.
    IsIn(GroupId),
    /// Has this folded value; for a list that is read row by row.
    HasValue(UserValue, String),
    /// Is active and has the role, by hand or through a group.
    HasRole(Role),
    /// The same, for a list that is read row by row.
    HoldsRole(Role),
    /// Is found by all these needles ([`crate::search`]), whose texts are read one by one.
    HasWords(Vec<String>),
    /// Was created at a time that compares in this way with the given one.
    Created(Order, Timestamp),
    /// Was changed at a time that compares in this way with the given one.
    Changed(Order, Timestamp),
}

/// A condition on one e-mail address. Case does not matter in any of them.
#[derive(Clone, Debug, PartialEq)]
pub enum EmailCondition {
    /// The address.
    Value(Test),
    /// `work`, `home`, …
    Kind(Test),
    /// Whether it is the preferred one.
    Primary(bool),
}

/// A text attribute by which groups can be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupText {
    /// `displayName`, without regard to case.
    DisplayName,
    /// `externalId`, exactly.
    ExternalId,
}

/// A condition on a group.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupCondition {
    /// Has this id; `None` is an id that no group can have.
    Id(Option<GroupId>),
    /// A text attribute passes a test.
    Text(GroupText, Test),
    /// Has the user or the group as a direct member.
    Member(Option<MemberId>),
    /// Has a direct member other than this one.
    OtherMember(Option<MemberId>),
    /// Has any member.
    HasMembers,
    /// Is one of these.
    Among(Vec<GroupId>),
    /// Was created at a time that compares in this way with the given one.
    Created(Order, Timestamp),
    /// Was changed at a time that compares in this way with the given one.
    Changed(Order, Timestamp),
}

impl<C> Predicate<C> {
    /// Matches nothing.
    pub const NONE: Self = Self::Or(Vec::new());

    /// The same without the parts that make no difference. `Predicate::All` and `Predicate::NONE` become recognisable,
    /// so the database need not look at each row.
    pub fn simplified(self) -> Self {
        match self {
            Self::And(parts) => joined(parts, Self::And, &Self::is_all, &Self::is_none).unwrap_or(Self::NONE),
            Self::Or(parts) => joined(parts, Self::Or, &Self::is_none, &Self::is_all).unwrap_or(Self::All),
            Self::Not(inner) => match inner.simplified() {
                Self::All => Self::NONE,
                inner if inner.is_none() => Self::All,
                inner => Self::Not(Box::new(inner)),
            },
            other => other,
        }
    }

    /// Whether this is [`Predicate::NONE`]; only reliable for a simplified filter.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Or(parts) if parts.is_empty())
    }

    fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }
}

/// Joins simplified parts, leaving out those that are `idle`; `None` if one part `decides` alone.
fn joined<C>(
    parts: Vec<Predicate<C>>,
    join: impl Fn(Vec<Predicate<C>>) -> Predicate<C>,
    idle: &dyn Fn(&Predicate<C>) -> bool,
    decides: &dyn Fn(&Predicate<C>) -> bool,
) -> Option<Predicate<C>> {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts.into_iter().map(Predicate::simplified) {
        if decides(&part) {
            return None;
        }
        if !idle(&part) {
            kept.push(part);
        }
    }
    match kept.len() {
        1 => kept.pop(),
        // No part is left that decides: an empty AND is true, an empty OR is false.
        0 if !join(Vec::new()).is_none() => Some(Predicate::All),
        _ => Some(join(kept)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Of = Predicate<u8>;

    #[test]
    fn what_decides_nothing_goes() {
        let one = || Of::Where(1);
        let not = |inner| Of::Not(Box::new(inner));
        for (filter, wanted) in [
            (Of::And(vec![]), Of::All),
            (Of::Or(vec![]), Of::NONE),
            (Of::And(vec![Of::All, one()]), one()),
            (Of::And(vec![one(), not(Of::All)]), Of::NONE),
            (Of::Or(vec![Of::NONE, one(), not(Of::NONE)]), Of::All),
            (Of::Or(vec![Of::NONE, not(one())]), not(one())),
            (Of::And(vec![one(), Of::Or(vec![Of::Where(2), Of::Where(3)])]), {
                Of::And(vec![one(), Of::Or(vec![Of::Where(2), Of::Where(3)])])
            }),
        ] {
            assert_eq!(filter.simplified(), wanted);
        }
    }
}
