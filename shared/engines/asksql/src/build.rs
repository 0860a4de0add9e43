//! From a filled sketch to the algebra: groups, HAVING, subqueries and sets are decided here.

use chrono::Datelike;

use crate::form::{Aggregate, Comparison, Filter, Literal, Query, SetOperation, Test, Value};
use crate::items::Item;
use crate::link::{Candidate, Element};
use crate::parse::{Choice, Condition, Flips, Left, Right, Sketch};
use crate::resolve::{Filling, table_of};
use crate::schema::{ColumnId, JoinGraph, Kind, Role, Schema, TableId};

/// A query with the choices that were asked while it was built.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) query: Query,
    pub(crate) asked: u32,
}

pub(crate) struct Builder<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) graph: &'a mut JoinGraph,
    pub(crate) items: &'a [Item],
    pub(crate) sketch: &'a Sketch,
    pub(crate) filling: &'a Filling,
    pub(crate) flips: Flips,
    asked: u32,
    focus: TableId,
}

/// Builds the query of a filling; nothing where the parts do not fit.
pub(crate) fn build(
    schema: &Schema,
    graph: &mut JoinGraph,
    items: &[Item],
    sketch: &Sketch,
    filling: &Filling,
    flips: Flips,
) -> Option<Built> {
    let mut builder = Builder { schema, graph, items, sketch, filling, flips, asked: sketch.asked, focus: 0 };
    builder.focus = builder.find_focus()?;
    let query = builder.query()?;
    Some(Built { query, asked: builder.asked })
}

impl Builder<'_> {
    fn choose(&mut self, choice: Choice, default: bool) -> bool {
        self.asked |= 1 << choice as u32;
        default != self.flips.has(choice)
    }

    fn chosen(&self, slot: usize) -> &Candidate {
        &self.filling.chosen[slot]
    }

    fn table(&self, slot: usize) -> TableId {
        table_of(self.schema, self.chosen(slot).element)
    }

    /// The column that a slot means; of a table its display.
    fn column(&self, slot: usize) -> Option<ColumnId> {
        match self.chosen(slot).element {
            Element::Column(column) => Some(column),
            Element::Table(table) => self.schema.tables[table].display.first().copied(),
        }
    }

    /// The table whose rows the question is about.
    fn find_focus(&self) -> Option<TableId> {
        let pick = self.sketch.picks.iter().find(|pick| pick.aggregate.is_none()).or(self.sketch.picks.first())?;
        if let Element::Column(column) = self.chosen(pick.slot).element
            && let Some(owner) = self.sketch.slots[pick.slot].owner
        {
            let owner = self.table(owner);
            if owner == self.schema.table_of(column) {
                return Some(owner);
            }
        }
        Some(self.table(pick.slot))
    }

    fn query(&mut self) -> Option<Query> {
        let mut query = Query { distinct: self.sketch.distinct, ..Query::default() };
        self.outputs(&mut query)?;
        self.group_slots(&mut query);
        let related: Vec<TableId> = self.sketch.conditions.iter().filter_map(|condition| self.relation_table(condition)).collect();
        for slot in &self.sketch.needs {
            let table = self.table(*slot);
            if !related.contains(&table) {
                query.tables.push(table);
            }
        }
        self.owners(&mut query);
        self.conditions(&mut query)?;
        self.absent(&mut query)?;
        self.extremes(&mut query)?;
        self.order(&mut query)?;
        self.entity_once(&mut query);
        self.complete_groups(&mut query);
        self.count_once(&mut query);
        self.intersect(&mut query)?;
        if query.distinct && query.set.is_none() && query.order.iter().any(|(value, _)| !query.outputs.contains(value)) {
            order_groups(&mut query);
        }
        let all_aggregates = query.outputs.iter().all(Value::is_aggregate);
        if all_aggregates && query.groups.is_empty() {
            query.distinct = false;
            if query.limit.is_some() || !query.order.is_empty() {
                return None;
            }
        }
        let mut seen: Vec<Value> = Vec::new();
        for value in std::mem::take(&mut query.outputs) {
            if !seen.contains(&value) {
                seen.push(value);
            }
        }
        query.outputs = seen;
        (!query.outputs.is_empty() && query.outputs.len() <= 60).then_some(query)
    }

    fn outputs(&mut self, query: &mut Query) -> Option<()> {
        for pick in &self.sketch.picks {
            let element = self.chosen(pick.slot).element;
            if pick.aggregate.is_none() && self.sketch.groups.contains(&pick.slot) && self.stands_for_group(pick.slot) && !self.choose(Choice::ShowGroupKey, false) {
                continue;
            }
            match (pick.aggregate, element) {
                (None, Element::Table(table)) if pick.everything => {
                    query.outputs.extend(self.schema.tables[table].columns.iter().copied().map(Value::Column));
                }
                (None, Element::Table(table)) => {
                    let display = self.schema.tables[table].display.clone();
                    let key = self.schema.single_key(table);
                    if let Some(key) = key
                        && display != [key]
                        && self.choose(Choice::KeyForName, false)
                    {
                        query.outputs.push(Value::Column(key));
                    } else {
                        query.outputs.extend(display.into_iter().map(Value::Column));
                    }
                }
                (None, Element::Column(column)) => self.show_column(query, pick.item, column),
                (Some(Aggregate::Count), element) => {
                    let value = self.count(element, pick.distinct)?;
                    query.outputs.push(value);
                }
                (Some(aggregate), Element::Column(column)) => query.outputs.push(Value::Aggregate(aggregate, column)),
                (Some(_), Element::Table(_)) => return None,
            }
        }
        Some(())
    }

    /// Another output already tells the groups of the slot apart.
    fn stands_for_group(&self, group: usize) -> bool {
        let table = self.table(group);
        self.sketch.picks.iter().any(|pick| {
            pick.aggregate.is_none()
                && !self.sketch.groups.contains(&pick.slot)
                && matches!(self.chosen(pick.slot).element, Element::Column(column) if self.schema.table_of(column) == table || self.schema.columns[column].refers.is_some_and(|target| self.schema.table_of(target) == table))
        })
    }

    /// "name" of a person whose name stands in two columns is both.
    fn show_column(&mut self, query: &mut Query, item: usize, column: ColumnId) {
        let display = &self.schema.tables[self.schema.table_of(column)].display;
        let said = self.items.get(item).map(|item| item.text.to_lowercase()).unwrap_or_default();
        let name_alone = !said.contains("first") && !said.contains("last") && said.contains("name");
        if display.len() == 2 && display.contains(&column) && name_alone {
            let display = display.clone();
            if self.choose(Choice::FullName, true) {
                query.outputs.extend(display.into_iter().map(Value::Column));
                return;
            }
        }
        query.outputs.push(Value::Column(column));
    }

    fn count(&mut self, element: Element, distinct: bool) -> Option<Value> {
        match element {
            Element::Table(table) => {
                if let Some(key) = self.schema.single_key(table)
                    && self.choose(Choice::CountDistinct, distinct)
                {
                    return Some(Value::Different(key));
                }
                Some(Value::Rows(table))
            }
            Element::Column(column) => {
                let facts = &self.schema.columns[column];
                let table = facts.table;
                if facts.role == Role::Measure && facts.is_number() && facts.refers.is_none() && !facts.key && self.choose(Choice::CountInColumn, true) {
                    let one = self.sketch.conditions.iter().any(|condition| matches!(condition.right, Right::Value(_)) || matches!(condition.right, Right::Compare(Comparison::Equal, _)));
                    let beside = self.sketch.picks.len() > 1 && !self.one_for_each(table);
                    if !self.sketch.groups.is_empty() || beside || !one && self.sketch.picks.len() == 1 {
                        return Some(Value::Aggregate(Aggregate::Sum, column));
                    }
                    return Some(Value::Column(column));
                }
                if facts.is_number() && facts.core.len() > 1 && (facts.core.first().is_some_and(|word| matches!(word.as_str(), "number" | "count" | "total" | "quantity" | "amount")) || facts.core.last().is_some_and(|word| word == "count"))
                    && self.choose(Choice::CountInColumn, true)
                {
                    return Some(Value::Column(column));
                }
                if self.schema.is_unique(column) && !distinct {
                    return Some(Value::Rows(table));
                }
                if self.choose(Choice::CountDistinct, true) {
                    Some(Value::Different(column))
                } else {
                    Some(Value::Rows(table))
                }
            }
        }
    }

    /// Rows that a join repeats are counted once.
    fn count_once(&mut self, query: &mut Query) {
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
                && self.graph.tree(&[table, *other]).is_some_and(|edges| edges.first().is_some_and(|edge| edge.to.0 == table))
        });
        if repeated && self.choose(Choice::CountOnce, true) {
            query.outputs = vec![Value::Different(key)];
        }
    }

    /// What is told of one entity whose table has several rows for it is told once.
    fn entity_once(&mut self, query: &mut Query) {
        if query.distinct || !query.groups.is_empty() || query.outputs.iter().any(Value::is_aggregate) || query.limit.is_some() {
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

    fn group_slots(&mut self, query: &mut Query) {
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

    /// Owners that give no column may still restrict what is shown by being joined.
    fn owners(&mut self, query: &mut Query) {
        let tables = query.own_tables(|column| self.schema.table_of(column));
        for slot in &self.sketch.owners {
            let table = self.table(*slot);
            if tables.contains(&table) {
                continue;
            }
            if self.choose(Choice::JoinOwner, false) {
                query.tables.push(table);
            }
        }
    }

    fn conditions(&mut self, query: &mut Query) -> Option<()> {
        let mut built: Vec<(Filter, bool, bool)> = Vec::new();
        for condition in &self.sketch.conditions {
            if condition.both {
                continue;
            }
            let (filter, having) = self.condition(condition)?;
            if condition.or
                && let Some((last, last_having, _)) = built.last_mut()
                && *last_having == having
            {
                match last {
                    Filter::Any(filters) => filters.push(filter),
                    other => {
                        let first = other.clone();
                        *other = Filter::Any(vec![first, filter]);
                    }
                }
                continue;
            }
            built.push((filter, having, condition.negated));
        }
        let mut merged: Vec<(Filter, bool, bool)> = Vec::new();
        for (filter, having, negated) in built {
            if let (Some((Filter::Test(own, Test::NotIn(before)), false, true)), Filter::Test(value, Test::NotIn(inner)), true) = (merged.last_mut(), &filter, negated)
                && own == value
                && before.outputs == inner.outputs
                && before.tables == inner.tables
                && filter_column(before) != filter_column(inner)
            {
                // "but not in Spring 2010": one row has both.
                before.filters.extend(inner.filters.iter().cloned());
                continue;
            }
            merged.push((filter, having, negated));
        }
        for (filter, having, _) in merged {
            if having {
                query.having.push(filter);
            } else {
                query.filters.push(filter);
            }
        }
        Some(())
    }

    /// "states that border Texas": a table that refers twice to the same table relates its rows to one
    /// another.
    fn relation(&mut self, condition: &Condition) -> Option<Filter> {
        let Left::Column(slot) = condition.left else {
            return None;
        };
        let Element::Column(column) = self.chosen(slot).element else {
            return None;
        };
        let (entity, one, other) = self.relation_of(column)?;
        let relation = self.schema.table_of(one);
        let first = (0..self.items.len()).find(|at| self.names(*at, relation) && *at != condition.item)?;
        // The words of the relation stand between the entity and the value, or right behind the value.
        let spoken = self.items[..first].iter().any(|item| item.table() == Some(entity));
        if !spoken || first > condition.item + 2 {
            return None;
        }
        let text = self.chosen(slot).value.clone()?;
        let inner = Query {
            outputs: vec![Value::Column(other)],
            filters: vec![Filter::Test(Value::Column(one), Test::Compare(Comparison::Equal, Literal::Text(text)))],
            ..Query::default()
        };
        let key = self.schema.single_key(entity)?;
        let test = if condition.negated { Test::NotIn(Box::new(inner)) } else { Test::In(Box::new(inner)) };
        Some(Filter::Test(Value::Column(key), test))
    }

    /// The choice of [`Self::relation`], asked only where there is one.
    fn may_relate(&mut self, condition: &Condition) -> bool {
        let Left::Column(slot) = condition.left else {
            return false;
        };
        let Element::Column(column) = self.chosen(slot).element else {
            return false;
        };
        self.relation_of(column).is_some() && self.choose(Choice::Relation, true)
    }

    /// The table that relates rows for a condition.
    fn relation_table(&self, condition: &Condition) -> Option<TableId> {
        let Left::Column(slot) = condition.left else {
            return None;
        };
        let Element::Column(column) = self.chosen(slot).element else {
            return None;
        };
        if self.flips.has(Choice::Relation) || !matches!(condition.right, Right::Value(_)) {
            return None;
        }
        self.relation_of(column).map(|(_, one, _)| self.schema.table_of(one))
    }

    /// A table, and the two columns of another table that refer to its key, one of them or the key being
    /// `column`; the one that is named like the relation comes second.
    fn relation_of(&self, column: ColumnId) -> Option<(TableId, ColumnId, ColumnId)> {
        let target = self.schema.columns[column].refers.unwrap_or(column);
        let entity = self.schema.table_of(target);
        if self.schema.single_key(entity) != Some(target) {
            return None;
        }
        for relation in 0..self.schema.tables.len() {
            let ends: Vec<ColumnId> = self.schema.tables[relation].columns.iter().copied().filter(|end| self.schema.columns[*end].refers == Some(target)).collect();
            if let [one, other] = ends.as_slice() {
                if relation == entity {
                    continue;
                }
                let words = &self.schema.tables[relation].words;
                let named = self.schema.columns[*one].words.iter().any(|word| words.contains(word));
                return Some(if named { (entity, *other, *one) } else { (entity, *one, *other) });
            }
        }
        None
    }

    /// A span names the table or one of its columns.
    fn names(&self, at: usize, table: TableId) -> bool {
        let item = &self.items[at];
        let related = ["border", "neighbor", "neighbour", "adjoin", "surround", "adjacent", "friend", "relat"];
        let word = item.text.to_lowercase();
        let spoken = item.mention.is_empty() && related.iter().any(|start| word.starts_with(start)) && self.schema.tables[table].words.iter().any(|own| related.iter().any(|start| own.starts_with(start)));
        spoken
            || !item.is_value()
                && item.mention.iter().take(3).any(|candidate| candidate.score > 0.5 && match candidate.element {
                    Element::Table(other) => other == table,
                    Element::Column(column) => self.schema.table_of(column) == table && self.schema.columns[column].words.iter().any(|own| self.schema.tables[table].words.contains(own)),
                })
    }

    /// One condition, and whether it is on groups.
    fn condition(&mut self, condition: &Condition) -> Option<(Filter, bool)> {
        if matches!(condition.right, Right::Value(_))
            && self.may_relate(condition)
            && let Some(filter) = self.relation(condition)
        {
            return Some((filter, false));
        }
        let (value, having) = match condition.left {
            Left::Column(slot) => (Value::Column(self.column(slot)?), false),
            Left::Aggregate(aggregate, slot) => (Value::Aggregate(aggregate, self.column(slot)?), true),
            Left::Rows(slot) => (self.rows(slot)?, true),
        };
        let test = self.test(condition, &value)?;
        let positive = Filter::Test(value.clone(), test.clone());
        if !condition.negated {
            return Some((positive, having));
        }
        if let (Value::Column(column), false) = (&value, having) {
            let single = self.one_for_each(self.schema.table_of(*column));
            if self.choose(Choice::AntiJoin, !single && !condition.other) {
                return Some((self.anti(vec![positive], self.schema.table_of(*column))?, false));
            }
        }
        let test = match test {
            Test::Compare(comparison, literal) => Test::Compare(comparison.opposite(), literal),
            Test::Query(comparison, query) => Test::Query(comparison.opposite(), query),
            Test::Missing => Test::Present,
            Test::Present => Test::Missing,
            Test::In(query) => Test::NotIn(query),
            Test::NotIn(query) => Test::In(query),
            other => return Some((self.anti(vec![Filter::Test(value, other)], self.focus)?, false)),
        };
        Some((Filter::Test(value, test), having))
    }

    /// Every row of the focus meets at most one row of the table.
    fn one_for_each(&mut self, table: TableId) -> bool {
        if table == self.focus {
            return true;
        }
        let Some(edges) = self.graph.tree(&[self.focus, table]) else {
            return false;
        };
        let mut at = self.focus;
        edges.iter().all(|edge| {
            let forward = edge.from.0 == at;
            at = edge.other(at).unwrap_or(at);
            forward
        })
    }

    /// Rows of the focus that meet no row for which the filters hold.
    fn anti(&mut self, filters: Vec<Filter>, table: TableId) -> Option<Filter> {
        self.membership(filters, table, true)
    }

    fn membership(&mut self, filters: Vec<Filter>, table: TableId, absent: bool) -> Option<Filter> {
        let (own, other) = if table == self.focus {
            let key = self.schema.single_key(self.focus)?;
            (key, key)
        } else {
            let edges = self.graph.tree(&[self.focus, table])?;
            let edge = edges.first()?;
            if edge.from.0 == self.focus { (edge.from.1, edge.to.1) } else { (edge.to.1, edge.from.1) }
        };
        let mut inner = Query { outputs: vec![Value::Column(other)], filters, ..Query::default() };
        if table != self.focus {
            inner.tables.push(table);
        }
        if self.schema.columns[other].facts.nulls > 0 && absent {
            // One null among the values would make NOT IN empty.
            inner.filters.push(Filter::Test(Value::Column(other), Test::Present));
        }
        let test = if absent { Test::NotIn(Box::new(inner)) } else { Test::In(Box::new(inner)) };
        Some(Filter::Test(Value::Column(own), test))
    }

    fn test(&mut self, condition: &Condition, value: &Value) -> Option<Test> {
        let column = value.column();
        let facts = column.map(|column| &self.schema.columns[column]);
        Some(match &condition.right {
            Right::Value(text) => {
                let stored = match condition.left {
                    Left::Column(slot) => self.chosen(slot).value.clone(),
                    _ => None,
                };
                let text = stored.unwrap_or_else(|| text.clone());
                let number = facts.is_some_and(|facts| facts.declared.is_number());
                match text.parse::<f64>() {
                    Ok(parsed) if number => Test::Compare(Comparison::Equal, Literal::Number(parsed)),
                    _ => Test::Compare(Comparison::Equal, Literal::Text(text)),
                }
            }
            Right::Compare(comparison, Literal::Number(number)) => {
                let Some(facts) = facts.filter(|_| !value.is_aggregate()) else {
                    return Some(Test::Compare(*comparison, Literal::Number(*number)));
                };
                if facts.kind.is_time() {
                    return year_test(*comparison, *number);
                }
                if facts.declared == Kind::Text && !facts.kind.is_number() {
                    let text = crate::sql::number_text(*number);
                    if *comparison != Comparison::Equal && facts.role != Role::Date {
                        return None;
                    }
                    if *comparison == Comparison::Equal && facts.role == Role::Date {
                        return Some(Test::Like { open_start: true, text, open_end: true });
                    }
                    return Some(Test::Compare(*comparison, Literal::Text(text)));
                }
                if facts.declared == Kind::Text && *comparison == Comparison::Equal {
                    return Some(Test::Compare(*comparison, Literal::Text(crate::sql::number_text(*number))));
                }
                Test::Compare(*comparison, Literal::Number(*number))
            }
            Right::Compare(comparison, literal) => Test::Compare(*comparison, literal.clone()),
            Right::Between(low, high) => {
                if facts.is_some_and(|facts| facts.kind.is_time()) {
                    let start = format!("{low:04.0}-01-01");
                    return Some(Test::Interval(start, format!("{:04.0}-01-01", high + 1.0)));
                }
                Test::Between(Literal::Number(*low), Literal::Number(*high))
            }
            Right::Interval(interval) => {
                if facts.is_some_and(|facts| facts.role == Role::Year) {
                    let last = interval.end.pred_opt().unwrap_or(interval.end);
                    let (low, high) = (f64::from(interval.start.year()), f64::from(last.year()));
                    return Some(Test::Between(Literal::Number(low), Literal::Number(high)));
                }
                Test::Interval(interval.start.to_string(), interval.end.to_string())
            }
            Right::Beside(comparison, interval) => {
                if facts.is_some_and(|facts| facts.role == Role::Year) {
                    return Some(Test::Compare(*comparison, Literal::Number(f64::from(interval.start.year()))));
                }
                let (comparison, day) = match comparison {
                    Comparison::Greater => (Comparison::AtLeast, interval.end),
                    Comparison::AtMost => (Comparison::Less, interval.end),
                    other => (*other, interval.start),
                };
                Test::Compare(comparison, Literal::Date(day.to_string()))
            }
            Right::Aggregate(comparison, aggregate, slot) => {
                let over = match slot {
                    Some(slot) => self.column(*slot)?,
                    None => column?,
                };
                let inner = Query { outputs: vec![Value::Aggregate(*aggregate, over)], ..Query::default() };
                Test::Query(*comparison, Box::new(inner))
            }
            Right::Like(open_start, text, open_end) => Test::Like { open_start: *open_start, text: text.clone(), open_end: *open_end },
            Right::Missing => Test::Missing,
            Right::Present => Test::Present,
        })
    }

    /// Rows counted for a group.
    fn rows(&mut self, slot: Option<usize>) -> Option<Value> {
        let Some(slot) = slot else {
            return Some(Value::Rows(self.focus));
        };
        match self.chosen(slot).element {
            Element::Table(table) => Some(Value::Rows(table)),
            Element::Column(column) => {
                if self.choose(Choice::CountDistinct, false) {
                    Some(Value::Different(column))
                } else {
                    Some(Value::Rows(self.schema.table_of(column)))
                }
            }
        }
    }

    fn absent(&mut self, query: &mut Query) -> Option<()> {
        for slot in &self.sketch.absent {
            let table = self.table(*slot);
            if table == self.focus {
                return None;
            }
            let filter = self.anti(Vec::new(), table)?;
            query.filters.push(filter);
        }
        Some(())
    }

    fn extremes(&mut self, query: &mut Query) -> Option<()> {
        for extreme in &self.sketch.extremes {
            let (value, against) = match extreme.left {
                Left::Column(slot) => (Value::Column(self.column(slot)?), self.chosen(slot).against),
                Left::Aggregate(aggregate, slot) => (Value::Aggregate(aggregate, self.column(slot)?), false),
                Left::Rows(slot) => (self.rows(slot)?, false),
            };
            let descending = extreme.descending != against;
            let all_aggregates = query.outputs.iter().all(Value::is_aggregate) && query.groups.is_empty();
            if let Value::Column(column) = value
                && extreme.limit == 1
                && self.choose(Choice::Ties, all_aggregates || self.schema.single_key(self.schema.table_of(column)).is_none())
            {
                let aggregate = if descending { Aggregate::Maximum } else { Aggregate::Minimum };
                let table = self.schema.table_of(column);
                // The extreme of those rows for which the other conditions hold.
                let same: Vec<Filter> = query.filters.iter().filter(|filter| matches!(filter, Filter::Test(Value::Column(other), _) if self.schema.table_of(*other) == table)).cloned().collect();
                let inner = Query { outputs: vec![Value::Aggregate(aggregate, column)], filters: same, ..Query::default() };
                query.filters.push(Filter::Test(value, Test::Query(Comparison::Equal, Box::new(inner))));
                if self.schema.single_key(table).is_none() {
                    query.distinct = true;
                }
                continue;
            }
            if all_aggregates {
                return None;
            }
            // "the smallest city in the largest state": the later one is settled first.
            query.order.insert(0, (value, descending));
            query.limit = Some(extreme.limit);
        }
        Some(())
    }

    fn order(&mut self, query: &mut Query) -> Option<()> {
        for (left, descending) in &self.sketch.order {
            let (value, against) = match left {
                Left::Column(slot) => {
                    let chosen = self.chosen(*slot);
                    let value = match chosen.element {
                        Element::Column(column) => Value::Column(column),
                        Element::Table(table) => Value::Column(*self.schema.tables[table].display.first()?),
                    };
                    (value, chosen.against)
                }
                Left::Aggregate(aggregate, slot) => (Value::Aggregate(*aggregate, self.column(*slot)?), false),
                Left::Rows(slot) => (self.rows(*slot)?, false),
            };
            // "ordered by count": the count that is shown is meant.
            let value = match (&value, query.outputs.iter().find(|output| matches!(output, Value::Rows(_) | Value::Different(_)))) {
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
    fn complete_groups(&mut self, query: &mut Query) {
        let over_rows = |value: &Value| value.is_aggregate();
        let grouped = !query.having.is_empty() || query.order.iter().any(|(value, _)| over_rows(value));
        let plain: Vec<ColumnId> = query.outputs.iter().filter_map(|value| if let Value::Column(column) = value { Some(*column) } else { None }).collect();
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
            .chain(query.order.iter().chain(&[]).filter(|(value, _)| over_rows(value)).filter_map(|(value, _)| match value {
                Value::Rows(table) => Some(*table),
                other => other.column().map(|column| self.schema.table_of(column)),
            }))
            .chain(query.outputs.iter().filter(|value| over_rows(value)).filter_map(|value| match value {
                Value::Rows(table) => Some(*table),
                other => other.column().map(|column| self.schema.table_of(column)),
            }))
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
            && plain.iter().any(|column| self.schema.tables[table].display.contains(column) || *column == key)
        {
            query.groups.push(key);
            return;
        }
        query.groups.extend(plain);
    }

    /// Groups of one row each: what refers to the rows is counted.
    fn count_children(&mut self, query: &mut Query) {
        let tables = query.own_tables(|column| self.schema.table_of(column));
        let [table] = tables.as_slice() else {
            return;
        };
        let table = *table;
        if !query.groups.iter().any(|column| self.schema.is_unique(*column)) || !query.outputs.contains(&Value::Rows(table)) {
            return;
        }
        if let Some(child) = self.child(table) {
            for value in query.outputs.iter_mut().chain(query.order.iter_mut().map(|(value, _)| value)) {
                if *value == Value::Rows(table) {
                    *value = Value::Rows(child);
                }
            }
            query.tables.push(child);
        }
    }

    /// The table whose rows refer to rows of `table`: one that the question's words name, or the first.
    fn child(&self, table: TableId) -> Option<TableId> {
        let mut best: Option<(f64, TableId)> = None;
        for key in &self.schema.keys {
            if self.schema.table_of(key.to) != table {
                continue;
            }
            let child = self.schema.table_of(key.from);
            let words = &self.schema.tables[child].words;
            let named = self.items.iter().any(|item| {
                let root = crate::words::stem::root(&crate::words::lemma(&item.text.to_lowercase()));
                words.iter().any(|word| crate::words::stem::root(word) == root)
            });
            let score = if named { 2.0 } else { 0.0 } + if self.schema.tables[child].link { 0.5 } else { 0.0 };
            if best.is_none_or(|(known, _)| score > known) {
                best = Some((score, child));
            }
        }
        best.map(|(_, child)| child)
    }

    /// "with a price above 10 and with a price below 5": no row has both, its group may.
    fn apart(&mut self, query: &mut Query) {
        if query.set.is_some() || query.outputs.iter().any(Value::is_aggregate) || !query.groups.is_empty() || query.limit.is_some() {
            return;
        }
        let bound = |filter: &Filter, wanted: &[Comparison]| match filter {
            Filter::Test(Value::Column(column), Test::Compare(comparison, Literal::Number(number))) if wanted.contains(comparison) => Some((*column, *number)),
            _ => None,
        };
        let low = query.filters.iter().enumerate().find_map(|(at, filter)| bound(filter, &[Comparison::Greater, Comparison::AtLeast]).map(|found| (at, found)));
        let high = query.filters.iter().enumerate().find_map(|(at, filter)| bound(filter, &[Comparison::Less, Comparison::AtMost]).map(|found| (at, found)));
        let (Some((low_at, (low_column, low))), Some((high_at, (high_column, high)))) = (low, high) else {
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
    fn intersect(&mut self, query: &mut Query) -> Option<()> {
        self.apart(query);
        let both: Vec<usize> = (0..self.sketch.conditions.len()).filter(|at| self.sketch.conditions[*at].both).collect();
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

fn filter_column(query: &Query) -> Option<ColumnId> {
    match query.filters.first() {
        Some(Filter::Test(value, _)) => value.column(),
        _ => None,
    }
}

/// Different rows in the order of what they do not show: each by its first or last.
fn order_groups(query: &mut Query) {
    query.distinct = false;
    let plain: Option<Vec<ColumnId>> = query.outputs.iter().map(|value| if let Value::Column(column) = value { Some(*column) } else { None }).collect();
    let Some(plain) = plain.filter(|_| query.groups.is_empty() && query.having.is_empty()) else {
        return;
    };
    for (value, descending) in &mut query.order {
        if let Value::Column(column) = value
            && !plain.contains(column)
        {
            *value = Value::Aggregate(if *descending { Aggregate::Maximum } else { Aggregate::Minimum }, *column);
        }
    }
    query.groups = plain;
}

/// A year against a day.
fn year_test(comparison: Comparison, year: f64) -> Option<Test> {
    if year.fract() != 0.0 || !(1.0..=9998.0).contains(&year) {
        return None;
    }
    let this = format!("{year:04.0}-01-01");
    let next = format!("{:04.0}-01-01", year + 1.0);
    Some(match comparison {
        Comparison::Equal => Test::Interval(this, next),
        Comparison::Less => Test::Compare(Comparison::Less, Literal::Date(this)),
        Comparison::AtLeast => Test::Compare(Comparison::AtLeast, Literal::Date(this)),
        Comparison::Greater => Test::Compare(Comparison::AtLeast, Literal::Date(next)),
        Comparison::AtMost => Test::Compare(Comparison::Less, Literal::Date(next)),
        Comparison::Unequal => return None,
    })
}
