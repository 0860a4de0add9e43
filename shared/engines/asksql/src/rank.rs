//! Candidates and their order: features of a reading, and weights fitted on questions with known SQL.

pub(crate) mod confidence;
mod weights;

use crate::form::{Query, Value};
use crate::items::Item;
use crate::link::{Element, Reason};
use crate::parse::{CHOICES, Flips, Sketch, Use};
use crate::resolve::Filling;
use crate::schema::{JoinGraph, Role, Schema};

/// Features beside the one for every choice.
const OTHERS: &[&str] = &[
    "filling",
    "links_mean",
    "links_min",
    "unused",
    "unused_names",
    "join_cost",
    "inferred_joins",
    "tables",
    "owner_missed",
    "table_missed",
    "default_pick",
    "default_links",
    "synonym_links",
    "part_links",
    "outputs",
    "shown_reference",
    "text_compared",
    "id_measured",
    "value_on_name",
    "grouped",
    "subqueries",
    "fan_out",
    "unused_capital",
    "flips",
    "distinct_unasked_plain",
    "distinct_unasked_joined",
    "repeats",
    "distinct_unique",
    "shows_fixed",
    "orders_fixed",
    "empty_condition",
    "unmentioned",
    "mention_missing",
    "distinct_which",
    "distinct_category",
    "missing_test",
    "name_shown",
    "key_shown",
    "distinct_anti",
];

pub(crate) const FEATURES: usize = CHOICES + OTHERS.len();

/// Names of the features in the order of their weights.
pub(crate) fn feature_names() -> Vec<String> {
    (0..CHOICES)
        .map(|choice| format!("flip_{choice}"))
        .chain(OTHERS.iter().map(|name| (*name).to_owned()))
        .collect()
}

/// A reading of the question as a query.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) query: Query,
    pub(crate) sql: String,
    pub(crate) features: [f64; FEATURES],
    pub(crate) score: f64,
    pub(crate) sketch: std::rc::Rc<Sketch>,
    pub(crate) filling: Filling,
}

pub(crate) fn score(features: &[f64; FEATURES]) -> f64 {
    features
        .iter()
        .zip(&weights::WEIGHTS)
        .map(|(feature, weight)| feature * weight)
        .sum()
}

/// The column that an equality holds at one value.
fn fixed_column(filter: &crate::form::Filter) -> Option<usize> {
    match filter {
        crate::form::Filter::Test(
            Value::Column(column),
            crate::form::Test::Compare(crate::form::Comparison::Equal, _),
        ) => Some(*column),
        _ => None,
    }
}

/// What speaks for and against a reading.
pub(crate) fn features(
    schema: &Schema,
    graph: &mut JoinGraph,
    items: &[Item],
    sketch: &Sketch,
    filling: &Filling,
    query: &Query,
    flips: Flips,
) -> [f64; FEATURES] {
    let mut features = [0.0; FEATURES];
    for (choice, feature) in features.iter_mut().enumerate().take(CHOICES) {
        *feature = f64::from(flips.0 >> choice & 1);
    }
    let scores: Vec<f64> = filling
        .chosen
        .iter()
        .map(|candidate| candidate.score)
        .collect();
    let count = scores.len().max(1) as f64;
    let tables = query.own_tables(|column| schema.table_of(column));
    let edges = graph.tree(&tables).unwrap_or_default();
    let by_reason = |reason: Reason| {
        filling
            .chosen
            .iter()
            .filter(|candidate| candidate.reason == reason)
            .count() as f64
    };
    let is_table = |candidate: &crate::link::Candidate| matches!(candidate.element, Element::Table(table) if !tables.contains(&table));
    let missed = sketch
        .slots
        .iter()
        .zip(&filling.chosen)
        .filter(|(_, candidate)| is_table(candidate))
        .count() as f64;
    let owner_missed = sketch
        .slots
        .iter()
        .zip(&filling.chosen)
        .filter(|(slot, candidate)| {
            slot.owner.is_some_and(|owner| {
                crate::resolve::table_of(schema, filling.chosen[owner].element)
                    != crate::resolve::table_of(schema, candidate.element)
            })
        })
        .count() as f64;
    let shown_reference = query.outputs.iter().filter(|value| matches!(value, Value::Column(column) if schema.columns[*column].refers.is_some())).count();
    let id_measured = query.outputs.iter().filter(|value| matches!(value, Value::Aggregate(_, column) if schema.columns[*column].role == Role::Id)).count();
    let text_compared = sketch
        .slots
        .iter()
        .zip(&filling.chosen)
        .filter(|(slot, candidate)| matches!(slot.usage, Use::Compare | Use::Aggregate) && matches!(candidate.element, Element::Column(column) if !schema.columns[column].is_number() && !schema.columns[column].kind.is_time()))
        .count();
    let on_name = sketch
        .slots
        .iter()
        .zip(&filling.chosen)
        .filter(|(slot, candidate)| slot.usage == Use::Value && matches!(candidate.element, Element::Column(column) if schema.columns[column].role == Role::Name))
        .count();
    let unused_names = sketch
        .unused
        .iter()
        .filter(|item| items[**item].best_mention() > 0.5)
        .count();
    let unused_capital = sketch
        .unused
        .iter()
        .filter(|item| {
            items[**item].capital && items[**item].first > 0 && items[**item].mention.is_empty()
        })
        .count();
    let fan_out = edges
        .iter()
        .filter(|edge| tables.first().is_some_and(|first| edge.to.0 == *first))
        .count();
    // Showing what the question gave, or the greatest of one row, answers nothing.
    let given: Vec<usize> = query.filters.iter().filter_map(fixed_column).collect();
    let mut fixed = given.clone();
    for _ in 0..2 {
        for edge in &edges {
            if fixed.contains(&edge.from.1) != fixed.contains(&edge.to.1) {
                fixed.extend([edge.from.1, edge.to.1]);
            }
        }
    }
    let shows_fixed = if query.set.is_some() {
        0.0
    } else {
        query
            .outputs
            .iter()
            .filter(|value| match value {
                Value::Column(column) | Value::Different(column) => fixed.contains(column),
                Value::Rows(table) => {
                    edges.is_empty()
                        && fixed.iter().any(|column| {
                            schema.table_of(*column) == *table && schema.is_unique(*column)
                        })
                }
                Value::Aggregate(..) => false,
            })
            .count() as f64
            / query.outputs.len().max(1) as f64
    };
    let best_of = query.filters.iter().filter_map(|filter| match filter {
        crate::form::Filter::Test(
            value,
            crate::form::Test::Query(crate::form::Comparison::Equal, _),
        ) => Some(value),
        _ => None,
    });
    let orders_fixed = f64::from(u8::from(query.order.iter().map(|(value, _)| value).chain(best_of).any(|value| matches!(value, Value::Column(column) if fixed.iter().any(|fixed| schema.is_unique(*fixed) && schema.table_of(*fixed) == schema.table_of(*column))))));
    let contradicts = given
        .iter()
        .enumerate()
        .filter(|(at, column)| given[..*at].contains(column))
        .count();
    let named_tables: Vec<Vec<usize>> = items
        .iter()
        .filter(|item| !item.is_value() && item.operator.is_none())
        .map(|item| {
            item.mention
                .iter()
                .filter_map(|candidate| match candidate.element {
                    Element::Table(table) if candidate.score > 0.6 => Some(table),
                    _ => None,
                })
                .collect::<Vec<usize>>()
        })
        .filter(|named| !named.is_empty())
        .collect();
    let mut reached = tables.clone();
    for filter in &query.filters {
        if let crate::form::Filter::Test(
            _,
            crate::form::Test::In(inner)
            | crate::form::Test::NotIn(inner)
            | crate::form::Test::Query(_, inner),
        ) = filter
        {
            reached.extend(inner.own_tables(|column| schema.table_of(column)));
        }
    }
    let unmentioned = tables
        .iter()
        .filter(|table| {
            !schema.tables[**table].link && !named_tables.iter().any(|named| named.contains(table))
        })
        .count();
    let mention_missing = named_tables
        .iter()
        .filter(|named| !named.iter().any(|table| reached.contains(table)))
        .count();
    let which = items
        .iter()
        .any(|item| item.is(crate::words::operators::Operator::Which));
    let category = query.outputs.len() == 1
        && edges.is_empty()
        && query.filters.is_empty()
        && matches!(query.outputs[0], Value::Column(column) if schema.columns[column].facts.distinct * 2 <= schema.columns[column].facts.rows);
    let missing_test = query
        .filters
        .iter()
        .filter(|filter| {
            matches!(
                filter,
                crate::form::Filter::Test(
                    _,
                    crate::form::Test::Missing | crate::form::Test::Present
                )
            )
        })
        .count();
    let name_shown = query.outputs.iter().filter(|value| matches!(value, Value::Column(column) if schema.columns[*column].role == Role::Name)).count();
    let key_shown = query
        .outputs
        .iter()
        .filter(|value| matches!(value, Value::Column(column) if schema.columns[*column].key))
        .count();
    let unasked = query.distinct
        && !items
            .iter()
            .any(|item| item.is(crate::words::operators::Operator::Distinct));
    let plain = !query.outputs.iter().any(Value::is_aggregate)
        && query.having.is_empty()
        && query.limit.is_none();
    let subqueries = query
        .filters
        .iter()
        .filter(|filter| {
            matches!(
                filter,
                crate::form::Filter::Test(
                    _,
                    crate::form::Test::Query(..)
                        | crate::form::Test::In(_)
                        | crate::form::Test::NotIn(_)
                )
            )
        })
        .count();
    let others = [
        filling.score / count.max(1.0),
        scores.iter().sum::<f64>() / count,
        scores.iter().copied().fold(1.0, f64::min),
        sketch.unused.len() as f64,
        unused_names as f64,
        edges.iter().map(|edge| edge.cost).sum(),
        edges.iter().filter(|edge| !edge.declared).count() as f64,
        edges.len() as f64,
        owner_missed,
        missed,
        f64::from(u8::from(sketch.default_pick)),
        by_reason(Reason::Default),
        by_reason(Reason::Synonym),
        by_reason(Reason::PartOfName)
            + by_reason(Reason::SameRoot)
            + by_reason(Reason::PartOfValue),
        query.outputs.len() as f64,
        shown_reference as f64,
        text_compared as f64,
        id_measured as f64,
        on_name as f64,
        f64::from(u8::from(!query.groups.is_empty())),
        subqueries as f64,
        fan_out as f64,
        unused_capital as f64,
        f64::from(flips.0.count_ones()),
        f64::from(u8::from(unasked && edges.is_empty())),
        f64::from(u8::from(unasked && fan_out > 0)),
        f64::from(u8::from(
            plain && !query.distinct && fan_out > 0 && query.groups.is_empty(),
        )),
        f64::from(u8::from(
            query.distinct
                && query.outputs.iter().any(
                    |value| matches!(value, Value::Column(column) if schema.is_unique(*column)),
                ),
        )),
        shows_fixed,
        orders_fixed,
        contradicts as f64,
        unmentioned as f64,
        mention_missing as f64,
        f64::from(u8::from(unasked && which && fan_out > 0)),
        f64::from(u8::from(unasked && category)),
        missing_test as f64,
        name_shown as f64,
        key_shown as f64,
        f64::from(u8::from(
            unasked
                && query.filters.iter().any(|filter| {
                    matches!(
                        filter,
                        crate::form::Filter::Test(_, crate::form::Test::NotIn(_))
                    )
                }),
        )),
    ];
    features[CHOICES..].copy_from_slice(&others);
    features
}
