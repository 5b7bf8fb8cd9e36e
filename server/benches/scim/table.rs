//! The table that is printed.

use crate::{compare::Cost, filters::Times};
use std::fmt;

/// All rows, in the order in which they were measured.
#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

struct Row {
    name: String,
    users: usize,
    /// Product and bare server; `None` if the product does not offer it.
    costs: Option<[Cost; 2]>,
    /// Figures of another kind, in place of the costs.
    other: Option<[String; 3]>,
}

impl Table {
    /// Adds the costs of a call.
    pub(crate) fn add(&mut self, name: &str, users: usize, costs: Option<[Cost; 2]>) {
        self.push(Row { name: name.to_owned(), users, costs, other: None });
    }

    /// Adds figures that are not the costs of a call.
    pub(crate) fn add_other(&mut self, name: &str, users: usize, product: f64, bare: f64, unit: &str) {
        let text = |value: f64| format!("{} {unit}", number(value)).trim_end().to_owned();
        let other = Some([text(product), text(bare), ratio(product, bare)]);
        self.push(Row { name: name.to_owned(), users, costs: None, other });
    }

    /// Adds how long a call takes on the product.
    pub(crate) fn add_times(&mut self, name: &str, users: usize, times: &Times) {
        let at = |share: f64| {
            let place = (times.sorted.len() as f64 * share) as usize;
            format!("{} ms", number(times.sorted[place.min(times.sorted.len() - 1)].as_secs_f64() * 1e3))
        };
        let status = if times.status == 200 { String::new() } else { format!("status {}", times.status) };
        let other = Some([format!("p50 {}", at(0.5)), format!("p99 {}", at(0.99)), status]);
        self.push(Row { name: name.to_owned(), users, costs: None, other });
    }

    /// Adds the cost of one call as a multiple of another's.
    pub(crate) fn add_ratio(&mut self, name: &str, users: usize, of: Option<[Cost; 2]>, to: Option<[Cost; 2]>) {
        let (Some(of), Some(to)) = (of, to) else { return };
        let [ours, bare] = [0, 1].map(|server| ratio(of[server].cpu, to[server].cpu));
        let other = Some([ours, bare, String::new()]);
        self.push(Row { name: name.to_owned(), users, costs: None, other });
    }

    fn push(&mut self, row: Row) {
        eprintln!("{}", self.line(&row));
        self.0.push(row);
    }

    fn line(&self, row: &Row) -> String {
        let Row { name, users, .. } = row;
        let head = format!("| {name} | {} |", number(*users as f64));
        match (&row.costs, &row.other) {
            (Some([ours, bare]), _) => {
                let cpu = format!("{} | {} | {}", number(ours.cpu), number(bare.cpu), ratio(ours.cpu, bare.cpu));
                let median =
                    format!("{} | {} | {}", number(ours.median), number(bare.median), ratio(ours.median, bare.median));
                format!("{head} {cpu} | {median} | {} |", self.growth(row))
            }
            (None, Some(cells)) => format!("{head} {} | | | | |", cells.join(" | ")),
            (None, None) => format!("{head} not offered | | | | | | |"),
        }
    }

    /// How many times as much CPU the product uses as at the first size.
    fn growth(&self, row: &Row) -> String {
        let first = self.0.iter().find(|first| first.name == row.name && first.costs.is_some());
        match (first.and_then(|first| first.costs), row.costs) {
            (Some([first, _]), Some([ours, _])) => ratio(ours.cpu, first.cpu),
            _ => String::new(),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let smallest = self.0.first().map_or(0.0, |row| row.users as f64);
        let by_size = format!("÷ at {}", number(smallest));
        writeln!(f, "| | users | CPU µs | bare | ratio | median µs | bare | ratio | {by_size} |")?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        let mut names: Vec<&str> = Vec::new();
        for row in &self.0 {
            if !names.contains(&row.name.as_str()) {
                names.push(&row.name);
            }
        }
        // All sizes of a call are next to each other.
        for name in names {
            for row in self.0.iter().filter(|row| row.name == name) {
                writeln!(f, "{}", self.line(row))?;
            }
        }
        Ok(())
    }
}

fn ratio(of: f64, to: f64) -> String {
    format!("{:.2}", of / to)
}

/// With commas between thousands; small numbers with one decimal.
fn number(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
