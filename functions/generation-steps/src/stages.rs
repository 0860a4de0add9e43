//! The stages before the last one. Each finds what it did before and does what is missing.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use millrace_files::StoredInput;
use millrace_generation::{GenerationJob, Stage};
use millrace_jobs::{Failure, JobError, JobPart, Report, Ticket};
use millrace_ports::{ObjectHead, Objects, PortError};
use millrace_processing::ReadAhead;

use crate::event::Span;
use crate::halt::{Halt, Step, heed};
use crate::learn::{self, Wish};
use crate::maker::Maker;
use crate::part::{self, PartMade};
use crate::plan::{LearnedInput, Plan, content_type, model_key, part_key};
use crate::shift::Shift;
use crate::verify::{complete, judge};
use crate::worker::Worker;

/// Objects that are looked at side by side.
const AT_A_TIME: usize = 16;

/// An input that is there.
struct Found {
    objects: Arc<dyn Objects>,
    key: String,
    head: ObjectHead,
}

/// What a stage comes to that misses what one before has made.
pub fn parts_missing() -> Failure {
    Failure::new(
        "PARTS_MISSING",
        "Parts of the output were lost: resume the job, and they are made again",
    )
}

impl Worker {
    /// Looks at a job and its input once more: the input may have come and gone since it was accepted.
    pub async fn validate(&self, ticket: &Ticket) -> Step<()> {
        let job = self.enter(ticket, Stage::Validate).await?;
        let output = self.generation.buckets().output(&job);
        if self.generation.buckets().objects(&output.bucket).is_none() {
            return Err(no_bucket("output", &output.bucket));
        }
        if !job.detail.learns() {
            return Maker::of_records(&job).map(drop);
        }
        let found = self.input(&job).await?;
        let seen = || self.generation.see_input(ticket, found.head.size);
        heed(self.patience().call(JobError::retryable, seen).await?)
    }

    /// Learns the input where the job has one, and cuts the work into parts.
    pub async fn prepare(&self, ticket: &Ticket, deadline: DateTime<Utc>) -> Step<Vec<Span>> {
        let job = self.look(ticket).await?;
        let stage = if job.detail.learns() {
            Stage::Learn
        } else {
            Stage::Plan
        };
        let job = self.enter(ticket, stage).await?;
        if let Some(plan) = self.stored_plan(ticket).await?
            && self.is_of_its_input(&job, &plan).await?
        {
            return Ok(plan.spans());
        }
        // What another version, or another input, has left is of no use.
        let place = ticket.place();
        let forget = || self.generation.jobs().forget_parts(&place);
        self.patience().call(JobError::retryable, forget).await?;
        let cells = self.settings.part_cells;
        let learned = if job.detail.learns() {
            Some(self.learn(ticket, &job, deadline).await?)
        } else {
            None
        };
        let maker = self.maker(ticket, &job).await?;
        let plan = Plan::new(&job, &maker, cells, learned)?;
        self.store_plan(ticket, &plan).await?;
        Ok(plan.spans())
    }

    /// Whether what was learned is what the input still is.
    async fn is_of_its_input(&self, job: &GenerationJob, plan: &Plan) -> Step<bool> {
        match &plan.learned {
            Some(learned) => Ok(self.input(job).await?.head.etag == learned.etag),
            None => Ok(true),
        }
    }

    async fn learn(
        &self,
        ticket: &Ticket,
        job: &GenerationJob,
        deadline: DateTime<Utc>,
    ) -> Step<LearnedInput> {
        let Found { objects, key, head } = self.input(job).await?;
        let wish = Wish {
            file_name: key.rsplit('/').next().unwrap_or(&key).to_owned(),
            format: job.detail.input_format,
            seed: job.detail.seed,
            rows: job.detail.data_size,
            threads: self.settings.threads,
        };
        let etag = head.etag.clone();
        let version = StoredInput {
            size: head.size,
            etag: head.etag,
        };
        let shift = Shift::new(self, ticket, Stage::Learn, deadline);
        let reading = &shift.pace.reading;
        let source = reading.open(
            objects,
            (key, version),
            ReadAhead::default(),
            self.patience(),
        );
        let learning = shift.engine(move |pace| learn::learn(source, &wish, pace));
        let lesson = shift.beside(learning).await?;
        let model = lesson.model.into_bytes().into();
        let key = model_key(&ticket.place());
        self.write(&key, model, "application/json").await?;
        Ok(LearnedInput {
            etag,
            quality: serde_json::to_string(&lesson.quality)?,
            warnings: lesson.warnings,
        })
    }

    /// Makes the parts of a span that are not there.
    pub async fn generate(&self, ticket: &Ticket, span: Span, deadline: DateTime<Utc>) -> Step<()> {
        let job = self.enter(ticket, Stage::Generate).await?;
        let plan = self.plan_of(ticket).await?;
        let known = self.known_parts(ticket).await?;
        let made = known.iter().filter(|part| part.made.is_some());
        let made: BTreeSet<u32> = made.map(|part| part.number).collect();
        let missing: Vec<u32> = (span.first..span.end.min(plan.parts()))
            .filter(|number| !made.contains(number))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let maker = Arc::new(self.maker(ticket, &job).await?);
        let shift = Shift::new(self, ticket, Stage::Generate, deadline)
            .on_parts(job.detail.data_size, plan.parts());
        let parts = missing.into_iter();
        let parts = parts.map(|number| make_part(&shift, &job, &plan, Arc::clone(&maker), number));
        let making = stream::iter(parts)
            .buffer_unordered(self.settings.threads)
            .try_collect::<()>();
        shift.beside(making).await
    }

    /// Checks what was made: that all of it is there, and that the rows are as planned.
    pub async fn verify(&self, ticket: &Ticket, deadline: DateTime<Utc>) -> Step<()> {
        let job = self.enter(ticket, Stage::Verify).await?;
        let plan = self.plan_of(ticket).await?;
        let parts = complete(&plan, self.known_parts(ticket).await?)?;
        judge(&self.maker(ticket, &job).await?, &parts)?;
        let shift = Shift::new(self, ticket, Stage::Verify, deadline);
        let heads = (0..plan.parts()).zip(&parts).map(async |(number, part)| {
            let head = self.part_head(ticket, number).await?;
            Ok::<_, Halt>(head.is_some_and(|head| head.size == part.written.bytes))
        });
        let looking = stream::iter(heads)
            .buffer_unordered(AT_A_TIME)
            .try_fold(true, async |all, one| Ok(all && one));
        if shift.beside(looking).await? {
            return Ok(());
        }
        // A part that is known stays known: only all of them can be forgotten.
        let place = ticket.place();
        let forget = || self.generation.jobs().forget_parts(&place);
        self.patience().call(JobError::retryable, forget).await?;
        Err(Halt::Again(parts_missing()))
    }

    /// The parts that are known so far, by number.
    pub async fn known_parts(&self, ticket: &Ticket) -> Step<Vec<JobPart<PartMade>>> {
        let parts = || self.generation.jobs().parts(ticket);
        Ok(self.patience().call(JobError::retryable, parts).await?)
    }

    /// What is known of a part's object.
    pub async fn part_head(&self, ticket: &Ticket, number: u32) -> Step<Option<ObjectHead>> {
        let (key, objects) = (part_key(&ticket.place(), number), &self.ports().objects);
        let head = || objects.head(&key);
        Ok(self.patience().call(PortError::retryable, head).await?)
    }

    /// Begins a stage.
    pub async fn enter(&self, ticket: &Ticket, stage: Stage) -> Step<GenerationJob> {
        let enter = || self.generation.enter(ticket, stage);
        heed(self.patience().call(JobError::retryable, enter).await?)?;
        self.look(ticket).await
    }

    /// The job, while the ticket holds it.
    async fn look(&self, ticket: &Ticket) -> Step<GenerationJob> {
        let look = || self.generation.jobs().look(ticket);
        let (directive, job) = self.patience().call(JobError::retryable, look).await?;
        heed(directive)?;
        job.ok_or(Halt::Over)
    }

    async fn input(&self, job: &GenerationJob) -> Step<Found> {
        let buckets = self.generation.buckets();
        let place = buckets.input(job);
        let place = place.ok_or_else(|| {
            Halt::failed(
                "INVALID_JOB",
                "inputBucket and inputPath are missing: they say what the rows are to be like",
            )
        })?;
        let objects = buckets.objects(&place.bucket);
        let objects = Arc::clone(objects.ok_or_else(|| no_bucket("input", &place.bucket))?);
        let look = || objects.head(&place.key);
        let head = self.patience().call(PortError::retryable, look).await?;
        let Some(head) = head else {
            return Err(Halt::failed(
                "INPUT_NOT_FOUND",
                &format!(
                    "there is no object {} in the bucket {}: upload it, or correct inputPath",
                    place.key, place.bucket
                ),
            ));
        };
        Ok(Found {
            objects,
            key: place.key,
            head,
        })
    }
}

/// Makes a part, and makes it known: its object first, so that a part that is known is there.
async fn make_part(
    shift: &Shift<'_>,
    job: &GenerationJob,
    plan: &Plan,
    maker: Arc<Maker>,
    number: u32,
) -> Step<()> {
    let (rows, options) = (plan.range(number), plan.options(job, number));
    let making = shift.engine(move |pace| part::make(&maker, rows, &options, pace));
    let (bytes, made) = making.await?;
    let (worker, ticket) = (shift.worker, shift.ticket);
    let key = part_key(&ticket.place(), number);
    worker.write(&key, bytes.into(), content_type(job)).await?;
    let rows = made.written.rows;
    let report = Report {
        rows_written: rows,
        ..Report::new("generate")
    };
    let part = JobPart {
        made: Some(made),
        ..JobPart::of(number, &report)
    };
    let put = || worker.generation.jobs().put_part(ticket, &part);
    heed(worker.patience().call(JobError::retryable, put).await?)?;
    shift.pace.recorded(rows);
    Ok(())
}

/// What a bucket comes to that was allowed when the job was accepted.
pub fn no_bucket(side: &str, bucket: &str) -> Halt {
    Halt::failed(
        "BUCKET_FORBIDDEN",
        &format!("{side}Bucket {bucket} is none that this deployment may use any more"),
    )
}
