//! From spans to a sketch: what is asked, with the elements of the schema still open.
//!
//! The reader looks for islands of meaning in a fixed order (orders, groups, superlatives, comparisons,
//! values, negations, what is shown), each using up its spans, so that words which it does not know
//! stand in nobody's way. Where a wording has two readings it asks for a [`Choice`]; every choice that
//! was asked is taken the other way in a further sketch.

mod against;
mod compare;
mod equal;
mod extreme;
mod likes;
mod negate;
mod order;
mod select;
mod shown;
mod sketch;
mod values;
mod when;
mod zones;

use crate::database::Database;
use crate::form::{Aggregate, Comparison, Literal};
use crate::items::Item;
use crate::link::{Candidate, Element, Reason};
use crate::time::Interval;
use crate::words::operators::Operator;
pub(crate) use sketch::{Condition, Extreme, Pick, Sketch, Slot};
use zones::Zone;

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
}

pub(crate) const CHOICES: usize = 19;

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
    /// Against the values of rows that another condition selects.
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
    reader.order();
    reader.groups();
    reader.extremes();
    reader.settle_extremes();
    reader.comparisons();
    reader.likes();
    reader.conditions();
    reader.joints();
    reader.negations();
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
            None | Some(Operator::Filler | Operator::Alphabetical) => false,
            Some(Operator::Command) => {
                at == 0
                    || item.best_mention() < 0.6
                    || self
                        .items
                        .get(at + 1)
                        .is_some_and(|next| next.is(Operator::Article))
            }
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

    /// The slot of a span that is compared with a number: columns with numbers or times, if it names any.
    pub(crate) fn measure_of(&mut self, at: usize) -> SlotId {
        let known = self.slot_of[at].is_some();
        let slot = self.slot(at, Use::Compare);
        if !known {
            let schema = &self.database.schema;
            let measured = |candidate: &Candidate| match candidate.element {
                Element::Column(column) => {
                    let column = &schema.columns[column];
                    column.is_number()
                        || column.kind.is_time()
                        || matches!(
                            column.role,
                            crate::schema::Role::Date | crate::schema::Role::Year
                        )
                }
                Element::Table(_) => false,
            };
            let candidates = &mut self.sketch.slots[slot].candidates;
            if candidates
                .iter()
                .any(|candidate| measured(candidate) && candidate.score > 0.4)
            {
                candidates.retain(measured);
            }
        }
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

    /// Columns that an adjective or unit of measure points at.
    pub(crate) fn measure_slot(&mut self, word: &str, at: usize, usage: Use) -> Option<SlotId> {
        let mut candidates: Vec<Candidate> = Vec::new();
        for measure in crate::words::adjectives::measures(word) {
            let found = self.database.index.by_measure(
                &self.database.schema,
                measure.columns,
                measure.against,
                0.85,
            );
            for candidate in found {
                if !candidates
                    .iter()
                    .any(|other| other.element == candidate.element)
                {
                    candidates.push(candidate);
                }
            }
        }
        self.keep_measures(&mut candidates);
        if candidates.is_empty() {
            return None;
        }
        self.used[at] = true;
        Some(self.add_slot(candidates, at, usage))
    }

    pub(crate) fn words_slot(
        &mut self,
        words: &[&str],
        at: usize,
        usage: Use,
        numbers: bool,
    ) -> Option<SlotId> {
        let mut candidates = self
            .database
            .index
            .by_measure(&self.database.schema, words, &[], 0.8);
        if numbers {
            self.keep_measures(&mut candidates);
        }
        // A column that is the same in every row tells nothing.
        for candidate in &mut candidates {
            if let Element::Column(column) = candidate.element
                && self.database.schema.columns[column].facts.distinct == 1
            {
                candidate.score -= 0.2;
            }
        }
        candidates.sort_by(|one, other| other.score.total_cmp(&one.score));
        if candidates.is_empty() {
            return None;
        }
        Some(self.add_slot(candidates, at, usage))
    }

    fn keep_measures(&self, candidates: &mut Vec<Candidate>) {
        candidates.retain(|candidate| match candidate.element {
            Element::Column(column) => {
                let column = &self.database.schema.columns[column];
                (column.is_number()
                    || column.kind.is_time()
                    || matches!(
                        column.role,
                        crate::schema::Role::Date | crate::schema::Role::Year
                    ))
                    && column.role != crate::schema::Role::Id
                    && column.refers.is_none()
            }
            Element::Table(_) => false,
        });
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
        let candidates = self
            .database
            .schema
            .tables
            .iter()
            .enumerate()
            .map(|(id, table)| {
                let fits = person
                    && table
                        .words
                        .iter()
                        .any(|word| PERSONS.contains(&word.as_str()));
                let score = if fits { 0.7 } else { 0.5 } - if table.link { 0.1 } else { 0.0 };
                Candidate::new(Element::Table(id), score, Reason::Default)
            })
            .collect();
        self.add_slot(candidates, at, usage)
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
            if (content || asks) && !self.used[at] {
                self.sketch.unused.push(at);
            }
        }
        self.sketch.used = self.used;
        self.sketch
    }
}
