use scim::{
    filter::{CompareOp, Filter as Wire, Literal},
    path::AttributePath,
};

/// What a leaf of a filter tests on one attribute.
pub(super) enum Ask<'f> {
    Compare(CompareOp, &'f Literal),
    Present,
}

/// The attribute that a leaf is about, and the test.
pub(super) fn ask(leaf: &Wire) -> Option<(&AttributePath, Ask<'_>)> {
    match leaf {
        Wire::Compare { path, op, value, .. } => Some((path, Ask::Compare(*op, value))),
        Wire::Present(path) => Some((path, Ask::Present)),
        _ => None,
    }
}
