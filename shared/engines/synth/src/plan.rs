//! The plan: the only input of the generator, pure data, versioned, the same on every machine.
//!
//! A [`Plan`] names tables, and for each column a [`Generate`] rule. Every cell is a pure function
//! of `(plan seed, table, column, row)`, so that any rows of any table can be made alone.

mod types;

use serde::{Deserialize, Serialize};

pub use types::{DataType, Period, Shape, TimeUnit};

/// Everything the generator needs to make a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of this format; see [`Plan::VERSION`].
    pub version: u32,
    /// Every random draw derives from it.
    pub seed: u64,
    /// End of the data: what a lifecycle would do later has not happened yet. Seconds since 1970, UTC.
    pub cut_off: i64,
    /// How untidy the delivered cells are.
    #[serde(default)]
    pub untidiness: Untidiness,
    /// Tables; a table stands after those that it refers to.
    pub tables: Vec<TablePlan>,
}

impl Plan {
    /// The format this crate reads and writes.
    pub const VERSION: u32 = 1;
}

/// Shares of delivered cells that are untidy, from 0 to 1, of the cells that may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Untidiness {
    /// Empty cells in nullable columns, beyond the nulls that the column plans itself.
    pub empty: f64,
    /// Cells of nullable numeric and time columns that do not read as their type (`"12.50 USD"`, `"n/a"`).
    pub mistyped: f64,
    /// Text cells of columns marked `untidy` with stray blanks or another letter case.
    pub padded: f64,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TablePlan {
    /// Table name, plural, snake_case.
    pub name: String,
    /// Singular of the name, used as a prefix where wide columns clash.
    pub singular: String,
    /// One sentence for the data dictionary.
    pub description: String,
    /// Number of rows, exactly.
    pub rows: u64,
    /// How rows relate to the rows of another table; absent: they stand alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// Columns in file order; a column may use any other column of its table, without cycles.
    pub columns: Vec<ColumnPlan>,
}

/// Rows that exist because of a row of another table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Layout {
    /// Each owner has a few rows of this table, stored together (order → items).
    /// `counts` is the distribution of children per owner as `[count, weight]`, count at least 1; its
    /// weights are tilted so that the rows of the table are met exactly, inside its range where that can be.
    Owned {
        /// The owning table.
        table: String,
        /// `[children, weight]` pairs.
        counts: Vec<(u32, f64)>,
    },
    /// At most one row for each row of `table`: an exact, evenly spread subset (order → return).
    Subset {
        /// The table whose rows are picked.
        table: String,
    },
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnPlan {
    /// Column name, snake_case.
    pub name: String,
    /// Type of the clean cells.
    #[serde(rename = "type")]
    pub data_type: DataType,
    /// One sentence for the data dictionary.
    pub description: String,
    /// Unit of a measure: `USD`, `minutes`, `percent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whether cells may be empty. Keys and references never are.
    #[serde(default)]
    pub nullable: bool,
    /// Share of cells left empty by design (missing at random), of those the rule would fill.
    #[serde(default)]
    pub null_share: f64,
    /// Whether text cells may be padded or change case in untidy data.
    #[serde(default)]
    pub untidy: bool,
    /// How cells are made.
    pub generate: Generate,
}

/// How the cells of a column are made.
///
/// A *path* names a column of the same table (`"status"`) or, through references, of another row
/// (`"product_id.unit_price"`, `"order_id.customer_id.segment"`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Generate {
    /// Primary key: `prefix` and the row number from 1, zero-padded to `width` (integer columns: the number alone).
    Key {
        /// Text before the number.
        #[serde(default)]
        prefix: String,
        /// Digits at least.
        #[serde(default)]
        width: usize,
    },
    /// Reference to any row of `table`, by its key.
    Reference {
        /// The table referred to.
        table: String,
        /// Zipf exponent of how often rows are picked: 0 is even, 1 is strongly skewed.
        #[serde(default)]
        skew: f64,
        /// Own time path; only rows that exist by then (the first `arrival` column of `table`) are picked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        existing_at: Option<String>,
    },
    /// Reference to the rows of `table` in turn: each once, then all over again.
    Turn {
        /// The table referred to.
        table: String,
    },
    /// Reference to the row that this row belongs to by the table's [`Layout`].
    Owner,
    /// Position of the row among its owner's children, from 1.
    Ordinal,
    /// One of `values` with exact quotas over the table, in shuffled order. Weights default to equal.
    /// Inside a case of [`Generate::When`] the quotas hold only about, as those of a sample.
    Quota {
        /// Values, as text of the column's type.
        values: Vec<String>,
        /// Weights, one a value, or none.
        #[serde(default)]
        weights: Vec<f64>,
    },
    /// One of `values`, drawn alone for each row. Weights default to equal.
    Choice {
        /// Values, as text of the column's type.
        values: Vec<String>,
        /// Weights, one a value, or none.
        #[serde(default)]
        weights: Vec<f64>,
    },
    /// The value at the row's own position: row 1 gets the first. For small fixed tables; needs a value a row at least.
    Listed {
        /// Values, as text of the column's type.
        values: Vec<String>,
    },
    /// Value looked up by the text of another path: `table[text of by]`, a constant per case.
    Mapped {
        /// Path whose value selects.
        by: String,
        /// Value by the text of `by`.
        cases: std::collections::BTreeMap<String, String>,
        /// Value of all other cases.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<String>,
    },
    /// A number of a distribution, rounded to the type, clipped to `min..=max`.
    Number {
        /// Distribution.
        shape: Shape,
        /// Lowest value.
        min: f64,
        /// Highest value.
        max: f64,
        /// Round to a multiple of this (0.05, 5, 100), or to a price ending as `.99` with `"ending": 0.99`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<f64>,
        /// Fraction that every value ends in (prices): 0.99.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ending: Option<f64>,
    },
    /// A moment on the plan's clock: rows are chronological (row i comes before row i + 1).
    Arrival {
        /// First day, `2023-01-01`.
        start: String,
        /// Day after the last one.
        end: String,
        /// Growth of the rate over the whole window: 0.3 means 30 % more at its end than at its start.
        #[serde(default)]
        growth: f64,
        /// Relative rate of January to December, or none.
        #[serde(default)]
        months: Vec<f64>,
        /// Relative rate of Monday to Sunday, or none.
        #[serde(default)]
        weekdays: Vec<f64>,
        /// Relative rate of the hours 0 to 23, or none.
        #[serde(default)]
        hours: Vec<f64>,
    },
    /// A date or timestamp, every one from `min` to `max` alike.
    Between {
        /// Earliest, as text of the type.
        min: String,
        /// Latest.
        max: String,
    },
    /// A timestamp of a regular clock, in order: one for each row, or one for each round of the
    /// [`Generate::Turn`] column `per`.
    Ticks {
        /// First day.
        start: String,
        /// Day before which the last tick comes.
        end: String,
        /// Seconds between ticks, longest first; the longest at which all rows fit is taken.
        steps: Vec<u32>,
        /// Column of this table.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        per: Option<String>,
    },
    /// A moment after another one by as many delays as the row's owner has rows before it
    /// ([`Layout::Owned`]), so that the rows of an owner follow each other; held at the cut-off.
    Paced {
        /// Path of the moment of the owner's first row.
        from: String,
        /// Distribution of each delay in `unit`.
        shape: Shape,
        /// Shortest delay.
        min: f64,
        /// Longest delay.
        max: f64,
        /// Unit of the delay.
        unit: TimeUnit,
    },
    /// A number from -1 to 1 that swings with the time of day, week or year: 1 at its peak.
    Wave {
        /// Path of the moment.
        at: String,
        /// What it swings with.
        period: Period,
        /// The peak: hours since midnight, days since Monday, days since New Year.
        peak: f64,
    },
    /// A number from -1 to 1 that wanders smoothly in time: neighbouring moments have nearly the same.
    Drift {
        /// Path of the moment.
        at: String,
        /// Time after which it is on a way of its own, in `unit`.
        every: f64,
        /// Unit of `every`.
        unit: TimeUnit,
        /// Reference column of this table; each row referred to has its own course.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
    /// Whether the moment lies in a spell: a stretch of time that begins at any time, and lasts.
    Spell {
        /// Path of the moment.
        at: String,
        /// Length of the windows that hold one spell or none, in `unit`.
        every: f64,
        /// Share of the windows that hold one.
        share: f64,
        /// Shortest spell, in `unit`.
        min: f64,
        /// Longest spell, at most `every`.
        max: f64,
        /// Unit of the lengths.
        unit: TimeUnit,
        /// Reference column of this table; each row referred to has spells of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
    /// A moment some time after another one; null where that is null or the result lies after the cut-off
    /// (the column must be nullable then; a column that is not is held at the cut-off).
    After {
        /// Path of the earlier moment.
        from: String,
        /// Distribution of the delay in `unit`.
        shape: Shape,
        /// Shortest delay.
        min: f64,
        /// Longest delay.
        max: f64,
        /// Unit of the delay.
        unit: TimeUnit,
    },
    /// State at the cut-off of a lifecycle that begins at `from`. States are walked in order; each step is
    /// left for the next state with its probability (else it ends in `exit`), after a delay.
    /// The time columns of the lifecycle name this column with [`Generate::Entered`].
    Lifecycle {
        /// Path of the first moment.
        from: String,
        /// Name of the first state.
        initial: String,
        /// Steps in order.
        steps: Vec<LifecycleStep>,
    },
    /// Moment at which the lifecycle in column `of` entered `state`; null if it never did.
    Entered {
        /// The lifecycle column of this table.
        of: String,
        /// The state.
        state: String,
    },
    /// Value of a path.
    Lookup {
        /// The path.
        path: String,
    },
    /// Value of a small expression over paths: `round(quantity * unit_price * (1 - discount), 2)`.
    Expression {
        /// The expression; see the `expression` module for the language.
        value: String,
    },
    /// The rule of the first case whose values hold the text of `on`.
    When {
        /// Path whose value selects.
        on: String,
        /// Cases in order.
        cases: Vec<Case>,
        /// Rule of all other rows.
        otherwise: Box<Generate>,
    },
    /// A person's full name, fitting the country in path `country` where given.
    PersonName {
        /// Path of a country name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        country: Option<String>,
    },
    /// A unique e-mail address on a reserved domain, made of a person's or a company's name.
    Email {
        /// Path of the name.
        of: String,
    },
    /// A unique name to sign in with, made of a person's or a company's name.
    Handle {
        /// Path of the name.
        of: String,
    },
    /// A made-up company name.
    CompanyName,
    /// A city of the country in path `country`.
    City {
        /// Path of a country name.
        country: String,
        /// Zipf exponent of how often a country's cities are picked, its largest one most: 0 is even.
        #[serde(default)]
        skew: f64,
    },
    /// A telephone number that no subscriber has, in the form of the country in path `country`.
    Phone {
        /// Path of a country name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        country: Option<String>,
    },
    /// A postal code in the form of the country in path `country`.
    Postcode {
        /// Path of a country name.
        country: String,
    },
    /// A random UUID (version 4), unique in its column.
    Uuid,
    /// Text of a template with `{a|b|c}` alternatives and `{000..999}` whole numbers (as wide as the first)
    /// drawn per row, and values of paths in `{=path}`. Alternatives may hold further braces. Null where a
    /// value is.
    Template {
        /// The template.
        value: String,
    },
    /// Nothing: always null.
    Null,
}

/// One case of [`Generate::When`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Texts that select this case.
    pub is: Vec<String>,
    /// Its rule.
    #[serde(rename = "use")]
    pub generate: Generate,
}

/// One step of a lifecycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifecycleStep {
    /// State entered.
    pub state: String,
    /// Probability that the step is taken.
    pub probability: f64,
    /// State in which the row ends where it is not; absent: it stays in the state before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<String>,
    /// Distribution of the delay since the state before, in `unit`; the exit takes the same time.
    pub delay: Shape,
    /// Longest delay.
    pub max: f64,
    /// Unit of the delay.
    pub unit: TimeUnit,
}
