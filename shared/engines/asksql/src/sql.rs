//! The algebra as SQL that DataFusion and DuckDB share, and SQLite but for weeks and quarters.

mod conditions;
mod ranked;

use std::fmt::Write as _;

use crate::form::{Literal, Query, SetOperation, Value};
use crate::schema::{ColumnId, Edge, JoinGraph, Kind, Schema, TableId, joined_tables};
use crate::time::Unit;

/// Writes a query, or nothing when its tables cannot be joined.
pub(crate) fn write(schema: &Schema, graph: &mut JoinGraph, query: &Query) -> Option<String> {
    let tables = query.own_tables(|column| schema.table_of(column));
    let edges = graph.tree(&tables)?;
    let first = *tables.first()?;
    let writer = Writer {
        schema,
        qualified: !edges.is_empty(),
    };
    let mut body = format!(" FROM {}", writer.table(first));
    writer.joins(&mut body, first, &edges);
    writer.filters(&mut body, graph, " WHERE ", &query.filters)?;
    let keys = group_keys(query);
    if !keys.is_empty() {
        let keys: Vec<String> = keys.iter().map(|key| writer.value(key)).collect();
        let _ = write!(body, " GROUP BY {}", keys.join(", "));
    }
    writer.filters(&mut body, graph, " HAVING ", &query.having)?;
    if !query.within.is_empty() {
        return Some(writer.ranked(query, &body));
    }
    let distinct = if query.distinct { "DISTINCT " } else { "" };
    let outputs = query.outputs.iter().map(|value| writer.output(value));
    let outputs: Vec<String> = outputs.collect();
    let mut sql = format!("SELECT {distinct}{}{body}", outputs.join(", "));
    if let Some((operation, other)) = &query.set {
        let word = match operation {
            SetOperation::Intersect => "INTERSECT",
        };
        let other = write(schema, graph, other)?;
        let _ = write!(sql, " {word} {other}");
    }
    let order = writer.order(query);
    if !order.is_empty() {
        let _ = write!(sql, " ORDER BY {}", order.join(", "));
    }
    if let Some(limit) = query.limit {
        let _ = write!(sql, " LIMIT {limit}");
    }
    if query.offset > 0 {
        let _ = write!(sql, " OFFSET {}", query.offset);
    }
    Some(sql)
}

/// Every plain value beside a function over rows is a key of the groups.
pub(crate) fn group_keys(query: &Query) -> Vec<Value> {
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
    let mut keys: Vec<Value> = query.groups.iter().copied().map(Value::Column).collect();
    for value in values() {
        if !value.is_aggregate() && !keys.contains(value) {
            keys.push(value.clone());
        }
    }
    keys
}

/// The order, in which groups that are equal by it stand by their keys, so that the first few are the same
/// ones each time and everywhere.
pub(crate) fn whole_order(schema: &Schema, query: &Query) -> Vec<(Value, bool)> {
    let mut order = query.order.clone();
    let Some((last, descending)) = order.last().cloned() else {
        return order;
    };
    // Here only what is shown can give an order.
    if query.distinct || query.set.is_some() {
        return order;
    }
    let mut keys = group_keys(query);
    if !query.within.is_empty()
        && let Value::Column(column) = last
    {
        let key = schema.single_key(schema.table_of(column));
        keys.extend(key.map(Value::Column));
    }
    let tells_rows_apart =
        |column: ColumnId| schema.single_key(schema.table_of(column)) == Some(column);
    let told_by_another = |key: &Value| {
        key.column().is_some_and(|column| {
            let single = schema.single_key(schema.table_of(column));
            !tells_rows_apart(column)
                && single.is_some_and(|single| keys.contains(&Value::Column(single)))
        })
    };
    let fixed = |key: &Value| query.within.contains(key);
    for key in keys
        .iter()
        .filter(|key| !told_by_another(key) && !fixed(key))
    {
        if !order.iter().any(|(value, _)| value == key) {
            order.push((key.clone(), descending));
        }
    }
    order
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
            Value::Period(unit, column) => period(*unit, &self.column(*column)),
            Value::RowsPer(key) => {
                let key = self.value(key);
                format!("COUNT({key}) * 1.0 / NULLIF(COUNT(DISTINCT {key}), 0)")
            }
            Value::Share(filters) => format!(
                "100.0 * SUM(CASE WHEN {} THEN 1 ELSE 0 END) / COUNT(*)",
                self.plainly(filters, " AND ")
            ),
            Value::Aggregate(aggregate, column) => {
                format!("{}({})", aggregate.sql(), self.number(*column))
            }
        }
    }

    /// A value as it is shown.
    fn output(&self, value: &Value) -> String {
        match value {
            Value::Period(unit, _) => format!("{} AS {}", self.value(value), unit.name()),
            _ => self.value(value),
        }
    }

    /// The keys of the order.
    fn order(&self, query: &Query) -> Vec<String> {
        let order = whole_order(self.schema, query);
        let keys = order.iter().map(|(value, descending)| {
            let key = match value {
                Value::Period(unit, _) if query.outputs.contains(value) => unit.name().to_owned(),
                value => self.measured(value),
            };
            let direction = if *descending { "DESC" } else { "ASC" };
            // Databases differ in where nulls go; a superlative is never one.
            let last = (*descending || query.limit.is_some()) && self.may_be_null(value);
            let nulls = if last { " NULLS LAST" } else { "" };
            format!("{key} {direction}{nulls}")
        });
        keys.collect()
    }

    fn may_be_null(&self, value: &Value) -> bool {
        let column = match value {
            Value::Column(column) | Value::Aggregate(_, column) | Value::Period(_, column) => {
                *column
            }
            Value::Rows(_) | Value::Different(_) | Value::RowsPer(_) | Value::Share(_) => {
                return false;
            }
        };
        self.schema.columns[column].may_be_null()
    }

    fn measured(&self, value: &Value) -> String {
        match value {
            Value::Column(column) => self.number(*column),
            other => self.value(other),
        }
    }

    fn joins(&self, sql: &mut String, first: TableId, edges: &[Edge]) {
        for (new, edge) in joined_tables(first, edges) {
            let _ = write!(
                sql,
                " JOIN {} ON {} = {}",
                self.table(new),
                self.column(edge.from.1),
                self.column(edge.to.1)
            );
        }
    }
}

pub(crate) fn text(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) | Literal::Date(text) => format!("'{}'", text.replace('\'', "''")),
        Literal::Number(number) => number_text(*number),
        Literal::Truth(true) => "TRUE".to_owned(),
        Literal::Truth(false) => "FALSE".to_owned(),
    }
}

/// The span of the calendar as a text that sorts by time: cut off from the time's own text where that begins
/// with it, which needs no DATE_TRUNC.
fn period(unit: Unit, column: &str) -> String {
    let letters = match unit {
        Unit::Year => 4,
        Unit::Month => 7,
        Unit::Day => 10,
        Unit::Week | Unit::Quarter => {
            return format!(
                "SUBSTR(CAST(DATE_TRUNC('{}', {column}) AS VARCHAR), 1, 10)",
                unit.name()
            );
        }
    };
    format!("SUBSTR(CAST({column} AS VARCHAR), 1, {letters})")
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
        "current_catalog",
        "current_date",
        "current_time",
        "current_timestamp",
        "current_user",
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
        "localtime",
        "localtimestamp",
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
        "session_user",
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
