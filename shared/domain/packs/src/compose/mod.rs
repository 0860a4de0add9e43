//! A pack composed from the user's words, for every domain without a pack of its own.
//!
//! A lexicon names places, people and things by domain; a list of functions names what is measured. Both
//! fill the slots of one frame, so that every composed pack has the same six tables in other words. It
//! never fails: what is not understood falls back to plain words.

mod frame;
mod identifier;
mod lexicon;
mod slots;

use millrace_synth::plan::{ColumnPlan, DataType, Generate, Shape};

use crate::pack::Pack;
use crate::words;
use lexicon::{LEXICON, Measure};
use slots::Slots;

/// Further columns that a problem statement may add.
const MOST_MEASURES: usize = 3;

/// Composes the pack of a domain, a function and a problem. The same words give the same pack.
#[must_use]
pub fn compose(domain: &str, function: &str, problem_statement: &str) -> Pack {
    let slots = Slots::choose(domain, function, problem_statement);
    let mut pack = frame::pack(&slots);
    add_measures(&mut pack, &slots.fact.many(), problem_statement);
    let name = slots.title.clone();
    pack.company.name = company(&name, domain);
    pack.company.about = format!(
        "a fictitious organisation in the field of {}, with {} at ten {}",
        plain(domain).unwrap_or_else(|| name.to_lowercase()),
        slots.person.labels(),
        slots.place.labels()
    );
    pack.titles = vec![
        format!(
            "{name}: What Moves the {}",
            identifier::title_case(&slots.function.measure.label)
        ),
        format!(
            "Ten {}, One Question: A {{function}} Challenge",
            identifier::title_case(&slots.place.labels())
        ),
        format!(
            "Behind Every {}: {name} Under Review",
            identifier::title_case(&slots.fact.label)
        ),
    ];
    pack
}

/// Whether the composer has tables of their own for the function.
#[must_use]
pub fn knows_function(function: &str) -> bool {
    lexicon::function_of(function).is_some()
}

/// Columns for the measures that the problem names.
fn add_measures(pack: &mut Pack, facts: &str, problem_statement: &str) {
    let stems = words::stems(problem_statement);
    let named = |measure: &&Measure| {
        measure
            .words
            .iter()
            .any(|word| words::find_run(&stems, &words::stems(word)).is_some())
    };
    let Some(table) = pack.tables.iter_mut().find(|table| table.name == facts) else {
        return;
    };
    for measure in LEXICON.measures.iter().filter(named).take(MOST_MEASURES) {
        if table
            .columns
            .iter()
            .any(|column| column.name == measure.name)
        {
            continue;
        }
        let shape = Shape::Lognormal {
            median: measure.median,
            spread: measure.spread,
        };
        table.columns.push(ColumnPlan {
            name: measure.name.clone(),
            data_type: DataType::Decimal,
            description: format!(
                "{} that the problem speaks of.",
                identifier::capitalised(&measure.name.replace('_', " "))
            ),
            unit: Some(measure.unit.clone()),
            nullable: true,
            null_share: 0.01,
            untidy: false,
            generate: Generate::Number {
                shape,
                min: 0.0,
                max: measure.max,
                step: None,
                ending: None,
            },
        });
        let label = measure.name.replace('_', " ");
        pack.metrics.push(crate::pack::Metric {
            name: format!("average_{}", measure.name),
            synonyms: measure
                .words
                .iter()
                .cloned()
                .chain([format!("average {label}"), label])
                .collect(),
            table: facts.to_owned(),
            joins: Vec::new(),
            children: Vec::new(),
            expression: format!("round(AVG({facts}.{}), 2)", measure.name),
            time: pack.metrics.first().and_then(|metric| metric.time.clone()),
            wide: true,
        });
    }
}

const FIRST_NAMES: [&str; 8] = [
    "Kestrel",
    "Marlowe",
    "Thornbury",
    "Ashgrove",
    "Wexcombe",
    "Silverden",
    "Harrowgate",
    "Pellworth",
];

/// A fictitious company name with the domain's own words in it.
fn company(name: &str, domain: &str) -> String {
    let sum = domain.chars().fold(0_usize, |sum, letter| {
        sum.wrapping_mul(31).wrapping_add(letter as usize)
    });
    format!("{} {name}", FIRST_NAMES[sum % FIRST_NAMES.len()])
}

/// The domain in lower-case letters and digits of any script, if it has any.
fn plain(domain: &str) -> Option<String> {
    let words: Vec<String> = words::split(domain)
        .into_iter()
        .map(|word| word.chars().take(24).collect())
        .take(6)
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests;
