//! A recursive-descent parser. It recurses only for parentheses and brackets, whose depth is limited, so no input can
//! exhaust the stack; chains of `and` and `or` are read in a loop and bounded by the number of terms.

use super::{CompareOp, Filter, FilterError, Literal};
use crate::Limits;
use crate::path::AttributePath;

type Result<T> = std::result::Result<T, FilterError>;

/// Reads a filter: the whole grammar of RFC 7644 §3.4.2.2, with operators and names in any letter case, and beyond it
/// unquoted values and a comparison after a value path.
///
/// Refuses malformed text, text beyond `limits`, and NUL characters.
pub fn parse(text: &str, limits: &Limits) -> Result<Filter> {
    parse_with(text, limits, false)
}

/// Reads what is between the brackets of a value path.
pub(crate) fn parse_value_filter(text: &str, limits: &Limits) -> Result<Filter> {
    parse_with(text, limits, true)
}

fn parse_with(text: &str, limits: &Limits, in_brackets: bool) -> Result<Filter> {
    if text.len() > limits.filter_length {
        return Err(FilterError::TooLong);
    }
    let mut parser = Parser { rest: text, depth: 0, terms: 0, in_brackets, limits };
    let filter = parser.or()?;
    parser.skip_space();
    if parser.rest.is_empty() { Ok(filter) } else { Err(FilterError::Trailing) }
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
    terms: usize,
    in_brackets: bool,
    limits: &'t Limits,
}

impl<'t> Parser<'t> {
    /// RFC 7644 §3.4.2.2: `and` binds tighter than `or`.
    fn or(&mut self) -> Result<Filter> {
        let mut left = self.and()?;
        while self.keyword("or") {
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter> {
        let mut left = self.term()?;
        while self.keyword("and") {
            left = Filter::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Filter> {
        self.skip_space();
        if self.rest.starts_with('(') {
            return self.nested(')');
        }
        let word = self.word();
        if word.eq_ignore_ascii_case("not") && self.rest.trim_start().starts_with('(') {
            self.skip_space();
            return Ok(Filter::Not(Box::new(self.nested(')')?)));
        }
        let path = AttributePath::parse(word).map_err(|_| FilterError::Attribute)?;
        if self.rest.starts_with('[') { self.value_path(path) } else { self.comparison(path) }
    }

    /// A filter from an opening bracket, where the text is now, to `close`.
    fn nested(&mut self, close: char) -> Result<Filter> {
        self.depth += 1;
        if self.depth > self.limits.filter_depth {
            return Err(FilterError::TooComplex);
        }
        self.rest = &self.rest[1..];
        let filter = self.or()?;
        self.skip_space();
        self.rest = self.rest.strip_prefix(close).ok_or(FilterError::Unclosed)?;
        self.depth -= 1;
        Ok(filter)
    }

    fn value_path(&mut self, path: AttributePath) -> Result<Filter> {
        // RFC 7644 §3.4.2.2: a value filter holds no value path.
        if self.in_brackets || path.sub_attribute.is_some() {
            return Err(FilterError::Attribute);
        }
        self.in_brackets = true;
        let mut filter = self.nested(']')?;
        // `emails[type eq "work"].value eq "x"`: the same value satisfies both.
        if let Some(rest) = self.rest.strip_prefix('.') {
            self.rest = rest;
            let sub = AttributePath::parse(self.word()).map_err(|_| FilterError::Attribute)?;
            if sub.schema.is_some() || sub.sub_attribute.is_some() {
                return Err(FilterError::Attribute);
            }
            filter = Filter::And(Box::new(filter), Box::new(self.comparison(sub)?));
        }
        self.in_brackets = false;
        Ok(Filter::ValuePath { path, filter: Box::new(filter) })
    }

    fn comparison(&mut self, path: AttributePath) -> Result<Filter> {
        self.terms += 1;
        if self.terms > self.limits.filter_terms {
            return Err(FilterError::TooComplex);
        }
        self.skip_space();
        let word = self.word();
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(path));
        }
        let op = CompareOp::ALL.into_iter().find(|op| word.eq_ignore_ascii_case(op.as_str()));
        let op = op.ok_or(FilterError::Operator)?;
        Ok(Filter::compare(path, op, self.literal()?))
    }

    fn literal(&mut self) -> Result<Literal> {
        self.skip_space();
        if self.rest.starts_with('"') {
            return self.quoted().map(Literal::String);
        }
        let word = self.word();
        // Text in single quotes would be searched for with its quotes, and never found.
        if word.is_empty() || word.contains('\0') || word.starts_with('\'') {
            return Err(FilterError::Value);
        }
        if let Some(value) = crate::value::boolean(word) {
            return Ok(Literal::Bool(value));
        }
        if word.eq_ignore_ascii_case("null") {
            return Ok(Literal::Null);
        }
        // An unquoted identifier of many digits must not lose any of them.
        let is_exact = |number: &serde_json::Number| !number.is_f64() || word.contains(['.', 'e', 'E']);
        let number = serde_json::from_str(word).ok().filter(is_exact);
        Ok(number.map_or_else(|| Literal::String(word.into()), Literal::Number))
    }

    /// RFC 7644 §3.4.2.2: text is a JSON string, escapes included.
    fn quoted(&mut self) -> Result<String> {
        let mut escaped = false;
        let end = self.rest.bytes().skip(1).position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        });
        let (literal, rest) = self.rest.split_at(end.ok_or(FilterError::Value)? + 2);
        self.rest = rest;
        let text: String = serde_json::from_str(literal).map_err(|_| FilterError::Value)?;
        // No database accepts a NUL character in a query.
        if text.contains('\0') { Err(FilterError::Value) } else { Ok(text) }
    }

    /// Consumes `word`, in any letter case, if it is next.
    fn keyword(&mut self, word: &str) -> bool {
        let before = self.rest;
        self.skip_space();
        let found = self.word().eq_ignore_ascii_case(word);
        if !found {
            self.rest = before;
        }
        found
    }

    /// The text up to the next space, quote or bracket; perhaps empty.
    fn word(&mut self) -> &'t str {
        let end = self.rest.find(|c: char| c.is_whitespace() || "()[]\"".contains(c));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }
}
