//! The closed words of English that ask for something: phrases and the operators that they stand for.

use std::collections::HashMap;
use std::sync::LazyLock;

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

/// Phrases in lower case, words parted by a space.
const PHRASES: &[(Operator, &[&str])] = &[
    (O::Command, &[
        "what are", "what is", "what's", "what were", "what was", "show", "show me", "list", "list out", "find", "find out", "give",
        "give me", "give us", "return", "return me", "tell me", "tell", "display", "compute", "select", "report", "retrieve", "get",
        "get me", "provide", "calculate", "determine", "identify", "name", "what do", "please show",
        "please list", "please give", "please find", "i want", "i want to know", "i would like to know", "can you tell me", "can you give me",
        "who are", "who is", "who were", "who was", "fetch", "search for", "look up", "describe", "extract", "print", "output", "write",
    ]),
    (O::Which, &["which", "what", "what kind of", "what type of", "what kinds of", "which are", "which is", "which one"]),
    (O::Who, &["who", "whom"]),
    (O::Where, &["where", "where is", "where are", "where was", "where were"]),
    (O::When, &["when", "when did", "when was", "when were", "when is"]),
    (O::HowMany, &["how many", "count", "count the number of", "count the", "find the number of", "the count of", "how often", "how many times"]),
    (O::HowMuch, &["how much"]),
    (O::NumberOf, &["number of", "numbers of", "the number of", "count of", "total number of", "the total number of", "total count of", "counts of", "how many of"]),
    (O::Aggregate(Aggregate::Average), &["average", "avg", "mean", "the average", "on average", "averaged", "in average"]),
    (O::Aggregate(Aggregate::Sum), &["total", "sum", "sum of", "total of", "the total", "in total", "combined", "total amount of", "summed", "overall", "altogether"]),
    (O::Aggregate(Aggregate::Maximum), &["maximum", "max", "maximal"]),
    (O::Aggregate(Aggregate::Minimum), &["minimum", "min", "minimal"]),
    (O::Extreme(true), &[
        "highest", "most", "largest", "greatest", "biggest", "top", "the most number of", "most number of",
        "largest number of", "greatest number of", "highest number of", "biggest number of", "the largest number of", "largest amount of",
        "greatest amount of", "highest amount of", "most amount of",
    ]),
    (O::Extreme(false), &[
        "lowest", "least", "smallest", "fewest", "smallest number of",
        "least number of", "lowest number of", "fewest number of", "smallest amount of", "least amount of", "bottom",
    ]),
    (O::Common(true), &[
        "most common", "most popular", "most frequent", "most frequently", "most commonly", "most often", "most frequently used",
        "most commonly used", "the most times", "most times", "most used", "most popularly used", "most commonly", "commonest", "most widely used",
    ]),
    (O::Common(false), &["least common", "least popular", "least frequent", "least frequently", "least used", "least commonly", "rarest", "least often", "least commonly used"]),
    (MORE, &[
        "more than", "greater than", "higher than", "larger than", "bigger than", "over", "above", "exceeding", "exceeds", "exceed", "is more than",
        "is greater than", "is higher than", "is above", "above the", "higher", "larger than the", "greater", "larger", "bigger", "more", "in excess of", "better than", "beyond",
    ]),
    (LESS, &[
        "less than", "fewer than", "lower than", "smaller than", "below", "under", "is less than", "lower", "smaller", "less", "fewer", "worse than",
    ]),
    (AT_LEAST, &["at least", "no less than", "not less than", "no fewer than", "a minimum of", "minimum of", "greater than or equal to", "more than or equal to", "larger than or equal to", "higher than or equal to"]),
    (AT_MOST, &["at most", "no more than", "not more than", "up to", "a maximum of", "maximum of", "less than or equal to", "fewer than or equal to", "lower than or equal to", "within"]),
    (EQUAL, &["equal to", "equals", "equal", "exactly", "the same as", "is equal to", "equals to", "as", "=", "precisely"]),
    (UNEQUAL, &["not equal to", "different from", "outside", "outside of"]),
    (O::Between, &["between", "in between", "ranging from", "in the range of", "in the range", "ranges from"]),
    (O::Not, &["not", "n't", "don't", "doesn't", "didn't", "isn't", "aren't", "wasn't", "weren't", "never", "no", "neither", "cannot", "haven't", "hasn't", "can't", "not any", "no longer", "none", "nor"]),
    (O::Without, &["without", "without any", "lacking", "lack", "lacks"]),
    (O::Except, &["except", "except for", "excluding", "other than", "besides", "apart from", "but not", "but"]),
    (O::Each, &["for each", "each", "every", "for every", "in each", "of each", "for each of the", "by each", "each of the", "in every", "of every", "with each", "from each", "for each distinct", "on each", "at each", "to each", "for different", "for all different", "for each different", "in different", "across different", "for the different", "by different", "of different"]),
    (O::Per, &["per", "grouped by", "group by", "broken down by", "split by", "according to", "for each type of", "across different", "grouped by the", "in terms of"]),
    (O::By, &["by", "made by"]),
    (O::OrderBy, &[
        "ordered by", "sorted by", "order by", "sort by", "in order of", "in the order of", "ordered", "sorted", "ranked by", "arranged by", "in order", "order them by",
        "sort them by", "sort the list by", "sort the results by", "ordering by", "sorting by", "listed by", "list them by", "order the results by", "ordered according to", "sorted in", "ordered in", "listed in", "sort", "order them in", "sort them in", "sort the result by", "order the result by", "rank by", "sort results by", "in the order", "sort the", "sort all", "listed", "by order of", "rank the", "order", "ordered based on", "sorted based on", "order of", "in decreasing order of", "in increasing order of",
    ]),
    (O::Descending, &["descending", "in descending order", "descending order", "in descending order of", "descending order of", "decreasing", "in decreasing order", "desc", "from high to low", "from highest to lowest", "from the highest to the lowest", "from most to least", "from largest to smallest", "from the most to the least", "from greatest to smallest", "reverse", "in reverse order of", "from the highest to lowest", "from newest to oldest", "from most recent to least recent", "from latest to earliest", "from most recent to oldest", "from the latest to the earliest", "from the newest to the oldest", "from the most recent to the oldest", "reverse alphabetical order", "in reverse alphabetical order", "in reversed alphabetical order", "in descending alphabetical order", "in descending lexicographical order", "descending alphabetical order", "in descending order by", "descending order by", "from last to first", "from old to young", "from the oldest to the youngest", "from oldest to youngest", "decreasing order", "decreasing order of", "largest to smallest", "high to low", "reverse order of"]),
    (O::Ascending, &["ascending", "in ascending order", "ascending order", "in ascending order of", "ascending order of", "increasing", "in increasing order", "asc", "from low to high", "from lowest to highest", "from the lowest to the highest", "from least to most", "from smallest to largest", "from youngest to oldest", "from the youngest to the oldest", "from oldest to newest", "from young to old", "from earliest to latest", "from the earliest to the latest", "in ascending order by", "ascending order by", "from first to last", "in chronological order", "chronologically", "in chronological order of", "chronological order", "increasing order", "increasing order of", "smallest to largest", "low to high", "from cheapest to most expensive"]),
    (O::Alphabetical, &["alphabetical", "in alphabetical order", "alphabetically", "alphabetical order", "in alphabetical order of", "in alphabetical order by", "in lexicographical order", "lexicographical", "lexicographically", "in lexicographic order", "lexicographic order", "in ascending alphabetical order", "ascending alphabetical order", "alphabetic order", "in alphabetic order", "alphabetical order of", "alphabetical order by", "in lexical order", "lexicographical order", "lexicographically ascending order", "in ascending lexicographical order", "by alphabetical order", "by alphabetical order of", "the alphabetical order of", "the alphabetical order"]),
    (O::Distinct, &["distinct", "different", "unique", "without duplicates", "without repetition", "distinctive", "different kinds of", "various"]),
    (O::And, &["and", "as well as", "along with", "together with", "and also", "also", "&", "and then", "plus", "and the", "followed by"]),
    (O::Or, &["or", "or the", "and/or"]),
    (O::Both, &["both"]),
    (O::Either, &["either"]),
    (O::All, &["all", "all the", "all of the", "all of", "out of all", "all of these"]),
    (O::Any, &["any", "some", "at least one", "any of the", "ever"]),
    (O::Contains, &["containing", "contains", "contain", "contained", "include", "includes", "including", "with the word", "containing the word", "contains the word", "contain the word", "has the word", "have the word", "has the substring", "have the substring", "contains the substring", "containing the substring", "with the substring", "the substring", "substring", "the word", "having the word", "including the word", "the phrase", "contain the phrase", "contains the letter", "contain the letter", "containing the letter", "the letter", "the string", "like", "have a substring", "contain the substring", "includes the word", "include the word", "with substring", "contains the phrase", "containing the phrase", "with the letter", "has the letter", "with the letters", "mentions", "mentioning", "has a substring", "with a substring", "contain substring"]),
    (O::StartsWith, &["starting with", "starts with", "start with", "beginning with", "begins with", "begin with", "that start with", "starting with the letter", "starts with the letter", "start with the letter", "beginning with the letter", "begins with the letter", "begin with the letter", "with prefix", "prefixed with", "with the prefix", "started with", "starting from the letter", "starts with letter", "start with letter"]),
    (O::EndsWith, &["ending with", "ends with", "end with", "ending in", "ends in", "end in", "ends with the letter", "ending with the letter", "end with the letter", "ends with letter", "with suffix"]),
    (O::Relative, &["that", "whose", "that are", "that have", "that has", "who have", "who has", "who are", "which have", "which has", "that is", "that were", "that was", "who were", "who was", "who had", "that had", "in which", "for which", "on which", "of which", "by which", "from which", "with which", "such that", "that do", "who do", "who did", "that did", "to which", "if", "while", "through which"]),
    (O::Preposition, &["with", "in", "at", "on", "from", "for", "to", "into", "within the", "through", "among", "about", "based in", "located in", "belonging to", "belong to", "belongs to", "live in", "living in", "lives in", "made in", "during", "inside", "near", "using", "via", "associated with", "against", "next to", "situated in"]),
    (O::Of, &["of", "of the", "for the", "of all", "of all the", "for all", "for all the", "across all", "among all", "across all the", "from all", "of all of the", "across", "of those", "of these", "regarding", "about all"]),
    (O::Be, &["is", "are", "was", "were", "be", "been", "being", "'s", "there are", "there is", "were there", "are there", "is there", "am"]),
    (O::Have, &["have", "has", "had", "having", "have the", "has the", "own", "owns", "owned", "possess", "possesses", "have had", "have been", "has been"]),
    (O::Do, &["do", "does", "did", "will", "can", "could", "would", "should", "may", "shall", "must"]),
    (O::Named, &["named", "called", "titled", "named as", "entitled"]),
    (O::Than, &["than"]),
    (O::Article, &["the", "a", "an", "this", "these", "those", "such"]),
    (O::Missing, &["null", "missing", "unknown", "empty", "not available", "no value", "undefined", "not known", "blank", "unspecified", "not specified"]),
    (O::Their, &["their", "its", "his", "her", "them", "they", "it", "he", "she", "our", "we", "us", "i", "me", "my", "you", "your", "those who", "themselves"]),
    (O::Filler, &["please", "there", "corresponding", "respective", "respectively", "currently", "recorded", "record", "stored", "existing", "available", "in our records", "in the database", "in the system", "on record", "on file", "records", "shown", "exist", "exists", "actually", "just", "only", "information", "value of", "kind of", "so", "then", "well", "together", "too", "given", "own", "entire", "whole", "following", "total number", "other", "another", "been to", "take place", "list of", "names of all"]),
];

static TABLE: LazyLock<HashMap<&'static str, Operator>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for (operator, phrases) in PHRASES {
        for phrase in *phrases {
            table.entry(*phrase).or_insert(*operator);
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
            O::Which | O::Who | O::Where | O::When | O::Not | O::Each | O::Per | O::By | O::And | O::Or | O::Both
                | O::Either | O::All | O::Any | O::Relative | O::Preposition | O::Of | O::Be | O::Have | O::Do
                | O::Than | O::Article | O::Their
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_phrase_is_longer_than_the_reader_looks() {
        for (_, phrases) in PHRASES {
            for phrase in *phrases {
                assert!(phrase.split(' ').count() <= LONGEST, "{phrase}");
                assert_eq!(phrase.to_lowercase(), *phrase);
            }
        }
    }
}
