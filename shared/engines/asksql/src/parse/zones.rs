//! Which parts of a question say what is shown, and which say under what condition.

use crate::items::Item;
use crate::words::operators::Operator;

/// What the words of a part are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    Show,
    Where,
}

/// The zone of every span.
pub(crate) fn zones(items: &[Item]) -> Vec<Zone> {
    let mut zones = Vec::with_capacity(items.len());
    let mut zone = Zone::Show;
    // Something to show was named since the zone began.
    let mut named = false;
    for (at, item) in items.iter().enumerate() {
        let begins = at == 0
            || items[at - 1].stop
            || items[at - 1].comma
            || items[at - 1].is(Operator::And)
            || (at >= 2
                && items[at - 1].is(Operator::Preposition)
                && (items[at - 2].comma || items[at - 2].is(Operator::And) || items[at - 2].stop));
        let after_stop = at > 0 && items[at - 1].stop;
        match item.operator {
            Some(Operator::Command | Operator::HowMany | Operator::HowMuch)
                if begins
                    && !(item.is(Operator::Command)
                        && item.best_mention() > 0.9
                        && !follows(items, at)) =>
            {
                zone = Zone::Show;
                named = false;
            }
            Some(Operator::Which | Operator::Who | Operator::When | Operator::Where)
                if at == 0
                    || after_stop
                    || (begins && zone == Zone::Where && items[at - 1].comma)
                    || (at > 0 && items[at - 1].is(Operator::And) && !item.is(Operator::Who))
                    || (at == 1 && items[0].is(Operator::Preposition)) =>
            {
                zone = Zone::Show;
                named = false;
            }
            Some(operator) if named && begins_condition(operator, &item.text) => {
                zone = Zone::Where;
            }
            Some(
                Operator::Preposition
                | Operator::Named
                | Operator::Without
                | Operator::Except
                | Operator::Not,
            ) if named => {
                let text = item.text.to_lowercase();
                if !matches!(text.as_str(), "for" | "from" | "to" | "about" | "among") {
                    zone = Zone::Where;
                }
            }
            Some(Operator::Their)
                if zone == Zone::Where
                    && at > 0
                    && (items[at - 1].is(Operator::And) || items[at - 1].comma)
                    && matches!(
                        item.text.to_lowercase().as_str(),
                        "their" | "its" | "his" | "her"
                    ) =>
            {
                zone = Zone::Show;
                named = false;
            }
            Some(Operator::And) if zone == Zone::Where && named && shows_further(items, at) => {
                zone = Zone::Show;
                named = false;
            }
            Some(Operator::Their) if zone == Zone::Where && shows_theirs(items, at) => {
                zone = Zone::Show;
                named = false;
            }
            Some(Operator::NumberOf | Operator::HowMany)
                if zone == Zone::Where && at > 1 && shows_number(items, at) =>
            {
                zone = Zone::Show;
                named = false;
            }
            Some(_) => {}
            None => {
                if item.stop {
                    named = false;
                    zone = Zone::Show;
                } else if zone == Zone::Show
                    && named
                    && item.best_mention() < 0.9
                    && item.values.is_empty()
                    && is_verb(&item.text)
                    && !follows_superlative(items, at)
                {
                    zone = Zone::Where;
                }
            }
        }
        if zone == Zone::Show
            && named
            && at > 0
            && item.operator.is_none()
            && rooted(item)
            && items[at - 1]
                .mention
                .first()
                .is_some_and(|best| best.score > 0.9)
            && items[at - 1].operator.is_none()
        {
            zone = Zone::Where;
        }
        if zone == Zone::Show
            && !item.mention.is_empty()
            && (item.operator.is_none() || item.best_mention() > 0.9 && !item.is(Operator::Command))
        {
            named = true;
        }
        if zone == Zone::Show
            && item.operator.is_none()
            && item.mention.is_empty()
            && !item.comma
            && !item.stop
            && item.values.is_empty()
            && !is_verb(&item.text)
        {
            named = true;
        }
        zones.push(zone);
    }
    zones
}

/// Behind something that is shown, the word begins a condition on it.
fn begins_condition(operator: Operator, text: &str) -> bool {
    match operator {
        Operator::Which
        | Operator::Who
        | Operator::Where
        | Operator::When
        | Operator::Relative
        | Operator::Have
        | Operator::Be
        | Operator::Do
        | Operator::Compare(_)
        | Operator::Between
        | Operator::Contains
        | Operator::StartsWith
        | Operator::EndsWith => true,
        Operator::Command => text.to_lowercase().starts_with("who"),
        _ => false,
    }
}

/// "teachers who taught a course and the corresponding course code": a column named last, behind a clause that
/// compares nothing, is shown too.
fn shows_further(items: &[Item], at: usize) -> bool {
    // However it is spelt.
    let corresponding = items
        .get(at + 1)
        .is_some_and(|next| next.is(Operator::Filler) && next.text.starts_with("cor"));
    let last = at + 1 + usize::from(corresponding);
    let names_column = items.get(last).is_some_and(|item| {
        item.operator.is_none()
            && !item.is_value()
            && !item.is_entity()
            && item.best_mention() > if corresponding { 0.5 } else { 0.9 }
    });
    let ends = items.get(last + 1).is_none_or(|item| item.stop);
    let told = items[at].text.to_lowercase().ends_with(" the");
    let clause = items[..at]
        .iter()
        .rev()
        .take_while(|item| !item.is(Operator::Relative));
    let plain = |item: &Item| {
        item.number.is_none()
            && !item.is_value()
            && !item.is(Operator::Than)
            && !matches!(
                item.operator,
                Some(Operator::Compare(_) | Operator::Between | Operator::Extreme(_))
            )
    };
    names_column && ends && (corresponding || told && clause.into_iter().all(plain))
}

/// "the ten cheapest products with their category": what is theirs is shown, and not compared.
fn shows_theirs(items: &[Item], at: usize) -> bool {
    let beside = at > 0 && items[at - 1].text.eq_ignore_ascii_case("with");
    let ends = items.get(at + 2).is_none_or(|item| item.stop || item.comma);
    beside
        && ends
        && items
            .get(at + 1)
            .is_some_and(|item| item.best_mention() > 0.9 && !item.is_value())
}

/// "and the number of X", "along with how many X": shown beside the rest, not compared.
fn shows_number(items: &[Item], at: usize) -> bool {
    let before = if items[at - 1].is(Operator::Article) && at >= 2 {
        at - 2
    } else {
        at - 1
    };
    let joined = items[before].is(Operator::And)
        || items[before].comma
        || items[before].text.eq_ignore_ascii_case("with");
    let compared = items[at..]
        .iter()
        .take(8)
        .take_while(|item| !item.stop && !item.comma)
        .any(|item| {
            matches!(
                item.operator,
                Some(Operator::Compare(_) | Operator::Between | Operator::Extreme(_))
            ) || item.is(Operator::Than)
        });
    joined && !compared
}

/// The word itself is not in the schema, only a relative of it: a verb behind its noun.
fn rooted(item: &Item) -> bool {
    item.mention
        .first()
        .is_some_and(|best| best.reason == crate::link::Reason::SameRoot)
        && !item.text.ends_with('s')
}

/// "best selling", "highest paid": the verb belongs to the superlative.
fn follows_superlative(items: &[Item], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &items[before]);
    before.is_some_and(|before| {
        before.superlative || matches!(before.operator, Some(Operator::Extreme(_)))
    })
}

/// An article or noun follows, as after a verb.
fn follows(items: &[Item], at: usize) -> bool {
    items
        .get(at + 1)
        .is_some_and(|next| next.is(Operator::Article) || next.is(Operator::All))
}

pub(crate) fn is_verb(word: &str) -> bool {
    let word = word.to_lowercase();
    (word.ends_with("ing") || word.ends_with("ed")) && word.len() > 4 && !word.contains(' ')
}
