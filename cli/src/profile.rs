//! `millrace profile`: what a file holds.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use millrace_formats::{Chunk, FormatError, Input, ReadOptions, ReadRequest, Types};
use millrace_profile::{DatasetProfile, FileContext, ProfileError, ProfileOptions, Profiler};
use thiserror::Error;

/// Why there is no profile.
#[derive(Debug, Error)]
pub enum ProfileFailure {
    /// The file cannot be opened.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The file cannot be read.
    #[error("{}: {}", .0.code(), .0)]
    Format(#[from] FormatError),
    /// A batch cannot be profiled.
    #[error("{}: {}", .0.code(), .0)]
    Profile(#[from] ProfileError),
    /// The profile cannot be written.
    #[error("the profile cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// What is to be profiled, and how it is shown.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file.
    input: PathBuf,
    /// Writes the whole profile as JSON.
    #[arg(long)]
    json: bool,
    /// Threads.
    #[arg(long)]
    threads: Option<usize>,
}

/// Name of the column with the numbers of rows; no column of a file has it.
const NUMBERS: &str = "\u{0}row";

/// Profiles a file and prints what it holds.
pub fn run(arguments: &Arguments) -> Result<(), ProfileFailure> {
    let profile = profile(&arguments.input, crate::threads(arguments.threads))?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &profile).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{profile}")?;
    }
    Ok(())
}

fn profile(path: &Path, threads: usize) -> Result<DatasetProfile, ProfileFailure> {
    let at = |error| ProfileFailure::File(path.to_owned(), error);
    let file = File::open(path).map_err(at)?;
    let bytes = file.metadata().map_err(at)?.len();
    let options = ReadOptions {
        file_name: Some(path.to_string_lossy().into_owned()),
        // Cells as they stand, so that types and signs for null are seen and not decided.
        types: Types::Text,
        null_values: vec![String::new()],
        max_rejected_rows: u64::MAX,
        ..ReadOptions::default()
    };
    let input = Input::open(Arc::new(file), &options)?;
    let chunks = input.chunks(threads)?;
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = chunks
            .iter()
            .map(|chunk| scope.spawn(|| part(&input, chunk)))
            .collect();
        let parts = workers.into_iter().map(|worker| {
            let broken = || FormatError::Io(std::io::Error::other("a thread broke off")).into();
            worker.join().unwrap_or_else(|_| Err(broken()))
        });
        parts.collect::<Result<Vec<_>, ProfileFailure>>()
    })?;
    let mut context = FileContext {
        bytes: Some(bytes),
        ..FileContext::of(input.layout())
    };
    let mut whole: Option<Profiler> = None;
    for (profiler, rejected) in parts {
        context.rejected_rows += rejected;
        match &mut whole {
            Some(whole) => whole.merge(&profiler)?,
            none => *none = Some(profiler),
        }
    }
    let whole = whole.unwrap_or_else(|| Profiler::new(&input.schema(), &profile_options()));
    Ok(whole.finish(&context))
}

fn profile_options() -> ProfileOptions {
    ProfileOptions {
        row_numbers: Some(NUMBERS.to_owned()),
        ..ProfileOptions::default()
    }
}

fn part(input: &Input, chunk: &Chunk) -> Result<(Profiler, u64), ProfileFailure> {
    let mut reader = input.reader(&ReadRequest {
        projection: None,
        row_numbers: Some(NUMBERS.to_owned()),
        chunk: Some(*chunk),
    })?;
    let mut profiler =
        Profiler::new(&reader.schema(), &profile_options()).starting_at(chunk.first_row);
    let mut rejected = 0;
    while let Some(batch) = reader.next_batch()? {
        profiler.observe(&batch)?;
        rejected += reader.take_rejects().len() as u64;
    }
    rejected += reader.take_rejects().len() as u64;
    Ok((profiler, rejected))
}
