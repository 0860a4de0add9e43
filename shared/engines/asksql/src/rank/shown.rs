//! Whether what a query shows, and the order it shows it in, answers the question.

use super::Evidence;
use crate::form::{Comparison, Filter, Test, Value};
use crate::items::Item;
use crate::link::Element;
use crate::schema::{Column, ColumnId, Role};

/// What is shown was found by default: no word says it.
pub(super) fn default_pick(evidence: &Evidence<'_>) -> f64 {
    f64::from(evidence.sketch.default_pick)
}

/// How much is shown; each output is one more to be wrong.
pub(super) fn outputs(evidence: &Evidence<'_>) -> f64 {
    evidence.query.outputs.len() as f64
}

/// Outputs that refer to a row of another table: its name would say more.
pub(super) fn shown_reference(evidence: &Evidence<'_>) -> f64 {
    shown_columns(evidence, |column| column.refers.is_some())
}

/// Outputs that are names, which is what people mostly ask for.
pub(super) fn name_shown(evidence: &Evidence<'_>) -> f64 {
    shown_columns(evidence, |column| column.role == Role::Name)
}

/// Outputs that are keys, which people seldom ask for.
pub(super) fn key_shown(evidence: &Evidence<'_>) -> f64 {
    shown_columns(evidence, |column| column.key)
}

/// Sums, averages and counts over numbers that only tell rows apart.
pub(super) fn id_measured(evidence: &Evidence<'_>) -> f64 {
    let columns = &evidence.schema.columns;
    let outputs = evidence.query.outputs.iter();
    outputs
        .filter(|value| matches!(value, Value::Aggregate(_, column) if columns[*column].role == Role::Id))
        .count() as f64
}

/// There is a row for every group.
pub(super) fn grouped(evidence: &Evidence<'_>) -> f64 {
    f64::from(!evidence.query.groups.is_empty())
}

/// The share of the outputs that the question gave itself: showing them answers nothing.
pub(super) fn shows_fixed(evidence: &Evidence<'_>) -> f64 {
    if evidence.query.set.is_some() {
        return 0.0;
    }
    let outputs = &evidence.query.outputs;
    let fixed = outputs.iter().filter(|value| is_fixed(evidence, value));
    fixed.count() as f64 / outputs.len().max(1) as f64
}

/// The output is the same whatever the rows hold.
fn is_fixed(evidence: &Evidence<'_>, value: &Value) -> bool {
    let schema = evidence.schema;
    match value {
        Value::Column(column) | Value::Different(column) => evidence.fixed.contains(column),
        Value::Rows(table) => {
            let mut fixed = evidence.fixed.iter();
            evidence.edges.is_empty()
                && fixed
                    .any(|column| schema.table_of(*column) == *table && schema.is_unique(*column))
        }
        Value::Aggregate(..) | Value::Period(..) | Value::RowsPer(_) | Value::Share(_) => false,
    }
}

/// The greatest is looked for, or an order made, where a condition leaves one row.
pub(super) fn orders_fixed(evidence: &Evidence<'_>) -> f64 {
    let (schema, query) = (evidence.schema, evidence.query);
    let one_row = |column: ColumnId| {
        let mut fixed = evidence.fixed.iter();
        fixed.any(|fixed| {
            schema.is_unique(*fixed) && schema.table_of(*fixed) == schema.table_of(column)
        })
    };
    let best_of = query.filters.iter().filter_map(|filter| match filter {
        Filter::Test(value, Test::Query(Comparison::Equal, _)) => Some(value),
        _ => None,
    });
    let mut ordered = query.order.iter().map(|(value, _)| value).chain(best_of);
    f64::from(ordered.any(|value| matches!(value, Value::Column(column) if one_row(*column))))
}

/// Columns that the question names in full and that the query does without.
pub(super) fn columns_missing(evidence: &Evidence<'_>) -> f64 {
    let (items, edges) = (evidence.items, evidence.edges.iter());
    let mut there: Vec<ColumnId> = edges.flat_map(|edge| [edge.from.1, edge.to.1]).collect();
    there.extend(evidence.query.columns());
    let used = |item: &Item| {
        item.mention.iter().any(
            |candidate| matches!(candidate.element, Element::Column(column) if there.contains(&column)),
        )
    };
    // "population density": a word before another name says more of that one.
    let alone = |at: usize| !items.get(at + 1).is_some_and(names_column);
    (0..items.len())
        .filter(|at| names_column(&items[*at]) && alone(*at) && !used(&items[*at]))
        .count() as f64
}

/// The span is a column's name and nothing else.
fn names_column(item: &Item) -> bool {
    item.operator.is_none()
        && !item.is_value()
        && item.interval.is_none()
        && item
            .mention
            .first()
            .is_some_and(|best| best.score >= 0.97 && matches!(best.element, Element::Column(_)))
}

/// Outputs that are columns of one kind.
fn shown_columns(evidence: &Evidence<'_>, is_of_kind: impl Fn(&Column) -> bool) -> f64 {
    let columns = &evidence.schema.columns;
    let outputs = evidence.query.outputs.iter();
    outputs
        .filter(|value| matches!(value, Value::Column(column) if is_of_kind(&columns[*column])))
        .count() as f64
}
