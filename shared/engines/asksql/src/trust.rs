//! How far a reading may be trusted whatever its score: what the fit of the confidence could not learn, because the
//! questions that it was made on seldom ask for it.

use crate::answer::column_name;
use crate::build::{averages, shows_share};
use crate::database::Database;
use crate::form::{Aggregate, Comparison, Filter, Literal, Query, Test, Value};
use crate::items::Item;
use crate::link::{Element, NAMED, Reason};
use crate::parse::{Use, is_share, is_verb};
use crate::rank::Reading;
use crate::resolve::table_of;
use crate::schema::{ColumnId, JoinGraph, Schema, TableId, repeats};
use crate::words::operators::{self, Operator};
use crate::words::{lemma, places_before};

/// The most that a reading is trusted which is only offered.
const ASKED_BACK: f64 = 0.45;

/// How far a reading is trusted at most.
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) most: f64,
    /// Why it is asked back, where that is more than words which fit nothing.
    pub(crate) reason: Option<String>,
}

/// What holds whatever the score of `best` is.
pub(crate) fn limit(
    database: &Database,
    graph: &mut JoinGraph,
    items: &[Item],
    best: &Reading,
) -> Limit {
    let schema = &database.schema;
    let reasons = [
        repeated_sum(schema, graph, &best.query),
        unsummed(schema, items, best),
        stray(schema, graph, best),
        contradiction(schema, &best.query),
        left_out(database, items, best),
        unknown_function(items, best),
        dropped_function(items, best),
        later_place(items, best),
        other_unit(schema, items, best),
        quantified(items),
        negated_twice(items),
    ];
    let reason = reasons.into_iter().flatten().next();
    let most = if reason.is_some() {
        ASKED_BACK
    } else {
        understood(items, best)
    };
    Limit { most, reason }
}

/// How far the words carry: what a reading stands on by default may be something that the database does not hold.
fn understood(items: &[Item], best: &Reading) -> f64 {
    let spoken = |item: &Item| item.operator.is_none();
    let unused = || best.sketch.unused.iter().map(|at| &items[*at]);
    let unlinked = unused()
        .filter(|item| spoken(item) && operators::operator(&item.text.to_lowercase()).is_none())
        .count();
    let content = items
        .iter()
        .filter(|item| spoken(item) && !item.comma && !item.stop);
    let content = content.count().max(1);
    let mut slots = best.sketch.slots.iter().zip(&best.filling.chosen);
    let any_table = slots.any(|(slot, candidate)| {
        candidate.reason == Reason::Default
            && matches!(slot.usage, Use::Show | Use::Count)
            && matches!(candidate.element, Element::Table(_))
    });
    // "signed up": a verb seldom says more than the tables that it joins.
    let verbs = unused().filter(|item| is_verb(&item.text)).count();
    // "major": an amount that nobody said.
    let convention = best.filling.chosen.iter().any(|candidate| {
        candidate.reason == Reason::Default
            && matches!(candidate.element, Element::Column(_))
            && candidate.value.is_some()
    });
    // "active subscriptions": what says more of an entity was not understood.
    let vague = best.sketch.unused.iter().any(|at| {
        let next = items.get(at + 1);
        spoken(&items[*at])
            && !is_verb(&items[*at].text)
            && next.is_some_and(|next| next.is_entity() && spoken(next))
    });
    if vague
        || unlinked > 0 && any_table
        || asks_what_is_missing(items, best)
        || unlinked.saturating_sub(verbs) * 2 >= content
    {
        ASKED_BACK
    } else if unlinked >= 3 {
        0.6
    } else if convention {
        0.75
    } else if !best.query.within.is_empty() {
        // The questions of the fit hardly ask for the first of each group.
        0.8
    } else {
        1.0
    }
}

/// "revenue by product" where the amounts are those of whole orders: a join would add an order's amount once for
/// each of its products.
fn repeated_sum(schema: &Schema, graph: &mut JoinGraph, query: &Query) -> Option<String> {
    let tables = query.own_tables(|column| schema.table_of(column));
    let edges = graph.tree(&tables)?;
    let ordered = query.order.iter().map(|(value, _)| value);
    let compared = query.having.iter().filter_map(|filter| match filter {
        Filter::Test(value, _) => Some(value),
        Filter::Any(_) => None,
    });
    let mut sums = query
        .outputs
        .iter()
        .chain(ordered)
        .chain(compared)
        .filter_map(|value| match value {
            Value::Aggregate(Aggregate::Sum, column) => Some(*column),
            _ => None,
        });
    let repeated = sums.find(|column| repeats(schema, schema.table_of(*column), &edges))?;
    Some(format!(
        "a join repeats the rows that {} stands in, so that its sum would count some of them several times; ask for an amount of the rows that are joined to them",
        column_name(schema, repeated)
    ))
}

/// "orders of customers who spent more than 1000": what is added up is not that of the rows which are asked for.
fn unsummed(schema: &Schema, items: &[Item], best: &Reading) -> Option<String> {
    const TOTALS: &[&str] = &[
        "spend",
        "spends",
        "spent",
        "in total",
        "overall",
        "altogether",
        "combined",
    ];
    let total = best.sketch.conditions.iter().any(|known| known.total);
    let said = items
        .iter()
        .find(|item| TOTALS.contains(&item.text.to_lowercase().as_str()))?;
    let query = &best.query;
    let picked = |filter: &Filter| matches!(filter, Filter::Test(_, Test::In(inner)) if !inner.having.is_empty());
    let summed = !query.having.is_empty() || query.filters.iter().any(picked);
    let tables = query.own_tables(|column| schema.table_of(column));
    (total && !summed && tables.len() > 1).then(|| {
        format!(
            "it was not understood of what \"{}\" asks for the sum; ask for those first who have it",
            said.text
        )
    })
}

/// One column is held at two values, so that no row is found.
fn contradiction(schema: &Schema, query: &Query) -> Option<String> {
    let mut held: Vec<(ColumnId, &Literal)> = Vec::new();
    for filter in &query.filters {
        if let Filter::Test(Value::Column(column), Test::Compare(Comparison::Equal, value)) = filter
        {
            if held
                .iter()
                .any(|(other, known)| other == column && *known != value)
            {
                return Some(format!(
                    "no row has two values of {} at once; join them by \"or\" where either will do",
                    column_name(schema, *column)
                ));
            }
            held.push((*column, value));
        }
    }
    None
}

/// A number, a comparison or a negation that nothing was made of, or no more than a guess: it says something, whatever it is.
fn left_out(database: &Database, items: &[Item], best: &Reading) -> Option<String> {
    let sketch = &best.sketch;
    let mut unused = sketch
        .guesses
        .iter()
        .chain(&sketch.unused)
        .map(|at| &items[*at]);
    // "How Many Orders Were Placed": capitals say nothing where all words have them.
    let words = items.iter().filter(|item| !item.stop && !item.comma);
    let small = words.filter(|item| !item.capital).count();
    let item = unused.find(|item| {
        let name = item.capital && item.first > 0 && item.operator.is_none() && small > 1;
        negates(item)
            || compares(item)
            || item.text.to_lowercase().ends_with("ago")
            || item.number.is_some()
            || name
            || turns_round(database, &item.text)
    })?;
    Some(format!(
        "nothing was made of \"{}\"; name the column or the table that it speaks of",
        item.text
    ))
}

/// An average of nothing, the greatest of counts, or groups without a number of each.
fn dropped_function(items: &[Item], best: &Reading) -> Option<String> {
    let average = Operator::Aggregate(Aggregate::Average);
    let asked = items
        .iter()
        .filter(|item| item.is(average) && item.mention.is_empty())
        .count();
    let ordered = best.query.order.iter().map(|(value, _)| value);
    let numbers = best
        .query
        .outputs
        .iter()
        .chain(ordered)
        .any(Value::is_aggregate);
    let bare = !best.query.groups.is_empty() && !numbers && best.query.having.is_empty();
    // "the maximum number of orders per customer": an order of the counts would do as well.
    let bound = |function: Aggregate, call: &str| {
        let asked = items
            .iter()
            .any(|item| item.is(Operator::Aggregate(function)) && item.mention.is_empty());
        asked && best.query.order.is_empty() && !best.sql.contains(call)
    };
    // In the SQL, for an average may also stand in a subquery.
    if asked > best.sql.matches("AVG(").count() && !averages(&best.query) {
        Some(
            "it was not understood what the average is taken over; name a column of numbers"
                .to_owned(),
        )
    } else if bound(Aggregate::Maximum, "MAX(") || bound(Aggregate::Minimum, "MIN(") {
        Some(
            "the greatest or least of counts is not computed; ask which has the most or the fewest"
                .to_owned(),
        )
    } else if bare {
        Some(
            "it was not understood which number of each group is asked for; name a count or a sum"
                .to_owned(),
        )
    } else {
        None
    }
}

/// "the ratio of", "the median": numbers that no query takes, and percentages that this one does not.
fn unknown_function(items: &[Item], best: &Reading) -> Option<String> {
    const FUNCTIONS: &[&str] = &["percentages", "ratio", "rate", "median"];
    let asked = items.iter().find(|item| {
        let lower = item.text.to_lowercase();
        let last = lower.rsplit(' ').next().unwrap_or_default();
        let function = FUNCTIONS.contains(&last) && item.best_mention() < NAMED && !item.is_value();
        function || is_share(item) && !shows_share(&best.query)
    })?;
    Some(format!(
        "\"{}\" is not computed; ask for the counts or the sums that it is made of",
        asked.text
    ))
}

/// "the second and third oldest", "the second order": places behind the first that nothing was made of.
fn later_place(items: &[Item], best: &Reading) -> Option<String> {
    let first = |item: &Item| {
        item.superlative
            || item.table().is_some()
            || matches!(
                item.operator,
                Some(Operator::Extreme(_) | Operator::Common(_))
            )
    };
    let mut pairs = items.windows(2).zip(&best.sketch.used);
    let (pair, _) = pairs.find(|(pair, used)| {
        !**used
            && pair[0].mention.is_empty()
            && places_before(&pair[0].text.to_lowercase()).is_some()
            && first(&pair[1])
    })?;
    Some(format!(
        "it was not understood which places \"{}\" asks for; ask for one place or for the top ones",
        pair[0].text
    ))
}

/// "longer than 5 minutes" where the column says seconds.
fn other_unit(schema: &Schema, items: &[Item], best: &Reading) -> Option<String> {
    const UNITS: &[&[&str]] = &[
        &["second", "minute", "hour", "day", "week", "month", "year"],
        &["gram", "kg", "kilogram", "ton", "tonne", "pound"],
        &[
            "meter",
            "metre",
            "km",
            "kilometer",
            "kilometre",
            "mile",
            "foot",
            "inch",
        ],
    ];
    let compared = best.query.filters.iter().filter_map(|filter| match filter {
        Filter::Test(value, Test::Compare(..) | Test::Between(..)) => value.column(),
        _ => None,
    });
    let said = items.windows(2).filter(|pair| pair[0].number.is_some());
    let said: Vec<String> = said
        .map(|pair| lemma(&pair[1].text.to_lowercase()))
        .collect();
    for column in compared {
        let words = &schema.columns[column].words;
        for kind in UNITS {
            let unit = words.iter().find(|word| kind.contains(&word.as_str()));
            let other = said
                .iter()
                .find(|word| kind.contains(&word.as_str()) && Some(*word) != unit);
            if let (Some(unit), Some(other)) = (unit, other) {
                return Some(format!(
                    "{} is counted in {unit}, and \"{other}\" is not converted; ask in the column's own unit",
                    column_name(schema, column)
                ));
            }
        }
    }
    None
}

/// "tickets that are open" where only an invoice is open: what is shown and what restricts it refer to one row
/// that nobody spoke of.
fn stray(schema: &Schema, graph: &mut JoinGraph, best: &Reading) -> Option<String> {
    let query = &best.query;
    let tables = query.own_tables(|column| schema.table_of(column));
    let edges = graph.tree(&tables)?;
    let shown = match query.outputs.first()? {
        Value::Rows(table) => Some(*table),
        other => other.column().map(|column| schema.table_of(column)),
    };
    let spoken_of = |table: TableId| {
        let mut chosen = best.filling.chosen.iter();
        chosen.any(|candidate| table_of(schema, candidate.element) == table)
    };
    // From what is shown up to a row that it refers to, and down again to others that refer to it.
    let mut parents = edges
        .iter()
        .filter(|up| Some(up.from.0) == shown)
        .map(|up| up.to.0);
    let parent = parents.find(|parent| {
        let mut down = edges.iter().filter(|down| down.to.0 == *parent);
        !spoken_of(*parent) && down.any(|down| Some(down.from.0) != shown)
    })?;
    Some(format!(
        "what is shown and what restricts it share only a row of {}, which the question does not name; name it if it is meant",
        schema.tables[parent].name
    ))
}

/// "by colour", "the average colour": what a word of grouping or of a function speaks of was not understood.
fn asks_what_is_missing(items: &[Item], best: &Reading) -> bool {
    let asks = |item: &Item| {
        matches!(
            item.operator,
            Some(Operator::Each | Operator::Per | Operator::By | Operator::Aggregate(_))
        )
    };
    best.sketch
        .unused
        .iter()
        .any(|at| items[*at].operator.is_none() && *at > 0 && asks(&items[*at - 1]))
}

/// "no bookings that are not open": a negation within another one is not read.
fn negated_twice(items: &[Item]) -> Option<String> {
    let twice = items.iter().filter(|item| negates(item)).count() > 1;
    twice.then(|| "more than one negation is not read; ask with one".to_owned())
}

/// "unpaid": the contrary of a word that the database knows.
fn turns_round(database: &Database, word: &str) -> bool {
    const PREFIXES: &[&str] = &["un", "in", "non", "non-", "dis"];
    let word = word.to_lowercase();
    PREFIXES
        .iter()
        .filter_map(|prefix| word.strip_prefix(prefix))
        .any(|rest| database.index.knows(rest) || !database.values.exact(rest).is_empty())
}

fn compares(item: &Item) -> bool {
    matches!(
        item.operator,
        Some(Operator::Compare(_) | Operator::Between)
    )
}

fn negates(item: &Item) -> bool {
    matches!(
        item.operator,
        Some(Operator::Not | Operator::Without | Operator::Except)
    )
}

/// "ordered only lamps", "bought all products": what holds for every one of them is not read, and a reading
/// of it means any of them.
fn quantified(items: &[Item]) -> Option<String> {
    let named =
        |item: &Item| item.operator.is_none() && (item.best_mention() > 0.5 || item.is_value());
    let first = items.iter().position(named)?;
    let at = (first + 1..items.len()).find(|at| {
        let at = *at;
        let lower = items[at].text.to_lowercase();
        let only = matches!(lower.as_str(), "only" | "exclusively" | "solely");
        let every = matches!(lower.as_str(), "all" | "every" | "all the" | "all of the");
        let verb = items
            .get(at.wrapping_sub(1))
            .is_some_and(|before| before.operator.is_none() || before.is(Operator::Relative));
        let next = items.get(at + 1);
        let entity = next.is_some_and(|next| next.table().is_some());
        only && next.is_some() || every && verb && entity
    })?;
    Some(format!(
        "\"{}\" asks what holds for every row, which is not read: the SQL finds what holds for any of them",
        items[at].text
    ))
}
