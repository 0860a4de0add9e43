//! What the tables of a query and their joins say of it.

use super::Evidence;
use crate::form::{Filter, Test};
use crate::link::Element;
use crate::schema::TableId;

/// How far the tables lie from one another: what is asked together mostly lies near.
pub(super) fn join_cost(evidence: &Evidence<'_>) -> f64 {
    evidence.edges.iter().map(|edge| edge.cost).sum()
}

/// Joins over keys that the schema does not declare, which may be none.
pub(super) fn inferred_joins(evidence: &Evidence<'_>) -> f64 {
    let edges = evidence.edges.iter();
    edges.filter(|edge| !edge.declared).count() as f64
}

/// How many tables are joined to the first.
pub(super) fn tables(evidence: &Evidence<'_>) -> f64 {
    evidence.edges.len() as f64
}

/// Places that a table fills which the query does without: words that came to nothing.
pub(super) fn table_missed(evidence: &Evidence<'_>) -> f64 {
    evidence
        .slots()
        .filter(|(_, candidate)| {
            matches!(candidate.element, Element::Table(table) if !evidence.tables.contains(&table))
        })
        .count() as f64
}

/// Joins that repeat the rows of the first table, so that they may be shown or counted twice.
pub(super) fn fan_out(evidence: &Evidence<'_>) -> f64 {
    evidence.fan_out() as f64
}

/// Tables that no word names; one that only links two others needs no name.
pub(super) fn unmentioned(evidence: &Evidence<'_>) -> f64 {
    let named = |table: &TableId| {
        let mut spans = evidence.named_tables.iter();
        spans.any(|named| named.contains(table))
    };
    evidence
        .tables
        .iter()
        .filter(|table| !evidence.schema.tables[**table].link && !named(table))
        .count() as f64
}

/// Words that name tables of which none is in the query or in its subqueries.
pub(super) fn mention_missing(evidence: &Evidence<'_>) -> f64 {
    let reached = reached(evidence);
    evidence
        .named_tables
        .iter()
        .filter(|named| !named.iter().any(|table| reached.contains(table)))
        .count() as f64
}

/// The tables of the query and of the subqueries in its conditions.
fn reached(evidence: &Evidence<'_>) -> Vec<TableId> {
    let mut reached = evidence.tables.clone();
    for filter in &evidence.query.filters {
        if let Filter::Test(_, Test::In(inner) | Test::NotIn(inner) | Test::Query(_, inner)) =
            filter
        {
            reached.extend(inner.own_tables(|column| evidence.schema.table_of(column)));
        }
    }
    reached
}

/// Rows are repeated by a table that gives nothing but its being there: "departments that have employees".
pub(super) fn is_bare(evidence: &Evidence<'_>) -> bool {
    evidence.fan_out() > 0
        && evidence.query.groups.is_empty()
        && evidence
            .tables
            .iter()
            .any(|table| stands_alone(evidence, *table))
}

/// The table hangs on one join, and neither conditions nor outputs nor the order need it.
fn stands_alone(evidence: &Evidence<'_>, table: TableId) -> bool {
    let (schema, query) = (evidence.schema, evidence.query);
    let tested = query.filters.iter().any(|filter| match filter {
        Filter::Test(value, _) => value
            .column()
            .is_some_and(|column| schema.table_of(column) == table),
        Filter::Any(_) => true,
    });
    let ordered = query.order.iter().map(|(value, _)| value);
    let shown = query.outputs.iter().chain(ordered).any(|value| {
        value
            .column()
            .is_none_or(|column| schema.table_of(column) == table)
    });
    let joins = evidence
        .edges
        .iter()
        .filter(|edge| edge.other(table).is_some());
    !tested && !shown && joins.count() == 1
}
