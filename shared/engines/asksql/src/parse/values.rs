//! Conditions on values: "in California", "named Bob", "with status Packing", "containing 'the'".

use super::{Choice, Condition, Left, Reader, Right, Use, Zone};
use crate::form::Comparison;
use crate::link::{Candidate, Element, NAMED, Reason};
use crate::words::operators::Operator;

impl Reader<'_> {
    pub(super) fn push_value(&mut self, left: Left, right: Right, item: usize) {
        self.sketch.conditions.push(Condition {
            left,
            right,
            negated: false,
            other: false,
            or: false,
            both: false,
            inner: false,
            total: false,
            share: false,
            item,
        });
    }

    pub(super) fn slot_of_item(&self, at: usize) -> Option<usize> {
        self.slot_of.get(at).copied().flatten()
    }

    pub(super) fn conditions(&mut self) {
        let mut last: Option<usize> = None;
        for at in 0..self.end() {
            if self.used[at] {
                continue;
            }
            let item = &self.items[at];
            if item.interval.is_some() || item.is_value() || self.is_value_of_its_column(at) {
                let condition = if item.interval.is_some() {
                    self.interval_condition(at)
                } else {
                    self.value_condition(at)
                };
                if let Some(before) = last
                    && condition
                {
                    self.join_conditions(before, at);
                }
                last = condition.then_some(at);
            } else if item.number.is_some() {
                if self.number_equal(at) {
                    if let Some(before) = last {
                        self.join_conditions(before, at);
                    }
                    last = Some(at);
                }
            } else if self.is(at, Operator::Missing) {
                self.missing(at);
            }
        }
    }

    /// "in the team Staff" is a team, though the table is called staff too.
    fn is_value_of_its_column(&self, at: usize) -> bool {
        let before = self.back(at);
        let mention = self.items.get(before).filter(|_| self.is_mention(before));
        mention.is_some_and(|named| {
            let mut named = named.mention.iter().filter(|named| named.score >= NAMED);
            let values = &self.items[at].values;
            named.any(|named| values.iter().any(|value| value.element == named.element))
        })
    }

    /// A value with the column that is named beside it, if one is.
    fn value_condition(&mut self, at: usize) -> bool {
        let values = self.items[at].values.clone();
        let text = self.items[at].text.clone();
        let near = self.column_beside(at, &values);
        let mut candidates = values;
        if let Some((place, fits)) = near {
            let mention = self.items[place].mention.clone();
            if fits {
                for candidate in &mut candidates {
                    candidate.score += self.affinity(candidate.element, &mention) - 0.35;
                }
                candidates.sort_by(|one, other| other.score.total_cmp(&one.score));
            } else {
                candidates = mention
                    .iter()
                    .filter(|candidate| {
                        matches!(candidate.element, Element::Column(column) if self.takes_text(column))
                    })
                    .cloned()
                    .collect();
            }
            if !self.used[place] && !self.everything(place) && (!fits || self.consumes(place, at)) {
                self.used[place] = true;
            }
        }
        if candidates.is_empty() {
            // Not a value of the rows: a name of what stands before it, or of anything.
            if !(self.items[at].quoted || self.items[at].capital) {
                return false;
            }
            for table in &self.database.schema.tables {
                for column in &table.display {
                    candidates.push(Candidate::new(
                        Element::Column(*column),
                        0.5,
                        Reason::Default,
                    ));
                }
            }
        }
        self.by_preposition(at, &mut candidates);
        candidates.truncate(10);
        self.used[at] = true;
        let slot = self.add_slot(candidates, at, Use::Value);
        self.push_value(Left::Column(slot), Right::Value(text), at);
        true
    }

    /// "from A to B": of two columns that hold a place, the one that begins or ends.
    fn by_preposition(&self, at: usize, candidates: &mut [Candidate]) {
        // "rivers in Colorado": the river is not in itself.
        let before = self.back(at);
        if matches!(
            self.lower(before).as_str(),
            "in" | "at" | "through" | "within" | "near" | "inside"
        ) && let Some(head) = (0..before).find_map(|place| {
            self.items[place]
                .table()
                .filter(|_| !self.items[place].is_value())
        }) {
            let display = &self.database.schema.tables[head].display;
            for candidate in candidates.iter_mut() {
                if matches!(candidate.element, Element::Column(column) if display.contains(&column))
                {
                    candidate.score -= 0.12;
                }
            }
        }
        const FROM: &[&str] = &[
            "origin",
            "source",
            "from",
            "departure",
            "start",
            "departing",
            "begin",
        ];
        const TO: &[&str] = &["destination", "arrival", "to", "end", "arriving", "target"];
        let (words, others) = match self.lower(self.back(at)).as_str() {
            "from" | "departing" | "leaving" => (FROM, TO),
            "to" | "into" | "arriving" => (TO, FROM),
            _ => return,
        };
        for candidate in candidates.iter_mut() {
            if let Element::Column(column) = candidate.element {
                let column = &self.database.schema.columns[column];
                let has = |list: &[&str]| {
                    column
                        .words
                        .iter()
                        .any(|word| list.contains(&word.as_str()))
                };
                if has(words) {
                    candidate.score += 0.12;
                } else if has(others) {
                    candidate.score -= 0.12;
                }
            }
        }
        candidates.sort_by(|one, other| other.score.total_cmp(&one.score));
    }

    /// OR between any two conditions that follow one another.
    pub(super) fn joints(&mut self) {
        self.sketch
            .conditions
            .sort_by_key(|condition| condition.item);
        for at in 1..self.sketch.conditions.len() {
            let (before, this) = (
                self.sketch.conditions[at - 1].item,
                self.sketch.conditions[at].item,
            );
            if self.sketch.conditions[at].or || self.sketch.conditions[at].both || before >= this {
                continue;
            }
            let or = (before + 1..this)
                .find(|place| self.is(*place, Operator::Or) && !self.used[*place]);
            let parted = (before + 1..this).any(|place| self.items[place].stop);
            if let Some(or) = or
                && !parted
            {
                self.used[or] = true;
                let joined = self.choose(Choice::Or, true);
                self.sketch.conditions[at].or = joined;
            }
        }
    }

    /// A text may be compared with the column.
    fn takes_text(&self, column: usize) -> bool {
        let column = &self.database.schema.columns[column];
        column.refers.is_none() || column.kind == crate::schema::Kind::Text
    }

    /// How well a column of a value fits the mention beside the value: 0.35 is neutral.
    fn affinity(&self, element: Element, mention: &[Candidate]) -> f64 {
        let Element::Column(column) = element else {
            return 0.0;
        };
        let table = self.database.schema.table_of(column);
        mention
            .iter()
            .map(|candidate| match candidate.element {
                Element::Column(other) if other == column => candidate.score,
                Element::Column(other)
                    if self.database.schema.columns[other].refers == Some(column) =>
                {
                    0.8 * candidate.score
                }
                Element::Table(other) if other == table => 0.75 * candidate.score,
                _ => 0.0,
            })
            .fold(0.0, f64::max)
    }

    /// The mention beside a value that names its column, and whether the rows agree.
    fn column_beside(&self, at: usize, values: &[Candidate]) -> Option<(usize, bool)> {
        let mut places = Vec::new();
        // Before: "district California", "payment method is Cash", "whose name is X", "city of Y".
        let mut before = self.back(at);
        let mut steps = 0;
        while before < self.end() && steps < 4 {
            match self.op(before) {
                Some(
                    Operator::Be
                    | Operator::Named
                    | Operator::Compare(Comparison::Equal | Comparison::Unequal)
                    | Operator::Not
                    | Operator::Either
                    | Operator::Both
                    | Operator::Of
                    | Operator::Preposition,
                ) if !self.is_mention(before) => {}
                _ => {
                    if self.is_mention(before) || self.slot_of_item(before).is_some() {
                        places.push((before, steps == 0));
                    }
                    break;
                }
            }
            before = self.back(before);
            steps += 1;
        }
        let after = at + 1;
        if after < self.end() && self.is_mention(after) && self.op(after).is_none() {
            places.push((after, true));
        }
        let mut best: Option<(usize, f64)> = None;
        for (place, _) in &places {
            let fit = values
                .iter()
                .map(|value| self.affinity(value.element, &self.items[*place].mention))
                .fold(0.0, f64::max);
            if fit > 0.4 && best.is_none_or(|(_, known)| fit > known) {
                best = Some((*place, fit));
            }
        }
        if let Some((place, _)) = best {
            return Some((place, true));
        }
        // The rows do not know the value: the column that is named right before it is meant.
        let unknown = values.is_empty();
        let (place, adjacent) = *places.first()?;
        let column_named = self.items[place]
            .mention
            .first()
            .is_some_and(|best| matches!(best.element, Element::Column(_)));
        let close = adjacent
            || column_named && self.is(self.back(at), Operator::Preposition)
            || matches!(
                self.op(self.back(at)),
                Some(Operator::Be | Operator::Named | Operator::Compare(Comparison::Equal))
            );
        (unknown && close && place < at && self.items[place].has_column() && !self.used[place])
            .then_some((place, false))
    }

    /// A mention that only names the column of a value is used up by it.
    fn consumes(&self, place: usize, at: usize) -> bool {
        if place > at {
            // "the Biology department": not when the department is what is shown.
            return self.zones[place] == Zone::Where;
        }
        let direct = self.back(at) == place;
        let be = matches!(
            self.op(self.back(at)),
            Some(Operator::Be | Operator::Named | Operator::Compare(_) | Operator::Not)
        );
        direct || be || self.zones[place] == Zone::Where
    }

    /// OR and "both" between two conditions that follow one another.
    fn join_conditions(&mut self, before: usize, at: usize) {
        let count = self.sketch.conditions.len();
        if count < 2 {
            return;
        }
        let mut or = false;
        let mut and = false;
        for between in before + 1..at {
            match self.op(between) {
                Some(Operator::Or) => or = true,
                Some(Operator::And) => and = true,
                Some(Operator::Command | Operator::Relative) => return,
                _ => {}
            }
            if self.items[between].stop {
                return;
            }
        }
        if !or && !and && self.items[before + 1..at].iter().any(|item| item.comma) {
            // "A, B or C": the joint is behind.
            let rest = &self.items[at + 1..self.end().min(at + 6)];
            or = rest
                .iter()
                .take_while(|item| item.is_value() || item.comma || item.operator.is_some())
                .any(|item| item.is(Operator::Or));
        }
        let same = self.same_column(count - 2, count - 1);
        if or {
            for place in before + 1..at {
                if self.is(place, Operator::Or) {
                    self.used[place] = true;
                }
            }
            let or = self.choose(Choice::Or, true);
            self.sketch.conditions[count - 1].or = or;
        } else if and && same {
            let both = (0..before).any(|place| self.is(place, Operator::Both));
            for place in 0..before {
                if self.is(place, Operator::Both) {
                    self.used[place] = true;
                }
            }
            let span = matches!(self.sketch.conditions[count - 1].right, Right::Interval(_));
            if !both
                && !span
                && self.has_aggregate()
                && self.zones[at] == Zone::Show
                && self.choose(
                    Choice::GroupValues,
                    !self.items[..before]
                        .iter()
                        .any(|item| item.is(Operator::Aggregate(crate::form::Aggregate::Sum))),
                )
            {
                // "the average age for male and female students"
                self.sketch.conditions[count - 1].or = true;
                if let Left::Column(slot) = self.sketch.conditions[count - 1].left {
                    self.sketch.groups.push(slot);
                }
                return;
            }
            let intersect = self.choose(Choice::Intersect, true);
            if intersect {
                self.sketch.conditions[count - 1].both = true;
            } else {
                self.sketch.conditions[count - 1].or = true;
            }
        }
    }

    /// Two conditions may be on one column.
    fn same_column(&self, one: usize, other: usize) -> bool {
        let best = |at: usize| match self.sketch.conditions[at].left {
            Left::Column(slot) => self.sketch.slots[slot]
                .candidates
                .iter()
                .map(|candidate| candidate.element)
                .take(4)
                .collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let others = best(other);
        best(one).iter().any(|element| others.contains(element))
    }
}
