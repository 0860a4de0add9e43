//! Groups, orders, superlatives and sets.

use super::{Builder, averages, periods};
use crate::form::{Aggregate, Comparison, Filter, Literal, Query, SetOperation, Test, Value};
use crate::link::Element;
use crate::parse::{Choice, Left};
use crate::schema::{ColumnId, TableId, joined_tables};
use crate::words::operators::Operator;

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
        if named || self.lists_repeated(query) && !self.flips.has(Choice::Distinct) {
            query.distinct = true;
        }
    }

    /// "customers who bought a lamp": who asks for the entities themselves wants each once, however often a join
    /// meets it. Where an attribute is asked for ("names of customers ...") its values are listed, and "which"
    /// mostly asks what the rows say.
    fn lists_repeated(&mut self, query: &Query) -> bool {
        let which = self.items.iter().any(|item| {
            item.is(Operator::Which) || item.first == 0 && item.text.ends_with("which")
        });
        let entities = self
            .sketch
            .picks
            .iter()
            .all(|pick| matches!(self.chosen(pick.slot).element, Element::Table(table) if table == self.focus));
        let tables = query.own_tables(|column| self.schema.table_of(column));
        entities
            && !which
            && !self.sketch.default_pick
            && tables.iter().any(|table| !self.one_for_each(*table))
    }

    pub(super) fn group_slots(&mut self, query: &mut Query) {
        if averages(query) {
            return;
        }
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
        if periods::is_by_period(query) {
            return;
        }
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
        // Rows that are asked for by the name of their table are told apart, even if two of them share a name.
        let entity = self.sketch.picks.iter().any(|pick| {
            pick.aggregate.is_none() && self.chosen(pick.slot).element == Element::Table(table)
        });
        let unique = entity && self.schema.single_key(table).is_some()
            || plain.iter().any(|column| self.schema.is_unique(*column));
        let tables = query.own_tables(|column| self.schema.table_of(column));
        if own && tables.len() == 1 && unique {
            // Each group would be one row: rows of what refers to it are meant.
            if let Some(child) = self.child(table) {
                let ordered = query.order.iter_mut().map(|(value, _)| value);
                let compared = query.having.iter_mut().filter_map(|filter| match filter {
                    Filter::Test(value, _) => Some(value),
                    Filter::Any(_) => None,
                });
                count_rows_of(child, ordered.chain(compared));
                query.tables.push(child);
                if let Some(key) = self.schema.single_key(table) {
                    query.groups.push(key);
                }
                return;
            }
        }
        // "titles offered by more than one department": each row has one, its title may have more.
        let parents = !own
            && table == self.focus
            && counted.iter().all(|counted| self.one_for_each(*counted));
        if (!own || tables.len() > 1)
            && !parents
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

    /// Groups by the key have one row each: no table of the query has several rows for one of the key's.
    pub(super) fn has_one_row(&mut self, query: &Query, key: ColumnId) -> bool {
        let own = self.schema.table_of(key);
        let tables = query.own_tables(|column| self.schema.table_of(column));
        let edges = self.graph.tree(&[vec![own], tables].concat());
        edges.is_some_and(|edges| joined_tables(own, &edges).all(|(new, edge)| edge.to.0 == new))
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
            let ordered = query.order.iter_mut().map(|(value, _)| value);
            count_rows_of(child, query.outputs.iter_mut().chain(ordered));
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
        if self.hold_one(query, &first, &filter) {
            for known in &mut query.filters {
                if *known == first {
                    *known = Filter::Any(vec![first.clone(), filter.clone()]);
                }
            }
            return Some(());
        }
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

    /// "customers in Berlin and Paris": no row has both values, so that rows with either are meant.
    fn hold_one(&self, query: &Query, first: &Filter, second: &Filter) -> bool {
        let column = |filter: &Filter| match filter {
            Filter::Test(
                Value::Column(column),
                Test::Compare(Comparison::Equal, _) | Test::Interval(..),
            ) => Some(*column),
            _ => None,
        };
        let focus = self.focus;
        let (Some(one), Some(other)) = (column(first), column(second)) else {
            return false;
        };
        let table = self.schema.table_of(one);
        let of_row = self.schema.belongs(focus, table);
        // "both" is said of what repeats, such as the teams of players: there one row may have the one value and
        // another row the other.
        let both = self.items.iter().any(|item| item.is(Operator::Both));
        let display =
            |column: &ColumnId| !both && self.schema.tables[focus].display.contains(column);
        let tells_rows = |value: &Value| match value {
            Value::Column(column) => self.schema.is_unique(*column) || display(column),
            _ => value.is_aggregate(),
        };
        // "the departments of Ada and Eve"
        let named = display(&one);
        one == other && of_row && (named || query.outputs.iter().any(tells_rows))
    }
}

/// Rows of the table are counted where rows are.
pub(super) fn count_rows_of<'a>(table: TableId, values: impl Iterator<Item = &'a mut Value>) {
    for value in values {
        if matches!(value, Value::Rows(_)) {
            *value = Value::Rows(table);
        }
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
