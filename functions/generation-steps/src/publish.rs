//! The last stage: parts into the output, where it was asked for.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use millrace_files::StoredInput;
use millrace_formats::write::WriteError;
use millrace_formats::write::merge::{MergeKind, MergePlan, Piece};
use millrace_generation::{GenerationJob, Made, ObjectPlace, Output, Stage};
use millrace_jobs::{Ending, JobError, Ticket};
use millrace_ports::{Objects, PortError, Segment};
use millrace_processing::ReadAhead;

use crate::halt::{Halt, Step};
use crate::part::PartMade;
use crate::plan::{content_type, output_format, part_key};
use crate::shift::Shift;
use crate::stages::{no_bucket, parts_missing};
use crate::verify::{complete, judge};
use crate::worker::Worker;

/// Footers are small, and there may be thousands of them.
const FOOTERS: ReadAhead = ReadAhead {
    block_bytes: 64 << 10,
    ahead: 0,
    blocks: 1,
};
/// Objects that are looked at side by side.
const AT_A_TIME: usize = 16;

impl Worker {
    /// Puts the parts together, without moving them where the bucket is the same, and ends the run.
    pub async fn publish(&self, ticket: &Ticket, deadline: DateTime<Utc>) -> Step<()> {
        let job = self.enter(ticket, Stage::Publish).await?;
        let plan = self.plan_of(ticket).await?;
        let parts = complete(&plan, self.known_parts(ticket).await?)?;
        let mut warnings = judge(&self.maker(ticket, &job).await?, &parts)?;
        let place = self.generation.buckets().output(&job);
        let target = self.generation.buckets().objects(&place.bucket);
        let target = Arc::clone(target.ok_or_else(|| no_bucket("output", &place.bucket))?);
        let begin = || self.generation.begin_output(&job);
        self.patience().call(JobError::retryable, begin).await?;
        let shift = Shift::new(self, ticket, Stage::Publish, deadline);
        let bytes = shift
            .beside(assemble(&shift, &job, &parts, (&target, &place)))
            .await?;
        let output = Output {
            place: place.clone(),
            rows: parts.iter().map(|part| part.written.rows).sum(),
            bytes,
            content_type: content_type(&job).to_owned(),
        };
        let learned = plan.learned;
        warnings.extend(learned.iter().flat_map(|input| input.warnings.clone()));
        let made = Made {
            output,
            quality: learned.map(|input| input.quality),
            warnings,
        };
        if target.size(&place.key).await? != Some(bytes) {
            return Err(Halt::Again(parts_missing()));
        }
        let publish = || self.generation.publish(ticket, &made);
        match self.patience().call(JobError::retryable, publish).await? {
            Ending::Recorded => {
                self.generation.clear_parts(&job).await;
                Ok(())
            }
            Ending::Void => Err(Halt::Over),
            Ending::Cancelled => Err(Halt::Cancelled),
        }
    }
}

/// Writes the output, and gives its bytes.
async fn assemble(
    shift: &Shift<'_>,
    job: &GenerationJob,
    parts: &[PartMade],
    (target, place): (&Arc<dyn Objects>, &ObjectPlace),
) -> Step<u64> {
    let (worker, ticket) = (shift.worker, shift.ticket);
    let pieces = pieces(shift, job, parts).await?;
    let bytes = pieces.iter().map(Piece::length).sum();
    let segments = pieces.into_iter().map(|piece| match piece {
        Piece::Bytes(bytes) => Segment::Bytes(bytes),
        Piece::Copy { part, start, end } => {
            let key = part_key(&ticket.place(), u32::try_from(part).unwrap_or(u32::MAX));
            let whole = parts.get(part).map(|made| made.written.bytes);
            if (start, Some(end)) == (0, whole) {
                Segment::Object(key)
            } else {
                Segment::Range(key, start..end)
            }
        }
    });
    let segments: Vec<Segment> = segments.collect();
    shift.pace.tell(0.1)?;
    if place.bucket == worker.generation.buckets().own() {
        let write = || target.concatenate(&segments, &place.key, content_type(job));
        worker.patience().call(PortError::retryable, write).await?;
    } else {
        crate::carry::carry(shift, segments, (target, &place.key), content_type(job)).await?;
    }
    Ok(bytes)
}

/// Which bytes of the parts make the output.
async fn pieces(shift: &Shift<'_>, job: &GenerationJob, parts: &[PartMade]) -> Step<Vec<Piece>> {
    let written: Vec<_> = parts.iter().map(|part| part.written).collect();
    if let [only] = written.as_slice() {
        return Ok(vec![Piece::Copy {
            part: 0,
            start: 0,
            end: only.bytes,
        }]);
    }
    let format = output_format(job);
    let plan = match format.merge_kind() {
        MergeKind::Concatenate => MergePlan::text(&format, &written)?,
        MergeKind::Footer => footers(shift, parts).await?,
        MergeKind::Rewrite => {
            return Err(WriteError::PartsDiffer {
                part: 1,
                reason: format!("files of {} are made in one part", format.name()),
            }
            .into());
        }
    };
    Ok(plan.pieces().to_vec())
}

async fn footers(shift: &Shift<'_>, parts: &[PartMade]) -> Step<MergePlan> {
    let (worker, ticket) = (shift.worker, shift.ticket);
    let sources = (0..).zip(parts).map(async |(number, _)| {
        let head = worker.part_head(ticket, number).await?;
        let head = head.ok_or_else(|| Halt::Again(parts_missing()))?;
        let version = StoredInput {
            size: head.size,
            etag: head.etag,
        };
        let key = part_key(&ticket.place(), number);
        let objects = Arc::clone(&worker.ports().objects);
        let reading = &shift.pace.reading;
        Ok::<_, Halt>(reading.open(objects, (key, version), FOOTERS, worker.patience()))
    });
    let sources = stream::iter(sources).buffered(AT_A_TIME);
    let sources: Vec<_> = sources.try_collect().await?;
    shift
        .engine(move |_| Ok(MergePlan::parquet(&sources)?))
        .await
}
