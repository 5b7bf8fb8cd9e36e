//! What is kept of deleted rows has all of their columns.

use super::sqlite_columns;

/// Tables, those that hold what was deleted from them, and the column that is not kept: a restored row is last in the
/// list.
const COPIES: [(&str, &str, Option<&str>); 6] = [
    ("users", "deleted_users", Some("position")),
    ("user_emails", "deleted_user_emails", None),
    ("user_values", "deleted_user_values", None),
    ("groups", "deleted_groups", Some("position")),
    ("group_members", "former_members", None),
    ("nested_groups", "former_nested_groups", None),
];

/// The other database has the same columns.
#[tokio::test]
async fn what_is_deleted_is_kept_with_all_its_columns() {
    let columns = sqlite_columns().await;
    for (table, copy, is_not_kept) in COPIES {
        let of_table = columns.iter().filter(|column| column.0 == table);
        for (_, name, may_be_empty, kind, _) in of_table.filter(|column| Some(column.1.as_str()) != is_not_kept) {
            let mut kept = columns.iter().filter(|column| column.0 == copy);
            let is_kept = kept.any(|column| (&column.1, &column.2, &column.3) == (name, may_be_empty, kind));
            assert!(is_kept, "{copy} has no column such as {table}.{name}: what comes back would lack it");
        }
    }
}
