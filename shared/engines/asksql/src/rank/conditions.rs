//! Whether the conditions of a query are what the question restricts by.

use super::Evidence;
use crate::form::{Comparison, Filter, Literal, Test, Value};
use crate::items::Item;
use crate::link::{Candidate, Element};
use crate::parse::Use;
use crate::schema::{Column, ColumnId, Role, Schema};
use crate::words::operators::Operator;

/// Candidates no further apart than this may be meant alike.
const ALIKE: f64 = 0.15;

/// Text that is compared with numbers or reckoned with.
pub(super) fn text_compared(evidence: &Evidence<'_>) -> f64 {
    let is_text = |column: &Column| !column.is_number() && !column.kind.is_time();
    evidence
        .slots()
        .filter(|(slot, candidate)| {
            matches!(slot.usage, Use::Compare | Use::Aggregate)
                && column_of(evidence, candidate).is_some_and(is_text)
        })
        .count() as f64
}

/// Values that are looked for among names, where most of them are found.
pub(super) fn value_on_name(evidence: &Evidence<'_>) -> f64 {
    let is_name = |column: &Column| {
        column.role == Role::Name || column.words.last().is_some_and(|word| word == "name")
    };
    evidence
        .slots()
        .filter(|(slot, candidate)| {
            slot.usage == Use::Value && column_of(evidence, candidate).is_some_and(is_name)
        })
        .count() as f64
}

/// Values that are looked for where each stands in one row: they say which one is meant.
pub(super) fn value_unique(evidence: &Evidence<'_>) -> f64 {
    let values = evidence.values();
    values
        .filter(|(_, column)| evidence.schema.is_unique(*column))
        .count() as f64
}

/// Times that are told of a row though rows that refer to it have their own: "degrees of a campus in 2001" were
/// conferred then, whenever the campus began.
pub(super) fn time_of_parent(evidence: &Evidence<'_>) -> f64 {
    let schema = evidence.schema;
    let told = |column: ColumnId, other: &Candidate| match other.element {
        Element::Column(own) => {
            let table = schema.table_of(own);
            schema.columns[own].role == schema.columns[column].role
                && evidence.tables.contains(&table)
                && schema.refers(table, schema.table_of(column))
        }
        Element::Table(_) => false,
    };
    evidence
        .slots()
        .filter(|(slot, chosen)| {
            let Element::Column(column) = chosen.element else {
                return false;
            };
            let near = |other: &&Candidate| other.score > chosen.score - ALIKE;
            slot.usage == Use::Compare
                && schema.columns[column].holds_time()
                && slot
                    .candidates
                    .iter()
                    .filter(near)
                    .any(|other| told(column, other))
        })
        .count() as f64
}

/// Conditions that look into another query, where most questions need one only.
pub(super) fn subqueries(evidence: &Evidence<'_>) -> f64 {
    tests(evidence, |test| {
        matches!(test, Test::Query(..) | Test::In(_) | Test::NotIn(_))
    })
}

/// Conditions on whether there is a value at all.
pub(super) fn missing_test(evidence: &Evidence<'_>) -> f64 {
    tests(evidence, |test| {
        matches!(test, Test::Missing | Test::Present)
    })
}

/// Conditions that no row meets: one column held at two values, or groups larger than their table.
pub(super) fn empty_condition(evidence: &Evidence<'_>) -> f64 {
    let given = &evidence.given;
    let twice = (0..given.len()).filter(|at| given[..*at].contains(&given[*at]));
    let having = evidence.query.having.iter();
    let beyond = having.filter(|filter| beyond_rows(evidence.schema, filter));
    (twice.count() + beyond.count()) as f64
}

/// More rows are asked for in one group than there are in all.
fn beyond_rows(schema: &Schema, filter: &Filter) -> bool {
    let Filter::Test(Value::Rows(table), test) = filter else {
        return false;
    };
    let least = match test {
        Test::Compare(
            Comparison::Greater | Comparison::AtLeast | Comparison::Equal,
            Literal::Number(number),
        )
        | Test::Between(Literal::Number(number), _) => *number,
        _ => return false,
    };
    let rows = schema.tables[*table]
        .columns
        .first()
        .map_or(0, |column| schema.columns[*column].facts.rows);
    rows > 0 && least > rows as f64
}

/// "rivers in Colorado", "states that the Colorado runs through": nothing is within itself, so that the
/// value is not one of the names that are asked for.
pub(super) fn value_within_own_name(evidence: &Evidence<'_>) -> f64 {
    let values = evidence.values();
    values
        .filter(|(item, column)| within_own_name(evidence, *item, *column))
        .count() as f64
}

fn within_own_name(evidence: &Evidence<'_>, item: usize, column: ColumnId) -> bool {
    let (schema, items) = (evidence.schema, evidence.items);
    let before = |steps: usize| item.checked_sub(steps).map(|place| &items[place]);
    // A reference holds the name of the row that it refers to.
    let name = schema.columns[column].refers.unwrap_or(column);
    let within = before(1).is_some_and(|item| {
        matches!(
            item.text.to_lowercase().as_str(),
            "in" | "through" | "within" | "inside" | "across"
        )
    });
    let article = before(1).is_some_and(|item| item.is(Operator::Article));
    let related = (2..5).filter_map(before).any(|item| {
        matches!(
            item.text.to_lowercase().as_str(),
            "that" | "which" | "through which" | "where"
        )
    });
    let told = (2..6)
        .filter_map(before)
        .find_map(Item::table)
        .is_some_and(|table| schema.tables[table].display.contains(&name));
    let inside = within && shows_name(evidence, name)
        || article && related && (shows_row(evidence, name) || told);
    inside && (evidence.given.contains(&column) || !evidence.sketch.related.is_empty())
}

/// The name is shown, as itself or as what its rows are told by.
fn shows_name(evidence: &Evidence<'_>, name: ColumnId) -> bool {
    let mut outputs = evidence.query.outputs.iter();
    outputs.any(|value| match value {
        Value::Column(shown) | Value::Different(shown) => *shown == name,
        Value::Rows(table) => evidence.schema.tables[*table].display.contains(&name),
        Value::Aggregate(..) | Value::Period(..) | Value::RowsPer(_) | Value::Share(_) => false,
    })
}

/// Something is shown of the rows that are told by the name.
fn shows_row(evidence: &Evidence<'_>, name: ColumnId) -> bool {
    let schema = evidence.schema;
    let mut outputs = evidence.query.outputs.iter();
    outputs.any(|value| {
        let table = match value {
            Value::Column(shown) | Value::Different(shown) => schema.table_of(*shown),
            Value::Rows(table) => *table,
            Value::Aggregate(..) | Value::Period(..) | Value::RowsPer(_) | Value::Share(_) => {
                return false;
            }
        };
        schema.tables[table].display.contains(&name)
    })
}

fn column_of<'a>(evidence: &Evidence<'a>, candidate: &Candidate) -> Option<&'a Column> {
    match candidate.element {
        Element::Column(column) => Some(&evidence.schema.columns[column]),
        Element::Table(_) => None,
    }
}

/// Conditions with a test of one kind.
fn tests(evidence: &Evidence<'_>, is_of_kind: impl Fn(&Test) -> bool) -> f64 {
    let filters = evidence.query.filters.iter();
    filters
        .filter(|filter| matches!(filter, Filter::Test(_, test) if is_of_kind(test)))
        .count() as f64
}
