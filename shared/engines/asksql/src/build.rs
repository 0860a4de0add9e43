//! From a filled sketch to the algebra: groups, HAVING, subqueries and sets are decided here.

mod averages;
mod conditions;
mod each;
mod extremes;
mod groups;
mod periods;
mod picked;
mod relations;
mod shares;

pub(crate) use averages::averages;
pub(crate) use relations::names_relation;
pub(crate) use shares::shows_share;

use crate::form::{Aggregate, Comparison, Query, Value};
use crate::items::Item;
use crate::link::{Candidate, Element};
use crate::parse::{Choice, Flips, Left, Right, Sketch};
use crate::resolve::{Filling, table_of};
use crate::schema::{ColumnId, JoinGraph, Role, Schema, TableId};
use crate::time;

/// Columns that are shown at most.
const MOST_OUTPUTS: usize = 60;

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
    let mut builder = Builder {
        schema,
        graph,
        items,
        sketch,
        filling,
        flips,
        asked: sketch.asked,
        focus: 0,
    };
    builder.focus = builder.find_focus()?;
    let query = builder.query()?;
    Some(Built {
        query,
        asked: builder.asked,
    })
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
        if let Some(share) = self.sketch.share {
            return Some(self.table(share.slot));
        }
        let pick = self
            .sketch
            .picks
            .iter()
            .find(|pick| pick.aggregate.is_none())
            .or(self.sketch.picks.first());
        let Some(pick) = pick else {
            // "which month": rows that have a time.
            return self.sketch.period.map(|period| self.table(period.slot));
        };
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
        let mut query = Query {
            distinct: self.sketch.distinct,
            ..Query::default()
        };
        self.outputs(&mut query)?;
        self.group_slots(&mut query);
        let related: Vec<TableId> = self
            .sketch
            .conditions
            .iter()
            .filter_map(|condition| self.relation_table(condition))
            .collect();
        for slot in &self.sketch.needs {
            let table = self.table(*slot);
            if !related.contains(&table) {
                query.tables.push(table);
            }
        }
        self.owners(&mut query);
        self.conditions(&mut query)?;
        self.related(&mut query)?;
        self.absent(&mut query)?;
        self.extremes(&mut query)?;
        self.order(&mut query)?;
        self.group_by_period(&mut query)?;
        listed_totals(&mut query);
        self.entity_once(&mut query);
        self.complete_groups(&mut query);
        self.over_groups(&mut query);
        self.count_once(&mut query);
        self.count_plainly(&mut query);
        self.average_once(&mut query);
        self.share_once(&mut query);
        self.intersect(&mut query)?;
        if query.distinct
            && query.set.is_none()
            && query
                .order
                .iter()
                .any(|(value, _)| !query.outputs.contains(value))
        {
            groups::order_groups(&mut query);
        }
        let all_aggregates = query.outputs.iter().all(Value::is_aggregate);
        if all_aggregates && query.groups.is_empty() {
            query.distinct = false;
            if query.limit.is_some() {
                self.over_first_rows(&mut query)?;
            } else if !query.order.is_empty() {
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
        self.show_rows(&mut query);
        (1..=MOST_OUTPUTS)
            .contains(&query.outputs.len())
            .then_some(query)
    }

    /// Every column of the table that may be shown.
    fn whole_rows(&self, table: TableId) -> Vec<Value> {
        let columns = self.schema.tables[table].columns.iter().copied();
        let shown = columns.filter(|column| !self.schema.columns[*column].hidden);
        shown.map(Value::Column).collect()
    }

    /// Rows that have no name are shown whole: their keys alone tell nobody anything.
    fn show_rows(&self, query: &mut Query) {
        let [pick] = self.sketch.picks.as_slice() else {
            return;
        };
        let Element::Table(table) = self.chosen(pick.slot).element else {
            return;
        };
        let [shown] = self.schema.tables[table].display[..] else {
            return;
        };
        let nameless = self.schema.columns[shown].role == Role::Id;
        let grouped = query.distinct
            || query.set.is_some()
            || !query.within.is_empty()
            || !query.groups.is_empty()
            || !query.having.is_empty()
            || query.order.iter().any(|(value, _)| value.is_aggregate());
        if nameless && !grouped && query.outputs == [Value::Column(shown)] {
            let whole = self.whole_rows(table);
            if whole.len() <= MOST_OUTPUTS {
                query.outputs = whole;
            }
        }
    }

    fn outputs(&mut self, query: &mut Query) -> Option<()> {
        for pick in &self.sketch.picks {
            let element = self.chosen(pick.slot).element;
            if pick.aggregate.is_none()
                && self.sketch.groups.contains(&pick.slot)
                && self.stands_for_group(pick.slot)
                && !self.choose(Choice::ShowGroupKey, false)
            {
                continue;
            }
            match (pick.aggregate, element) {
                _ if self.sketch.averaged == Some(pick.slot) => self.averaged(query, element),
                _ if self
                    .sketch
                    .share
                    .is_some_and(|share| share.slot == pick.slot) =>
                {
                    self.shared(query, element);
                }
                (None, Element::Table(table)) if pick.everything => {
                    query.outputs.extend(self.whole_rows(table));
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
                    let value = self.count(element, pick.item, pick.distinct)?;
                    query.outputs.push(value);
                }
                (Some(aggregate), Element::Column(column)) => {
                    query.outputs.push(Value::Aggregate(aggregate, column));
                }
                // "total orders"
                (Some(Aggregate::Sum), Element::Table(table)) => {
                    query.outputs.push(Value::Rows(table));
                }
                (Some(_), Element::Table(_)) => return None,
            }
        }
        Some(())
    }

    /// A condition holds rows of the table at one value, and not at one that many of them share.
    fn may_pick_one(&self, table: TableId) -> bool {
        let shared = |left: Left| match left {
            Left::Column(slot) => matches!(
                self.chosen(slot).element,
                Element::Column(column) if self.schema.columns[column].facts.is_shared()
                    || self.schema.columns[column].holds_time()
                    || self.schema.refers(table, self.schema.table_of(column))
            ),
            _ => false,
        };
        let mut conditions = self.sketch.conditions.iter();
        conditions.any(|condition| {
            let held = matches!(
                condition.right,
                Right::Value(_) | Right::Compare(Comparison::Equal, _)
            );
            held && !shared(condition.left)
        })
    }

    /// One number is asked, and no condition picks out one row.
    fn counts_all(&self, table: TableId) -> bool {
        !self.may_pick_one(table) && self.sketch.picks.len() == 1 && self.sketch.extremes.is_empty()
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
        let said = self
            .items
            .get(item)
            .map(|item| item.text.to_lowercase())
            .unwrap_or_default();
        let name_alone = said
            .split(' ')
            .all(|word| !matches!(word, "first" | "last"))
            && said.split(' ').any(|word| matches!(word, "name" | "names"));
        if display.len() == 2 && display.contains(&column) && name_alone {
            let display = display.clone();
            if self.choose(Choice::FullName, true) {
                query.outputs.extend(display.into_iter().map(Value::Column));
                return;
            }
        }
        query.outputs.push(Value::Column(column));
    }

    /// "signups" are rows, "signup dates" are times.
    fn names_times(&self, item: usize) -> bool {
        let said = self.items.get(item).map(|item| item.text.to_lowercase());
        said.is_some_and(|said| {
            let noun = crate::words::lemma(said.rsplit(' ').next().unwrap_or_default());
            matches!(noun.as_str(), "date" | "time" | "birthday") || time::unit(&noun).is_some()
        })
    }

    fn count(&mut self, element: Element, item: usize, distinct: bool) -> Option<Value> {
        match element {
            Element::Table(table) => {
                if let Some(column) = self.schema.own_count(table) {
                    return self.count(Element::Column(column), item, distinct);
                }
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
                let there = self.items.iter().any(|item| {
                    item.text.to_lowercase().ends_with("there")
                        || item.text.eq_ignore_ascii_case("exist")
                });
                let unit = facts
                    .words
                    .last()
                    .is_some_and(|word| time::unit(word).is_some());
                if facts.role == Role::Measure
                    && !distinct
                    && (!there || unit || self.schema.own_count(table) == Some(column))
                    && facts.declared.is_number()
                    && facts.refers.is_none()
                    && !facts.key
                    && self.choose(Choice::CountInColumn, true)
                {
                    let beside = self.sketch.picks.len() > 1 && !self.one_for_each(table);
                    let total = self
                        .items
                        .iter()
                        .any(|item| item.text.to_lowercase().contains("total number"));
                    if total
                        || !self.sketch.groups.is_empty()
                        || beside
                        || !self.may_pick_one(table) && self.sketch.picks.len() == 1
                    {
                        return Some(Value::Aggregate(Aggregate::Sum, column));
                    }
                    return Some(Value::Column(column));
                }
                if facts.is_number()
                    && facts.core.len() > 1
                    && (facts.core.first().is_some_and(|word| {
                        matches!(
                            word.as_str(),
                            "number" | "count" | "total" | "quantity" | "amount"
                        )
                    }) || facts.core.last().is_some_and(|word| word == "count"))
                    && self.choose(Choice::CountInColumn, true)
                {
                    if !self.sketch.groups.is_empty() || self.counts_all(table) {
                        return Some(Value::Aggregate(Aggregate::Sum, column));
                    }
                    return Some(Value::Column(column));
                }
                let happens = facts.holds_time() && !self.names_times(item);
                if (self.schema.is_unique(column) || happens) && !distinct {
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

    /// Owners that give no column may still restrict what is shown by being joined.
    fn owners(&mut self, query: &mut Query) {
        let tables = query.own_tables(|column| self.schema.table_of(column));
        for slot in &self.sketch.owners {
            let table = self.table(*slot);
            if tables.contains(&table) {
                continue;
            }
            // A row that is named by another table's name ("gymnasts") restricts that table.
            let elsewhere = self.schema.tables[table]
                .display
                .iter()
                .all(|column| self.schema.table_of(*column) != table);
            if self.choose(Choice::JoinOwner, elsewhere) {
                query.tables.push(table);
            }
        }
    }
}

/// "the total scores in ascending order": one sum has no order, a column that is called so has.
fn listed_totals(query: &mut Query) {
    let sums = |value: &Value| matches!(value, Value::Aggregate(Aggregate::Sum, _));
    let listed = query.limit.is_none()
        && query.groups.is_empty()
        && !query.order.is_empty()
        && query.outputs.iter().all(sums)
        && query.order.iter().all(|(value, _)| sums(value));
    if !listed {
        return;
    }
    let ordered = query.order.iter_mut().map(|(value, _)| value);
    for value in query.outputs.iter_mut().chain(ordered) {
        if let Value::Aggregate(_, column) = value {
            *value = Value::Column(*column);
        }
    }
}
