//! What a question is answered with, in the shape that goes out.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::form::{Filter, Literal, Query, SetOperation, Test, Value};
use crate::schema::{ColumnId, JoinGraph, Schema, joined_tables};

/// How far the answer can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// One reading stands out.
    Ok,
    /// There is a reading, but another may be meant.
    NeedsClarification,
    /// Nothing was made of the text; [`Answer::reason`] says why.
    Refused,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The best reading; empty, with `sql` null, where the text was refused.
    pub parsed_query: ParsedQuery,
    /// The chance that the reading is the one that was meant, from 0 to 1.
    pub confidence: f64,
    /// Other meanings, likelier ones first; at most four, and none where the confidence is high.
    pub alternatives: Vec<Alternative>,
    /// Whether to trust, to ask back or to turn away.
    pub status: Status,
    /// Why the text was refused, or what is to be settled.
    pub reason: Option<String>,
    /// Every span that something was made of.
    pub explanation: Vec<Link>,
    /// Words that nothing was made of.
    pub unlinked: Vec<Unlinked>,
}

/// A query, taken apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParsedQuery {
    /// Always `SELECT`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The table that the query begins with.
    pub table: Option<String>,
    /// Tables that are joined to it, in order.
    pub joins: Vec<Join>,
    /// What rows must fulfil.
    pub conditions: Vec<Condition>,
    /// What is shown.
    pub projections: Vec<Projection>,
    /// Columns that make the groups.
    pub grouping: Vec<String>,
    /// What groups must fulfil.
    pub having: Vec<Condition>,
    /// The order of the rows.
    pub ordering: Vec<Ordering>,
    /// Most rows; where the SQL ranks within the groups, of each of them.
    pub limit: Option<u64>,
    /// Rows that are left out before the first: 1 where the second place is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Rows that repeat are left out.
    pub distinct: bool,
    /// The SQL text, a single SELECT.
    pub sql: Option<String>,
}

/// A joined table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Join {
    /// Its name.
    pub table: String,
    /// The condition, `a.x = b.y`.
    pub on: String,
}

/// A condition, or several joined by OR.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// The column as `table.column`, or a function over one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// `=`, `<>`, `<`, `>`, `<=`, `>=`, `BETWEEN`, `LIKE`, `IN`, `NOT IN`, `IS NULL`, `IS NOT NULL`, `OR`,
    /// `INTERSECT` with the rows of another query.
    pub operator: &'static str,
    /// What it is compared with: a value, two for `BETWEEN`, or the SQL of another query.
    pub value: Json,
    /// The parts of `OR`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// Something that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Projection {
    /// The column as `table.column`, or `*` for counted rows.
    pub field: String,
    /// `COUNT`, `SUM`, `AVG`, `MIN` or `MAX`.
    pub aggregate: Option<&'static str>,
    /// Counts every value once.
    pub distinct: bool,
}

/// One key of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ordering {
    /// The column or the function over one.
    pub field: String,
    /// `ASC` or `DESC`.
    pub direction: &'static str,
}

/// Another meaning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alternative {
    /// Its SQL, a single SELECT.
    pub sql: String,
    /// The chance that it was meant.
    pub confidence: f64,
    /// In one line, what it does otherwise.
    pub difference: String,
}

/// What was made of a span of the question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    /// The words.
    pub text: String,
    /// Their place in characters of the question, from 0, the end exclusive.
    pub start: usize,
    /// See `start`.
    pub end: usize,
    /// A table, a `table.column`, or what the query does because of the words.
    pub element: String,
    /// The value that the words stand for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Why: `name`, `part_of_name`, `same_root`, `synonym`, `lexicon`, `measure_word`, `value`,
    /// `part_of_value`, `default` or `operator`.
    pub rule: &'static str,
    /// How sure the link is, from 0 to 1.
    pub score: f64,
}

/// Words that nothing was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unlinked {
    /// The words.
    pub text: String,
    /// Their place in characters of the question, from 0, the end exclusive.
    pub start: usize,
    /// See `start`.
    pub end: usize,
}

impl ParsedQuery {
    pub(crate) fn empty() -> Self {
        Self {
            kind: "SELECT",
            table: None,
            joins: Vec::new(),
            conditions: Vec::new(),
            projections: Vec::new(),
            grouping: Vec::new(),
            having: Vec::new(),
            ordering: Vec::new(),
            limit: None,
            offset: None,
            distinct: false,
            sql: None,
        }
    }

    pub(crate) fn new(schema: &Schema, graph: &mut JoinGraph, query: &Query, sql: &str) -> Self {
        let tables = query.own_tables(|column| schema.table_of(column));
        let edges = graph.tree(&tables).unwrap_or_default();
        let joins = match tables.first() {
            Some(first) => joined_tables(*first, &edges)
                .map(|(new, edge)| Join {
                    table: schema.tables[new].name.clone(),
                    on: format!(
                        "{} = {}",
                        column_name(schema, edge.from.1),
                        column_name(schema, edge.to.1)
                    ),
                })
                .collect(),
            None => Vec::new(),
        };
        // Rows of both halves: those of this query that the other one gives too.
        let other_half = query
            .set
            .as_ref()
            .map(|(SetOperation::Intersect, other)| Condition {
                field: None,
                operator: "INTERSECT",
                value: json!(crate::sql::write(schema, graph, other)),
                conditions: Vec::new(),
            });
        Self {
            kind: "SELECT",
            table: tables
                .first()
                .map(|table| schema.tables[*table].name.clone()),
            joins,
            conditions: query
                .filters
                .iter()
                .map(|filter| condition(schema, graph, filter))
                .chain(other_half)
                .collect(),
            projections: query
                .outputs
                .iter()
                .map(|value| projection(schema, value))
                .collect(),
            grouping: if query.within.is_empty() {
                crate::sql::group_keys(query)
            } else {
                query.within.clone()
            }
            .iter()
            .map(|key| value_name(schema, key))
            .collect(),
            having: query
                .having
                .iter()
                .map(|filter| condition(schema, graph, filter))
                .collect(),
            ordering: crate::sql::whole_order(schema, query)
                .into_iter()
                .map(|(value, descending)| Ordering {
                    field: value_name(schema, &value),
                    direction: if descending { "DESC" } else { "ASC" },
                })
                .collect(),
            limit: query.limit,
            offset: (query.offset > 0).then_some(query.offset),
            distinct: query.distinct,
            sql: Some(sql.to_owned()),
        }
    }
}

pub(crate) fn column_name(schema: &Schema, column: ColumnId) -> String {
    let facts = &schema.columns[column];
    format!("{}.{}", schema.tables[facts.table].name, facts.name)
}

pub(crate) fn value_name(schema: &Schema, value: &Value) -> String {
    match value {
        Value::Column(column) => column_name(schema, *column),
        Value::Rows(_) => "COUNT(*)".to_owned(),
        Value::Different(column) => format!("COUNT(DISTINCT {})", column_name(schema, *column)),
        Value::Period(unit, column) => {
            format!("{} of {}", unit.name(), column_name(schema, *column))
        }
        Value::Share(filters) => {
            let conditions: Vec<String> = filters
                .iter()
                .map(|filter| crate::difference::told(schema, filter))
                .collect();
            format!(
                "percentage of rows, restricting {}",
                conditions.join(" and ")
            )
        }
        Value::RowsPer(key) => format!("AVG of COUNT(*) per {}", value_name(schema, key)),
        Value::Aggregate(aggregate, column) => {
            format!("{}({})", aggregate.sql(), column_name(schema, *column))
        }
    }
}

fn projection(schema: &Schema, value: &Value) -> Projection {
    let (field, aggregate, distinct) = match value {
        Value::Column(column) => (column_name(schema, *column), None, false),
        Value::Rows(_) => ("*".to_owned(), Some("COUNT"), false),
        Value::Different(column) => (column_name(schema, *column), Some("COUNT"), true),
        Value::Period(..) | Value::Share(_) => (value_name(schema, value), None, false),
        Value::RowsPer(key) => {
            let rows = format!("COUNT(*) per {}", value_name(schema, key));
            (rows, Some("AVG"), false)
        }
        Value::Aggregate(aggregate, column) => {
            (column_name(schema, *column), Some(aggregate.sql()), false)
        }
    };
    Projection {
        field,
        aggregate,
        distinct,
    }
}

fn literal(literal: &Literal) -> Json {
    match literal {
        Literal::Text(text) | Literal::Date(text) => json!(text),
        Literal::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            json!(*number as i64)
        }
        Literal::Number(number) => json!(number),
        Literal::Truth(truth) => json!(truth),
    }
}

fn condition(schema: &Schema, graph: &mut JoinGraph, filter: &Filter) -> Condition {
    let (value, test) = match filter {
        Filter::Test(value, test) => (value, test),
        Filter::Any(filters) => {
            return Condition {
                field: None,
                operator: "OR",
                value: Json::Null,
                conditions: filters
                    .iter()
                    .map(|filter| condition(schema, graph, filter))
                    .collect(),
            };
        }
    };
    let mut inner = |query: &Query| json!(crate::sql::write(schema, graph, query));
    let (operator, against) = match test {
        Test::Compare(comparison, other) => (comparison.sql(), literal(other)),
        Test::Between(low, high) => ("BETWEEN", json!([literal(low), literal(high)])),
        Test::Interval(start, end) => ("BETWEEN", json!([start, last_day(end)])),
        Test::Like {
            open_start,
            text,
            open_end,
        } => {
            let (start, end) = (
                if *open_start { "%" } else { "" },
                if *open_end { "%" } else { "" },
            );
            ("LIKE", json!(format!("{start}{text}{end}")))
        }
        Test::Missing => ("IS NULL", Json::Null),
        Test::Present => ("IS NOT NULL", Json::Null),
        Test::Column(comparison, other) => (comparison.sql(), json!(column_name(schema, *other))),
        Test::Query(comparison, query) => (comparison.sql(), inner(query)),
        Test::In(query) => ("IN", inner(query)),
        Test::NotIn(query) => ("NOT IN", inner(query)),
    };
    Condition {
        field: Some(value_name(schema, value)),
        operator,
        value: against,
        conditions: Vec::new(),
    }
}

/// The last day before the exclusive end of an interval.
fn last_day(end: &str) -> String {
    let day = end
        .parse::<chrono::NaiveDate>()
        .ok()
        .and_then(|day| day.pred_opt());
    day.map_or_else(|| end.to_owned(), |day| day.to_string())
}
