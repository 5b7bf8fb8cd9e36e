use domain::page::Page;

/// A number with commas between its thousands: `1,284`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of something: `1 user`, `1,284 users`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// How many rows a list has, as far as they were counted: `1,284`, `more than 1,000`.
pub(crate) fn total<T, K>(page: &Page<T, K>) -> String {
    let total = grouped(page.total);
    if page.has_more { format!("more than {total}") } else { total }
}

/// Which rows of how many a page shows. A page by key knows its numbers only at either end of the list.
pub(crate) fn range<T, K>(page: &Page<T, K>) -> String {
    let rows = u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
    let total = total(page);
    let (first, last) = match (&page.previous, &page.next) {
        (None, _) => (1, rows),
        (_, None) if !page.has_more => ((page.total + 1).saturating_sub(rows), page.total),
        _ => return format!("{} of {total}", grouped(rows)),
    };
    if first >= last {
        format!("{} of {total}", grouped(last))
    } else {
        format!("{}–{} of {total}", grouped(first), grouped(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Timestamp, page::Key};

    #[test]
    fn thousands_stand_apart() {
        let text = [0, 7, 999, 1_000, 12_345, 1_234_567].map(grouped);
        assert_eq!(text, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn one_is_singular() {
        assert_eq!([0, 1, 2_000].map(|n| count(n, "user", "users")), ["0 users", "1 user", "2,000 users"]);
    }

    #[test]
    fn a_range_is_given_where_it_is_known() {
        let key = Some(Key { changed: Timestamp::from_millis(0), id: Default::default() });
        let page = |rows, previous, next| Page { rows: vec![(); rows], total: 1_284, has_more: false, previous, next };
        assert_eq!(range(&page(50, None, key)), "1–50 of 1,284");
        assert_eq!(range(&page(50, key, key)), "50 of 1,284");
        assert_eq!(range(&page(34, key, None)), "1,251–1,284 of 1,284");
        let found = |page| Page { total: 1_000, has_more: true, ..page };
        assert_eq!(range(&found(page(50, None, key))), "1–50 of more than 1,000");
        assert_eq!(range(&found(page(34, key, None))), "34 of more than 1,000");
        assert_eq!(range(&Page { total: 1, ..page(1, None, None) }), "1 of 1");
    }
}
