//! The worker's side: stages, and one end.

use millrace_jobs::{Directive, Ending, JobError, Report, Swept, Ticket};

use crate::detail::{GenerationJob, Output};
use crate::service::Generation;
use crate::stages::Stage;

/// What a worker says of the stage that it is at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StageReport {
    /// The stage.
    pub stage: Stage,
    /// How much of it is done, 0 to 1.
    pub share: f64,
    /// Rows that were made so far, in all parts.
    pub rows: u64,
}

/// What a job made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What came out, in its place.
    pub output: Output,
    /// How good it is, JSON; of `like-input`.
    pub quality: Option<String>,
    /// What the owner should know.
    pub warnings: Vec<String>,
}

impl Generation {
    /// Begins a stage, and ends those before it. Again, it changes nothing.
    ///
    /// # Errors
    /// The store's; to be tried again.
    pub async fn enter(&self, ticket: &Ticket, stage: Stage) -> Result<Directive, JobError> {
        let report = report(&StageReport {
            stage,
            share: 0.0,
            rows: 0,
        });
        let noted = self.jobs.report_with(ticket, &report, |job, now| {
            job.detail.stages.enter(stage, now).then_some(stage.begun())
        });
        noted.await
    }

    /// Records how far a stage is, renews the lease, and says whether to go on.
    ///
    /// # Errors
    /// The store's; the worker may go on and report again.
    pub async fn advance(
        &self,
        ticket: &Ticket,
        told: &StageReport,
    ) -> Result<Directive, JobError> {
        let report = report(told);
        let noted = self.jobs.report_with(ticket, &report, |job, _| {
            job.detail.stages.advance(told.stage, told.share);
            None
        });
        noted.await
    }

    /// Records how large the input is.
    ///
    /// # Errors
    /// The store's; to be tried again.
    pub async fn see_input(&self, ticket: &Ticket, bytes: u64) -> Result<Directive, JobError> {
        let report = Report::new(Stage::Validate.as_str());
        let noted = self.jobs.report_with(ticket, &report, |job, _| {
            job.detail.input_bytes = bytes;
            None
        });
        noted.await
    }

    /// Ends the run well: what it made is shown from this one write on.
    ///
    /// # Errors
    /// The store's; to be tried again.
    pub async fn publish(&self, ticket: &Ticket, made: &Made) -> Result<Ending, JobError> {
        let now = self.now();
        let publish = |job: &mut GenerationJob| {
            job.detail.stages.complete(now);
            job.detail.output = Some(made.output.clone());
            job.detail.quality.clone_from(&made.quality);
            job.warnings.clone_from(&made.warnings);
        };
        self.jobs.succeed(ticket, publish).await
    }

    /// Does everything that is overdue. To be called every minute; calls may overlap.
    ///
    /// # Errors
    /// The store's, when not even the overdue could be found.
    pub async fn sweep(&self) -> Result<Swept, JobError> {
        self.jobs.sweep().await
    }
}

fn report(told: &StageReport) -> Report {
    Report {
        rows_written: told.rows,
        share: Some(told.stage.share_of_whole(told.share)),
        ..Report::new(told.stage.as_str())
    }
}
