//! What can be asked of the directory: a small language over indexed attributes. SCIM filters and the console's search
//! are both translated into it, and the store turns it into SQL with bound parameters.

use crate::{GroupId, MemberId, Timestamp, UserId};

/// A condition over one kind of record, built from conditions `C`.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter<C> {
    /// Everything.
    All,
    /// Every one of these.
    And(Vec<Self>),
    /// At least one of these.
    Or(Vec<Self>),
    /// Not this; a missing value counts as not fulfilling.
    Not(Box<Self>),
    /// One condition.
    Where(C),
}

/// A test on a text. Whether case matters is the attribute's affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// The very text.
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

/// How two values stand to each other.
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

/// A text attribute of a user that can be looked up.
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

/// A condition on a user.
#[derive(Clone, Debug, PartialEq)]
pub enum UserCondition {
    /// Has this id; `None` is an id that nobody can have.
    Id(Option<UserId>),
    /// A text attribute passes a test.
    Text(UserText, Test),
    /// Is active, or is not.
    Active(bool),
    /// Some e-mail address passes all of a filter.
    Email(Filter<EmailCondition>),
    /// Is a member of the group.
    MemberOf(Option<GroupId>),
    /// Was created at a time that stands so to this one.
    Created(Order, Timestamp),
    /// Was changed at a time that stands so to this one.
    Changed(Order, Timestamp),
    /// The text stands somewhere in a name or an e-mail address.
    Search(String),
}

/// A condition on one e-mail address. None of them regards case.
#[derive(Clone, Debug, PartialEq)]
pub enum EmailCondition {
    /// The address.
    Value(Test),
    /// `work`, `home`, …
    Kind(Test),
    /// Whether it is the preferred one.
    Primary(bool),
}

/// A text attribute of a group that can be looked up.
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
    /// Has the user or the group as a member of its own.
    Member(Option<MemberId>),
    /// Has any member.
    HasMembers,
    /// Was created at a time that stands so to this one.
    Created(Order, Timestamp),
    /// Was changed at a time that stands so to this one.
    Changed(Order, Timestamp),
}

/// A part of a result by position, in order of creation (RFC 7644 §3.4.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// How many to pass over.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u64,
}

/// One page of a SCIM list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing<T> {
    /// All that match, also those not on this page.
    pub total: u64,
    /// The page.
    pub items: Vec<T>,
}
