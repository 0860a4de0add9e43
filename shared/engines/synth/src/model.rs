//! Compiled tables: names resolved, weights made integers, nothing left to check.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arrival::Arrival;
use crate::cells::{Cells, Text, Values, whole_text};
use crate::distribution::Distribution;
use crate::expression::Node;
use crate::layout::Placement;
use crate::lifecycle::Lifecycle;
use crate::plan::DataType;
use crate::signal::Signal;
use crate::untidy::Defects;
use crate::weights::{Cumulative, Zipf};
use millrace_draw::Permutation;
use millrace_draw::{Gate, Key};

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) singular: String,
    pub(crate) rows: u64,
    pub(crate) placement: Option<Placement>,
    pub(crate) columns: Vec<Column>,
    pub(crate) key: Option<usize>,
    pub(crate) arrival: Option<usize>,
}

impl Table {
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) data_type: DataType,
    pub(crate) nullable: bool,
    /// The table that the column refers to.
    pub(crate) target: Option<usize>,
    pub(crate) rule: Rule,
    pub(crate) missing: Option<Gate>,
    pub(crate) defects: Defects,
    pub(crate) facts: Facts,
}

/// What is known of a column without making a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) may_be_null: bool,
    /// Planned share of nulls, where it has a closed form.
    pub(crate) null_share: Option<f64>,
    /// Least and greatest value, in the unit of the type.
    pub(crate) interval: Option<(i64, i64)>,
    /// All values that occur, and their planned shares of the cells that are not null.
    pub(crate) values: Option<Vec<String>>,
    pub(crate) shares: Option<Vec<f64>>,
    pub(crate) deciles: Option<[i64; 9]>,
}

impl Facts {
    /// Facts of a rule that gives a value to every row.
    pub(crate) fn filled() -> Self {
        Self {
            null_share: Some(0.0),
            ..Self::default()
        }
    }
}

/// A path: references to follow, then a column.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) steps: Vec<usize>,
    pub(crate) column: usize,
    pub(crate) data_type: DataType,
}

/// Constants of a column's type.
#[derive(Debug, Clone)]
pub(crate) enum Constants {
    Text(Arc<[String]>),
    Whole(Vec<i64>),
}

impl Constants {
    pub(crate) fn cells(&self, codes: Vec<u32>) -> Cells {
        match self {
            Self::Text(words) => Cells::text(Text::Coded {
                words: Arc::clone(words),
                codes,
            }),
            Self::Whole(values) => Cells::whole(
                codes
                    .into_iter()
                    .map(|code| values[code as usize])
                    .collect(),
            ),
        }
    }
}

/// Texts that select a case.
#[derive(Debug, Clone)]
pub(crate) struct Selector {
    pub(crate) data_type: DataType,
    pub(crate) cases: BTreeMap<String, u32>,
    /// Case of every other text, and of null.
    pub(crate) otherwise: u32,
}

impl Selector {
    /// The case of each cell.
    pub(crate) fn select(&self, cells: &Cells) -> Vec<u32> {
        let case = |text: &str| self.cases.get(text).copied().unwrap_or(self.otherwise);
        let mut cases: Vec<u32> = match &cells.values {
            Values::Text(Text::Coded { words, codes }) => {
                let by_code: Vec<u32> = words.iter().map(|word| case(word)).collect();
                codes.iter().map(|&code| by_code[code as usize]).collect()
            }
            Values::Text(text) => {
                let mut buffer = String::new();
                let rows = cells.len();
                (0..rows)
                    .map(|row| {
                        buffer.clear();
                        text.push_to(row, &mut buffer);
                        case(&buffer)
                    })
                    .collect()
            }
            Values::Whole(values) => {
                let mut known: BTreeMap<i64, u32> = BTreeMap::new();
                values
                    .iter()
                    .map(|&value| {
                        *known
                            .entry(value)
                            .or_insert_with(|| case(&whole_text(value, self.data_type)))
                    })
                    .collect()
            }
        };
        if let Some(nulls) = &cells.nulls {
            for (case, _) in cases.iter_mut().zip(nulls).filter(|(_, null)| **null) {
                *case = self.otherwise;
            }
        }
        cases
    }
}

/// A moment that a path gives.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) path: Path,
    /// The path gives days, not seconds.
    pub(crate) days: bool,
}

/// A reference to rows of another table.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) key: Key,
    pub(crate) zipf: Zipf,
    /// Row by rank of popularity.
    pub(crate) popularity: Permutation,
    pub(crate) existing_at: Option<Moment>,
}

/// A part of a template.
#[derive(Debug, Clone)]
pub(crate) enum Segment {
    Fixed(String),
    /// `draw` tells the draws of a row apart.
    Alternatives {
        draw: u64,
        choices: Vec<Vec<Segment>>,
    },
    Range {
        draw: u64,
        low: i64,
        span: u64,
        width: usize,
    },
    /// By the number of its path.
    Value(usize),
}

/// How the cells of a column are made; see [`Generate`](crate::plan::Generate) for the meaning.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    Key {
        prefix: Arc<str>,
        width: usize,
    },
    Reference(Box<Reference>),
    /// Row by row, over and over.
    Turn {
        turns: u64,
    },
    Owner,
    Ordinal,
    /// `ends` are the cumulative counts of the values over the shuffled rows.
    Quota {
        places: Box<Permutation>,
        ends: Vec<u64>,
        values: Constants,
    },
    Choice {
        key: Key,
        table: Cumulative,
        values: Constants,
    },
    Listed(Constants),
    /// `fallback` tells whether the value after the last case stands for all others, or they are null.
    Mapped {
        by: Path,
        selector: Selector,
        values: Constants,
        fallback: bool,
    },
    Number {
        key: Key,
        distribution: Distribution,
    },
    Arrival(Arrival),
    /// Evenly over `values` values from `first`, in the unit of the type.
    Between {
        key: Key,
        first: i64,
        values: u64,
    },
    /// Seconds; `turns` rows share a tick.
    Ticks {
        first: i64,
        step: i64,
        turns: u64,
    },
    Paced {
        from: Moment,
        key: Key,
        delay: Distribution,
        cut_off: i64,
    },
    Signal {
        at: Moment,
        of: Option<usize>,
        signal: Box<Signal>,
    },
    /// `delay` is in seconds; `held` keeps late moments at the cut-off instead of leaving them out.
    After {
        from: Moment,
        key: Key,
        delay: Distribution,
        cut_off: i64,
        held: bool,
        days: bool,
    },
    Lifecycle {
        from: Moment,
        lifecycle: Lifecycle,
    },
    Entered {
        lifecycle: usize,
        state: usize,
        days: bool,
    },
    Lookup {
        path: Path,
        factor: i64,
    },
    Expression {
        node: Node,
        paths: Vec<Path>,
    },
    /// The last rule is for all other rows.
    When {
        on: Path,
        selector: Selector,
        rules: Vec<Rule>,
    },
    PersonName {
        key: Key,
        country: Option<Path>,
    },
    Email {
        of: Path,
        key: Key,
        numbers: Box<Permutation>,
        /// Without it, it is a name to sign in with.
        domain: bool,
    },
    CompanyName {
        places: Box<Permutation>,
        combinations: u64,
    },
    /// `ranks` of the cities of each pool; absent where all are alike.
    City {
        key: Key,
        country: Path,
        ranks: Option<Vec<Zipf>>,
    },
    /// One of the patterns of the pool of the country, filled with digits and letters.
    Pattern {
        key: Key,
        country: Option<Path>,
        patterns: Vec<&'static [&'static str]>,
    },
    Uuid {
        key: Key,
        nodes: Box<Permutation>,
    },
    Template {
        key: Key,
        segments: Vec<Segment>,
        paths: Vec<Path>,
    },
    Null,
}
