//! The algebra as SQL that DataFusion, DuckDB and SQLite share.

use std::fmt::Write as _;

use crate::form::{Filter, Literal, Query, SetOperation, Test, Value};
use crate::schema::{ColumnId, Edge, JoinGraph, Kind, Schema, TableId};

/// Writes a query, or nothing when its tables cannot be joined.
pub(crate) fn write(schema: &Schema, graph: &mut JoinGraph, query: &Query) -> Option<String> {
    let tables = query.own_tables(|column| schema.table_of(column));
    let edges = graph.tree(&tables)?;
    let first = *tables.first()?;
    let mut joined = vec![first];
    for edge in &edges {
        for table in [edge.from.0, edge.to.0] {
            if !joined.contains(&table) {
                joined.push(table);
            }
        }
    }
    let writer = Writer {
        schema,
        qualified: joined.len() > 1,
    };
    let mut sql = String::from("SELECT ");
    if query.distinct {
        sql.push_str("DISTINCT ");
    }
    let outputs: Vec<String> = query
        .outputs
        .iter()
        .map(|value| writer.value(value))
        .collect();
    sql.push_str(&outputs.join(", "));
    let _ = write!(sql, " FROM {}", writer.table(first));
    writer.joins(&mut sql, first, &edges);
    writer.filters(&mut sql, graph, " WHERE ", &query.filters)?;
    let keys = group_keys(query);
    if !keys.is_empty() {
        let keys: Vec<String> = keys.iter().map(|column| writer.column(*column)).collect();
        let _ = write!(sql, " GROUP BY {}", keys.join(", "));
    }
    writer.filters(&mut sql, graph, " HAVING ", &query.having)?;
    if let Some((operation, other)) = &query.set {
        let word = match operation {
            SetOperation::Intersect => "INTERSECT",
        };
        let other = write(schema, graph, other)?;
        let _ = write!(sql, " {word} {other}");
    }
    if !query.order.is_empty() {
        let keys: Vec<String> = query
            .order
            .iter()
            .map(|(value, descending)| {
                format!(
                    "{} {}",
                    writer.measured(value),
                    if *descending { "DESC" } else { "ASC" }
                )
            })
            .collect();
        let _ = write!(sql, " ORDER BY {}", keys.join(", "));
    }
    if let Some(limit) = query.limit {
        let _ = write!(sql, " LIMIT {limit}");
    }
    Some(sql)
}

/// Every plain column beside a function over rows is a key of the groups.
pub(crate) fn group_keys(query: &Query) -> Vec<ColumnId> {
    let values = || {
        query
            .outputs
            .iter()
            .chain(query.order.iter().map(|(value, _)| value))
    };
    let aggregates = values().any(Value::is_aggregate) || !query.having.is_empty();
    if query.groups.is_empty() && !aggregates {
        return Vec::new();
    }
    let mut keys = query.groups.clone();
    for value in values() {
        if let Value::Column(column) = value
            && !keys.contains(column)
        {
            keys.push(*column);
        }
    }
    keys
}

struct Writer<'a> {
    schema: &'a Schema,
    qualified: bool,
}

impl Writer<'_> {
    fn table(&self, table: TableId) -> String {
        quoted(&self.schema.tables[table].name)
    }

    fn column(&self, column: ColumnId) -> String {
        let name = quoted(&self.schema.columns[column].name);
        if self.qualified {
            format!("{}.{name}", self.table(self.schema.table_of(column)))
        } else {
            name
        }
    }

    /// A column where its worth as a number counts: text that holds numbers is cast.
    fn number(&self, column: ColumnId) -> String {
        let facts = &self.schema.columns[column];
        if facts.declared == Kind::Text && facts.kind.is_number() {
            format!("CAST({} AS DOUBLE)", self.column(column))
        } else {
            self.column(column)
        }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Column(column) => self.column(*column),
            Value::Rows(_) => "COUNT(*)".to_owned(),
            Value::Different(column) => format!("COUNT(DISTINCT {})", self.column(*column)),
            Value::Aggregate(aggregate, column) => {
                format!("{}({})", aggregate.sql(), self.number(*column))
            }
        }
    }

    fn measured(&self, value: &Value) -> String {
        match value {
            Value::Column(column) => self.number(*column),
            other => self.value(other),
        }
    }

    fn joins(&self, sql: &mut String, first: TableId, edges: &[Edge]) {
        let mut joined = vec![first];
        for edge in edges {
            let new = if joined.contains(&edge.from.0) {
                edge.to.0
            } else {
                edge.from.0
            };
            joined.push(new);
            let _ = write!(
                sql,
                " JOIN {} ON {} = {}",
                self.table(new),
                self.column(edge.from.1),
                self.column(edge.to.1)
            );
        }
    }

    fn filters(
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

    fn test(&self, graph: &mut JoinGraph, value: &Value, test: &Test) -> Option<String> {
        let plain = self.value(value);
        Some(match test {
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
                format!(
                    "LOWER({plain}) LIKE '{start}{}{end}'",
                    text.to_lowercase().replace('\'', "''")
                )
            }
            Test::Missing => format!("{plain} IS NULL"),
            Test::Present => format!("{plain} IS NOT NULL"),
            Test::Query(comparison, query) => {
                format!(
                    "{} {} ({})",
                    self.measured(value),
                    comparison.sql(),
                    write(self.schema, graph, query)?
                )
            }
            Test::In(query) => format!("{plain} IN ({})", write(self.schema, graph, query)?),
            Test::NotIn(query) => format!("{plain} NOT IN ({})", write(self.schema, graph, query)?),
        })
    }
}

pub(crate) fn text(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) | Literal::Date(text) => format!("'{}'", text.replace('\'', "''")),
        Literal::Number(number) => number_text(*number),
    }
}

/// A number without a trailing fraction of nothing.
pub(crate) fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

/// Names that are keywords somewhere, or not in lower case, stand in quotes.
pub(crate) fn quoted(name: &str) -> String {
    const RESERVED: &[&str] = &[
        "all",
        "analyze",
        "and",
        "any",
        "as",
        "asc",
        "between",
        "by",
        "case",
        "cast",
        "check",
        "column",
        "create",
        "cross",
        "current_date",
        "default",
        "desc",
        "distinct",
        "do",
        "drop",
        "else",
        "end",
        "except",
        "exists",
        "false",
        "fetch",
        "for",
        "foreign",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "in",
        "inner",
        "insert",
        "intersect",
        "into",
        "is",
        "join",
        "key",
        "left",
        "like",
        "limit",
        "match",
        "natural",
        "not",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "outer",
        "over",
        "partition",
        "primary",
        "range",
        "references",
        "right",
        "row",
        "rows",
        "select",
        "set",
        "table",
        "then",
        "to",
        "transaction",
        "true",
        "union",
        "unique",
        "update",
        "user",
        "using",
        "values",
        "when",
        "where",
        "window",
        "with",
        "index",
        "date",
        "time",
        "timestamp",
        "year",
        "month",
        "day",
        "position",
        "percent",
        "trigger",
        "view",
        "virtual",
        "character",
        "language",
        "schema",
        "database",
        "end",
        "start",
        "begin",
        "commit",
        "rank",
        "share",
    ];
    let plain = name.bytes().enumerate().all(|(at, byte)| {
        byte.is_ascii_lowercase() || byte == b'_' || (at > 0 && byte.is_ascii_digit())
    });
    if plain && !name.is_empty() && !RESERVED.contains(&name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must() {
        assert_eq!(quoted("customers"), "customers");
        assert_eq!(quoted("Order"), "\"Order\"");
        assert_eq!(quoted("order"), "\"order\"");
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }

    #[test]
    fn literals_cannot_leave_their_quotes() {
        assert_eq!(
            text(&Literal::Text("O'Neil'; DROP TABLE x".into())),
            "'O''Neil''; DROP TABLE x'"
        );
        assert_eq!(number_text(2.5), "2.5");
        assert_eq!(number_text(3e6), "3000000");
    }
}
