//! Superlatives: the first row of an order, or the rows that have the greatest value.

use super::Builder;
use crate::form::{Aggregate, Comparison, Filter, Query, Test, Value};
use crate::parse::{Choice, Extreme, Left};
use crate::schema::{ColumnId, TableId};

impl Builder<'_> {
    pub(super) fn extremes(&mut self, query: &mut Query) -> Option<()> {
        let own: Vec<&Extreme> = self
            .sketch
            .extremes
            .iter()
            .filter(|extreme| !self.within_related(extreme.item))
            .collect();
        // "the smallest city in the largest state": the later one is settled first, the other holds within it.
        for (place, extreme) in own.iter().enumerate().rev() {
            let (value, descending) = self.superlative(extreme)?;
            if self.is_of_each(query) {
                if own.len() > 1 {
                    return None;
                }
                self.first_of_each(query, (value, descending))?;
                query.limit = Some(extreme.limit);
                query.offset = extreme.offset;
                continue;
            }
            let all_aggregates = query.outputs.iter().all(Value::is_aggregate)
                && query.groups.is_empty()
                && self.sketch.period.is_none();
            if let Value::Column(column) = value
                && extreme.limit == 1
                && extreme.offset == 0
            {
                let keyless = self
                    .schema
                    .single_key(self.schema.table_of(column))
                    .is_none();
                if self.choose(Choice::Ties, all_aggregates || keyless || place > 0) {
                    let restricted = self.restricting(query, column);
                    let filter = greatest(query, value, descending, restricted);
                    query.filters.push(filter);
                    // Rows of a table without a key repeat what they tell of.
                    query.distinct |= keyless;
                    continue;
                }
            }
            let several = extreme.limit > 1 || extreme.offset > 0;
            let cut = several && matches!(value, Value::Column(_));
            if all_aggregates && !cut {
                return None;
            }
            // "the second highest price" is lower than the highest, however many have that.
            query.distinct |= extreme.offset > 0 && self.shows_alone(extreme.left);
            query.order.push((value, descending));
            query.limit = Some(extreme.limit);
            query.offset = extreme.offset;
        }
        Some(())
    }

    /// Tables of shown references to the rows of a column: "the largest capital" is the largest of the cities
    /// that are capitals.
    fn restricting(&self, query: &Query, column: ColumnId) -> Vec<TableId> {
        let table = self.schema.table_of(column);
        let refers = |shown: &ColumnId| {
            let target = self.schema.columns[*shown].refers;
            target.is_some_and(|target| self.schema.table_of(target) == table)
        };
        let shown = query.outputs.iter().filter_map(Value::column);
        shown
            .filter(refers)
            .map(|column| self.schema.table_of(column))
            .collect()
    }

    /// What is compared is what is shown, and nothing else is.
    fn shows_alone(&self, left: Left) -> bool {
        matches!((left, self.sketch.picks.as_slice()), (Left::Column(slot), [pick]) if pick.slot == slot)
    }

    /// What a superlative compares, and whether its greatest comes first.
    pub(super) fn superlative(&mut self, extreme: &Extreme) -> Option<(Value, bool)> {
        let (value, against) = match extreme.left {
            Left::Column(slot) => (Value::Column(self.column(slot)?), self.chosen(slot).against),
            Left::Aggregate(aggregate, slot) => {
                (Value::Aggregate(aggregate, self.column(slot)?), false)
            }
            Left::Rows(slot) => (self.rows(slot)?, false),
        };
        Some((value, extreme.descending != against))
    }
}

/// Holds the value of a query at its extreme among the rows that the query has so far.
pub(super) fn greatest(
    query: &Query,
    value: Value,
    descending: bool,
    restricting: Vec<TableId>,
) -> Filter {
    let aggregate = if descending {
        Aggregate::Maximum
    } else {
        Aggregate::Minimum
    };
    let inner = Query {
        outputs: value
            .column()
            .map(|column| Value::Aggregate(aggregate, column))
            .into_iter()
            .collect(),
        filters: query.filters.clone(),
        tables: [query.tables.clone(), restricting].concat(),
        ..Query::default()
    };
    Filter::Test(value, Test::Query(Comparison::Equal, Box::new(inner)))
}
