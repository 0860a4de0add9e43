//! From the work of a job to the table engine, and back.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use millrace_formats::{SharedSource, Warning};
use millrace_jobs::{Failure, Report};
use millrace_processing::{Made, Monitor, TenantKey, Work};
use millrace_rows::{Context, Keys, Rejected};
use millrace_steps::step::Source;
use millrace_steps::{Fault, InputOptions, Pipeline};
use millrace_tabular::{
    Job, Observer, Outcome, Phase, Progress, Resources, Run, SideFiles, TabularError, extension,
    media_type, read_options,
};
use serde_json::Value;
use uuid::Uuid;

/// Lambda gives a whole processor for so many megabytes.
const MEGABYTES_PER_PROCESSOR: u32 = 1769;

/// What one invocation may use.
#[derive(Debug, Clone)]
pub struct Machine {
    resources: Resources,
    /// Bytes of a large input that make a part.
    pub part_bytes: u64,
}

impl Machine {
    /// A function of so much memory. Half of it is for rows; reading, writing and parts on their way
    /// need the rest.
    pub fn new(memory_megabytes: u32, part_bytes: u64) -> Self {
        let threads = memory_megabytes.div_ceil(MEGABYTES_PER_PROCESSOR);
        Self {
            resources: Resources {
                threads: threads as usize,
                memory_bytes: (memory_megabytes as usize / 2) << 20,
                spill_directory: PathBuf::from("/tmp"),
                // Of the 10 GiB that the template asks for.
                spill_bytes: 8 << 30,
            },
            part_bytes,
        }
    }
}

/// Runs the steps of a job over its file.
pub fn process(work: Work, machine: &Machine) -> Result<Made, Failure> {
    let job = job_of(&work, machine)?;
    let bytes = work.input.length();
    let (monitor, mut rejects) = (work.monitor.clone(), work.rejects);
    let run = begin(work.input, work.monitor, |source, observer| {
        Run::open(source, &job, observer)
    })?;
    let format = run.format();
    let extension = extension(format);
    let output = work
        .output
        .begin(extension.trim_start_matches('.'), media_type(format));
    let outcome = run.write(output, &mut |row| reject(&mut rejects, row));
    let outcome = outcome.map_err(of_run)?;
    finished(&monitor, &outcome, bytes);
    Ok(Made {
        warnings: sentences(outcome.warnings),
    })
}

/// What a job says, for the engine.
pub fn job_of(work: &Work, machine: &Machine) -> Result<Job, Failure> {
    let detail = &work.job.detail;
    let pipeline = Pipeline::parse(&json(&detail.steps)?).map_err(of_faults)?;
    let options = detail.input_options.as_deref().unwrap_or("null");
    let options = InputOptions::parse(&json(options)?).map_err(of_faults)?;
    let most_rejected = detail.max_rejected_rows;
    let mut files = SideFiles::default();
    for source in pipeline.sources() {
        let (Source::JobInput(id) | Source::Dataset(id)) = source;
        let other = work.others.open(id)?;
        let options = read_options(&InputOptions::default(), Some(&other.file_name), 0);
        files.add(id, other.source, options.map_err(of_run)?);
    }
    Ok(Job {
        pipeline,
        read: read_options(&options, Some(&detail.file_name), most_rejected).map_err(of_run)?,
        context: Context {
            // Every attempt gives the same.
            now: work.job.created_at,
            seed: Uuid::try_parse(&work.job.id).map_or([0; 16], Uuid::into_bytes),
            keys: Arc::new(JobKeys(work.tenant_key)),
        },
        files,
        resources: machine.resources.clone(),
    })
}

/// Opens a run that is watched.
pub fn begin(
    input: SharedSource,
    monitor: Monitor,
    open: impl FnOnce(SharedSource, Arc<Observer>) -> Result<Run, TabularError>,
) -> Result<Run, Failure> {
    let observer = move |progress: &Progress| watch(&monitor, progress);
    open(input, Arc::new(observer)).map_err(of_run)
}

/// Tells that a run is over which has read so many bytes.
pub fn finished(monitor: &Monitor, outcome: &Outcome, bytes: u64) {
    // The work is done: nothing is left to be stopped.
    let _ = monitor.report(Report {
        rows_read: outcome.rows_read,
        rows_written: outcome.written.rows,
        rows_rejected: outcome.rejected_rows,
        bytes,
        total_bytes: Some(bytes),
        share: Some(1.0),
        ..Report::new(stage(Phase::Finalizing))
    });
}

/// Warnings for the owner.
pub fn sentences(warnings: Vec<Warning>) -> Vec<String> {
    let sentences = warnings.into_iter();
    sentences
        .map(|warning| sentence(&warning.message))
        .collect()
}

/// A row that is not in the output, as a line of the rejects file.
pub fn reject(file: &mut impl Write, row: &Rejected) -> io::Result<()> {
    let mut line = serde_json::to_vec(row)?;
    line.push(b'\n');
    file.write_all(&line)
}

/// Tells how far the run is. Rows and bytes are those of the pass that writes: those before it read the
/// same ones.
fn watch(monitor: &Monitor, progress: &Progress) -> ControlFlow<()> {
    let mut report = Report {
        total_bytes: Some(progress.bytes_total),
        share: Some(progress.share),
        ..Report::new(stage(progress.phase))
    };
    if matches!(progress.phase, Phase::Processing | Phase::Finalizing) {
        report.rows_read = progress.rows_read;
        report.rows_written = progress.rows_written;
        report.rows_rejected = progress.rejected_rows;
        report.bytes = progress.bytes_read;
    }
    monitor.report(report)
}

fn stage(phase: Phase) -> &'static str {
    match phase {
        Phase::Scanning => "scanning",
        Phase::Surveying => "surveying",
        Phase::Processing => "processing",
        Phase::Finalizing => "finalizing",
    }
}

/// The key of the tenant's own; others are not kept.
#[derive(Debug)]
struct JobKeys(TenantKey);

impl Keys for JobKeys {
    fn key(&self, secret_id: Option<&str>) -> Result<[u8; 32], String> {
        match secret_id {
            None => Ok(*self.0.bytes()),
            Some(id) => Err(format!(
                "there is no secret {id:?}; leave secret_id out to use the account's own key"
            )),
        }
    }
}

/// What was checked when the job was created, and stored as text.
fn json(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text)
        .map_err(|error| Failure::new("INVALID_JOB", format!("The job is unreadable: {error}")))
}

/// Steps that were good when the job was created, and are not for this version.
fn of_faults(faults: Vec<Fault>) -> Failure {
    let sentences: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let code = faults
        .first()
        .map_or("INVALID_JOB", |fault| fault.code.as_str());
    Failure::new(code, sentence(&sentences.join("; ")))
}

pub fn of_run(error: TabularError) -> Failure {
    if let TabularError::Internal(_) | TabularError::Spill(_) = error {
        // Its owner can do nothing about it, and need not read our paths.
        tracing::error!(%error, "a run failed");
        return Failure::new(
            "INTERNAL_ERROR",
            "The file could not be processed because of a fault on our side, which has been noted",
        );
    }
    Failure::new(error.code(), sentence(&error.to_string()))
}

/// A message as a sentence of its own.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_begins_like_a_sentence() {
        assert_eq!(sentence("the file is empty"), "The file is empty");
        assert_eq!(sentence("élan"), "Élan");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn a_machine_has_threads_and_memory_by_its_size() {
        for (megabytes, threads) in [(128, 1), (1769, 1), (2048, 2), (10_240, 6)] {
            let machine = Machine::new(megabytes, 1).resources;
            assert_eq!(machine.threads, threads, "{megabytes}");
            assert_eq!(machine.memory_bytes >> 20, megabytes as usize / 2);
        }
    }
}
