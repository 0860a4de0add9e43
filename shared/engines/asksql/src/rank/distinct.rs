//! Whether the rows that are shown should be told apart.

use super::{Evidence, joins};
use crate::form::{Filter, Test, Value};
use crate::words::operators::Operator;

/// Rows of one table are told apart unasked, and may be told apart already.
pub(super) fn unasked_plain(evidence: &Evidence<'_>) -> f64 {
    f64::from(is_unasked(evidence) && evidence.edges.is_empty() && !told_once(evidence))
}

/// Rows that a join repeats are told apart unasked: mostly meant, though nobody says so.
pub(super) fn unasked_joined(evidence: &Evidence<'_>) -> f64 {
    f64::from(is_unasked(evidence) && evidence.fan_out() > 0)
}

/// Rows that a join repeats are shown as often as they come.
pub(super) fn repeats(evidence: &Evidence<'_>) -> f64 {
    let shown = is_plain(evidence) && !evidence.query.distinct;
    f64::from(shown && evidence.fan_out() > 0 && evidence.query.groups.is_empty())
}

/// Rows are told apart although a column among them already does so.
pub(super) fn unique(evidence: &Evidence<'_>) -> f64 {
    let mut outputs = evidence.query.outputs.iter();
    f64::from(
        evidence.query.distinct
            && outputs.any(
                |value| matches!(value, Value::Column(column) if evidence.schema.is_unique(*column)),
            ),
    )
}

/// "which": the things that are asked for are each named once, however often a join repeats them.
pub(super) fn which(evidence: &Evidence<'_>) -> f64 {
    f64::from(is_unasked(evidence) && says(evidence, Operator::Which) && evidence.fan_out() > 0)
}

/// One column of few values is shown of all rows: the values are meant, not their repetition.
pub(super) fn category(evidence: &Evidence<'_>) -> f64 {
    f64::from(is_unasked(evidence) && evidence.query.filters.is_empty() && shows_category(evidence))
}

/// One column of few values is shown of some rows, where repetition is meant more often.
pub(super) fn category_filtered(evidence: &Evidence<'_>) -> f64 {
    f64::from(
        is_unasked(evidence) && !evidence.query.filters.is_empty() && shows_category(evidence),
    )
}

/// "Which classrooms does grade 4 use?": values are repeated for the rows of a table that no word names.
pub(super) fn repeats_unnamed(evidence: &Evidence<'_>) -> f64 {
    let repeats = is_plain(evidence) && !evidence.query.distinct && shows_category(evidence);
    f64::from(repeats && joins::unmentioned(evidence) > 0.0)
}

/// What has none of something is told apart unasked; a subquery repeats no row.
pub(super) fn anti(evidence: &Evidence<'_>) -> f64 {
    let mut filters = evidence.query.filters.iter();
    f64::from(
        is_unasked(evidence)
            && filters.any(|filter| matches!(filter, Filter::Test(_, Test::NotIn(_)))),
    )
}

/// Rows that are repeated only by being looked up elsewhere are told apart.
pub(super) fn bare_join(evidence: &Evidence<'_>) -> f64 {
    f64::from(is_unasked(evidence) && is_plain(evidence) && joins::is_bare(evidence))
}

/// Rows that are repeated only by being looked up elsewhere stand as often as they were found.
pub(super) fn plain_bare_join(evidence: &Evidence<'_>) -> f64 {
    f64::from(is_plain(evidence) && !evidence.query.distinct && joins::is_bare(evidence))
}

/// "how many different": nothing in the query is told apart.
pub(super) fn ignored(evidence: &Evidence<'_>) -> f64 {
    let query = evidence.query;
    let told_apart = query.distinct
        || !query.groups.is_empty()
        || query
            .outputs
            .iter()
            .any(|value| matches!(value, Value::Different(_)));
    f64::from(says(evidence, Operator::Distinct) && !told_apart)
}

fn says(evidence: &Evidence<'_>, operator: Operator) -> bool {
    evidence.items.iter().any(|item| item.is(operator))
}

/// The rows are told apart and no word asks for it.
fn is_unasked(evidence: &Evidence<'_>) -> bool {
    evidence.query.distinct && !says(evidence, Operator::Distinct)
}

/// All rows are shown as they are: nothing is counted, summed or left out by its place.
fn is_plain(evidence: &Evidence<'_>) -> bool {
    let query = evidence.query;
    !query.outputs.iter().any(Value::is_aggregate)
        && query.having.is_empty()
        && query.limit.is_none()
}

/// What is told of one entity in several rows is told once in any case.
fn told_once(evidence: &Evidence<'_>) -> bool {
    let schema = evidence.schema;
    evidence.given.iter().any(|column| {
        let table = &schema.tables[schema.table_of(*column)];
        table.key.len() > 1 && table.key.contains(column) && table.display.contains(column)
    })
}

/// One column of one table is shown, and each of its values stands in two rows or more on the whole.
fn shows_category(evidence: &Evidence<'_>) -> bool {
    let [Value::Column(column)] = evidence.query.outputs[..] else {
        return false;
    };
    let facts = &evidence.schema.columns[column].facts;
    evidence.edges.is_empty() && facts.distinct * 2 <= facts.rows
}
