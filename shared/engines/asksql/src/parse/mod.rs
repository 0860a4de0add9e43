//! From spans to a sketch: what is asked, with the elements of the schema still open.
//!
//! The reader looks for islands of meaning in a fixed order (orders, groups, superlatives, comparisons,
//! values, negations, what is shown), each using up its spans, so that words which it does not know
//! stand in nobody's way. Where a wording has two readings it asks for a [`Choice`]; every choice that
//! was asked is taken the other way in a further sketch.

mod adjective;
mod against;
mod asked;
mod averages;
mod bare;
mod compare;
mod equal;
mod extreme;
mod groups;
mod likes;
mod measures;
mod moments;
mod near;
mod negate;
mod number;
mod order;
mod periods;
mod pick;
mod place;
mod relation;
mod select;
mod settle;
mod shares;
mod shown;
mod sketch;
mod sold;
mod summed;
mod totals;
mod usual;
mod values;
mod when;
mod zones;

use crate::database::Database;
use crate::form::{Aggregate, Comparison, Literal};
use crate::items::Item;
use crate::link::{Candidate, Element, Reason};
use crate::schema::Table;
use crate::time::{self, Interval};
use crate::words::operators::Operator;
pub(crate) use shares::is_share;
pub(crate) use sketch::{Condition, Extreme, Period, Pick, Share, Sketch, Slot};
use zones::Zone;
pub(crate) use zones::is_verb;

/// Place of a slot in [`Sketch::slots`].
pub(crate) type SlotId = usize;

/// A wording with two readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Choice {
    /// The output has no row twice.
    Distinct,
    /// Counted values are counted once each.
    CountDistinct,
    /// The key of a group stands beside its numbers.
    ShowGroupKey,
    /// A superlative over a column is its greatest value, not the row that has it.
    ExtremeAsValue,
    /// A superlative before an entity counts rows instead of comparing a measure.
    ExtremeCounts,
    /// A table that is named but gives no column is joined.
    JoinNamed,
    /// A table in what is shown that gives no column is joined.
    JoinOwner,
    /// "and" between two values asks for both on one thing.
    Intersect,
    /// A number before an entity counts its rows.
    CountCompared,
    /// What is not so is looked up in a subquery.
    AntiJoin,
    /// The extreme row is found by a subquery, with its equals.
    Ties,
    /// A counted word is a column that holds the count.
    CountInColumn,
    /// A key stands for an entity instead of its name.
    KeyForName,
    /// "name" is shown as first and last name.
    FullName,
    /// Values in one row are joined by OR.
    Or,
    /// Rows that a join repeats are counted once.
    CountOnce,
    /// Values in one row are groups, each with its numbers.
    GroupValues,
    /// What is not there is a row of another table, not an empty column.
    Absent,
    /// A table that refers twice to one table relates its rows.
    Relation,
    /// A column of yes and no that is named restricts what is shown.
    Flag,
}

pub(crate) const CHOICES: usize = 20;

/// The choices that are taken against their default, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Flips(pub(crate) u32);

impl Flips {
    pub(crate) fn has(self, choice: Choice) -> bool {
        self.0 & (1 << choice as u32) != 0
    }
}

/// What a slot is for; it says which elements fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Show,
    Aggregate,
    Count,
    Group,
    Order,
    Compare,
    Value,
    /// A table that others belong to.
    Owner,
    /// A table that must be joined.
    Need,
    /// A table whose absence is asked for.
    Absent,
}

/// The left side of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    Column(SlotId),
    Aggregate(Aggregate, SlotId),
    /// Rows of what the slot names, a group each.
    Rows(Option<SlotId>),
}

/// The right side of a condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Right {
    /// The value that came with the slot's candidate, or this text where it has none.
    Value(String),
    Compare(Comparison, Literal),
    Between(f64, f64),
    Interval(Interval),
    /// Against an interval: before its start, after its end.
    Beside(Comparison, Interval),
    /// Against a function over the same column, or over another slot.
    Aggregate(Comparison, Aggregate, Option<SlotId>),
    /// Against another column of the row.
    Column(Comparison, SlotId),
    Like(bool, String, bool),
    Missing,
}

/// Reads the spans of one question.
pub(crate) struct Reader<'a> {
    pub(crate) database: &'a Database,
    pub(crate) items: &'a [Item],
    pub(crate) used: Vec<bool>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) sketch: Sketch,
    flips: Flips,
    /// Slots by span, so that one span never means two elements.
    slot_of: Vec<Option<SlotId>>,
}

/// Reads `items` with the choices of `flips` taken the other way.
pub(crate) fn read(database: &Database, items: &[Item], flips: Flips) -> Sketch {
    let mut reader = Reader {
        database,
        items,
        used: vec![false; items.len()],
        zones: zones::zones(items),
        sketch: Sketch::default(),
        flips,
        slot_of: vec![None; items.len()],
    };
    reader.relations();
    let first = reader.first_of_order();
    reader.order();
    reader.periods();
    reader.groups();
    reader.begin_order(first);
    reader.averaged_counts();
    reader.both_ends();
    reader.extremes();
    reader.settle_extremes();
    reader.ordering_extremes();
    reader.comparisons();
    reader.compared_sums();
    reader.likes();
    reader.conditions();
    reader.usual();
    reader.settle_relations();
    reader.joints();
    reader.negations();
    reader.shares();
    reader.picks();
    reader.needs();
    reader.finish()
}

impl Reader<'_> {
    /// Takes the reading that `default` says, or the other one where the flips ask for it.
    pub(crate) fn choose(&mut self, choice: Choice, default: bool) -> bool {
        self.sketch.asked |= 1 << choice as u32;
        default != self.flips.has(choice)
    }

    pub(crate) fn op(&self, at: usize) -> Option<Operator> {
        self.items.get(at).and_then(|item| item.operator)
    }

    pub(crate) fn is(&self, at: usize, operator: Operator) -> bool {
        self.op(at) == Some(operator)
    }

    pub(crate) fn lower(&self, at: usize) -> String {
        self.items
            .get(at)
            .map(|item| item.text.to_lowercase())
            .unwrap_or_default()
    }

    /// A span that names something of the schema and is still free.
    pub(crate) fn is_mention(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|item| {
            !self.used[at]
                && item.best_mention() >= 0.4
                && !item.is_value()
                && item.interval.is_none()
                && !self.speaks(at)
        })
    }

    /// The span is an operator first: its words also stand in the schema, but not here.
    fn speaks(&self, at: usize) -> bool {
        let item = &self.items[at];
        match item.operator {
            None | Some(Operator::Alphabetical) => false,
            // "all information on airports" asks for no "description".
            Some(Operator::Filler) => {
                item.best_mention() < 0.6 || item.mention[0].reason == Reason::SameRoot
            }
            Some(Operator::Command) => {
                at == 0
                    || item.best_mention() < 0.6
                    || self
                        .items
                        .get(at + 1)
                        .is_some_and(|next| next.is(Operator::Article))
            }
            Some(Operator::Aggregate(_)) if self.is_attribute(at) => false,
            Some(Operator::Aggregate(_) | Operator::Extreme(_)) => {
                // "total" before a mention sums it; alone it may be a column.
                item.best_mention() < 0.9
                    || (at + 1..self.items.len().min(at + 3)).any(|next| {
                        !self.items[next].mention.is_empty() && !self.items[next].is(Operator::Be)
                    })
            }
            Some(Operator::OrderBy) => {
                item.best_mention() < 0.9
                    || item.text.contains(' ')
                    || matches!(
                        item.text.to_lowercase().as_str(),
                        "sort" | "ordered" | "sorted"
                    )
            }
            Some(
                Operator::Compare(_) | Operator::Contains | Operator::NumberOf | Operator::HowMany,
            ) => item.best_mention() < 0.95,
            _ => true,
        }
    }

    /// "order total": a number of the entity right before it, and nothing behind it that it could be taken over.
    fn is_attribute(&self, at: usize) -> bool {
        let owned = at > 0 && self.items[at - 1].is_entity() && self.items[at].best_mention() > 0.6;
        let next = self.items.get(at + 1);
        owned
            && self.number_column(at)
            && next.is_none_or(|next| {
                next.stop
                    || next.comma
                    || matches!(next.operator, Some(Operator::And | Operator::Preposition))
            })
    }

    /// The next place at or after `at` that is no article or filler.
    pub(crate) fn skip(&self, mut at: usize) -> usize {
        while matches!(
            self.op(at),
            Some(
                Operator::Article
                    | Operator::Filler
                    | Operator::All
                    | Operator::Their
                    | Operator::Any
            )
        ) && !self.is_mention(at)
        {
            at += 1;
        }
        at
    }

    pub(crate) fn end(&self) -> usize {
        self.items.len()
    }

    /// The slot of a span: a new one, or the one that it already has.
    pub(crate) fn slot(&mut self, at: usize, usage: Use) -> SlotId {
        self.used[at] = true;
        if let Some(slot) = self.slot_of[at] {
            return slot;
        }
        let slot = self.add_slot(self.items[at].mention.clone(), at, usage);
        self.slot_of[at] = Some(slot);
        slot
    }

    pub(crate) fn add_slot(
        &mut self,
        candidates: Vec<Candidate>,
        item: usize,
        usage: Use,
    ) -> SlotId {
        self.sketch.slots.push(Slot {
            candidates,
            item,
            usage,
            owner: None,
        });
        self.sketch.slots.len() - 1
    }

    /// Any table may be meant; those near what else is said win.
    pub(crate) fn any_table_slot(&mut self, at: usize, usage: Use, person: bool) -> SlotId {
        const PERSONS: &[&str] = &[
            "person",
            "people",
            "student",
            "employee",
            "customer",
            "staff",
            "player",
            "user",
            "member",
            "author",
            "artist",
            "actor",
            "teacher",
            "instructor",
            "faculty",
            "driver",
            "patient",
            "physician",
            "doctor",
            "nurse",
            "client",
            "candidate",
            "director",
            "head",
            "coach",
            "guest",
            "owner",
            "professional",
            "singer",
            "manager",
            "host",
            "pilot",
            "climber",
            "gymnast",
            "perpetrator",
            "reviewer",
            "editor",
            "scientist",
            "lawyer",
            "tourist",
            "visitor",
        ];
        let tables = &self.database.schema.tables;
        let persons = |table: &Table| {
            let mut words = table.words.iter();
            words.any(|word| PERSONS.contains(&word.as_str()))
        };
        let any_person = person && tables.iter().any(persons);
        let candidates = tables
            .iter()
            .enumerate()
            .map(|(id, table)| {
                let fits = person && persons(table);
                let named = self.items.iter().any(|item| item.table() == Some(id));
                let base = match (fits, any_person) {
                    (true, _) => 0.7,
                    (false, true) => 0.3,
                    (false, false) => 0.5,
                };
                let score =
                    base + if named { 0.1 } else { 0.0 } - if table.link { 0.1 } else { 0.0 };
                Candidate::new(Element::Table(id), score, Reason::Default)
            })
            .collect();
        self.add_slot(candidates, at, usage)
    }

    /// "20 euros", "year 2023": the number beside it was understood.
    fn is_read_unit(&self, at: usize) -> bool {
        let read = |beside: usize| {
            self.items
                .get(beside)
                .is_some_and(|item| item.number.is_some() && self.used[beside])
        };
        let word = self.lower(at);
        at > 0 && read(at - 1) && near::is_unit(&word)
            || read(at + 1) && time::unit(&word).is_some()
    }

    fn finish(mut self) -> Sketch {
        let items = self.items;
        for (at, item) in items.iter().enumerate() {
            let content = item.operator.is_none()
                && !item.comma
                && !item.stop
                && !item.text.is_empty()
                && item.text.chars().any(char::is_alphanumeric);
            let asks = matches!(
                item.operator,
                Some(
                    Operator::Extreme(_)
                        | Operator::Compare(_)
                        | Operator::Between
                        | Operator::Not
                        | Operator::Without
                        | Operator::Aggregate(_)
                        | Operator::Common(_)
                        | Operator::Except
                        | Operator::Contains
                        | Operator::StartsWith
                        | Operator::Each
                )
            );
            if (content || asks) && !self.used[at] && !self.is_read_unit(at) {
                self.sketch.unused.push(at);
            }
        }
        self.sketch.used = self.used;
        self.sketch
    }
}
