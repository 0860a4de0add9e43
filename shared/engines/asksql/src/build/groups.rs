//! Groups, orders, superlatives and sets.

use super::Builder;
use crate::form::{Aggregate, Comparison, Filter, Literal, Query, SetOperation, Test, Value};
use crate::link::Element;
use crate::parse::{Choice, Left};
use crate::schema::{ColumnId, TableId};

impl Builder<'_> {
    /// Rows that a join repeats are counted once.
    pub(super) fn count_once(&mut self, query: &mut Query) {
        let [Value::Rows(table)] = query.outputs.as_slice() else {
            return;
        };
        let table = *table;
        if !query.groups.is_empty() || !query.having.is_empty() {
            return;
        }
        let Some(key) = self.schema.single_key(table) else {
            return;
        };
        let tables = query.own_tables(|column| self.schema.table_of(column));
        let repeated = tables.iter().any(|other| {
            *other != table
                && self
                    .graph
                    .tree(&[table, *other])
                    .is_some_and(|edges| edges.first().is_some_and(|edge| edge.to.0 == table))
        });
        if repeated && self.choose(Choice::CountOnce, true) {
            query.outputs = vec![Value::Different(key)];
        }
    }

    /// Different keys of one table are its rows.
    pub(super) fn count_plainly(&mut self, query: &mut Query) {
        let tables = query.own_tables(|column| self.schema.table_of(column));
        let [table] = tables.as_slice() else {
            return;
        };
        let key = self.schema.single_key(*table);
        for value in &mut query.outputs {
            if matches!(value, Value::Different(column) if Some(*column) == key) {
                *value = Value::Rows(*table);
            }
        }
    }

    /// What is told of one entity whose table has several rows for it is told once.
    pub(super) fn entity_once(&mut self, query: &mut Query) {
        if query.distinct
            || !query.groups.is_empty()
            || query.outputs.iter().any(Value::is_aggregate)
            || query.limit.is_some()
        {
            return;
        }
        let named = query.filters.iter().any(|filter| match filter {
            Filter::Test(Value::Column(column), Test::Compare(Comparison::Equal, Literal::Text(_))) => {
                let table = self.schema.table_of(*column);
                self.schema.single_key(table).is_none()
                    && self.schema.tables[table].display.contains(column)
                    && self.schema.tables[table].key.contains(column)
                    && query.outputs.iter().all(|value| matches!(value, Value::Column(shown) if self.schema.table_of(*shown) == table && !self.schema.tables[table].key.contains(shown)))
            }
            _ => false,
        });
        if named {
            query.distinct = true;
        }
    }

    pub(super) fn group_slots(&mut self, query: &mut Query) {
        for slot in &self.sketch.groups {
            match self.chosen(*slot).element {
                Element::Column(column) => query.groups.push(column),
                Element::Table(table) => match self.schema.single_key(table) {
                    Some(key) => query.groups.push(key),
                    None => query.groups.extend(&self.schema.tables[table].display),
                },
            }
        }
    }

    pub(super) fn extremes(&mut self, query: &mut Query) -> Option<()> {
        for extreme in &self.sketch.extremes {
            let (value, against) = match extreme.left {
                Left::Column(slot) => {
                    (Value::Column(self.column(slot)?), self.chosen(slot).against)
                }
                Left::Aggregate(aggregate, slot) => {
                    (Value::Aggregate(aggregate, self.column(slot)?), false)
                }
                Left::Rows(slot) => (self.rows(slot)?, false),
            };
            let descending = extreme.descending != against;
            let all_aggregates =
                query.outputs.iter().all(Value::is_aggregate) && query.groups.is_empty();
            if let Value::Column(column) = value
                && extreme.limit == 1
                && self.choose(
                    Choice::Ties,
                    all_aggregates
                        || self
                            .schema
                            .single_key(self.schema.table_of(column))
                            .is_none(),
                )
            {
                let aggregate = if descending {
                    Aggregate::Maximum
                } else {
                    Aggregate::Minimum
                };
                let table = self.schema.table_of(column);
                // The extreme of those rows for which the other conditions hold.
                let same: Vec<Filter> = query.filters.iter().filter(|filter| matches!(filter, Filter::Test(Value::Column(other), _) if self.schema.table_of(*other) == table)).cloned().collect();
                let inner = Query {
                    outputs: vec![Value::Aggregate(aggregate, column)],
                    filters: same,
                    ..Query::default()
                };
                query.filters.push(Filter::Test(
                    value,
                    Test::Query(Comparison::Equal, Box::new(inner)),
                ));
                if self.schema.single_key(table).is_none() {
                    query.distinct = true;
                }
                continue;
            }
            // One row of each group is no query of this algebra; one row of all would be wrong.
            let each = !self.sketch.groups.is_empty()
                && matches!(value, Value::Column(_))
                && !query.outputs.iter().any(Value::is_aggregate);
            if all_aggregates || each {
                return None;
            }
            // "the smallest city in the largest state": the later one is settled first.
            query.order.insert(0, (value, descending));
            query.limit = Some(extreme.limit);
        }
        Some(())
    }

    pub(super) fn order(&mut self, query: &mut Query) -> Option<()> {
        for (left, descending) in &self.sketch.order {
            let (value, against) = match left {
                Left::Column(slot) => {
                    let chosen = self.chosen(*slot);
                    let value = match chosen.element {
                        Element::Column(column) => Value::Column(column),
                        Element::Table(table) => {
                            Value::Column(*self.schema.tables[table].display.first()?)
                        }
                    };
                    (value, chosen.against)
                }
                Left::Aggregate(aggregate, slot) => {
                    (Value::Aggregate(*aggregate, self.column(*slot)?), false)
                }
                Left::Rows(slot) => (self.rows(*slot)?, false),
            };
            // "ordered by count": the count that is shown is meant.
            let value = match (
                &value,
                query
                    .outputs
                    .iter()
                    .find(|output| matches!(output, Value::Rows(_) | Value::Different(_))),
            ) {
                (Value::Rows(_), Some(shown)) => shown.clone(),
                _ => value,
            };
            // The column is shown under a function, in groups: the function's value gives the order.
            let value = match &value {
                Value::Column(column) => query
                    .outputs
                    .iter()
                    .find(|output| matches!(output, Value::Aggregate(_, other) if other == column))
                    .cloned()
                    .unwrap_or(value),
                _ => value,
            };
            query.order.push((value, descending != &against));
        }
        if let Some(descending) = self.sketch.order_default
            && query.order.is_empty()
            && let Some(first) = query.outputs.first()
        {
            query.order.push((first.clone(), descending));
        }
        Some(())
    }

    /// Decides the keys of groups that no "each" names, and whose rows are counted.
    pub(super) fn complete_groups(&mut self, query: &mut Query) {
        let over_rows = |value: &Value| value.is_aggregate();
        let grouped =
            !query.having.is_empty() || query.order.iter().any(|(value, _)| over_rows(value));
        let plain: Vec<ColumnId> = query
            .outputs
            .iter()
            .filter_map(|value| {
                if let Value::Column(column) = value {
                    Some(*column)
                } else {
                    None
                }
            })
            .collect();
        let mixed = !plain.is_empty() && query.outputs.iter().any(over_rows);
        if !query.groups.is_empty() {
            self.count_children(query);
            return;
        }
        if !(grouped || mixed) {
            return;
        }
        let counted: Vec<TableId> = query
            .having
            .iter()
            .filter_map(|filter| match filter {
                Filter::Test(Value::Rows(table), _) => Some(*table),
                Filter::Test(value, _) => value.column().map(|column| self.schema.table_of(column)),
                _ => None,
            })
            .chain(
                query
                    .order
                    .iter()
                    .chain(&[])
                    .filter(|(value, _)| over_rows(value))
                    .filter_map(|(value, _)| match value {
                        Value::Rows(table) => Some(*table),
                        other => other.column().map(|column| self.schema.table_of(column)),
                    }),
            )
            .chain(
                query
                    .outputs
                    .iter()
                    .filter(|value| over_rows(value))
                    .filter_map(|value| match value {
                        Value::Rows(table) => Some(*table),
                        other => other.column().map(|column| self.schema.table_of(column)),
                    }),
            )
            .collect();
        let Some(first) = plain.first().copied() else {
            // "how many have more than 2": groups by the key of the focus, one row each.
            if let Some(key) = self.schema.single_key(self.focus) {
                query.groups.push(key);
            }
            return;
        };
        let table = self.schema.table_of(first);
        let own = counted.iter().all(|counted| *counted == table);
        let unique = plain.iter().any(|column| self.schema.is_unique(*column));
        let tables = query.own_tables(|column| self.schema.table_of(column));
        if own && tables.len() == 1 && unique {
            // Each group would be one row: rows of what refers to it are meant.
            if let Some(child) = self.child(table) {
                for (value, _) in &mut query.order {
                    if matches!(value, Value::Rows(_)) {
                        *value = Value::Rows(child);
                    }
                }
                for filter in &mut query.having {
                    if let Filter::Test(value @ Value::Rows(_), _) = filter {
                        *value = Value::Rows(child);
                    }
                }
                query.tables.push(child);
                if let Some(key) = self.schema.single_key(table) {
                    query.groups.push(key);
                }
                return;
            }
        }
        if (!own || tables.len() > 1)
            && let Some(key) = self.schema.single_key(table)
            && plain
                .iter()
                .any(|column| self.schema.tables[table].display.contains(column) || *column == key)
        {
            query.groups.push(key);
            return;
        }
        query.groups.extend(plain);
    }

    /// Groups of one row each: what refers to the rows is counted.
    pub(super) fn count_children(&mut self, query: &mut Query) {
        let tables = query.own_tables(|column| self.schema.table_of(column));
        let [table] = tables.as_slice() else {
            return;
        };
        let table = *table;
        if !query
            .groups
            .iter()
            .any(|column| self.schema.is_unique(*column))
            || !query.outputs.contains(&Value::Rows(table))
        {
            return;
        }
        if let Some(child) = self.child(table) {
            for value in query
                .outputs
                .iter_mut()
                .chain(query.order.iter_mut().map(|(value, _)| value))
            {
                if *value == Value::Rows(table) {
                    *value = Value::Rows(child);
                }
            }
            query.tables.push(child);
        }
    }

    /// The table whose rows refer to rows of `table`: one that the question's words name, or the first.
    pub(super) fn child(&self, table: TableId) -> Option<TableId> {
        let mut best: Option<(f64, TableId)> = None;
        for key in &self.schema.keys {
            if self.schema.table_of(key.to) != table {
                continue;
            }
            let child = self.schema.table_of(key.from);
            let words = &self.schema.tables[child].words;
            let named = self.items.iter().any(|item| {
                let root =
                    crate::words::stem::root(&crate::words::lemma(&item.text.to_lowercase()));
                words
                    .iter()
                    .any(|word| crate::words::stem::root(word) == root)
            });
            let score = if named { 2.0 } else { 0.0 }
                + if self.schema.tables[child].link {
                    0.5
                } else {
                    0.0
                };
            if best.is_none_or(|(known, _)| score > known) {
                best = Some((score, child));
            }
        }
        best.map(|(_, child)| child)
    }

    /// "with a price above 10 and with a price below 5": no row has both, its group may.
    pub(super) fn apart(&mut self, query: &mut Query) {
        if query.set.is_some()
            || query.outputs.iter().any(Value::is_aggregate)
            || !query.groups.is_empty()
            || query.limit.is_some()
        {
            return;
        }
        let bound = |filter: &Filter, wanted: &[Comparison]| match filter {
            Filter::Test(
                Value::Column(column),
                Test::Compare(comparison, Literal::Number(number)),
            ) if wanted.contains(comparison) => Some((*column, *number)),
            _ => None,
        };
        let low = query.filters.iter().enumerate().find_map(|(at, filter)| {
            bound(filter, &[Comparison::Greater, Comparison::AtLeast]).map(|found| (at, found))
        });
        let high = query.filters.iter().enumerate().find_map(|(at, filter)| {
            bound(filter, &[Comparison::Less, Comparison::AtMost]).map(|found| (at, found))
        });
        let (Some((low_at, (low_column, low))), Some((high_at, (high_column, high)))) = (low, high)
        else {
            return;
        };
        if low_column != high_column || low < high {
            return;
        }
        let mut other = query.clone();
        other.filters.remove(low_at.min(query.filters.len() - 1));
        query.filters.remove(high_at);
        other.order.clear();
        other.distinct = false;
        query.distinct = false;
        query.set = Some((SetOperation::Intersect, Box::new(other)));
    }

    /// "both A and B": what has the one and also has the other.
    pub(super) fn intersect(&mut self, query: &mut Query) -> Option<()> {
        self.apart(query);
        let both: Vec<usize> = (0..self.sketch.conditions.len())
            .filter(|at| self.sketch.conditions[*at].both)
            .collect();
        let Some(at) = both.first().copied() else {
            return Some(());
        };
        let second = &self.sketch.conditions[at];
        let (filter, having) = self.condition(second)?;
        if having {
            return None;
        }
        let (first, _) = self.condition(self.sketch.conditions.get(at.checked_sub(1)?)?)?;
        let aggregates = query.outputs.iter().any(Value::is_aggregate) || !query.groups.is_empty();
        if aggregates || query.limit.is_some() {
            let Filter::Test(Value::Column(column), _) = &filter else {
                return None;
            };
            let table = self.schema.table_of(*column);
            query.filters.retain(|known| *known != first);
            let one = self.membership(vec![first], table, false)?;
            let other = self.membership(vec![filter], table, false)?;
            query.filters.push(one);
            query.filters.push(other);
            return Some(());
        }
        let mut other = query.clone();
        other.filters.retain(|known| *known != first);
        other.filters.push(filter);
        other.order.clear();
        query.distinct = false;
        other.distinct = false;
        query.set = Some((SetOperation::Intersect, Box::new(other)));
        Some(())
    }
}

/// Different rows in the order of what they do not show: each by its first or last.
pub(super) fn order_groups(query: &mut Query) {
    query.distinct = false;
    let plain: Option<Vec<ColumnId>> = query
        .outputs
        .iter()
        .map(|value| {
            if let Value::Column(column) = value {
                Some(*column)
            } else {
                None
            }
        })
        .collect();
    let Some(plain) = plain.filter(|_| query.groups.is_empty() && query.having.is_empty()) else {
        return;
    };
    for (value, descending) in &mut query.order {
        if let Value::Column(column) = value
            && !plain.contains(column)
        {
            *value = Value::Aggregate(
                if *descending {
                    Aggregate::Maximum
                } else {
                    Aggregate::Minimum
                },
                *column,
            );
        }
    }
    query.groups = plain;
}
