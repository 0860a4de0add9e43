//! What the features of a reading are measured on.

use crate::form::{Comparison, Filter, Query, Test, Value};
use crate::items::Item;
use crate::link::{Candidate, Element};
use crate::parse::{Flips, Sketch, Slot, Use};
use crate::resolve::Filling;
use crate::schema::{ColumnId, Edge, JoinGraph, Schema, TableId};

/// A mention names a table from this score on.
const NAMES_TABLE: f64 = 0.6;

/// A reading beside its question, and what several features need of the two.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(super) schema: &'a Schema,
    pub(super) items: &'a [Item],
    pub(super) sketch: &'a Sketch,
    pub(super) filling: &'a Filling,
    pub(super) query: &'a Query,
    pub(super) flips: Flips,
    /// The tables that the query stands on, those of subqueries left out.
    pub(super) tables: Vec<TableId>,
    /// The joins of these tables.
    pub(super) edges: Vec<Edge>,
    /// Columns that the question gives one value, once for every condition.
    pub(super) given: Vec<ColumnId>,
    /// `given`, and what the joins make equal to them.
    pub(super) fixed: Vec<ColumnId>,
    /// For every span that names tables, those that it may mean.
    pub(super) named_tables: Vec<Vec<TableId>>,
}

impl<'a> Evidence<'a> {
    pub(crate) fn new(
        schema: &'a Schema,
        graph: &mut JoinGraph,
        items: &'a [Item],
        sketch: &'a Sketch,
        filling: &'a Filling,
        query: &'a Query,
        flips: Flips,
    ) -> Self {
        let tables = query.own_tables(|column| schema.table_of(column));
        let edges = graph.tree(&tables).unwrap_or_default();
        let given: Vec<ColumnId> = query.filters.iter().filter_map(given_column).collect();
        let fixed = fixed_columns(&given, &edges);
        Self {
            schema,
            items,
            sketch,
            filling,
            query,
            flips,
            tables,
            edges,
            given,
            fixed,
            named_tables: named_tables(items),
        }
    }

    /// The places of the sketch with what fills them.
    pub(super) fn slots(&self) -> impl Iterator<Item = (&Slot, &Candidate)> {
        self.sketch.slots.iter().zip(&self.filling.chosen)
    }

    /// Spans that are values, each with the column that should hold it.
    pub(super) fn values(&self) -> impl Iterator<Item = (usize, ColumnId)> {
        self.slots()
            .filter(|(slot, _)| slot.usage == Use::Value)
            .filter_map(|(slot, candidate)| match candidate.element {
                Element::Column(column) => Some((slot.item, column)),
                Element::Table(_) => None,
            })
    }

    /// Joins over which one row of the first table meets many.
    pub(super) fn fan_out(&self) -> usize {
        let Some(first) = self.tables.first() else {
            return 0;
        };
        self.edges.iter().filter(|edge| edge.to.0 == *first).count()
    }
}

/// The column that an equality holds at one value.
fn given_column(filter: &Filter) -> Option<ColumnId> {
    match filter {
        Filter::Test(Value::Column(column), Test::Compare(Comparison::Equal, _)) => Some(*column),
        _ => None,
    }
}

/// The given columns and what joins make equal to them; two rounds reach over a table of links.
fn fixed_columns(given: &[ColumnId], edges: &[Edge]) -> Vec<ColumnId> {
    let mut fixed = given.to_vec();
    for _ in 0..2 {
        for edge in edges {
            if fixed.contains(&edge.from.1) != fixed.contains(&edge.to.1) {
                fixed.extend([edge.from.1, edge.to.1]);
            }
        }
    }
    fixed
}

fn named_tables(items: &[Item]) -> Vec<Vec<TableId>> {
    items
        .iter()
        .filter(|item| !item.is_value() && item.operator.is_none())
        .map(|item| {
            item.mention
                .iter()
                .filter_map(|candidate| match candidate.element {
                    Element::Table(table) if candidate.score > NAMES_TABLE => Some(table),
                    _ => None,
                })
                .collect::<Vec<TableId>>()
        })
        .filter(|named| !named.is_empty())
        .collect()
}
