//! Conditions: what stands behind WHERE and HAVING, and within CASE.

use super::{Writer, text, write};
use crate::form::{Filter, Literal, Test, Value};
use crate::schema::JoinGraph;

impl Writer<'_> {
    pub(super) fn filters(
        &self,
        sql: &mut String,
        graph: &mut JoinGraph,
        word: &str,
        filters: &[Filter],
    ) -> Option<()> {
        for (at, filter) in filters.iter().enumerate() {
            sql.push_str(if at == 0 { word } else { " AND " });
            sql.push_str(&self.filter(graph, filter, filters.len() > 1)?);
        }
        Some(())
    }

    fn filter(&self, graph: &mut JoinGraph, filter: &Filter, within: bool) -> Option<String> {
        let (filters, word) = match filter {
            Filter::Test(value, test) => return self.test(graph, value, test),
            Filter::Any(filters) => (filters, " OR "),
        };
        let parts: Option<Vec<String>> = filters
            .iter()
            .map(|filter| self.filter(graph, filter, true))
            .collect();
        let text = parts?.join(word);
        Some(if within && filters.len() > 1 {
            format!("({text})")
        } else {
            text
        })
    }

    /// Conditions that look into no other query.
    pub(super) fn plainly(&self, filters: &[Filter], word: &str) -> String {
        let parts = filters.iter().map(|filter| match filter {
            Filter::Test(value, test) => self.tested(value, test, ""),
            Filter::Any(filters) if word == " OR " => self.plainly(filters, " OR "),
            Filter::Any(any) if filters.len() == 1 => self.plainly(any, " OR "),
            Filter::Any(any) => format!("({})", self.plainly(any, " OR ")),
        });
        parts.collect::<Vec<_>>().join(word)
    }

    fn test(&self, graph: &mut JoinGraph, value: &Value, test: &Test) -> Option<String> {
        let inner = match test {
            Test::Query(_, query) | Test::In(query) | Test::NotIn(query) => {
                write(self.schema, graph, query)?
            }
            _ => String::new(),
        };
        Some(self.tested(value, test, &inner))
    }

    /// A test; `inner` is the SQL of the query that it looks into.
    fn tested(&self, value: &Value, test: &Test, inner: &str) -> String {
        let plain = self.value(value);
        match test {
            Test::Compare(comparison, literal @ Literal::Number(_)) => {
                format!(
                    "{} {} {}",
                    self.measured(value),
                    comparison.sql(),
                    text(literal)
                )
            }
            Test::Compare(comparison, literal) => {
                format!("{plain} {} {}", comparison.sql(), text(literal))
            }
            Test::Between(low, high) => format!(
                "{} BETWEEN {} AND {}",
                self.measured(value),
                text(low),
                text(high)
            ),
            Test::Interval(start, end) => format!("{plain} >= '{start}' AND {plain} < '{end}'"),
            Test::Like {
                open_start,
                text,
                open_end,
            } => {
                let start = if *open_start { "%" } else { "" };
                let end = if *open_end { "%" } else { "" };
                let text = text.to_lowercase().replace('\'', "''");
                let escaped = text.replace('\\', "\\\\");
                let escaped = escaped.replace('%', "\\%").replace('_', "\\_");
                let escape = if escaped == text { "" } else { " ESCAPE '\\'" };
                format!("LOWER({plain}) LIKE '{start}{escaped}{end}'{escape}")
            }
            Test::Missing => format!("{plain} IS NULL"),
            Test::Present => format!("{plain} IS NOT NULL"),
            Test::Column(comparison, other) => format!(
                "{} {} {}",
                self.measured(value),
                comparison.sql(),
                self.number(*other)
            ),
            Test::Query(comparison, _) => {
                format!("{} {} ({inner})", self.measured(value), comparison.sql())
            }
            Test::In(_) => format!("{plain} IN ({inner})"),
            Test::NotIn(_) => format!("{plain} NOT IN ({inner})"),
        }
    }
}
