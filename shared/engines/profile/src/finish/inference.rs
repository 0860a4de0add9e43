//! What a column is, what it might be instead, and which cells stand in the way.

use arrow::datatypes::DataType;
use millrace_formats::{Ambiguity, InferredColumn, TemporalFormat};

use super::{Decided, share};
use crate::column::instants::Instants;
use crate::column::numbers::Numbers;
use crate::column::text::{Class, Found, MomentCells, NumberCells, TextColumn};
use crate::column::typed::Family;
use crate::column::{ColumnState, Content, type_name};
use crate::context::FileContext;
use crate::profile::{Alternative, TypeConflict, TypeCountsProfile};
use crate::semantic::header::{self, Topic, says};
use crate::text::moment::{DAY_FIRST, Instant, MONTH_FIRST};

/// Share of the values from which another type is told.
const WORTH_TELLING: f64 = 0.5;
/// Share of the values from which text that is nearly all numbers or dates gets their statistics.
const NEARLY_ALL: f64 = 0.9;
const CONFLICTS: usize = 10;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Integer,
    Decimal,
    Double,
    Date,
    Timestamp,
    Text,
    Other,
}

impl Kind {
    fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Boolean,
            DataType::Int64 => Self::Integer,
            DataType::Decimal128(..) => Self::Decimal,
            DataType::Float64 => Self::Double,
            DataType::Date32 => Self::Date,
            DataType::Timestamp(..) => Self::Timestamp,
            _ => Self::Text,
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Double)
    }

    pub(super) fn is_moment(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }
}

/// What is said of the type of a column.
#[derive(Debug)]
pub(super) struct Inferred<'a> {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) counts: TypeCountsProfile,
    pub(super) confidence: f64,
    pub(super) alternatives: Vec<Alternative>,
    pub(super) conflicts: Vec<TypeConflict>,
    /// The numbers, where it is one of numbers or nearly so.
    pub(super) numbers: Option<&'a Numbers>,
    /// The points in time, where it is one of them or nearly so.
    pub(super) instants: Option<&'a Instants>,
    pub(super) zoned: bool,
    /// The column's dates may have the day first or the month first.
    pub(super) ambiguous_dates: bool,
    /// Patterns that all its dates fit, of those that are possible.
    pub(super) date_patterns: u32,
    /// False and true.
    pub(super) booleans: (u64, u64),
}

impl<'a> Inferred<'a> {
    pub(super) fn new(
        column: &'a ColumnState,
        position: usize,
        values: u64,
        decided: &Decided,
        context: &FileContext,
    ) -> Self {
        let mut inferred = match &column.content {
            Content::Text(text) => {
                let decided = decided.of_column(position);
                Self::text(column, text, values, decided, context)
            }
            content => Self::typed(column, content, values),
        };
        inferred.counts.null = column.shared.nulls;
        inferred
    }

    fn bare(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            counts: TypeCountsProfile::default(),
            confidence: 1.0,
            alternatives: Vec::new(),
            conflicts: Vec::new(),
            numbers: None,
            instants: None,
            zoned: false,
            ambiguous_dates: false,
            date_patterns: 0,
            booleans: (0, 0),
        }
    }

    fn typed(column: &'a ColumnState, content: &'a Content, values: u64) -> Self {
        let mut inferred = Self::bare(&column.physical, Kind::Other);
        let counts = &mut inferred.counts;
        match content {
            Content::Number(family, numbers) => {
                inferred.numbers = Some(numbers);
                let (kind, count) = match family {
                    Family::Integer => (Kind::Integer, &mut counts.integer),
                    Family::Decimal => (Kind::Decimal, &mut counts.decimal),
                    Family::Double => (Kind::Double, &mut counts.double),
                };
                inferred.kind = kind;
                *count = values;
                if numbers.count > 0 && numbers.binary == numbers.count {
                    inferred.alternatives.push(alternative("boolean", 1.0));
                }
            }
            Content::Moment(moments) => {
                inferred.kind = if moments.date_only {
                    counts.date = values;
                    Kind::Date
                } else {
                    counts.timestamp = values;
                    Kind::Timestamp
                };
                inferred.zoned = moments.zoned;
                inferred.instants = Some(&moments.instants);
            }
            Content::Boolean(booleans) => {
                inferred.kind = Kind::Boolean;
                counts.boolean = values;
                inferred.booleans = (booleans.falses, booleans.trues);
            }
            Content::Text(_) | Content::Other => {
                counts.other = values;
                inferred.kind = if column.physical == "null" {
                    Kind::Null
                } else {
                    Kind::Other
                };
            }
        }
        inferred
    }

    fn text(
        column: &'a ColumnState,
        text: &'a TextColumn,
        values: u64,
        (whole, numbers, moments): (&InferredColumn, &InferredColumn, &InferredColumn),
        context: &FileContext,
    ) -> Self {
        let mut inferred = Self::bare("null", Kind::Null);
        inferred.counts = counts(text);
        if values == 0 {
            inferred.confidence = 0.0;
            return inferred;
        }
        inferred.name = type_name(&whole.data_type);
        inferred.kind = Kind::of(&whole.data_type);
        let numbers = text.numbers.as_deref().map(|cells| {
            let settled = inferred.kind.is_number();
            NumberView::new(cells, if settled { whole } else { numbers }, values)
        });
        let moments = text.moments.as_deref().map(|cells| {
            let settled = inferred.kind.is_moment();
            MomentView::new(
                cells,
                if settled { whole } else { moments },
                values,
                context,
            )
        });
        if let Some(view) = &numbers
            && (inferred.kind.is_number() || view.settled && view.ratio >= NEARLY_ALL)
        {
            inferred.numbers = view.numbers;
        }
        if let Some(view) = &moments {
            if inferred.kind.is_moment() || view.settled && view.ratio >= NEARLY_ALL {
                inferred.instants = Some(view.instants);
            }
            inferred.zoned = view.zoned;
            inferred.ambiguous_dates = view.ambiguous;
            inferred.date_patterns = view.patterns;
        }
        inferred.say_boolean(column);
        inferred.find_alternatives(column, text, values, numbers.as_ref(), moments.as_ref());
        if inferred.kind == Kind::Text {
            inferred.confidence = share(text.texts, values);
        }
        inferred
    }

    /// Ones and zeros are booleans where the name says so.
    fn say_boolean(&mut self, column: &ColumnState) {
        match (self.kind, self.numbers) {
            (Kind::Integer, Some(numbers))
                if numbers.binary == numbers.count
                    && says(&header::words(&column.name), Topic::Boolean) =>
            {
                "boolean".clone_into(&mut self.name);
                self.kind = Kind::Boolean;
                self.booleans = (numbers.zeros, numbers.count - numbers.zeros);
                self.numbers = None;
                self.alternatives.push(alternative("int64", 1.0));
            }
            (Kind::Boolean, _) => {
                let count = |word: &str| {
                    let table = column.shared.values.table();
                    let is = |text: &str| text.trim().eq_ignore_ascii_case(word);
                    let counts = table.values().filter(|value| is(value.text));
                    counts.map(|value| value.count).sum()
                };
                self.booleans = (count("false"), count("true"));
            }
            _ => {}
        }
    }

    fn find_alternatives(
        &mut self,
        column: &ColumnState,
        text: &TextColumn,
        values: u64,
        numbers: Option<&NumberView<'a>>,
        moments: Option<&MomentView<'a>>,
    ) {
        match self.kind {
            Kind::Integer => {
                if self.numbers.is_some_and(|all| all.binary == all.count) {
                    self.alternatives.push(alternative("boolean", 1.0));
                }
                self.alternatives.push(alternative("double", 1.0));
            }
            Kind::Decimal => self.alternatives.push(alternative("double", 1.0)),
            Kind::Date => self.alternatives.push(alternative("timestamp", 1.0)),
            Kind::Text => {
                let mut found: Vec<(Alternative, Vec<Class>)> = Vec::new();
                if let Some(view) = numbers {
                    let rest = [Class::Boolean, view.misfit, Class::Temporal, Class::Text];
                    found.push((alternative(&view.name, view.ratio), rest.to_vec()));
                }
                if let Some(view) = moments {
                    let rest = [
                        Class::Boolean,
                        Class::Number,
                        Class::Point,
                        Class::Comma,
                        Class::Text,
                    ];
                    found.push((alternative(&view.name, view.ratio), rest.to_vec()));
                }
                if let Some(ratio) = boolean_words(column, values) {
                    found.push((alternative("boolean", ratio), vec![Class::Text]));
                }
                found.retain(|(alternative, _)| alternative.ratio >= WORTH_TELLING);
                found.sort_by(|left, right| right.0.ratio.total_cmp(&left.0.ratio));
                if let Some((best, classes)) = found.first()
                    && best.ratio < 1.0
                {
                    self.conflicts = conflicts(text, classes, best.data_type == "boolean");
                }
                self.alternatives
                    .extend(found.into_iter().map(|(alternative, _)| alternative));
            }
            _ => {}
        }
    }

    /// Whether the order that is told is that of all values.
    pub(super) fn orders_all(&self, values: u64) -> bool {
        match (self.numbers, self.kind.is_number()) {
            (Some(numbers), true) => numbers.finite() == values,
            _ => true,
        }
    }

    pub(super) fn moment_text(&self, instant: Instant) -> Option<String> {
        let date_only = if self.kind.is_moment() {
            self.kind == Kind::Date
        } else {
            self.counts.timestamp == 0
        };
        instant.text(date_only, self.zoned)
    }
}

fn alternative(data_type: &str, ratio: f64) -> Alternative {
    Alternative {
        data_type: data_type.to_owned(),
        ratio: super::rounded(ratio),
    }
}

fn counts(text: &TextColumn) -> TypeCountsProfile {
    let numbers = text.numbers.as_deref();
    let moments = text.moments.as_deref();
    TypeCountsProfile {
        null: 0,
        boolean: text.booleans,
        integer: numbers.map_or(0, |cells| cells.integers),
        decimal: numbers.map_or(0, |cells| cells.decimals),
        double: numbers.map_or(0, |cells| cells.doubles),
        date: moments.map_or(0, |cells| cells.dates),
        timestamp: moments.map_or(0, |cells| cells.timestamps),
        string: text.texts,
        other: 0,
    }
}

/// The numbers among the cells of a text column.
struct NumberView<'a> {
    name: String,
    ratio: f64,
    numbers: Option<&'a Numbers>,
    /// The decimal separator is known.
    settled: bool,
    misfit: Class,
}

impl<'a> NumberView<'a> {
    fn new(cells: &'a NumberCells, decided: &InferredColumn, values: u64) -> Self {
        let readings = &cells.readings;
        let (point, comma) = readings.counts();
        let is_number = Kind::of(&decided.data_type).is_number();
        let has_comma = if is_number {
            decided.format.number.decimal == ','
        } else {
            comma > point
        };
        Self {
            name: if is_number {
                type_name(&decided.data_type)
            } else {
                "double".to_owned()
            },
            ratio: share(if has_comma { comma } else { point }, values),
            numbers: if has_comma {
                readings.second()
            } else {
                Some(&readings.first)
            },
            settled: decided.ambiguity != Some(Ambiguity::Separator),
            misfit: if has_comma {
                Class::Point
            } else {
                Class::Comma
            },
        }
    }
}

/// The dates and timestamps among the cells of a text column.
struct MomentView<'a> {
    name: String,
    ratio: f64,
    instants: &'a Instants,
    zoned: bool,
    ambiguous: bool,
    /// Days and months are known.
    settled: bool,
    patterns: u32,
}

impl<'a> MomentView<'a> {
    fn new(
        cells: &'a MomentCells,
        decided: &InferredColumn,
        values: u64,
        context: &FileContext,
    ) -> Self {
        let (day, month) = cells.readings.counts();
        let ambiguous = super::is_day_month(decided);
        let patterns = match decided.format.temporal.first() {
            Some(TemporalFormat::Pattern(patterns)) => u32::from(*patterns),
            _ => 0,
        };
        let month_first = if patterns == 0 {
            month > day || context.day_first == Some(false)
        } else {
            patterns & DAY_FIRST == 0 && patterns & MONTH_FIRST != 0
        };
        Self {
            name: if Kind::of(&decided.data_type).is_moment() {
                type_name(&decided.data_type)
            } else if cells.timestamps > 0 {
                "timestamp".to_owned()
            } else {
                "date".to_owned()
            },
            ratio: share(if month_first { month } else { day }, values),
            instants: match cells.readings.second() {
                Some(second) if month_first => second,
                _ => &cells.readings.first,
            },
            zoned: cells.zoned > 0,
            ambiguous,
            settled: patterns != 0,
            patterns,
        }
    }
}

/// The share of the values that are yes and no in the spellings of people.
fn boolean_words(column: &ColumnState, values: u64) -> Option<f64> {
    let table = column.shared.values.table();
    // More values than spellings are no booleans.
    if !column.shared.values.is_exact() || table.len() > 16 {
        return None;
    }
    let fitting: u64 = table
        .values()
        .filter(|value| is_boolean_word(value.text))
        .map(|value| value.count)
        .sum();
    (fitting > 0).then(|| share(fitting, values))
}

fn is_boolean_word(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "true", "t", "yes", "y", "1", "on", "false", "f", "no", "n", "0", "off",
    ];
    let text = text.trim();
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn conflicts(text: &TextColumn, classes: &[Class], of_booleans: bool) -> Vec<TypeConflict> {
    let mut found: Vec<&Found> = classes
        .iter()
        .flat_map(|class| &text.found[*class as usize])
        .filter(|found| !(of_booleans && is_boolean_word(&found.text)))
        .collect();
    found.sort_unstable();
    found
        .into_iter()
        .take(CONFLICTS)
        .map(|found| TypeConflict {
            row: found.row,
            value: found.text.to_string(),
        })
        .collect()
}
