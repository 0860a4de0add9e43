//! The closed words of English that ask for something: phrases and the operators that they stand for.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::slip::slipped;
use crate::form::{Aggregate, Comparison};

/// What a phrase asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operator {
    /// "show", "list", "what are": begins what is wanted.
    Command,
    /// "which", "what" before a noun.
    Which,
    Who,
    Where,
    When,
    HowMany,
    HowMuch,
    Aggregate(Aggregate),
    /// "number of", "count of".
    NumberOf,
    /// "highest", "most": true for the largest first.
    Extreme(bool),
    /// "most common", "most popular": the one with most rows.
    Common(bool),
    Compare(Comparison),
    Between,
    Not,
    Without,
    Except,
    Each,
    Per,
    By,
    OrderBy,
    Descending,
    Ascending,
    Alphabetical,
    Distinct,
    And,
    Or,
    Both,
    Either,
    All,
    Any,
    /// "contains", "with the word".
    Contains,
    StartsWith,
    EndsWith,
    /// "who", "that", "whose" after a noun: begins a condition.
    Relative,
    /// "with", "in", "at", "for", "on", "from".
    Preposition,
    Of,
    /// "is", "are", "was".
    Be,
    /// "have", "has".
    Have,
    /// "do", "does", "did".
    Do,
    /// "named", "called".
    Named,
    /// "than".
    Than,
    Article,
    Missing,
    Their,
    /// "corresponding", "please", "there": says nothing.
    Filler,
}

use Operator as O;

const fn compare(comparison: Comparison) -> Operator {
    Operator::Compare(comparison)
}

const MORE: Operator = compare(Comparison::Greater);
const LESS: Operator = compare(Comparison::Less);
const AT_LEAST: Operator = compare(Comparison::AtLeast);
const AT_MOST: Operator = compare(Comparison::AtMost);
const EQUAL: Operator = compare(Comparison::Equal);
const UNEQUAL: Operator = compare(Comparison::Unequal);

/// Phrases in lower case: an operator's name, then its phrases, in a line.
const PHRASES: &str = include_str!("operators.tsv");

/// The operator that a line of the phrases names.
fn named(name: &str) -> Option<Operator> {
    Some(match name {
        "command" => O::Command,
        "which" => O::Which,
        "who" => O::Who,
        "where" => O::Where,
        "when" => O::When,
        "how_many" => O::HowMany,
        "how_much" => O::HowMuch,
        "number_of" => O::NumberOf,
        "aggregate_average" => O::Aggregate(Aggregate::Average),
        "aggregate_sum" => O::Aggregate(Aggregate::Sum),
        "aggregate_maximum" => O::Aggregate(Aggregate::Maximum),
        "aggregate_minimum" => O::Aggregate(Aggregate::Minimum),
        "extreme_highest" => O::Extreme(true),
        "extreme_lowest" => O::Extreme(false),
        "common_highest" => O::Common(true),
        "common_lowest" => O::Common(false),
        "more" => MORE,
        "less" => LESS,
        "at_least" => AT_LEAST,
        "at_most" => AT_MOST,
        "equal" => EQUAL,
        "unequal" => UNEQUAL,
        "between" => O::Between,
        "not" => O::Not,
        "without" => O::Without,
        "except" => O::Except,
        "each" => O::Each,
        "per" => O::Per,
        "by" => O::By,
        "order_by" => O::OrderBy,
        "descending" => O::Descending,
        "ascending" => O::Ascending,
        "alphabetical" => O::Alphabetical,
        "distinct" => O::Distinct,
        "and" => O::And,
        "or" => O::Or,
        "both" => O::Both,
        "either" => O::Either,
        "all" => O::All,
        "any" => O::Any,
        "contains" => O::Contains,
        "starts_with" => O::StartsWith,
        "ends_with" => O::EndsWith,
        "relative" => O::Relative,
        "preposition" => O::Preposition,
        "of" => O::Of,
        "be" => O::Be,
        "have" => O::Have,
        "do" => O::Do,
        "named" => O::Named,
        "than" => O::Than,
        "article" => O::Article,
        "missing" => O::Missing,
        "their" => O::Their,
        "filler" => O::Filler,
        _ => return None,
    })
}

static TABLE: LazyLock<HashMap<&'static str, Operator>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for line in PHRASES.lines() {
        let mut parts = line.split('\t');
        if let Some(operator) = parts.next().and_then(named) {
            for phrase in parts {
                // The first line that has a phrase gives its meaning.
                table.entry(phrase).or_insert(operator);
            }
        }
    }
    table
});

/// Most words that one phrase has.
pub(crate) const LONGEST: usize = 7;

/// The operator of a phrase in lower case.
pub(crate) fn operator(phrase: &str) -> Option<Operator> {
    TABLE.get(phrase).copied()
}

/// The operator of a word in lower case that is one slip away from a telling one: "mininum", "averge".
pub(crate) fn misspelt(word: &str) -> Option<Operator> {
    const TELLING: &[&str] = &[
        "average",
        "minimum",
        "maximum",
        "different",
        "distinct",
        "ascending",
        "descending",
        "alphabetical",
        "highest",
        "between",
        "corresponding",
    ];
    let meant = TELLING.iter().find(|other| slipped(word, other))?;
    operator(meant)
}

/// What an operator does to the query, for people; nothing for those that only join words.
pub(crate) fn told(operator: Operator) -> Option<&'static str> {
    Some(match operator {
        O::HowMany | O::NumberOf => "COUNT",
        O::Aggregate(aggregate) => aggregate.sql(),
        O::Extreme(true) | O::Common(true) => "the highest",
        O::Extreme(false) | O::Common(false) => "the lowest",
        O::Compare(comparison) => comparison.sql(),
        O::Between => "BETWEEN",
        O::Not | O::Without | O::Except => "NOT",
        O::Each | O::Per => "GROUP BY",
        O::OrderBy | O::Alphabetical => "ORDER BY",
        O::Descending => "DESC",
        O::Ascending => "ASC",
        O::Distinct => "DISTINCT",
        O::Or => "OR",
        O::Both => "both",
        O::Contains | O::StartsWith | O::EndsWith => "LIKE",
        O::Missing => "IS NULL",
        _ => return None,
    })
}

/// Words that carry no content of their own.
pub(crate) fn is_function_word(word: &str) -> bool {
    matches!(
        operator(word),
        Some(
            O::Which
                | O::Who
                | O::Where
                | O::When
                | O::Not
                | O::Each
                | O::Per
                | O::By
                | O::And
                | O::Or
                | O::Both
                | O::Either
                | O::All
                | O::Any
                | O::Relative
                | O::Preposition
                | O::Of
                | O::Be
                | O::Have
                | O::Do
                | O::Than
                | O::Article
                | O::Their
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_an_operator_and_its_phrases_can_be_found() {
        for line in PHRASES.lines() {
            let mut parts = line.split('\t');
            let name = parts.next().expect("a name");
            assert!(named(name).is_some(), "{name}");
            for phrase in parts {
                assert!(phrase.split(' ').count() <= LONGEST, "{phrase}");
                assert_eq!(phrase.to_lowercase(), *phrase);
                assert!(operator(phrase).is_some(), "{phrase}");
            }
        }
    }
}
