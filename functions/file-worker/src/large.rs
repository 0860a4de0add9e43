//! A large job, cut into parts that can each be made alone.

use millrace_formats::Chunk;
use millrace_formats::write::merge::{MergeKind, MergePlan, Piece};
use millrace_formats::write::{OutputFormat, Part, WriteError, Written};
use millrace_jobs::Failure;
use millrace_processing::{MergeWork, PartMade, Plan, Work};
use millrace_tabular::{Findings, Run, TabularError, extension, media_type};
use serde::{Deserialize, Serialize};

use crate::process::{Machine, begin, finished, job_of, of_run, reject, sentences};

/// Most parts of a job: they are items of one execution, whose history has bounds.
const MOST_PARTS: u64 = 200;

/// What every part has to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    format: OutputFormat,
    findings: Findings,
    chunks: Vec<Chunk>,
}

/// Finds out what the input is, and cuts it.
pub fn plan(work: Work, machine: &Machine) -> Result<Plan<Cut>, Failure> {
    let job = job_of(&work, machine)?;
    let size = work.input.length();
    let run = begin(work.input, work.monitor, |source, observer| {
        Run::open(source, &job, observer)
    })?;
    let count = size
        .div_ceil(machine.part_bytes.max(1))
        .clamp(1, MOST_PARTS);
    let chunks = run.chunks(count as usize).map_err(of_run)?;
    Ok(Plan {
        // A file without rows has an output too.
        parts: u32::try_from(chunks.len()).unwrap_or(u32::MAX).max(1),
        extension: extension(run.format()).trim_start_matches('.').to_owned(),
        content_type: media_type(run.format()).to_owned(),
        details: Cut {
            format: run.format().clone(),
            findings: run.findings().clone(),
            chunks,
        },
    })
}

/// Makes a part.
pub fn part(
    work: Work,
    plan: &Plan<Cut>,
    number: u32,
    machine: &Machine,
) -> Result<PartMade<Written>, Failure> {
    let job = job_of(&work, machine)?;
    let (monitor, mut rejects) = (work.monitor.clone(), work.rejects);
    let run = begin(work.input, work.monitor, |source, observer| {
        Run::reopen(source, &job, &plan.details.findings, observer)
    })?;
    let part = Part {
        first: number == 0,
        last: number + 1 == plan.parts,
    };
    let chunk = plan.details.chunks.get(number as usize);
    let output = work.output.begin(&plan.extension, &plan.content_type);
    let outcome = run.write_part(chunk, part, output, &mut |row| reject(&mut rejects, row));
    let outcome = outcome.map_err(of_run)?;
    let bytes = chunk.map_or(0, |chunk| chunk.end - chunk.start);
    let written = outcome.written;
    finished(&monitor, &outcome, bytes);
    Ok(PartMade {
        warnings: sentences(outcome.warnings),
        details: written,
    })
}

/// Says which bytes of the parts make the output.
pub fn merge(work: MergeWork<Cut, Written>) -> Result<Vec<Piece>, Failure> {
    let limit = work.job.detail.max_rejected_rows;
    if work.rejected > limit {
        return Err(of_run(TabularError::TooManyRejects { limit }));
    }
    let (written, sources): (Vec<Written>, Vec<_>) = work.parts.into_iter().unzip();
    if let [only] = written.as_slice() {
        return Ok(vec![Piece::Copy {
            part: 0,
            start: 0,
            end: only.bytes,
        }]);
    }
    let format = &work.plan.format;
    let plan = match format.merge_kind() {
        MergeKind::Concatenate => MergePlan::text(format, &written),
        MergeKind::Footer => MergePlan::parquet(&sources),
        MergeKind::Rewrite => Err(WriteError::PartsDiffer {
            part: 1,
            reason: format!("files of {} are made in one part", format.name()),
        }),
    };
    Ok(plan
        .map_err(|error| of_run(error.into()))?
        .pieces()
        .to_vec())
}
