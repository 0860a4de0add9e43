//! Every word and phrase that a pack knows.

use std::collections::BTreeMap;

use millrace_synth::plan::{ColumnPlan, DataType, Generate};

use crate::pack::{Dimension, Metric, Pack, PackTable};
use crate::words;

/// What a phrase may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Index into the metrics.
    Metric(usize),
    /// Index into the dimensions.
    Dimension(usize),
    /// A value of a dimension: index and the value as it stands in the data.
    Value(usize, String),
}

/// The phrases of a pack, as stems.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub(super) metrics: Vec<Metric>,
    pub(super) dimensions: Vec<Dimension>,
    /// Last full year before the cut-off.
    pub(super) last_year: Option<i32>,
    phrases: BTreeMap<Vec<String>, Vec<Meaning>>,
    longest: usize,
}

impl Vocabulary {
    /// Reads the pack's own metrics and dimensions, then the ones that its columns give by themselves.
    pub(super) fn of(pack: &Pack) -> Self {
        let mut vocabulary = Self {
            metrics: pack.metrics.clone(),
            dimensions: pack.dimensions.clone(),
            last_year: pack
                .cut_off
                .get(..4)
                .and_then(|year| year.parse::<i32>().ok())
                .map(|year| year - 1),
            phrases: BTreeMap::new(),
            longest: 1,
        };
        for table in &pack.tables {
            vocabulary.derive(pack, table);
        }
        for index in 0..vocabulary.metrics.len() {
            for phrase in vocabulary.metrics[index].synonyms.clone() {
                vocabulary.learn(&phrase, Meaning::Metric(index));
            }
        }
        for index in 0..vocabulary.dimensions.len() {
            for phrase in vocabulary.dimensions[index].synonyms.clone() {
                vocabulary.learn(&phrase, Meaning::Dimension(index));
            }
            let column = vocabulary.dimensions[index].column.clone();
            for value in values_of(pack, &column) {
                vocabulary.learn(&value.clone(), Meaning::Value(index, value));
            }
        }
        vocabulary
    }

    /// Counts, totals, averages and groups that the columns of a table give.
    fn derive(&mut self, pack: &Pack, table: &PackTable) {
        let wide = pack.grain().is_some_and(|grain| grain.name == table.name);
        let time = table
            .columns
            .iter()
            .find(|column| matches!(column.generate, Generate::Arrival { .. }));
        let time = time.map(|column| format!("{}.{}", table.name, column.name));
        let metric = |name: String, synonyms: Vec<String>, expression: String| Metric {
            name,
            synonyms,
            table: table.name.clone(),
            joins: Vec::new(),
            children: Vec::new(),
            expression,
            time: time.clone(),
            wide,
        };
        let name = table.name.replace('_', " ");
        self.metrics.push(metric(
            format!("{}_count", table.singular),
            vec![
                format!("number of {name}"),
                format!("{} count", table.singular.replace('_', " ")),
                name,
            ],
            "COUNT(*)".to_owned(),
        ));
        for column in &table.columns {
            if is_key(column) {
                continue;
            }
            let label = column.name.replace('_', " ");
            let path = format!("{}.{}", table.name, column.name);
            match column.data_type {
                DataType::Integer | DataType::Decimal | DataType::Fixed(_) => {
                    let average = format!("round(AVG({path}), 2)");
                    self.metrics.push(metric(
                        format!("average_{}", column.name),
                        vec![
                            format!("average {label}"),
                            format!("mean {label}"),
                            label.clone(),
                        ],
                        average,
                    ));
                    if column.unit.is_some() {
                        let total = format!("round(SUM({path}), 2)");
                        self.metrics.push(metric(
                            format!("total_{}", column.name),
                            vec![format!("total {label}"), format!("sum {label}")],
                            total,
                        ));
                    }
                }
                DataType::Text if !values_of(pack, &path).is_empty() => {
                    if !self.dimensions.iter().any(|known| known.column == path) {
                        self.dimensions.push(Dimension {
                            name: column.name.clone(),
                            synonyms: vec![label],
                            column: path,
                        });
                    }
                }
                DataType::Text | DataType::Boolean | DataType::Date | DataType::Timestamp => {}
            }
        }
    }

    fn learn(&mut self, phrase: &str, meaning: Meaning) {
        let stems = words::stems(phrase);
        if stems.is_empty() || stems.iter().all(|word| word == "none" || word == "other") {
            return;
        }
        self.longest = self.longest.max(stems.len());
        let meanings = self.phrases.entry(stems).or_default();
        if !meanings.contains(&meaning) {
            meanings.push(meaning);
        }
    }

    /// The longest phrase at the start of `words`: its length and what it may mean.
    pub(super) fn longest_at(&self, words: &[String]) -> Option<(usize, &[Meaning])> {
        (1..=self.longest.min(words.len()))
            .rev()
            .find_map(|length| {
                self.phrases
                    .get(&words[..length])
                    .map(|meanings| (length, meanings.as_slice()))
            })
    }
}

fn is_key(column: &ColumnPlan) -> bool {
    matches!(
        column.generate,
        Generate::Key { .. } | Generate::Reference { .. } | Generate::Owner | Generate::Ordinal
    )
}

/// Column of a `table.column` path.
pub(super) fn column_of<'a>(pack: &'a Pack, path: &str) -> Option<&'a ColumnPlan> {
    let (table, column) = path.split_once('.')?;
    pack.table(table)?.column(column)
}

/// Values that a text column may hold, in order.
pub(super) fn values_of(pack: &Pack, path: &str) -> Vec<String> {
    let mut values = Vec::new();
    if let Some(column) = column_of(pack, path).filter(|column| column.data_type == DataType::Text)
    {
        collect(&column.generate, &mut values);
    }
    values
}

fn collect(generate: &Generate, values: &mut Vec<String>) {
    let mut add = |value: &String| {
        if !values.contains(value) {
            values.push(value.clone());
        }
    };
    match generate {
        Generate::Quota { values: own, .. }
        | Generate::Choice { values: own, .. }
        | Generate::Listed { values: own } => {
            own.iter().for_each(add);
        }
        Generate::Mapped {
            cases, otherwise, ..
        } => cases.values().chain(otherwise).for_each(add),
        Generate::Lifecycle { initial, steps, .. } => {
            add(initial);
            for step in steps {
                add(&step.state);
                step.exit.iter().for_each(&mut add);
            }
        }
        Generate::When {
            cases, otherwise, ..
        } => {
            for case in cases {
                collect(&case.generate, values);
            }
            collect(otherwise, values);
        }
        _ => {}
    }
}
