//! Numbers without a comparison: "in 2008", "id 5", "36 or 37", "with 4 cylinders".

use super::near::{is_unit, is_year};
use super::{Choice, Condition, Left, Reader, Right, Use, Zone};
use crate::form::{Comparison, Literal};
use crate::items::Item;
use crate::link::{Candidate, Element, Reason};
use crate::words::adjectives;
use crate::words::operators::Operator;

/// A number without a comparison, and what stands before it.
#[derive(Debug)]
struct BareNumber {
    at: usize,
    number: f64,
    /// Written in digits, not as a word.
    digits: bool,
    /// The place right before it.
    direct: usize,
    /// The place before it, over words such as "is", "of", "either".
    before: usize,
    /// There are such words between the two.
    linked: bool,
}

impl Reader<'_> {
    /// "in 2008", "year 2008", "id 5", "with 4 cylinders".
    pub(super) fn number_equal(&mut self, at: usize) -> bool {
        let Some(number) = self.items[at].number else {
            return false;
        };
        // "all 50 states" is all of them.
        let next = self.items.get(at + 1);
        if at > 0
            && self.lower(at - 1).ends_with("all")
            && next.is_some_and(|item| item.table().is_some())
        {
            self.used[at] = true;
            return false;
        }
        let bare = self.bare_number(at, number);
        self.behind_number_word(&bare)
            || self.aged(&bare)
            || self.further_number_equal(&bare)
            || self.with_unit(&bare)
            || self.key_of_entity(&bare)
            || self.column_before(&bare)
            || self.in_year(&bare)
            || self.number_of_times(&bare)
            || match self.mention_behind(at) {
                Some(behind) => self.number_of_mention(&bare, behind),
                None => self.number_as_value(&bare),
            }
    }

    fn bare_number(&self, at: usize, number: f64) -> BareNumber {
        let direct = self.back(at);
        let mut before = direct;
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
        BareNumber {
            at,
            number,
            digits: self.items[at]
                .text
                .bytes()
                .any(|byte| byte.is_ascii_digit()),
            direct,
            before,
            linked: steps > 0,
        }
    }

    /// What is on the left must be the number.
    fn hold(&mut self, left: Left, bare: &BareNumber) -> bool {
        self.used[bare.at] = true;
        let right = Right::Compare(Comparison::Equal, Literal::Number(bare.number));
        self.push_value(left, right, bare.at);
        true
    }

    /// "advisor number 1121": the word only says that a number follows.
    fn behind_number_word(&mut self, bare: &BareNumber) -> bool {
        let word = bare.before;
        if bare.linked
            || !bare.digits
            || word >= self.end()
            || word == 0
            || !matches!(self.lower(word).as_str(), "number" | "numbered" | "no")
            || self.items[word].best_mention() >= 0.9
            || !self.is_mention(word - 1)
            || self.items[word - 1].is_entity()
        {
            return false;
        }
        self.used[word] = true;
        let slot = self.slot(word - 1, Use::Compare);
        self.hold(Left::Column(slot), bare)
    }

    /// "aged either 35 or 36"
    fn aged(&mut self, bare: &BareNumber) -> bool {
        let mut verb = bare.direct;
        while self.is(verb, Operator::Either) {
            verb = self.back(verb);
        }
        if bare.digits
            && self.lower(verb) == "aged"
            && let Some(slot) = self.words_slot(&["age"], verb, Use::Compare, true)
        {
            self.used[verb] = true;
            return self.hold(Left::Column(slot), bare);
        }
        false
    }

    /// "36 or 37": the second number is compared with the same column.
    fn further_number_equal(&mut self, bare: &BareNumber) -> bool {
        let joint = bare.direct;
        let joins = matches!(self.op(joint), Some(Operator::Or | Operator::And))
            || self.items.get(joint).is_some_and(|item| item.comma);
        if !bare.digits || !joins {
            return false;
        }
        let left = match self.sketch.conditions.last() {
            Some(Condition {
                left,
                right: Right::Compare(Comparison::Equal, Literal::Number(_)),
                item,
                ..
            }) if item + 1 == joint => *left,
            _ => return false,
        };
        let or = self.choose(Choice::Or, true);
        self.used[joint] = true;
        self.hold(left, bare);
        if let Some(last) = self.sketch.conditions.last_mut() {
            last.or = or;
        }
        true
    }

    /// "20 years old", "5 miles": the unit says which column.
    fn with_unit(&mut self, bare: &BareNumber) -> bool {
        let unit = bare.at + 1;
        let word = self.lower(unit);
        let names_nothing = |item: &Item| item.mention.is_empty() || is_unit(&word);
        if !bare.digits || !self.items.get(unit).is_some_and(names_nothing) {
            return false;
        }
        let known = if word.starts_with("years old") {
            "year"
        } else {
            &word
        };
        if let Some(columns) = adjectives::counted_in(known)
            && let Some(slot) = self.words_slot(columns, unit, Use::Compare, true)
        {
            self.used[unit] = true;
            return self.hold(Left::Column(slot), bare);
        }
        false
    }

    /// "customer 10"
    fn key_of_entity(&mut self, bare: &BareNumber) -> bool {
        let entity = bare.before;
        if bare.linked
            || !bare.digits
            || entity >= self.end()
            || !self.is_mention(entity)
            || !self.items[entity].is_entity()
        {
            return false;
        }
        let schema = &self.database.schema;
        let table = self.items[entity].table();
        let key = table.and_then(|table| schema.single_key(table));
        let Some(key) = key.filter(|key| schema.columns[*key].is_number()) else {
            return false;
        };
        let candidate = Candidate::new(Element::Column(key), 0.85, Reason::Default);
        let slot = self.add_slot(vec![candidate], bare.at, Use::Compare);
        self.hold(Left::Column(slot), bare)
    }

    /// "id 5", "whose age is 20".
    fn column_before(&mut self, bare: &BareNumber) -> bool {
        let column = bare.before;
        if column >= self.end()
            || !self.is_mention(column) && self.slot_of_item(column).is_none()
            || !self.items[column].has_column()
            || !bare.linked && !bare.digits
        {
            return false;
        }
        let slot = self.slot(column, Use::Compare);
        if bare.linked && self.is(bare.direct, Operator::Compare(Comparison::Equal)) {
            self.used[bare.direct] = true;
        }
        self.hold(Left::Column(slot), bare)
    }

    /// "in 2008", "by 2008", "year 2008".
    fn in_year(&mut self, bare: &BareNumber) -> bool {
        let before = bare.before;
        let stands_free = before >= self.end()
            || matches!(
                self.op(before),
                None | Some(
                    Operator::Preposition
                        | Operator::By
                        | Operator::Or
                        | Operator::And
                        | Operator::Each
                )
            )
            || self.lower(before) == "year";
        if is_year(bare.number)
            && bare.digits
            && stands_free
            && let Some(slot) = self.time_slot(bare.at, bare.at)
        {
            return self.hold(Left::Column(slot), bare);
        }
        false
    }

    /// "3 times"
    fn number_of_times(&mut self, bare: &BareNumber) -> bool {
        let word = bare.at + 1;
        if !matches!(self.lower(word).as_str(), "time" | "times") || self.is_mention(word) {
            return false;
        }
        self.used[word] = true;
        self.hold(Left::Rows(None), bare)
    }

    /// The name right behind a number that may say how many of it there are.
    fn mention_behind(&self, at: usize) -> Option<usize> {
        let behind = at + 1;
        let counts = !matches!(self.lower(at).as_str(), "one" | "zero");
        (counts && self.skip(behind) == behind && self.is_mention(behind)).then_some(behind)
    }

    /// "with 4 cylinders"; before an entity that is shown a number says nothing of the rows.
    fn number_of_mention(&mut self, bare: &BareNumber, behind: usize) -> bool {
        let entity = self.items[behind].is_entity();
        if entity && self.zones[bare.at] != Zone::Where {
            return false;
        }
        let left = if self.choose(Choice::CountCompared, entity) {
            Left::Rows(Some(self.slot(behind, Use::Count)))
        } else {
            Left::Column(self.slot(behind, Use::Compare))
        };
        self.hold(left, bare)
    }

    /// A number that the rows hold.
    fn number_as_value(&mut self, bare: &BareNumber) -> bool {
        let item = &self.items[bare.at];
        if !bare.digits || item.values.is_empty() {
            return false;
        }
        self.used[bare.at] = true;
        let slot = self.add_slot(item.values.clone(), bare.at, Use::Value);
        let right = Right::Value(item.text.clone());
        self.push_value(Left::Column(slot), right, bare.at);
        true
    }
}
