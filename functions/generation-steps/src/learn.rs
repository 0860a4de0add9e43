//! A file into a model of its rows, and how like the rows of that are.

use millrace_api::generation::FileFormat;
use millrace_formats::{Format, Input, ParallelReader, ReadOptions, ReadRequest, SharedSource};
use millrace_likeness::{Comparison, Generator, LearnOptions, Learner, Model, QualityReport};

use crate::halt::{Step, sentence};
use crate::shift::Pace;

/// Generated rows that are compared with the input, the first ones. A sample of fewer decides about
/// shapes and trends anyway; of these all are looked at for copies.
const COMPARED_ROWS: u64 = 200_000;
/// Rows of them that are made at once.
const BATCH_ROWS: u64 = 16_384;
/// Pairs of columns that are told of; a report is kept with its job.
const TOLD_PAIRS: usize = 100;
/// Share of the stage that reading is; comparing is the rest.
const READING: f64 = 0.8;

/// What comes of an input.
#[derive(Debug)]
pub struct Lesson {
    /// The model, as JSON.
    pub model: String,
    /// How like its rows are.
    pub quality: QualityReport,
    /// What the owner should know.
    pub warnings: Vec<String>,
}

/// What is asked of a lesson.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The end of the input's key: a name may tell what the content does not.
    pub file_name: String,
    /// What the input is said to be written in.
    pub format: Option<FileFormat>,
    /// The seed of the rows that will be made.
    pub seed: u64,
    /// So many will be.
    pub rows: u64,
    /// Threads that may read.
    pub threads: usize,
}

/// Learns an input. The table itself is forgotten with the comparison: what is kept is the model.
pub fn learn(source: SharedSource, wish: &Wish, pace: &Pace) -> Step<Lesson> {
    let options = ReadOptions {
        file_name: Some(wish.file_name.clone()),
        format: wish.format.map(format),
        ..ReadOptions::default()
    };
    let input = Input::open_with(source, &options, wish.threads)?;
    let mut reader = ParallelReader::new(&input, &ReadRequest::default(), wish.threads)?;
    let mut learner = Learner::new(&reader.schema(), &LearnOptions::default())?;
    while let Some(batch) = reader.next_batch()? {
        learner.observe(&batch)?;
        let progress = reader.progress();
        let share = progress.bytes_consumed as f64 / progress.bytes_total.max(1) as f64;
        pace.tell(READING * share)?;
    }
    let mut warnings: Vec<String> = reader
        .warnings()
        .iter()
        .map(|warning| sentence(&warning.message))
        .collect();
    let left_out = reader.progress().rows_rejected;
    if left_out > 0 {
        warnings.push(format!(
            "{left_out} rows of the input could not be read and were not learned"
        ));
    }
    let learned = learner.finish()?;
    let comparison = Comparison::new(&learned.model, learned.reference)?;
    Ok(Lesson {
        quality: compare(&learned.model, comparison, wish, pace)?,
        model: learned.model.to_json()?,
        warnings,
    })
}

/// Compares rows that will be made: a row is the same whenever it is.
fn compare(
    model: &Model,
    mut comparison: Comparison,
    wish: &Wish,
    pace: &Pace,
) -> Step<QualityReport> {
    let generator = Generator::new(model, wish.seed)?;
    let rows = wish.rows.min(COMPARED_ROWS);
    let mut start = 0;
    while start < rows {
        let end = rows.min(start + BATCH_ROWS);
        comparison.observe(&generator.batch(start..end)?, start)?;
        start = end;
        pace.tell(READING + (1.0 - READING) * start as f64 / rows as f64)?;
    }
    Ok(comparison.finish()?.with_worst_pairs(TOLD_PAIRS))
}

fn format(format: FileFormat) -> Format {
    match format {
        FileFormat::Csv => Format::Csv,
        FileFormat::Json => Format::Json,
        FileFormat::Ndjson => Format::Ndjson,
        FileFormat::Parquet => Format::Parquet,
        FileFormat::Xlsx => Format::Xlsx,
    }
}
