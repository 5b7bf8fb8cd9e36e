//! Comparisons of one attribute, as conditions of a query. `None` means that the attribute cannot be compared in this
//! way.

use super::ask::Ask;
use domain::{
    Timestamp,
    query::{Order, Predicate, Test},
};
use scim::{filter::CompareOp, schema::ResourceType};

pub(super) fn negated<C>(filter: Predicate<C>) -> Predicate<C> {
    Predicate::Not(Box::new(filter))
}

pub(super) fn text<C>(ask: &Ask<'_>, condition: impl Fn(Test) -> C) -> Option<Predicate<C>> {
    let passes = |test| Predicate::Where(condition(test));
    let Ask::Compare(op, value) = ask else { return Some(passes(Test::Present)) };
    let Some(value) = value.as_text() else {
        // `eq null` tests for absence, `ne null` for presence.
        return match op {
            CompareOp::Eq => Some(negated(passes(Test::Present))),
            CompareOp::Ne => Some(passes(Test::Present)),
            _ => None,
        };
    };
    let value = value.into_owned();
    Some(match op {
        CompareOp::Eq => passes(Test::Equals(value)),
        CompareOp::Ne => negated(passes(Test::Equals(value))),
        CompareOp::Co => passes(Test::Contains(value)),
        CompareOp::Sw => passes(Test::StartsWith(value)),
        CompareOp::Ew => passes(Test::EndsWith(value)),
        other => passes(Test::Ordered(order(*other)?, value)),
    })
}

pub(super) fn id<C>(ask: &Ask<'_>, condition: impl Fn(&str) -> C) -> Option<Predicate<C>> {
    match ask {
        Ask::Compare(CompareOp::Eq, value) => Some(Predicate::Where(condition(&value.as_text()?))),
        Ask::Compare(CompareOp::Ne, value) => Some(negated(Predicate::Where(condition(&value.as_text()?)))),
        _ => None,
    }
}

pub(super) fn boolean<C>(ask: &Ask<'_>, condition: impl Fn(bool) -> C) -> Option<Predicate<C>> {
    match ask {
        Ask::Present => Some(Predicate::All),
        Ask::Compare(CompareOp::Eq, value) => Some(Predicate::Where(condition(value.as_bool()?))),
        Ask::Compare(CompareOp::Ne, value) => Some(negated(Predicate::Where(condition(value.as_bool()?)))),
        Ask::Compare(..) => None,
    }
}

pub(super) fn time<C>(ask: &Ask<'_>, condition: impl Fn(Order, Timestamp) -> C) -> Option<Predicate<C>> {
    let Ask::Compare(op, value) = ask else { return Some(Predicate::All) };
    let (moment, exact) = Timestamp::of_nanos(scim::instant(&value.as_text()?)?)?;
    match op {
        // Stored times are whole milliseconds, and so never equal to a moment within one.
        CompareOp::Eq if !exact => Some(Predicate::Or(vec![])),
        CompareOp::Ne if !exact => Some(Predicate::All),
        CompareOp::Lt if !exact => Some(Predicate::Where(condition(Order::LessOrEqual, moment))),
        CompareOp::Ge if !exact => Some(Predicate::Where(condition(Order::Greater, moment))),
        CompareOp::Ne => Some(negated(Predicate::Where(condition(Order::Equal, moment)))),
        other => Some(Predicate::Where(condition(order(*other)?, moment))),
    }
}

pub(super) fn order(op: CompareOp) -> Option<Order> {
    match op {
        CompareOp::Eq => Some(Order::Equal),
        CompareOp::Gt => Some(Order::Greater),
        CompareOp::Ge => Some(Order::GreaterOrEqual),
        CompareOp::Lt => Some(Order::Less),
        CompareOp::Le => Some(Order::LessOrEqual),
        _ => None,
    }
}

/// A leaf about `meta.resourceType`, which is the same for all resources of a kind.
pub(super) fn resource_type<C>(resource_type: &ResourceType, ask: &Ask<'_>) -> Option<Predicate<C>> {
    let Ask::Compare(op, value) = ask else { return Some(Predicate::All) };
    let (name, Some(value)) = (resource_type.name, value.as_text()) else {
        return match op {
            CompareOp::Eq => Some(Predicate::NONE),
            CompareOp::Ne => Some(Predicate::All),
            _ => None,
        };
    };
    let holds = match op {
        CompareOp::Eq => name == value,
        CompareOp::Ne => name != value,
        CompareOp::Co => name.contains(&*value),
        CompareOp::Sw => name.starts_with(&*value),
        CompareOp::Ew => name.ends_with(&*value),
        CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => return None,
    };
    Some(if holds { Predicate::All } else { Predicate::NONE })
}
