//! Reading of one question: which measures, groups, conditions and spans of time it names.

use super::vocabulary::{Meaning, Vocabulary};
use crate::pack::{Dimension, Metric};
use crate::words;

/// Words of analysis: they shape the answer or only carry the sentence.
const ANALYSIS: &[&str] = &[
    "across",
    "amount",
    "analyse",
    "analysi",
    "analysis",
    "analyze",
    "available",
    "break",
    "breakdown",
    "bring",
    "broken",
    "business",
    "calculate",
    "change",
    "come",
    "common",
    "company",
    "contribute",
    "count",
    "created",
    "current",
    "data",
    "determine",
    "develop",
    "development",
    "differ",
    "difference",
    "different",
    "display",
    "distributed",
    "distribution",
    "down",
    "earn",
    "evolve",
    "exist",
    "found",
    "generate",
    "group",
    "handle",
    "handled",
    "happen",
    "happened",
    "help",
    "identify",
    "level",
    "look",
    "looking",
    "made",
    "make",
    "number",
    "occur",
    "opened",
    "overall",
    "overtime",
    "overview",
    "pattern",
    "perform",
    "period",
    "place",
    "placed",
    "produce",
    "produced",
    "question",
    "rank",
    "ranked",
    "ranking",
    "receive",
    "recorded",
    "registered",
    "report",
    "see",
    "seen",
    "sell",
    "sold",
    "split",
    "sum",
    "time",
    "took",
    "total",
    "trend",
    "type",
    "understand",
    "used",
    "vary",
    "versus",
    "volume",
    "vs",
    "way",
];

/// Span of time by which an answer is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Weekday,
    Hour,
}

impl Grain {
    /// Name of the group's column.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Day => "day_start",
            Self::Week => "week_start",
            Self::Month => "month_start",
            Self::Quarter => "quarter_start",
            Self::Year => "year_start",
            Self::Weekday => "weekday",
            Self::Hour => "hour_of_day",
        }
    }

    /// The group of a moment; weekdays count from Sunday, which is 0.
    pub(super) fn of_moment(self, path: &str) -> String {
        match self {
            Self::Day => format!("date_trunc('day', {path})"),
            Self::Week => format!("date_trunc('week', {path})"),
            Self::Month => format!("date_trunc('month', {path})"),
            Self::Quarter => format!("date_trunc('quarter', {path})"),
            Self::Year => format!("date_trunc('year', {path})"),
            Self::Weekday => format!("CAST(extract(dow FROM {path}) AS INTEGER)"),
            Self::Hour => format!("CAST(extract(hour FROM {path}) AS INTEGER)"),
        }
    }

    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "day" | "daily" => Self::Day,
            "week" | "weekly" => Self::Week,
            "month" | "monthly" => Self::Month,
            "quarter" | "quarterly" => Self::Quarter,
            "year" | "yearly" | "annual" | "annually" => Self::Year,
            "weekday" => Self::Weekday,
            "hour" | "hourly" => Self::Hour,
            _ => return None,
        })
    }
}

/// What a question says.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub(super) metrics: Vec<Metric>,
    pub(super) dimensions: Vec<Dimension>,
    /// The dimension within which the ranking starts anew ("in each category").
    pub(super) within: Option<Dimension>,
    /// Conditions: what each named value may be, a column and the value as it stands there.
    pub(super) filters: Vec<Vec<(Dimension, String)>>,
    pub(super) grain: Option<Grain>,
    pub(super) years: Vec<i32>,
    pub(super) limit: Option<u32>,
    pub(super) ascending: bool,
    /// Whether the best or the worst is asked for.
    pub(super) ranked: bool,
    /// Whether a mean is asked for.
    pub(super) average: bool,
    /// The things over which the mean runs ("per customer").
    pub(super) per: Option<Dimension>,
    pub(super) growth: bool,
    pub(super) share: bool,
}

/// Reads a question, or says why not.
pub(super) fn read(vocabulary: &Vocabulary, question: &str) -> Result<Reading, String> {
    let words = words::split(question);
    let stems: Vec<String> = words.iter().map(|word| words::stem(word)).collect();
    let mut reading = Reading::default();
    let mut ambiguous: Vec<(usize, usize, usize)> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    let mut position = 0;
    while position < stems.len() {
        if let Some((length, meanings)) = vocabulary.longest_at(&stems[position..]) {
            take(
                vocabulary,
                &mut reading,
                &mut ambiguous,
                meanings,
                &words,
                position,
            );
            position += length;
        } else {
            if !shape(&mut reading, &words, &stems, position, vocabulary.last_year)? {
                unknown.push(words[position].clone());
            }
            position += 1;
        }
    }
    if !unknown.is_empty() {
        unknown.dedup();
        let quoted: Vec<String> = unknown
            .iter()
            .map(|word| format!("\u{201c}{word}\u{201d}"))
            .collect();
        return Err(format!("no table or column knows {}", quoted.join(", ")));
    }
    settle(vocabulary, &mut reading, &ambiguous, &words);
    if reading.metrics.is_empty() && reading.dimensions.is_empty() && reading.filters.is_empty() {
        return Err("it names nothing that the tables measure".to_owned());
    }
    Ok(reading)
}

/// Takes what a phrase means; a phrase that is a measure and a group is settled later.
fn take(
    vocabulary: &Vocabulary,
    reading: &mut Reading,
    ambiguous: &mut Vec<(usize, usize, usize)>,
    meanings: &[Meaning],
    words: &[String],
    position: usize,
) {
    let metric = meanings.iter().find_map(|meaning| match meaning {
        Meaning::Metric(index) => Some(*index),
        _ => None,
    });
    let dimension = meanings.iter().find_map(|meaning| match meaning {
        Meaning::Dimension(index) => Some(*index),
        _ => None,
    });
    match (metric, dimension) {
        (Some(metric), Some(dimension)) => ambiguous.push((metric, dimension, position)),
        (Some(metric), None) => add_metric(reading, &vocabulary.metrics[metric]),
        (None, Some(dimension)) => {
            add_dimension(reading, &vocabulary.dimensions[dimension], words, position);
        }
        (None, None) => {
            let values = meanings.iter().filter_map(|meaning| match meaning {
                Meaning::Value(index, value) => {
                    Some((vocabulary.dimensions[*index].clone(), value.clone()))
                }
                _ => None,
            });
            reading.filters.push(values.collect());
        }
    }
}

fn add_metric(reading: &mut Reading, metric: &Metric) {
    if !reading
        .metrics
        .iter()
        .any(|known| known.name == metric.name)
    {
        reading.metrics.push(metric.clone());
    }
}

fn add_dimension(reading: &mut Reading, dimension: &Dimension, words: &[String], position: usize) {
    if reading
        .dimensions
        .iter()
        .any(|known| known.column == dimension.column)
    {
        return;
    }
    if reading.average && reading.per.is_none() && position > 0 && words[position - 1] == "per" {
        reading.per = Some(dimension.clone());
    }
    let each = position > 0
        && matches!(
            words[position - 1].as_str(),
            "each" | "every" | "per" | "within" | "a"
        );
    if each && !reading.dimensions.is_empty() && reading.limit.is_some() && reading.within.is_none()
    {
        reading.within = Some(dimension.clone());
    }
    reading.dimensions.push(dimension.clone());
}

/// "Customers" is a group where another measure is asked for or where it is asked by, else their number.
fn settle(
    vocabulary: &Vocabulary,
    reading: &mut Reading,
    ambiguous: &[(usize, usize, usize)],
    words: &[String],
) {
    for (metric, dimension, position) in ambiguous {
        let before = position.checked_sub(1).map_or("", |at| words[at].as_str());
        let counted = matches!(before, "many" | "count")
            || position
                .checked_sub(2)
                .is_some_and(|at| words[at] == "number");
        let grouped = matches!(
            before,
            "by" | "per" | "each" | "every" | "across" | "which" | "for" | "in"
        ) || reading.limit.is_some()
            || !reading.metrics.is_empty();
        if counted || !grouped {
            add_metric(reading, &vocabulary.metrics[*metric]);
        } else {
            add_dimension(
                reading,
                &vocabulary.dimensions[*dimension],
                words,
                *position,
            );
        }
    }
}

/// Takes a word that shapes the answer; false where the word is unknown.
fn shape(
    reading: &mut Reading,
    words: &[String],
    stems: &[String],
    position: usize,
    last_year: Option<i32>,
) -> Result<bool, String> {
    let (word, stem) = (words[position].as_str(), stems[position].as_str());
    let before = position.checked_sub(1).map_or("", |at| words[at].as_str());
    if let Some(grain) = Grain::of(stem) {
        if reading.grain != Some(Grain::Weekday) {
            reading.grain = Some(if grain == Grain::Week && before == "of" {
                Grain::Weekday
            } else {
                grain
            });
        }
        return Ok(true);
    }
    if let Some(number) = number(word) {
        return numbered(reading, number, words, stems, position, last_year);
    }
    match stem {
        // "At least five orders" is a condition on groups, which is not read here.
        "least" | "most" if before == "at" => return Ok(false),
        "top" | "best" | "highest" | "most" | "largest" | "biggest" | "leading" | "popular"
        | "frequent" | "greatest" | "often" | "frequently" | "longest" | "busiest" => {
            reading.ranked = true;
        }
        "lowest" | "worst" | "least" | "bottom" | "fewest" | "smallest" | "weakest"
        | "shortest" => {
            reading.ranked = true;
            reading.ascending = true;
        }
        "average" | "mean" | "typical" => reading.average = true,
        "trend" | "develop" | "evolve" | "overtime" => {
            reading.grain.get_or_insert(Grain::Month);
        }
        "growth" | "grow" | "growing" | "grown" => {
            reading.growth = true;
            reading.grain.get_or_insert(Grain::Month);
        }
        "share" | "percentage" | "percent" | "proportion" | "fraction" => reading.share = true,
        _ if words::is_empty_word(word)
            || words::is_empty_word(stem)
            || ANALYSIS.binary_search(&stem).is_ok() => {}
        _ => return Ok(false),
    }
    if stem == "time" && position > 0 && words[position - 1] == "over" {
        reading.grain.get_or_insert(Grain::Month);
    }
    Ok(true)
}

/// A number: a year of the data, or how many rows are asked for.
fn numbered(
    reading: &mut Reading,
    number: u32,
    words: &[String],
    stems: &[String],
    position: usize,
    last_year: Option<i32>,
) -> Result<bool, String> {
    if (1900..=2200).contains(&number) {
        let year = i32::try_from(number).unwrap_or_default();
        return match last_year {
            Some(last) if (last - 1..=last).contains(&year) => {
                reading.years.push(year);
                Ok(true)
            }
            Some(last) => Err(format!(
                "the data covers whole years only for {} and {last}, not {year}",
                last - 1
            )),
            None => Ok(false),
        };
    }
    let ranked = |word: &String| {
        matches!(
            word.as_str(),
            "top"
                | "best"
                | "bottom"
                | "highest"
                | "lowest"
                | "largest"
                | "most"
                | "worst"
                | "first"
                | "which"
                | "the"
                | "least"
        )
    };
    let near = position.checked_sub(1).is_some_and(|at| ranked(&words[at]))
        || words.get(position + 1).is_some_and(ranked);
    // "The first 90 days" is a span of time, "the top 5 months" are rows.
    let unit = |stem: &String| Grain::of(stem).is_some() || stem == "minute" || stem == "percent";
    let span = stems.get(position + 1).is_some_and(unit) && !reading.ranked;
    if near && !span && (1..=1000).contains(&number) {
        reading.limit = Some(number);
        return Ok(true);
    }
    Ok(false)
}

fn number(word: &str) -> Option<u32> {
    Some(match word {
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "twenty" => 20,
        _ => return word.parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::ANALYSIS;

    #[test]
    fn the_word_list_is_sorted() {
        assert!(ANALYSIS.is_sorted());
    }
}
