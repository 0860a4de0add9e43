//! `millrace process`: a file through steps into a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use indicatif::{ProgressBar, ProgressStyle};
use millrace_rows::{Context, Keys, Rejected};
use millrace_steps::{Fault, InputOptions, Pipeline};
use millrace_tabular::{
    Job, Outcome, Phase, Progress, Resources, Run, SideFiles, TabularError, read_options,
};
use serde_json::Value;
use thiserror::Error;

use crate::challenge::say;

/// Why there is no output.
#[derive(Debug, Error)]
pub enum ProcessError {
    /// A file cannot be opened, read or written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The steps are no JSON.
    #[error("the steps are no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The steps have faults.
    #[error("{}", sentences(.0))]
    Steps(Vec<Fault>),
    /// The run ended without a result.
    #[error("{}: {}", .0.code(), .0)]
    Run(#[from] TabularError),
}

fn sentences(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| format!("{} {}", fault.code, fault))
        .collect();
    lines.join("\n")
}

/// What is to be done, and with what.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file to work on.
    input: PathBuf,
    /// JSON file with the list of steps, or with the body of a job: `processing_steps`, `input`,
    /// `max_rejected_rows`.
    #[arg(long)]
    steps: PathBuf,
    /// The file to write. It appears when it is whole.
    #[arg(long)]
    output: PathBuf,
    /// Threads.
    #[arg(long)]
    threads: Option<usize>,
    /// Memory in MiB for steps that need many rows together.
    #[arg(long, default_value_t = 512)]
    memory: usize,
    /// A further file that steps bring in, as NAME=PATH.
    #[arg(long = "with", value_name = "NAME=PATH")]
    files: Vec<String>,
    /// A file of 32 bytes or more whose hash is the key of keyed hashes.
    #[arg(long)]
    key: Option<PathBuf>,
}

/// The key of a file, for every secret.
#[derive(Debug)]
struct FileKey(Option<[u8; 32]>);

impl Keys for FileKey {
    fn key(&self, _: Option<&str>) -> Result<[u8; 32], String> {
        self.0
            .ok_or_else(|| "a keyed hash needs a key: give --key FILE".to_owned())
    }
}

/// Works on a file.
pub fn run(arguments: &Arguments) -> Result<(), ProcessError> {
    let file = |path: &Path| {
        let path = path.to_owned();
        move |error| ProcessError::File(path, error)
    };
    let steps = std::fs::read(&arguments.steps).map_err(file(&arguments.steps))?;
    let job = job(arguments, &serde_json::from_slice(&steps)?)?;
    let source = File::open(&arguments.input).map_err(file(&arguments.input))?;
    let bar = bar();
    let watched = bar.clone();
    let observer = move |progress: &Progress| {
        show(&watched, progress);
        ControlFlow::Continue(())
    };
    let run = Run::open(Arc::new(source), &job, Arc::new(observer))?;
    let partial = beside(&arguments.output, ".partial");
    let rejects = beside(&arguments.output, ".rejects.ndjson.gz");
    let written = write(&run, &partial, &rejects);
    bar.finish_and_clear();
    match written {
        Ok(outcome) => {
            std::fs::rename(&partial, &arguments.output).map_err(file(&arguments.output))?;
            report(&outcome, &arguments.output, &rejects);
            Ok(())
        }
        Err(error) => {
            // Half a file is of no use, and looks like a whole one.
            std::fs::remove_file(&partial).ok();
            Err(error)
        }
    }
}

fn job(arguments: &Arguments, body: &Value) -> Result<Job, ProcessError> {
    let steps = body.get("processing_steps").unwrap_or(body);
    let pipeline = Pipeline::parse(steps).map_err(ProcessError::Steps)?;
    let input = body.get("input").unwrap_or(&Value::Null);
    let input = InputOptions::parse(input).map_err(ProcessError::Steps)?;
    let most = body.get("max_rejected_rows").and_then(Value::as_u64);
    let name = arguments
        .input
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let mut files = SideFiles::default();
    for pair in &arguments.files {
        let Some((name, path)) = pair.split_once('=') else {
            let error = std::io::Error::other("write --with NAME=PATH");
            return Err(ProcessError::File(PathBuf::from(pair), error));
        };
        let source =
            File::open(path).map_err(|error| ProcessError::File(PathBuf::from(path), error))?;
        let options = millrace_formats::ReadOptions {
            file_name: Some(path.to_owned()),
            ..millrace_formats::ReadOptions::default()
        };
        files.add(name, Arc::new(source), options);
    }
    let key = match &arguments.key {
        Some(path) => {
            let bytes =
                std::fs::read(path).map_err(|error| ProcessError::File(path.clone(), error))?;
            if bytes.len() < 32 {
                let error = std::io::Error::other("a key has 32 bytes or more");
                return Err(ProcessError::File(path.clone(), error));
            }
            Some(*blake3::hash(&bytes).as_bytes())
        }
        None => None,
    };
    Ok(Job {
        pipeline,
        read: read_options(&input, name.as_deref(), most.unwrap_or(1_000))?,
        context: Context {
            now: now(),
            seed: [0; 16],
            keys: Arc::new(FileKey(key)),
        },
        files,
        resources: Resources {
            threads: crate::threads(arguments.threads),
            memory_bytes: arguments.memory.max(16) << 20,
            spill_directory: std::env::temp_dir(),
            spill_bytes: u64::MAX,
        },
    })
}

#[expect(clippy::disallowed_methods, reason = "time comes in here")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn beside(output: &Path, ending: &str) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn write(run: &Run, output: &Path, rejects: &Path) -> Result<Outcome, ProcessError> {
    let file =
        File::create(output).map_err(|error| ProcessError::File(output.to_owned(), error))?;
    let mut rejected: Option<GzEncoder<BufWriter<File>>> = None;
    let outcome = run.write(
        BufWriter::with_capacity(1 << 20, file),
        &mut |row: &Rejected| {
            let sink = match &mut rejected {
                Some(sink) => sink,
                none => {
                    let file = BufWriter::new(File::create(rejects)?);
                    none.insert(GzEncoder::new(file, Compression::default()))
                }
            };
            serde_json::to_writer(&mut *sink, row)?;
            sink.write_all(b"\n")
        },
    );
    if let Some(sink) = rejected {
        sink.finish()
            .and_then(|mut file| file.flush())
            .map_err(|error| ProcessError::File(rejects.to_owned(), error))?;
    }
    Ok(outcome?)
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(1_000);
    let style =
        ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {elapsed} gone, {eta} to go");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, progress: &Progress) {
    let doing = match progress.phase {
        Phase::Scanning => "scanning",
        Phase::Surveying => "surveying",
        Phase::Processing => "processing",
        Phase::Finalizing => "finalizing",
    };
    bar.set_position((progress.share * 1_000.0) as u64);
    bar.set_message(format!("{doing}, {} rows read", progress.rows_read));
}

fn report(outcome: &Outcome, output: &Path, rejects: &Path) {
    say(&format!(
        "{} rows read, {} written to {} ({} bytes)",
        outcome.rows_read,
        outcome.written.rows,
        output.display(),
        outcome.written.bytes
    ));
    if outcome.rejected_rows > 0 {
        say(&format!(
            "{} rows rejected, see {}",
            outcome.rejected_rows,
            rejects.display()
        ));
    }
    for warning in &outcome.warnings {
        say(&format!("{}: {}", warning.code, warning.message));
    }
}
