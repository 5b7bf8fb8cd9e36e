//! Filters as SQL. Every value is a bound parameter; every text in the statement comes from this file.

use super::{dialect, keys};
use crate::Db;
use domain::{
    Timestamp, fold,
    query::{EmailCondition, GroupCondition, GroupText, Order, Predicate, Test, UserCondition, UserText, UserValue},
};
use sqlx::QueryBuilder;

/// A condition for WHERE.
pub(super) trait Condition {
    /// Adds it to a statement.
    fn push(&self, query: &mut QueryBuilder<Db>);
}

impl<C: Condition> Condition for Predicate<C> {
    fn push(&self, query: &mut QueryBuilder<Db>) {
        match self {
            Self::All => drop(query.push("TRUE")),
            Self::And(parts) => push_joined(query, parts, " AND ", "TRUE"),
            Self::Or(parts) => push_joined(query, parts, " OR ", "FALSE"),
            Self::Not(inner) => {
                query.push("(");
                inner.push(query);
                // Unlike NOT, this is true for an unknown value.
                query.push(") IS NOT TRUE");
            }
            Self::Where(condition) => condition.push(query),
        }
    }
}

fn push_joined<C: Condition>(query: &mut QueryBuilder<Db>, parts: &[C], operator: &str, none: &str) {
    if parts.is_empty() {
        query.push(none);
        return;
    }
    let mut before = "(";
    for part in parts {
        query.push(before);
        part.push(query);
        before = operator;
    }
    query.push(")");
}

impl Condition for UserCondition {
    fn push(&self, query: &mut QueryBuilder<Db>) {
        match self {
            Self::Id(Some(id)) => drop(query.push("users.id = ").push_bind(id.0)),
            Self::MemberOf(Some(group)) => {
                query.push("users.id IN (SELECT user_id FROM group_members WHERE group_id = ");
                query.push_bind(group.0).push(")");
            }
            Self::IsIn(group) => {
                query.push("EXISTS (SELECT 1 FROM group_members WHERE user_id = users.id AND group_id = ");
                query.push_bind(group.0).push(")");
            }
            Self::HasValue(attribute, value) => {
                query.push("EXISTS (SELECT 1 FROM user_values WHERE user_id = users.id AND attribute = ");
                query.push_bind(attribute.number()).push(" AND value_key = ").push_bind(value.clone()).push(")");
            }
            Self::HasRole(role) => {
                query.push("active AND users.id IN (SELECT id FROM users WHERE role = ").push_bind(role.as_str());
                query.push(" UNION SELECT user_id FROM group_members JOIN groups ON groups.id = group_id");
                query.push(" WHERE groups.role = ").push_bind(role.as_str()).push(")");
            }
            Self::HoldsRole(role) => {
                query.push("active AND (role = ").push_bind(role.as_str());
                query.push(" OR EXISTS (SELECT 1 FROM group_members JOIN groups ON groups.id = group_id");
                query.push(" WHERE user_id = users.id AND groups.role = ").push_bind(role.as_str()).push("))");
            }
            Self::HasWords(needles) => {
                query.push("EXISTS (SELECT 1 FROM user_search AS searched WHERE searched.position = users.position");
                for needle in needles {
                    query.push(" AND ");
                    push_contains(query, "searched.text", needle);
                }
                query.push(")");
            }
            Self::Id(None) | Self::MemberOf(None) => drop(query.push("FALSE")),
            Self::Text(attribute, test) => push_test(query, user_column(*attribute), test),
            Self::Value(attribute, test) => push_value(query, *attribute, test),
            Self::Outdated => drop(query.push("users.").push(keys::OUTDATED)),
            Self::Among(users) => {
                query.push("users.id");
                dialect::push_among(query, users.iter().map(|id| id.0).collect());
            }
            // In the same words as the partial index of inactive users.
            Self::Active(true) => drop(query.push("active")),
            Self::Active(false) => drop(query.push("NOT active")),
            Self::Email(filter) => {
                query.push("users.id IN (SELECT user_id FROM user_emails WHERE ");
                filter.push(query);
                query.push(")");
            }
            Self::Created(order, at) => push_time(query, "created", *order, *at),
            Self::Changed(order, at) => push_time(query, "changed", *order, *at),
        }
    }
}

impl Condition for EmailCondition {
    fn push(&self, query: &mut QueryBuilder<Db>) {
        match self {
            // An address without a value is stored as an empty one.
            Self::Value(Test::Present) => drop(query.push("value <> ''")),
            Self::Value(test) => {
                query.push("(value <> '' AND ");
                push_test(query, Column::folded("value_key"), test);
                query.push(")");
            }
            Self::Kind(test) => push_test(query, Column::folded("kind_key"), test),
            Self::Primary(true) => drop(query.push("is_primary")),
            Self::Primary(false) => drop(query.push("NOT is_primary")),
        }
    }
}

impl Condition for GroupCondition {
    fn push(&self, query: &mut QueryBuilder<Db>) {
        match self {
            Self::Id(Some(id)) => drop(query.push("groups.id = ").push_bind(id.0)),
            Self::Member(Some(member)) => {
                query.push("groups.id IN (SELECT group_id FROM group_members WHERE user_id = ").push_bind(member.0);
                query.push(" UNION ALL SELECT group_id FROM nested_groups WHERE member_id = ").push_bind(member.0);
                query.push(")");
            }
            Self::Id(None) | Self::Member(None) => drop(query.push("FALSE")),
            Self::Text(GroupText::DisplayName, test) => push_test(query, Column::folded("display_name_key"), test),
            Self::Text(GroupText::ExternalId, test) => push_test(query, Column::exact("external_id"), test),
            Self::OtherMember(None) => Self::HasMembers.push(query),
            Self::OtherMember(Some(member)) => {
                query.push("(EXISTS (SELECT 1 FROM group_members WHERE group_id = groups.id AND user_id <> ");
                query.push_bind(member.0);
                query.push(") OR EXISTS (SELECT 1 FROM nested_groups WHERE group_id = groups.id AND member_id <> ");
                query.push_bind(member.0).push("))");
            }
            Self::Among(groups) => {
                query.push("groups.id");
                dialect::push_among(query, groups.iter().map(|id| id.0).collect());
            }
            Self::HasMembers => {
                query.push("(EXISTS (SELECT 1 FROM group_members WHERE group_id = groups.id)");
                query.push(" OR EXISTS (SELECT 1 FROM nested_groups WHERE group_id = groups.id))");
            }
            Self::Created(order, at) => push_time(query, "created", *order, *at),
            Self::Changed(order, at) => push_time(query, "changed", *order, *at),
        }
    }
}

/// A column to test, and whether it holds folded keys.
struct Column {
    name: &'static str,
    folded: bool,
}

impl Column {
    fn folded(name: &'static str) -> Self {
        Self { name, folded: true }
    }

    fn exact(name: &'static str) -> Self {
        Self { name, folded: false }
    }
}

fn user_column(attribute: UserText) -> Column {
    match attribute {
        UserText::UserName => Column::folded("user_name_key"),
        UserText::DisplayName => Column::folded("display_name_key"),
        UserText::GivenName => Column::folded("given_name_key"),
        UserText::FamilyName => Column::folded("family_name_key"),
        UserText::EmployeeNumber => Column::folded("employee_number_key"),
        UserText::ExternalId => Column::exact("external_id"),
        UserText::Manager => Column::exact("manager"),
    }
}

fn push_value(query: &mut QueryBuilder<Db>, attribute: UserValue, test: &Test) {
    query.push("users.id IN (SELECT user_id FROM user_values WHERE attribute = ").push_bind(attribute.number());
    match test {
        Test::Present => {}
        Test::Contains(_) | Test::EndsWith(_) => {
            query.push(" AND (");
            push_test(query, Column::folded("value_key"), test);
            let kept = i64::try_from(UserValue::KEPT).unwrap_or(i64::MAX);
            query.push(" OR length(value_key) >= ").push_bind(kept).push(")");
        }
        test => {
            query.push(" AND ");
            push_test(query, Column::folded("value_key"), test);
        }
    }
    query.push(")");
}

fn push_test(query: &mut QueryBuilder<Db>, column: Column, test: &Test) {
    let Column { name, folded } = column;
    let whole = |text: &str| if folded { fold(text) } else { text.to_owned() };
    let part = |text: &str| if folded { fold_part(text) } else { text.to_owned() };
    match test {
        Test::Equals(text) => drop(query.push(name).push(" = ").push_bind(whole(text))),
        Test::Ordered(order, text) => drop(query.push(name).push(operator(*order)).push_bind(whole(text))),
        Test::Present => drop(query.push(name).push(" IS NOT NULL")),
        Test::Contains(text) => push_contains(query, name, &part(text)),
        // A folded text has no blanks at its ends.
        Test::StartsWith(text) if folded => push_starts_with(query, name, part(text.trim_start())),
        Test::StartsWith(text) => push_starts_with(query, name, part(text)),
        Test::EndsWith(text) if folded => push_ends_with(query, name, &part(text.trim_end())),
        Test::EndsWith(text) => push_ends_with(query, name, &part(text)),
    }
}

/// The folded form of a part of a name: blanks at its ends are not at the ends of the name, so they count.
fn fold_part(text: &str) -> String {
    // Guard characters at both ends, which folding does not change or combine, keep the blanks.
    let guarded = fold(&format!("\u{1}{text}\u{1}"));
    guarded[1..guarded.len() - 1].to_owned()
}

/// Adds a test whether a column contains a text; no index helps with this.
pub(super) fn push_contains(query: &mut QueryBuilder<Db>, column: &str, text: &str) {
    query.push(dialect::POSITION).push("(").push(column).push(", ");
    query.push_bind(text.to_owned()).push(") > 0");
}

/// A prefix as a range, which an index serves.
fn push_starts_with(query: &mut QueryBuilder<Db>, column: &str, prefix: String) {
    let end = after_prefix(&prefix);
    query.push("(").push(column).push(" >= ").push_bind(prefix);
    if let Some(end) = end {
        query.push(" AND ").push(column).push(" < ").push_bind(end);
    }
    query.push(")");
}

/// The first text after all that start with a prefix, in the order of bytes, which is that of code points; `None` if no
/// text comes after them.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut end: Vec<char> = prefix.chars().collect();
    while let Some(last) = end.pop() {
        // Stepping through a range of characters skips the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end.into_iter().collect());
        }
    }
    None
}

fn push_ends_with(query: &mut QueryBuilder<Db>, column: &str, suffix: &str) {
    // If the column is the shorter text, the result of substr is too short to be equal.
    query.push("substr(").push(column).push(", length(").push(column).push(") - length(");
    query.push_bind(suffix.to_owned()).push(") + 1) = ").push_bind(suffix.to_owned());
}

fn push_time(query: &mut QueryBuilder<Db>, column: &str, order: Order, at: Timestamp) {
    query.push(column).push(operator(order)).push_bind(at.millis());
}

/// Adds a test whether a name or an e-mail address contains a text; no index helps with this.
pub(super) fn push_search(query: &mut QueryBuilder<Db>, key: &str) {
    query.push("(");
    for column in ["user_name_key", "display_name_key", "given_name_key", "family_name_key"] {
        push_contains(query, column, key);
        query.push(" OR ");
    }
    query.push("users.id IN (SELECT user_id FROM user_emails WHERE ");
    push_contains(query, "value_key", key);
    query.push("))");
}

fn operator(order: Order) -> &'static str {
    match order {
        Order::Less => " < ",
        Order::LessOrEqual => " <= ",
        Order::Equal => " = ",
        Order::GreaterOrEqual => " >= ",
        Order::Greater => " > ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_the_next_one_starts() {
        assert_eq!(after_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_prefix("aé").as_deref(), Some("aê"));
        assert_eq!(after_prefix("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(after_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{10ffff}"), None);
        assert_eq!(after_prefix(""), None);
    }

    #[test]
    fn a_part_keeps_its_blanks() {
        assert_eq!(fold_part(" Ö"), " ö");
        assert_eq!(fold_part("\u{a0}A "), " a ");
    }
}
