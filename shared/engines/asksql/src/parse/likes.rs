//! Parts of texts: "containing 'the'", "starting with A".

use super::{Left, Reader, Right, Use, Zone};
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
            if self.lower(at).ends_with("letter") && self.lower(at + 1).len() == 1 {
                // "the letter a" is no article.
                next = at + 1;
            }
            while self.is(next, Operator::Contains)
                || matches!(
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
                )
            {
                self.used[next] = true;
                next = self.skip(next + 1);
            }
            let Some(item) = self.items.get(next) else {
                continue;
            };
            let text_like = item.quoted
                // "that contain 3 or more cities" counts.
                || item.text.chars().count() == 1
                    && !(item.number.is_some() && self.is(at, Operator::Contains))
                || (item.capital && item.mention.is_empty())
                || item.is_value() && item.capital;
            if !text_like {
                continue;
            }
            let text = item.text.clone();
            self.used[at] = true;
            self.used[next] = true;
            // "teachers with an a in their last name"
            let theirs = self.is(next + 2, Operator::Their);
            let behind = if theirs { self.text_behind(next) } else { None };
            let named = behind
                .or_else(|| self.text_before(at))
                .or_else(|| self.text_behind(next));
            let Some(slot) = named.or_else(|| self.any_text_slot(at)) else {
                continue;
            };
            self.push_value(
                Left::Column(slot),
                Right::Like(open_start, bare(&text).to_owned(), open_end),
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
                let text = bare(&item.text).to_owned();
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

    /// "include 'X' in their title"
    fn text_behind(&mut self, literal: usize) -> Option<usize> {
        let place = self.skip(literal + 2);
        let named = self.is(literal + 1, Operator::Preposition)
            && self.is_mention(place)
            && self.items[place].has_column();
        named.then(|| self.slot(place, Use::Compare))
    }

    /// The text column that is named before a phrase such as "contains".
    pub(super) fn text_before(&mut self, at: usize) -> Option<usize> {
        let mut near = self.back(at);
        let mut steps = 0;
        while near < self.end() && steps < 3 {
            if self.is_mention(near) || self.used[near] && self.slot_of_item(near).is_some() {
                let shown = self.zones[near] == Zone::Show && !self.used[near];
                let slot = self
                    .slot_of_item(near)
                    .unwrap_or_else(|| self.slot(near, Use::Compare));
                if shown && self.is_only_shown(near) {
                    // "languages that contain 'English'": what is tested is also what is asked for.
                    self.used[near] = false;
                }
                return Some(slot);
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

    /// Nothing else is named to be shown.
    fn is_only_shown(&self, at: usize) -> bool {
        (0..self.end())
            .all(|other| other == at || self.zones[other] != Zone::Show || !self.is_mention(other))
    }

    pub(super) fn any_text_slot(&mut self, at: usize) -> Option<usize> {
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
}

/// "the substring '%the%'": a pattern that someone wrote for LIKE.
fn bare(text: &str) -> &str {
    let inner = text
        .strip_prefix('%')
        .and_then(|text| text.strip_suffix('%'));
    inner.filter(|inner| !inner.is_empty()).unwrap_or(text)
}
