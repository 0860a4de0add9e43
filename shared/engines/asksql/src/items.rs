//! Cutting a question into spans, each with everything that it may mean.

mod values;

use crate::compounds;
use crate::database::Database;
use crate::link::{Candidate, Element, Reason};
use crate::time::{Interval, Now};
use crate::words::operators::{LONGEST, Operator, is_function_word, operator};
use crate::words::token::{Shape, normal_words};
use crate::words::{Token, adjectives};

/// A span of the question with its readings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    /// Tokens, the last one exclusive.
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) text: String,
    pub(crate) operator: Option<Operator>,
    /// Elements of the schema, best first.
    pub(crate) mention: Vec<Candidate>,
    /// Values of the rows, best first.
    pub(crate) values: Vec<Candidate>,
    pub(crate) number: Option<f64>,
    pub(crate) quoted: bool,
    pub(crate) capital: bool,
    pub(crate) comma: bool,
    pub(crate) stop: bool,
    pub(crate) interval: Option<Interval>,
    /// "oldest", "cheapest": a superlative or comparative that names its measure.
    pub(crate) superlative: bool,
    pub(crate) comparative: bool,
    /// The word before makes a code of "number": a phone number, a room number.
    pub(crate) after_code_word: bool,
    /// Behind "first", "last" or a superlative.
    pub(crate) after_rank: bool,
    /// The word before is "the".
    pub(crate) after_article: bool,
}

impl Item {
    pub(crate) fn is(&self, operator: Operator) -> bool {
        self.operator == Some(operator)
    }

    pub(crate) fn best_mention(&self) -> f64 {
        self.mention
            .first()
            .map_or(0.0, |candidate| candidate.score)
    }

    /// What it most likely means is a table.
    pub(crate) fn is_entity(&self) -> bool {
        self.mention
            .first()
            .is_some_and(|best| matches!(best.element, Element::Table(_)))
    }

    pub(crate) fn table(&self) -> Option<usize> {
        self.mention
            .iter()
            .find_map(|candidate| match candidate.element {
                Element::Table(table) if candidate.score > 0.55 => Some(table),
                _ => None,
            })
    }

    pub(crate) fn has_column(&self) -> bool {
        self.mention
            .iter()
            .any(|candidate| matches!(candidate.element, Element::Column(_)))
    }

    /// Written in capitals, as codes are ("AS").
    fn shouts(&self) -> bool {
        self.text.len() > 1 && self.text.bytes().all(|byte| byte.is_ascii_uppercase())
    }

    /// Reads as a value of the rows rather than as a name of the schema.
    pub(crate) fn is_value(&self) -> bool {
        if self.operator.is_some() && !self.quoted && !self.shouts() {
            return false;
        }
        if self.quoted {
            return true;
        }
        let Some(value) = self.values.first() else {
            return false;
        };
        self.mention.is_empty() || value.score > self.best_mention()
    }
}

/// Words of one span at most.
const MOST_WORDS: usize = 4;

/// Cuts the tokens where the sum of what the spans are worth is greatest.
pub(crate) fn items(database: &Database, tokens: &[Token], now: &Now) -> Vec<Item> {
    let count = tokens.len();
    let mut best: Vec<(f64, Option<Item>)> = vec![(0.0, None); count + 1];
    for place in best.iter_mut().skip(1) {
        *place = (f64::NEG_INFINITY, None);
    }
    for start in 0..count {
        if !best[start].0.is_finite() {
            continue;
        }
        for (end, worth, item) in spans(database, tokens, start, now) {
            let sum = best[start].0 + worth;
            if sum > best[end].0 {
                best[end] = (sum, Some(item));
            }
        }
    }
    let mut items = Vec::new();
    let mut at = count;
    while at > 0 {
        let Some(item) = best[at].1.take() else {
            break;
        };
        at = item.first;
        items.push(item);
    }
    items.reverse();
    crate::ordering::settle(&mut items);
    compounds::complete(database, &mut items);
    items
}

/// The spans that begin at a token, with their ends and worths; a span of one token is always there.
fn spans(
    database: &Database,
    tokens: &[Token],
    start: usize,
    now: &Now,
) -> Vec<(usize, f64, Item)> {
    let token = &tokens[start];
    let mut single = Item {
        first: start,
        last: start + 1,
        text: token.text.clone(),
        capital: token.capital,
        number: token.number(),
        comma: token.shape == Shape::Comma,
        stop: token.shape == Shape::Stop,
        quoted: token.shape == Shape::Quoted,
        after_article: start > 0 && tokens[start - 1].lower == "the",
        after_rank: start > 0 && crate::ordering::ranks(&tokens[start - 1].lower),
        after_code_word: start > 0
            && matches!(
                tokens[start - 1].lower.as_str(),
                "phone"
                    | "telephone"
                    | "fax"
                    | "mobile"
                    | "cell"
                    | "room"
                    | "account"
                    | "serial"
                    | "flight"
                    | "card"
            ),
        ..Item::default()
    };
    if single.comma || single.stop || token.shape == Shape::Other {
        if token.text == "=" || token.text == "&" {
            single.operator = operator(&token.text);
        }
        return vec![(start + 1, 0.0, single)];
    }
    if single.quoted {
        single.values = values::exact(database, &token.text, true);
        if single.values.is_empty() {
            let words: Vec<String> = normal_words(&token.text)
                .iter()
                .map(|word| crate::words::lemma(word))
                .collect();
            let named = if (1..=6).contains(&words.len()) {
                database.index.link(&database.schema, &words)
            } else {
                Vec::new()
            };
            let as_text = start > 0
                && matches!(
                    tokens[start - 1].lower.as_str(),
                    "word" | "phrase" | "string" | "substring" | "text"
                );
            if !as_text && named.first().is_some_and(|best| best.score >= 0.97) {
                single.mention = named;
                single.quoted = false;
                return vec![(start + 1, 1.0, single)];
            }
            single.values = values::partial(database, &token.text);
        }
        return vec![(start + 1, 1.0, single)];
    }
    let mut found = Vec::new();
    if let Some((last, interval)) = crate::time::interval(tokens, start, now) {
        let item = Item {
            first: start,
            last,
            text: phrase(tokens, start, last),
            interval: Some(interval),
            ..Item::default()
        };
        found.push((last, 1.3 * (last - start) as f64 + 0.2, item));
    }
    let longest = database.values.longest().clamp(LONGEST, 10);
    let mut has_single = false;
    for end in start + 1..=(start + longest).min(tokens.len()) {
        if !(tokens[end - 1].is_word() || matches!(tokens[end - 1].shape, Shape::Number(_))) {
            // A dash or point may stand inside a value ("St. Louis").
            let inside = end > start + 1
                && matches!(tokens[end - 1].text.as_str(), "." | "-" | "&" | "/" | "+");
            if inside {
                continue;
            }
            break;
        }
        let mut item = Item {
            first: start,
            last: end,
            text: phrase(tokens, start, end),
            ..single.clone()
        };
        if end > start + 1 {
            item.number = None;
        }
        let worth = read(database, &tokens[start..end], &mut item);
        if end == start + 1 {
            has_single = true;
        }
        if worth > 0.0 || end == start + 1 {
            found.push((end, worth, item));
        }
    }
    if !has_single {
        found.push((start + 1, 0.0, single));
    }
    found
}

fn phrase(tokens: &[Token], start: usize, end: usize) -> String {
    let words: Vec<&str> = tokens[start..end]
        .iter()
        .map(|token| token.text.as_str())
        .collect();
    words.join(" ")
}

/// Fills in what the tokens together may mean; what the span is worth, 0 when it means nothing.
fn read(database: &Database, tokens: &[Token], item: &mut Item) -> f64 {
    let count = tokens.len() as f64;
    let lower: Vec<&str> = tokens.iter().map(|token| token.lower.as_str()).collect();
    let lower = lower.join(" ");
    let mut worth: f64 = 0.0;
    item.operator = operator(&lower);
    if tokens.len() == 1 && item.operator.is_none() && !database.index.knows(&tokens[0].lemma) {
        item.operator = crate::words::operators::misspelt(&lower);
    }
    if matches!(item.operator, Some(Operator::Which | Operator::Per))
        && compounds::kind_is_column(database, tokens)
    {
        item.operator = None;
    }
    // "US accounts" are not "ours".
    if tokens.len() == 1 && tokens[0].text == "US" {
        item.operator = None;
    }
    // "the one with the highest price" counts nothing.
    if lower == "one" && item.after_article {
        item.number = None;
        item.operator = Some(Operator::Filler);
    }
    if item.is(Operator::OrderBy)
        && item.after_rank
        && crate::ordering::names_rows(database, tokens)
    {
        item.operator = None;
    }
    if item.is(Operator::NumberOf) && lower.starts_with("number") && item.after_code_word {
        item.operator = None;
    }
    if item.operator.is_some() {
        let filler = item.is(Operator::Filler) || item.is(Operator::Article);
        let article = if lower.starts_with("the ") { 0.6 } else { 0.0 };
        worth = if filler {
            0.3 * count
        } else {
            1.0 * count + 0.05 * (count - 1.0) - article
        };
    }
    let content = tokens.len() <= MOST_WORDS
        && !is_function_word(&tokens[0].lower)
        && !is_function_word(&tokens[tokens.len() - 1].lower);
    if content {
        let words: Vec<String> = tokens
            .iter()
            .filter(|token| !(tokens.len() > 2 && matches!(token.lower.as_str(), "of" | "the")))
            .map(|token| token.lemma.clone())
            .collect();
        let of_inside = words.len() < tokens.len();
        item.mention = database.index.link(&database.schema, &words);
        if compounds::falls_apart(database, tokens, &item.mention) || states(tokens) {
            item.mention.clear();
        }
        if of_inside
            && words.last().is_some_and(|last| {
                database
                    .schema
                    .tables
                    .iter()
                    .any(|table| table.words.last() == Some(last))
            })
        {
            item.mention.clear();
        }
        if of_inside {
            // "date of birth" is one name, "name of student" is two.
            item.mention.retain(|candidate| match candidate.element {
                Element::Column(column) => {
                    let column = &database.schema.columns[column];
                    candidate.score >= 0.97
                        && words.iter().all(|word| column.core.contains(word))
                        && (words[0] != "number"
                            || column.words.first().is_some_and(|first| first == "number"))
                }
                Element::Table(_) => false,
            });
        }
        if words.len() == 1 {
            item.superlative = adjectives::is_superlative(&lower);
            item.comparative = adjectives::is_comparative(&lower);
        }
        if item.operator.is_some() {
            // An operator is not taken for a distant relative of some name.
            item.mention
                .retain(|candidate| candidate.reason != Reason::Synonym);
        }
        let measured = adjectives::measures(&lower).next().is_some();
        if item.superlative || item.comparative || (measured && tokens.len() > 1) {
            worth = worth.max(0.9 * count);
            item.superlative |= tokens.len() > 1
                && (lower.starts_with("most")
                    || lower.starts_with("least")
                    || lower.starts_with("best")
                    || lower.starts_with("highest"));
            item.comparative |=
                tokens.len() > 1 && (lower.starts_with("more ") || lower.starts_with("less "));
        }
        if let Some(best) = item.mention.first() {
            worth = worth.max(best.score * count + 0.3 * (count - 1.0) * best.score);
        }
        for (column, value) in database.index.lexicon_values(&words.join(" ")) {
            let mut candidate = Candidate::new(Element::Column(*column), 1.05, Reason::Lexicon);
            candidate.value = Some(value.clone());
            item.values.push(candidate);
            worth = worth.max(1.2 * count + 0.3);
        }
    }
    let value_worth = values::read(database, tokens, &lower, item);
    // "blood type A" is no article, and "in May" no permission.
    let names = lower == "may" || lower == "a" && !item.values.is_empty();
    if names && tokens[0].capital && item.first > 0 {
        item.operator = None;
    }
    worth.max(value_worth)
}

/// "members are active" says something of the members, even where a column is called "is active".
fn states(tokens: &[Token]) -> bool {
    let Some(inner) = tokens
        .len()
        .checked_sub(1)
        .and_then(|last| tokens.get(1..last))
    else {
        return false;
    };
    let be = |token: &Token| operator(&token.lower) == Some(Operator::Be);
    inner.iter().any(be)
}
