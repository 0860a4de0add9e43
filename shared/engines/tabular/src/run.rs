//! A job from its input to its output.

use std::io::Write;
use std::sync::Arc;

use millrace_formats::write::merge::MergeKind;
use millrace_formats::write::{OutputFormat, Part, Writer, Written};
use millrace_formats::{Chunk, FileFacts, FormatError, Input, ReadOptions, SharedSource, Warning};
use millrace_rows::{Context, Rejected};
use millrace_steps::Pipeline;
use serde::{Deserialize, Serialize};

use crate::error::TabularError;
use crate::needed::needed;
use crate::options::write_options;
use crate::plan::{House, Plan, surveys};
use crate::resources::Resources;
use crate::side::SideFiles;
use crate::source::Source;
use crate::watch::{Observer, Phase, Watch};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Job {
    /// The steps.
    pub pipeline: Pipeline,
    /// How the input is read; its `max_rejected_rows` holds for the rows that steps let go too.
    pub read: ReadOptions,
    /// What steps get from outside.
    pub context: Context,
    /// Other files that steps bring in.
    pub files: SideFiles,
    /// What the run may use.
    pub resources: Resources,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Rows of the input, rejected ones included.
    pub rows_read: u64,
    /// Rows in the rejects file.
    pub rejected_rows: u64,
    /// Rows and bytes of the output.
    pub written: Written,
    /// What the user should know beside.
    pub warnings: Vec<Warning>,
}

/// A job whose input was opened and whose steps were bound: everything is checked that can be checked
/// before the output begins.
#[derive(Debug)]
pub struct Run {
    plan: Plan,
    findings: Findings,
    format: millrace_formats::write::WriteOptions,
    threads: usize,
    watch: Arc<Watch>,
}

/// What a run found out about the columns of its whole input, for others who work on parts of the same
/// bytes by the same job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    columns: Vec<String>,
    /// Nothing where types were declared, or stand in the file.
    facts: Option<FileFacts>,
}

impl Findings {
    fn of(input: &Input) -> Self {
        Self {
            columns: names(input),
            facts: input.facts().cloned(),
        }
    }

    fn open(&self, source: SharedSource, read: &ReadOptions) -> Result<Input, FormatError> {
        let Some(facts) = &self.facts else {
            return Input::open(source, read);
        };
        let read = ReadOptions {
            columns: Some(self.columns.clone()),
            ..read.clone()
        };
        Input::open_untyped(source, &read)?.with_types(facts)
    }
}

fn names(input: &Input) -> Vec<String> {
    let schema = input.schema();
    let names = schema.fields().iter().map(|field| field.name().clone());
    names.collect()
}

impl Run {
    /// Opens the input, finds out its types and what steps must know of all rows, and binds the steps.
    ///
    /// # Errors
    /// An input that cannot be read, steps that do not fit it, the end of the run by its observer.
    pub fn open(
        source: SharedSource,
        job: &Job,
        observer: Arc<Observer>,
    ) -> Result<Self, TabularError> {
        let passes = 2 + surveys(&job.pipeline);
        let watch = Watch::new(observer, passes, job.read.max_rejected_rows);
        Self::begin(source, job, Arc::new(watch), |source| {
            Input::open_with(source, &job.read, job.resources.threads)
        })
    }

    /// The same with what [`Run::findings`] said of the same input: its types are not found out again.
    ///
    /// # Errors
    /// As [`Run::open`].
    pub fn reopen(
        source: SharedSource,
        job: &Job,
        findings: &Findings,
        observer: Arc<Observer>,
    ) -> Result<Self, TabularError> {
        let passes = 1 + surveys(&job.pipeline);
        let watch = Watch::new(observer, passes, job.read.max_rejected_rows);
        Self::begin(source, job, Arc::new(watch), |source| {
            findings.open(source, &job.read)
        })
    }

    fn begin(
        source: SharedSource,
        job: &Job,
        watch: Arc<Watch>,
        open: impl FnOnce(SharedSource) -> Result<Input, FormatError>,
    ) -> Result<Self, TabularError> {
        let bytes = source.length();
        watch.begin(Phase::Scanning, bytes);
        watch.check()?;
        let input = open(source)?;
        watch.check()?;
        let findings = Findings::of(&input);
        let faults = job.pipeline.check_columns(&findings.columns);
        if let Some(fault) = faults.first() {
            return Err(TabularError::step(
                "COLUMN_NOT_FOUND",
                format!("{}; columns: {}", fault.message, fault.allowed.join(", ")),
            ));
        }
        let format = write_options(job.pipeline.output_format(), input.layout())?;
        let projection = needed(&job.pipeline, &input.schema());
        let house = House {
            context: job.context.clone(),
            files: job.files.clone(),
            resources: job.resources.clone(),
            watch: Arc::clone(&watch),
            input_name: job.read.file_name.clone().unwrap_or_default(),
        };
        let source = Source::new(input, bytes, projection)?;
        Ok(Self {
            plan: Plan::bind(source, &job.pipeline, house)?,
            findings,
            format,
            threads: job.resources.threads,
            watch,
        })
    }

    /// What was found out about the columns of the input.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The format of the output.
    #[must_use]
    pub fn format(&self) -> &OutputFormat {
        &self.format.format
    }

    /// The pieces that the work can be cut into, `count` at most, so that the outputs of
    /// [`Run::write_part`] merge to that of [`Run::write`]; one where rows of all pieces are needed.
    ///
    /// # Errors
    /// An input that cannot be read.
    pub fn chunks(&self, count: usize) -> Result<Vec<Chunk>, TabularError> {
        let count = match self.format.format.merge_kind() {
            MergeKind::Rewrite => 1,
            _ => count,
        };
        self.plan.chunks(count)
    }

    /// Works on the rows. What was written is whole only where this is `Ok`.
    ///
    /// # Errors
    /// Whatever ends the run; see [`TabularError::code`].
    pub fn write(
        &self,
        output: impl Write + Send,
        rejects: &mut dyn FnMut(&Rejected) -> std::io::Result<()>,
    ) -> Result<Outcome, TabularError> {
        self.write_part(None, Part::WHOLE, output, rejects)
    }

    /// Works on the rows of one piece; `part` says where its output stands.
    ///
    /// # Errors
    /// As [`Run::write`].
    pub fn write_part(
        &self,
        chunk: Option<&Chunk>,
        part: Part,
        output: impl Write + Send,
        rejects: &mut dyn FnMut(&Rejected) -> std::io::Result<()>,
    ) -> Result<Outcome, TabularError> {
        let options = self.format.clone().part(part).threads(self.threads);
        let mut writer = Writer::new(output, self.plan.schema(), &options)?;
        let mut rejected = 0;
        for frame in self.plan.rows(chunk)? {
            let frame = frame?;
            self.watch.reject(frame.rejects.len())?;
            for row in &frame.rejects {
                rejects(row)?;
            }
            rejected += frame.rejects.len() as u64;
            if !frame.rows.is_empty() {
                writer.write(&frame.rows.batch)?;
                self.watch.wrote(frame.rows.len() as u64);
            }
            self.watch.check()?;
        }
        let rows_read = self.watch.progress().rows_read;
        self.watch.finalize();
        self.watch.check()?;
        let (written, _) = writer.finish()?;
        Ok(Outcome {
            rows_read,
            rejected_rows: rejected,
            written,
            warnings: self.plan.warnings(),
        })
    }
}
