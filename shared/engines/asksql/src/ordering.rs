//! "order": rows that were ordered, or the order that rows are shown in.

use crate::database::Database;
use crate::items::Item;
use crate::link::Element;
use crate::words::operators::Operator;
use crate::words::{Token, adjectives};

/// What the link of a verb to the name of its rows is worth at least.
const LINKED: f64 = 0.6;

/// The word before one thing of several: "the last order of".
pub(crate) fn ranks(word: &str) -> bool {
    matches!(word, "first" | "last")
        || adjectives::is_superlative(word)
        || adjectives::turned_time(word).is_some()
}

/// "order of": the first word is the name of a table.
pub(crate) fn names_rows(database: &Database, tokens: &[Token]) -> bool {
    let [noun, of] = tokens else {
        return false;
    };
    let words = std::slice::from_ref(&noun.lemma);
    let named = database.index.link(&database.schema, words);
    of.lower == "of"
        && named
            .first()
            .is_some_and(|best| matches!(best.element, Element::Table(_)) && best.score > 0.9)
}

/// "who ordered a lamp": somebody orders where there are orders, and nothing is put in order.
pub(crate) fn settle(items: &mut [Item]) {
    for at in 1..items.len() {
        let before = &items[at - 1];
        let somebody = before.is_entity()
            || matches!(
                before.operator,
                Some(Operator::Who | Operator::Relative | Operator::Have)
            );
        let keyed = items.get(at + 1).is_some_and(|next| next.is(Operator::By));
        let item = &mut items[at];
        let orders = item.is(Operator::OrderBy)
            && item.text.eq_ignore_ascii_case("ordered")
            && item.best_mention() > LINKED;
        if somebody && orders && !keyed {
            item.operator = None;
        }
    }
}
