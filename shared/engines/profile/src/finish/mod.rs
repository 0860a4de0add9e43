//! From what was gathered to what is said.

mod alerts;
mod inference;
mod masking;
mod numeric;
mod text;

use std::collections::BTreeMap;

use millrace_formats::{Ambiguity, ColumnFacts, FileFacts, InferredColumn};
use serde_json::Value;

use self::inference::{Inferred, Kind};
use crate::column::numbers::{Extreme, Numbers};
use crate::column::{ColumnState, Content};
use crate::context::FileContext;
use crate::options::ProfileOptions;
use crate::profile::{
    ColumnProfile, DatasetProfile, Distinct, DuplicateRowsProfile, Nulls, PROFILE_VERSION,
    Semantic, Sortedness, TopValue,
};
use crate::profiler::Profiler;
use crate::semantic::{self, Evidence, Meaning};
use crate::text::moment::Instant;

/// Frequent values that are told.
const TOP: usize = 20;

/// What columns need to know of the whole.
struct Whole<'a> {
    options: &'a ProfileOptions,
    as_written: bool,
    rows: u64,
}

impl Whole<'_> {
    /// Cells of a column that have a value.
    fn values(&self, column: &ColumnState) -> u64 {
        self.rows.saturating_sub(column.shared.nulls)
    }
}

/// The profile of all that a profiler has seen.
pub(crate) fn dataset(profiler: Profiler, context: &FileContext) -> DatasetProfile {
    let Profiler {
        options,
        as_written,
        rows,
        columns,
        duplicates,
        sample,
        ..
    } = profiler;
    let whole = Whole {
        options: &options,
        as_written,
        rows,
    };
    let decided = Decided::of(&columns, context);
    let inferred: Vec<Inferred<'_>> = columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            Inferred::new(column, place, whole.values(column), &decided, context)
        })
        .collect();
    let mut profiles = Vec::with_capacity(columns.len());
    let mut meanings = Vec::with_capacity(columns.len());
    for (position, (column, inferred)) in columns.iter().zip(&inferred).enumerate() {
        profiles.push(self::column(column, position, inferred, &whole));
        meanings.push(meanings_of(column, inferred));
    }
    pair_places(&mut meanings);
    for (place, profile) in profiles.iter_mut().enumerate() {
        profile.pii = semantic::hint(&meanings[place], options.thresholds.pii);
        profile.semantic = meanings[place].iter().map(semantic_of).collect();
        profile.alerts = alerts::of(profile, &columns[place], &inferred[place], &whole);
        masking::column(profile);
    }
    let sample = masking::sample(sample, &profiles);
    let duplicates = duplicates.finish();
    DatasetProfile {
        profile_version: PROFILE_VERSION,
        rows,
        columns: profiles.len() as u64,
        bytes: context.bytes,
        format: context.format.clone(),
        compression: context.compression.clone(),
        encoding: context.encoding.clone(),
        dialect: context.dialect.clone(),
        duplicate_rows: DuplicateRowsProfile {
            count: duplicates.count,
            ratio: share(duplicates.count, rows),
            exact: duplicates.exact,
            error: duplicates.error,
        },
        rejected_rows: context.rejected_rows,
        null_cells: columns.iter().map(|column| column.shared.nulls).sum(),
        memory_bytes: columns.iter().map(|column| column.shared.bytes).sum(),
        parquet_bytes: context.parquet_bytes,
        schema_hash: schema_hash(&profiles),
        sample,
        column_profiles: profiles,
    }
}

/// What the type lattice says of the file: of all cells, of the numbers alone, of the dates alone.
struct Decided {
    all: Vec<InferredColumn>,
    numbers: Vec<InferredColumn>,
    moments: Vec<InferredColumn>,
}

impl Decided {
    fn of(columns: &[ColumnState], context: &FileContext) -> Self {
        let decide = |facts: &dyn Fn(&ColumnState) -> ColumnFacts| {
            let facts = FileFacts {
                columns: columns.iter().map(facts).collect(),
                rows: 0,
            };
            facts.decide(context.day_first, context.decimal_comma)
        };
        Self {
            all: decide(&all_facts),
            numbers: decide(&|column| match &column.content {
                Content::Text(text) => text
                    .numbers
                    .as_ref()
                    .map(|cells| cells.facts.clone())
                    .unwrap_or_default(),
                _ => ColumnFacts::default(),
            }),
            moments: decide(&|column| match &column.content {
                Content::Text(text) => text
                    .moments
                    .as_ref()
                    .map(|cells| cells.facts.clone())
                    .unwrap_or_default(),
                _ => ColumnFacts::default(),
            }),
        }
    }
}

impl Decided {
    /// Of one column: all its cells, its numbers, its dates.
    fn of_column(&self, place: usize) -> (&InferredColumn, &InferredColumn, &InferredColumn) {
        (&self.all[place], &self.numbers[place], &self.moments[place])
    }
}

/// The facts that the reader would have of the same cells. Counts are not: the lattice asks of them
/// only which are none.
fn all_facts(column: &ColumnState) -> ColumnFacts {
    let mut facts = ColumnFacts::default();
    let Content::Text(text) = &column.content else {
        return facts;
    };
    if let Some(cells) = &text.numbers {
        facts.merge(&cells.facts);
    }
    if let Some(cells) = &text.moments {
        facts.merge(&cells.facts);
    }
    if text.booleans > 0 {
        facts.observe(0, Some("true"));
    }
    if text.texts > 0 {
        facts.observe(0, Some("text"));
    }
    facts
}

fn column(
    column: &ColumnState,
    position: usize,
    inferred: &Inferred<'_>,
    whole: &Whole<'_>,
) -> ColumnProfile {
    let values = whole.values(column);
    let (sortedness, strict) = order(column, inferred);
    let numbers = inferred.numbers;
    let moments = numbers.map(|numbers| &numbers.moments);
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    // Values that are all the same have no shape, whatever rounding says.
    let varies = numbers.is_some_and(Numbers::varies);
    let shape = moments.filter(|_| varies);
    let variance = finite(moments.and_then(super::sketch::moments::Moments::variance))
        .map(|variance| if varies { variance } else { 0.0 });
    let (min, max) = extremes(column, inferred);
    ColumnProfile {
        name: column.name.clone(),
        position: position as u64,
        physical_type: column.physical.clone(),
        inferred_type: inferred.name.clone(),
        type_counts: inferred.counts,
        type_confidence: inferred.confidence,
        type_conflicts: inferred.conflicts.clone(),
        alternatives: inferred.alternatives.clone(),
        nulls: nulls(column, whole),
        distinct: distinct(column, values, strict && inferred.orders_all(values)),
        min,
        max,
        sum: numbers.map(|numbers| numbers.sum.text()),
        mean: finite(moments.and_then(super::sketch::moments::Moments::mean)),
        stddev: variance.map(f64::sqrt),
        variance,
        skewness: finite(shape.and_then(super::sketch::moments::Moments::skewness)),
        kurtosis: finite(shape.and_then(super::sketch::moments::Moments::kurtosis)),
        zeros: numbers.map(|numbers| numbers.zeros),
        negatives: numbers.map(|numbers| numbers.negatives),
        nan: numbers.map(|numbers| numbers.nan),
        inf: numbers.map(|numbers| numbers.infinite),
        quantiles: numeric::quantiles(column, inferred),
        histogram: numeric::histogram(column, inferred),
        top_values: top_values(column),
        text: text::profile(column, whole.options.seed),
        temporal: text::temporal(column, inferred),
        sortedness,
        semantic: Vec::new(),
        pii: None,
        alerts: Vec::new(),
    }
}

fn nulls(column: &ColumnState, whole: &Whole<'_>) -> Nulls {
    let shared = &column.shared;
    let marked: u64 = shared.markers.iter().sum();
    let mut by_marker: BTreeMap<String, u64> = whole
        .options
        .null_values
        .iter()
        .cloned()
        .zip(shared.markers.iter().copied())
        .filter(|(_, count)| *count > 0)
        .collect();
    // A cell without a value is an empty one, where cells stand as they are written.
    let empty = shared.nulls.saturating_sub(marked);
    if whole.as_written && empty > 0 {
        *by_marker.entry(String::new()).or_default() += empty;
    }
    Nulls {
        count: shared.nulls,
        ratio: share(shared.nulls, whole.rows),
        by_marker,
    }
}

fn distinct(column: &ColumnState, values: u64, strict: bool) -> Distinct {
    let estimate = column.shared.values.different(values);
    let exact = column.shared.values.is_exact();
    // Values in strict order are proof, and a count.
    let (count, error) = if strict {
        (values, 0.0)
    } else {
        (estimate.count.min(values), estimate.error)
    };
    Distinct {
        estimate: count,
        exact: exact || strict,
        error,
        uniqueness: share(count, values),
        is_unique: values > 0 && (strict || estimate.all_once),
    }
}

/// The order of the values as what they are, and whether each differs from the one before it.
fn order(column: &ColumnState, inferred: &Inferred<'_>) -> (Sortedness, bool) {
    if let (Some(numbers), true) = (inferred.numbers, inferred.kind.is_number()) {
        return numbers.order.decide();
    }
    if let (Some(instants), true) = (inferred.instants, inferred.kind.is_moment()) {
        return instants.order.decide();
    }
    match &column.content {
        Content::Text(text) => text.order.decide(),
        Content::Boolean(booleans) => booleans.order.decide(),
        _ => (Sortedness::None, false),
    }
}

fn extremes(column: &ColumnState, inferred: &Inferred<'_>) -> (Option<Value>, Option<Value>) {
    let text = |text: &Option<Box<str>>| text.as_deref().map(Value::from);
    match (&column.content, inferred.kind) {
        (_, Kind::Integer | Kind::Decimal | Kind::Double) => {
            let extremes = inferred
                .numbers
                .map(|numbers| (numbers.least, numbers.greatest));
            let (least, greatest) = extremes.unwrap_or_default();
            let short = column.physical == "float32" || column.physical == "float16";
            let value = |extreme: Option<Extreme>| {
                extreme.and_then(|extreme| numeric::exact(extreme.number(), short))
            };
            (value(least), value(greatest))
        }
        (_, Kind::Date | Kind::Timestamp) => {
            let value = |instant: Option<Instant>| {
                instant
                    .and_then(|instant| inferred.moment_text(instant))
                    .map(Value::from)
            };
            inferred.instants.map_or((None, None), |instants| {
                (value(instants.least), value(instants.greatest))
            })
        }
        (_, Kind::Boolean) => {
            let (falses, trues) = inferred.booleans;
            let any = falses + trues > 0;
            (
                any.then_some(Value::Bool(falses == 0)),
                any.then_some(Value::Bool(trues > 0)),
            )
        }
        (Content::Text(column), _) => (text(&column.least), text(&column.greatest)),
        _ => (None, None),
    }
}

/// Values that are surely among the most frequent, unless all come once.
fn top_values(column: &ColumnState) -> Vec<TopValue> {
    let table = column.shared.values.table();
    let missed = table.missed();
    table
        .top(TOP)
        .into_iter()
        .filter(|value| value.count > missed && (value.count > 1 || table.len() <= TOP))
        .map(|value| TopValue {
            value: value.text.to_owned(),
            count: value.count,
            upper_error: missed,
        })
        .collect()
}

fn meanings_of(column: &ColumnState, inferred: &Inferred<'_>) -> Vec<Meaning> {
    let values = column.shared.values.sampled();
    let range = |numbers: &Numbers| {
        let (least, greatest) = (numbers.least?.number(), numbers.greatest?.number());
        Some((least.value, greatest.value))
    };
    let instants = inferred.instants.filter(|_| inferred.kind.is_moment());
    semantic::meanings(&Evidence {
        name: &column.name,
        values: &values,
        kind: match inferred.kind {
            Kind::Text => semantic::Kind::Text,
            Kind::Integer => semantic::Kind::Integer,
            Kind::Decimal | Kind::Double => semantic::Kind::Fraction,
            Kind::Date | Kind::Timestamp => semantic::Kind::Temporal,
            Kind::Null | Kind::Boolean | Kind::Other => semantic::Kind::Other,
        },
        range: inferred
            .numbers
            .filter(|_| inferred.kind.is_number())
            .and_then(range),
        years: instants
            .and_then(|instants| Some((instants.least?.year()?, instants.greatest?.year()?))),
    })
}

/// A latitude and a longitude together are a place.
fn pair_places(meanings: &mut [Vec<Meaning>]) {
    let is = |found: &Meaning, kind: &str| found.semantic.kind == kind;
    let has = |kind: &str| meanings.iter().flatten().any(|found| is(found, kind));
    if !has(semantic::LATITUDE) || !has(semantic::LONGITUDE) {
        return;
    }
    for found in meanings.iter_mut().flatten() {
        if is(found, semantic::LATITUDE) || is(found, semantic::LONGITUDE) {
            found.confidence = semantic::PLACE;
        }
    }
}

fn semantic_of(meaning: &Meaning) -> Semantic {
    Semantic {
        ratio: rounded(meaning.semantic.ratio),
        ..meaning.semantic.clone()
    }
}

/// Names and types in their order.
fn schema_hash(profiles: &[ColumnProfile]) -> String {
    let mut hasher = blake3::Hasher::new();
    for profile in profiles {
        for part in [&profile.name, &profile.inferred_type] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// A part of a whole; of nothing, nothing.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// To four places, as people read shares; only all is all.
fn rounded(ratio: f64) -> f64 {
    let rounded = (ratio * 10_000.0).round() / 10_000.0;
    if ratio < 1.0 {
        rounded.min(0.9999)
    } else {
        rounded
    }
}

/// Whether days and months could not be told apart.
fn is_day_month(inferred: &InferredColumn) -> bool {
    inferred.ambiguity == Some(Ambiguity::DayMonth)
}
