//! How like generated rows are to the table, by the formulas of SDMetrics' quality report.

mod column;
mod metrics;
mod privacy;

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use serde::{Deserialize, Serialize};

use self::column::{BINS, Pair, binned};
use self::metrics::{Codes, contingency, correlation, ks_complement, tv_complement};
use self::privacy::{KnownRows, distances};
use crate::error::LikenessError;
use crate::generate::Generator;
use crate::kind::{Plain, simplify};
use crate::learn::{check_columns, plain_schema};
use crate::model::{Model, Role};
use crate::options::bounded_rows;
use crate::sample::Sample;

pub use self::privacy::PrivacyReport;

/// Generated rows that are compared; of more a sample.
const COMPARED_ROWS: usize = 100_000;
/// Bytes that they may take.
const COMPARED_BYTES: usize = 256 << 20;
/// Rows of a table of two columns with codes, as in SDMetrics.
const TABLE_ROWS: usize = 50_000;
/// Pairs count whose real correlation is above this, as in SDMetrics.
const LEAST_CORRELATION: f64 = 0.5;
/// Pairs count whose real association is above this, likewise.
const LEAST_ASSOCIATION: f64 = 0.3;

/// A sample of a table as it is. It is not for keeping: a model is.
#[derive(Debug, Clone)]
pub struct Reference {
    sample: RecordBatch,
    rows: u64,
}

impl Reference {
    pub(crate) fn new(sample: RecordBatch, rows: u64) -> Self {
        Self { sample, rows }
    }
}

/// Compares generated rows with the table, in bounded memory. Comparisons of parts merge.
#[derive(Debug, Clone)]
pub struct Comparison {
    names: Vec<String>,
    roles: Vec<Role>,
    plains: Vec<Plain>,
    schema: SchemaRef,
    plain_schema: SchemaRef,
    reference: Reference,
    known: KnownRows,
    sample: Sample,
    rows: u64,
    copies: u64,
}

/// How like generated rows are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualityReport {
    /// The mean of the two properties, from 0 to 1.
    pub score: Option<f64>,
    /// The mean of the columns' scores.
    pub column_shapes_score: Option<f64>,
    /// The mean of the scores of pairs that go together in the table.
    pub column_pair_trends_score: Option<f64>,
    /// By column, keys and texts left out.
    pub column_shapes: Vec<ColumnShape>,
    /// By pair of such columns.
    pub column_pair_trends: Vec<PairTrend>,
    /// How near generated rows come to the table's.
    pub privacy: PrivacyReport,
    /// Rows of the table.
    pub input_rows: u64,
    /// Rows generated.
    pub generated_rows: u64,
    /// Of the table's rows those that were compared.
    pub compared_input_rows: u64,
    /// Of the generated ones likewise.
    pub compared_generated_rows: u64,
}

/// The score of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnShape {
    /// Its name.
    pub column: String,
    /// `KSComplement` or `TVComplement`.
    pub metric: String,
    /// From 0 to 1; none where one side has no value.
    pub score: Option<f64>,
}

/// The score of two columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairTrend {
    /// Their names.
    pub columns: [String; 2],
    /// `CorrelationSimilarity` or `ContingencySimilarity`.
    pub metric: String,
    /// From 0 to 1; none where the table's columns are constant.
    pub score: Option<f64>,
    /// Their correlation, or association, in the table.
    pub input: Option<f64>,
    /// Their correlation in the generated rows.
    pub generated: Option<f64>,
    /// Whether they go together enough to count in the score.
    pub counts: bool,
}

impl Comparison {
    /// Begins the comparison of rows of a model with the table it was learned from.
    ///
    /// # Errors
    /// A model that contradicts itself, or another table.
    pub fn new(model: &Model, reference: Reference) -> Result<Self, LikenessError> {
        let schema = Generator::new(model, 0)?.schema();
        let (plains, plain) = plain_schema(&schema)?;
        check_columns(&plain, &reference.sample)?;
        let roles: Vec<Role> = model.columns.iter().map(|column| column.role).collect();
        Ok(Self {
            names: model
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect(),
            known: KnownRows::new(&reference.sample, &roles),
            sample: Sample::new(
                Arc::clone(&plain),
                bounded_rows(COMPARED_ROWS, plains.len()),
                COMPARED_BYTES,
            ),
            roles,
            plains,
            schema,
            plain_schema: plain,
            reference,
            rows: 0,
            copies: 0,
        })
    }

    /// Takes generated rows, the first of which has this number.
    ///
    /// # Errors
    /// Rows of other columns.
    pub fn observe(&mut self, batch: &RecordBatch, first: u64) -> Result<(), LikenessError> {
        check_columns(&self.schema, batch)?;
        let arrays = batch.columns().iter().zip(&self.plains);
        let arrays = arrays.map(|(array, plain)| simplify(array, *plain).map(|(simple, _)| simple));
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        let simple = RecordBatch::try_new(Arc::clone(&self.plain_schema), arrays)?;
        self.copies += self.known.copies(&simple);
        self.rows += batch.num_rows() as u64;
        self.sample.observe(&simple, first)
    }

    /// Joins the comparison of another part of the rows.
    ///
    /// # Errors
    /// A comparison of other columns.
    pub fn merge(&mut self, other: &Self) -> Result<(), LikenessError> {
        if self.schema.fields() != other.schema.fields() {
            return Err(LikenessError::SchemaMismatch {
                detail: "two comparisons have different columns".to_owned(),
            });
        }
        self.sample.merge(&other.sample)?;
        self.rows += other.rows;
        self.copies += other.copies;
        Ok(())
    }

    /// The report.
    ///
    /// # Errors
    /// No generated rows.
    pub fn finish(self) -> Result<QualityReport, LikenessError> {
        if self.rows == 0 {
            return Err(LikenessError::NoRows);
        }
        let real = &self.reference.sample;
        let synthetic = self.sample.finish()?;
        let pair = |place: usize| {
            Pair::new(
                self.roles[place],
                real.column(place),
                synthetic.column(place),
            )
        };
        let columns: Vec<Pair> = (0..self.roles.len()).map(pair).collect();
        let shapes = shapes(&self.names, &columns);
        let trends = trends(&self.names, &columns);
        let shapes_score = mean(shapes.iter().filter_map(|shape| shape.score));
        let counted = trends.iter().filter(|trend| trend.counts);
        let trends_score = mean(counted.filter_map(|trend| trend.score));
        let [median, input_median, near, input_near] =
            distances(&columns, real.num_rows(), synthetic.num_rows());
        Ok(QualityReport {
            score: mean(shapes_score.into_iter().chain(trends_score)),
            column_shapes_score: shapes_score,
            column_pair_trends_score: trends_score,
            column_shapes: shapes,
            column_pair_trends: trends,
            privacy: PrivacyReport {
                exact_copies: self.copies,
                exact_copy_share: self.copies as f64 / self.rows as f64,
                input_duplicate_share: self.known.duplicate_share(),
                median_distance: median,
                input_median_distance: input_median,
                near_distance: near,
                input_near_distance: input_near,
            },
            input_rows: self.reference.rows,
            generated_rows: self.rows,
            compared_input_rows: real.num_rows() as u64,
            compared_generated_rows: synthetic.num_rows() as u64,
        })
    }
}

impl QualityReport {
    /// Keeps of the pairs those that count, the least alike first, and `most` of them: a wide table has too
    /// many to show.
    #[must_use]
    pub fn with_worst_pairs(mut self, most: usize) -> Self {
        let pairs = &mut self.column_pair_trends;
        pairs.retain(|pair| pair.counts && pair.score.is_some());
        let score = |pair: &PairTrend| pair.score.unwrap_or(f64::INFINITY);
        pairs.sort_by(|one, other| score(one).total_cmp(&score(other)));
        pairs.truncate(most);
        self
    }
}

fn mean(scores: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = scores.fold((0.0, 0.0), |(sum, count), score| (sum + score, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

fn shapes(names: &[String], columns: &[Pair]) -> Vec<ColumnShape> {
    let shape = |(name, column): (&String, &Pair)| {
        let (metric, score) = match column {
            Pair::Numbers { real, synthetic } => ("KSComplement", ks_complement(real, synthetic)),
            Pair::Codes {
                real,
                synthetic,
                states,
            } => ("TVComplement", tv_complement(real, synthetic, *states)),
            Pair::Texts { .. } | Pair::Ignored => return None,
        };
        Some(ColumnShape {
            column: name.clone(),
            metric: metric.to_owned(),
            score,
        })
    };
    names.iter().zip(columns).filter_map(shape).collect()
}

fn trends(names: &[String], columns: &[Pair]) -> Vec<PairTrend> {
    let tables: Vec<Option<Table>> = columns.iter().map(Table::new).collect();
    let mut trends = Vec::new();
    for first in 0..columns.len() {
        for second in first + 1..columns.len() {
            let names = [names[first].clone(), names[second].clone()];
            if let (
                Pair::Numbers {
                    real: a,
                    synthetic: new_a,
                },
                Pair::Numbers {
                    real: b,
                    synthetic: new_b,
                },
            ) = (&columns[first], &columns[second])
            {
                trends.push(correlations(names, (a, b), (new_a, new_b)));
            } else if let (Some(a), Some(b)) = (&tables[first], &tables[second]) {
                trends.push(associations(names, a, b));
            }
        }
    }
    trends
}

fn correlations(
    names: [String; 2],
    real: (&[f64], &[f64]),
    synthetic: (&[f64], &[f64]),
) -> PairTrend {
    let input = correlation(real.0, real.1);
    let generated = correlation(synthetic.0, synthetic.1);
    let both = input.zip(generated);
    PairTrend {
        columns: names,
        metric: "CorrelationSimilarity".to_owned(),
        score: both.map(|(a, b)| 1.0 - (a - b).abs() / 2.0),
        input,
        generated,
        counts: both.is_some() && input.is_some_and(|input| input.abs() > LEAST_CORRELATION),
    }
}

fn associations(names: [String; 2], a: &Table, b: &Table) -> PairTrend {
    let codes = |first, second| Codes {
        first,
        second,
        states: (a.states, b.states),
    };
    let found = contingency(&codes(&a.real, &b.real), &codes(&a.synthetic, &b.synthetic));
    let input = found.as_ref().and_then(|found| found.association);
    PairTrend {
        columns: names,
        metric: "ContingencySimilarity".to_owned(),
        score: found.map(|found| found.similarity),
        input,
        generated: None,
        counts: input.is_some_and(|input| input > LEAST_ASSOCIATION),
    }
}

/// A column as codes.
struct Table {
    real: Vec<u32>,
    synthetic: Vec<u32>,
    states: u32,
}

impl Table {
    fn new(column: &Pair) -> Option<Self> {
        Some(match column {
            // Each side is cut between its own bounds, as SDMetrics does.
            Pair::Numbers { real, synthetic } => Self {
                real: thinned(&binned(real)),
                synthetic: thinned(&binned(synthetic)),
                states: BINS,
            },
            Pair::Codes {
                real,
                synthetic,
                states,
            } => Self {
                real: thinned(real),
                synthetic: thinned(synthetic),
                states: *states,
            },
            Pair::Texts { .. } | Pair::Ignored => return None,
        })
    }
}

/// So many rows as a table has, evenly spaced.
fn thinned(codes: &[u32]) -> Vec<u32> {
    let rows = codes.len();
    if rows <= TABLE_ROWS {
        return codes.to_vec();
    }
    (0..TABLE_ROWS)
        .map(|place| codes[place * rows / TABLE_ROWS])
        .collect()
}
