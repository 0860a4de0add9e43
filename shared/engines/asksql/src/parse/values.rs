//! Conditions on values: "in California", "named Bob", "with status Packing", "containing 'the'".

use super::compare::is_year;
use super::{Choice, Condition, Left, Reader, Right, Use, Zone};
use crate::form::{Comparison, Literal};
use crate::link::{Candidate, Element, Reason};
use crate::words::operators::Operator;

impl Reader<'_> {
    /// "contains X", "starting with X", "ends with X".
    pub(super) fn likes(&mut self) {
        for at in 0..self.end() {
            if self.used[at] {
                continue;
            }
            let (open_start, open_end) = match self.op(at) {
                Some(Operator::Contains) => (true, true),
                Some(Operator::StartsWith) => (false, true),
                Some(Operator::EndsWith) => (true, false),
                _ => continue,
            };
            let mut next = self.skip(at + 1);
            while matches!(
                self.lower(next).as_str(),
                "letter"
                    | "letters"
                    | "word"
                    | "words"
                    | "string"
                    | "substring"
                    | "phrase"
                    | "character"
                    | "prefix"
                    | "suffix"
            ) {
                self.used[next] = true;
                next = self.skip(next + 1);
            }
            let Some(item) = self.items.get(next) else {
                continue;
            };
            let text_like = item.quoted
                || item.text.chars().count() == 1
                || (item.capital && item.mention.is_empty())
                || item.is_value() && item.capital;
            if !text_like {
                continue;
            }
            let text = item.text.clone();
            self.used[at] = true;
            self.used[next] = true;
            let Some(slot) = self.text_before(at).or_else(|| self.any_text_slot(at)) else {
                continue;
            };
            self.push_value(
                Left::Column(slot),
                Right::Like(open_start, text.trim_matches('%').to_owned(), open_end),
                at,
            );
            // "or 'Y'", "and 'Z'"
            let mut more = next + 1;
            while matches!(self.op(more), Some(Operator::Or | Operator::And)) {
                let or = self.is(more, Operator::Or);
                let mut other = self.skip(more + 1);
                if matches!(
                    self.op(other),
                    Some(Operator::Contains | Operator::StartsWith | Operator::EndsWith)
                ) {
                    other = self.skip(other + 1);
                }
                let Some(item) = self.items.get(other).filter(|item| item.quoted) else {
                    break;
                };
                let text = item.text.trim_matches('%').to_owned();
                for used in more..=other {
                    self.used[used] = true;
                }
                self.push_value(
                    Left::Column(slot),
                    Right::Like(open_start, text, open_end),
                    other,
                );
                if let Some(last) = self.sketch.conditions.last_mut() {
                    last.or = or;
                }
                more = other + 1;
            }
        }
    }

    fn push_value(&mut self, left: Left, right: Right, item: usize) {
        self.sketch.conditions.push(Condition {
            left,
            right,
            negated: false,
            other: false,
            or: false,
            both: false,
            inner: false,
            item,
        });
    }

    /// The text column that is named before a phrase such as "contains".
    fn text_before(&mut self, at: usize) -> Option<usize> {
        let mut near = self.back(at);
        let mut steps = 0;
        while near < self.end() && steps < 3 {
            if self.is_mention(near) || self.used[near] && self.slot_of_item(near).is_some() {
                return Some(match self.slot_of_item(near) {
                    Some(slot) => slot,
                    None => self.slot(near, Use::Compare),
                });
            }
            if !matches!(
                self.op(near),
                Some(
                    Operator::Relative
                        | Operator::Not
                        | Operator::Be
                        | Operator::Do
                        | Operator::Have
                        | Operator::Preposition
                )
            ) {
                return None;
            }
            // "titles of films that contain ...": the word before "that" is shown, and also tested.
            near = self.back(near);
            steps += 1;
        }
        None
    }

    fn slot_of_item(&self, at: usize) -> Option<usize> {
        self.slot_of.get(at).copied().flatten()
    }

    fn any_text_slot(&mut self, at: usize) -> Option<usize> {
        let mut candidates = Vec::new();
        for table in &self.database.schema.tables {
            for column in &table.display {
                candidates.push(Candidate::new(
                    Element::Column(*column),
                    0.6,
                    Reason::Default,
                ));
            }
        }
        Some(self.add_slot(candidates, at, Use::Compare))
    }

    pub(super) fn conditions(&mut self) {
        let mut last: Option<usize> = None;
        for at in 0..self.end() {
            if self.used[at] {
                continue;
            }
            let item = &self.items[at];
            if item.interval.is_some() {
                self.interval_condition(at);
            } else if item.is_value() {
                let condition = self.value_condition(at);
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

    fn interval_condition(&mut self, at: usize) {
        let Some(interval) = self.items[at].interval else {
            return;
        };
        self.used[at] = true;
        if let Some(slot) = self.time_slot(at, at) {
            self.push_value(Left::Column(slot), Right::Interval(interval), at);
        }
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
                    .filter(|candidate| matches!(candidate.element, Element::Column(column) if self.database.schema.columns[column].refers.is_none() || true && self.database.schema.columns[column].kind == crate::schema::Kind::Text))
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
        let mut linked = true;
        let mut steps = 0;
        while before < self.end() && steps < 4 {
            match self.op(before) {
                Some(
                    Operator::Be
                    | Operator::Named
                    | Operator::Compare(Comparison::Equal | Comparison::Unequal)
                    | Operator::Not
                    | Operator::Either
                    | Operator::Both,
                ) if !self.is_mention(before) => {}
                Some(Operator::Of | Operator::Preposition) if !self.is_mention(before) => {
                    linked = linked
                        && (self.is(before, Operator::Of)
                            || matches!(
                                self.lower(before).as_str(),
                                "as" | "in" | "to" | "at" | "for" | "on" | "with"
                            ))
                }
                Some(Operator::Or | Operator::And) => {
                    // "district A or B": the second value belongs to the first one's column.
                    break;
                }
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
        let _ = linked;
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
        let between_of = self.is(self.back(at), Operator::Of);
        let direct = self.back(at) == place;
        let be = matches!(
            self.op(self.back(at)),
            Some(Operator::Be | Operator::Named | Operator::Compare(_) | Operator::Not)
        );
        direct
            || be
            || (between_of && self.zones[place] == Zone::Where)
            || self.zones[place] == Zone::Where
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
            if !both
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
            let _ = both;
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

    /// "in 2008", "year 2008", "id 5", "with 4 cylinders".
    fn number_equal(&mut self, at: usize) -> bool {
        let Some(number) = self.items[at].number else {
            return false;
        };
        let digits = self.items[at]
            .text
            .bytes()
            .any(|byte| byte.is_ascii_digit());
        let right = || Right::Compare(Comparison::Equal, Literal::Number(number));
        let mut before = self.back(at);
        let direct = before;
        let mut steps = 0;
        while before < self.end()
            && steps < 3
            && matches!(
                self.op(before),
                Some(
                    Operator::Be
                        | Operator::Of
                        | Operator::Compare(Comparison::Equal)
                        | Operator::Not
                        | Operator::Either
                        | Operator::Both
                )
            )
            && !self.is_mention(before)
        {
            before = self.back(before);
            steps += 1;
        }
        // "36 or 37": the second number is compared with the same column.
        if digits
            && (matches!(self.op(direct), Some(Operator::Or | Operator::And))
                || self.items.get(direct).is_some_and(|item| item.comma))
            && let Some(last) = self.sketch.conditions.last()
            && matches!(
                last.right,
                Right::Compare(Comparison::Equal, Literal::Number(_))
            )
            && last.item + 1 == direct
        {
            let left = last.left;
            let or = self.choose(Choice::Or, true);
            self.used[at] = true;
            self.used[direct] = true;
            self.push_value(left, right(), at);
            if let Some(last) = self.sketch.conditions.last_mut() {
                last.or = or;
            }
            return true;
        }
        let after_word = self.lower(at + 1);
        let united = crate::words::lemma(&after_word);
        if digits
            && self
                .items
                .get(at + 1)
                .is_some_and(|next| next.mention.is_empty() || super::compare::is_unit(&after_word))
        {
            let columns = crate::words::adjectives::UNITS
                .iter()
                .find(|(name, _)| {
                    *name == united || after_word.starts_with("years old") && *name == "year"
                })
                .map(|(_, columns)| *columns);
            if let Some(columns) = columns
                && let Some(slot) = self.words_slot(columns, at + 1, Use::Compare, true)
            {
                self.used[at] = true;
                self.used[at + 1] = true;
                self.push_value(Left::Column(slot), right(), at);
                return true;
            }
        }
        if before < self.end()
            && steps == 0
            && digits
            && self.is_mention(before)
            && self.items[before]
                .mention
                .first()
                .is_some_and(|best| matches!(best.element, Element::Table(_)))
            && let Some(key) = self.items[before]
                .table()
                .and_then(|table| self.database.schema.single_key(table))
            && self.database.schema.columns[key].is_number()
        {
            // "customer 10"
            self.used[at] = true;
            let slot = self.add_slot(
                vec![Candidate::new(Element::Column(key), 0.85, Reason::Default)],
                at,
                Use::Compare,
            );
            self.push_value(Left::Column(slot), right(), at);
            return true;
        }
        if before < self.end()
            && (self.is_mention(before) || self.slot_of_item(before).is_some())
            && self.items[before].has_column()
            && (steps > 0 || digits)
        {
            let slot = self.slot(before, Use::Compare);
            self.used[at] = true;
            if steps > 0 && self.is(direct, Operator::Compare(Comparison::Equal)) {
                self.used[direct] = true;
            }
            self.push_value(Left::Column(slot), right(), at);
            return true;
        }
        if is_year(number)
            && digits
            && (before >= self.end()
                || matches!(
                    self.op(before),
                    Some(
                        Operator::Preposition
                            | Operator::By
                            | Operator::Or
                            | Operator::And
                            | Operator::Each
                    )
                )
                || self.lower(before) == "year"
                || self.items[before].operator.is_none())
            && let Some(slot) = self.time_slot(at, at)
        {
            self.used[at] = true;
            self.push_value(Left::Column(slot), right(), at);
            return true;
        }
        let after = self.skip(at + 1);
        if self.is_mention(after)
            && !matches!(self.lower(at).as_str(), "one" | "zero")
            && after == at + 1
        {
            let table = self.items[after]
                .mention
                .first()
                .is_some_and(|best| matches!(best.element, Element::Table(_)));
            if self.zones[at] == Zone::Where || !table {
                let counts = self.choose(Choice::CountCompared, table);
                let slot = self.slot(after, if counts { Use::Count } else { Use::Compare });
                self.used[at] = true;
                let left = if counts {
                    Left::Rows(Some(slot))
                } else {
                    Left::Column(slot)
                };
                self.push_value(left, right(), at);
                return true;
            }
            return false;
        }
        if !digits || self.items[at].values.is_empty() {
            return false;
        }
        let candidates = self.items[at].values.clone();
        self.used[at] = true;
        let text = self.items[at].text.clone();
        let slot = self.add_slot(candidates, at, Use::Value);
        self.push_value(Left::Column(slot), Right::Value(text), at);
        true
    }

    fn missing(&mut self, at: usize) {
        let mut near = self.back(at);
        let mut steps = 0;
        while near < self.end() && steps < 3 && !self.is_mention(near) {
            near = self.back(near);
            steps += 1;
        }
        let place = if near < self.end() && self.is_mention(near) {
            near
        } else {
            self.skip(at + 1)
        };
        if place < self.end() && self.is_mention(place) && self.items[place].has_column() {
            self.used[at] = true;
            let slot = self.slot(place, Use::Compare);
            self.push_value(Left::Column(slot), Right::Missing, at);
        }
    }
}
