//! How a job is cut, and what is written down of it.
//!
//! The plan, the model and the parts are the job's and no attempt's: whoever goes on finds what is there
//! and makes what is missing.

use std::ops::Range;

use bytes::Bytes;
use millrace_api::generation::FileFormat;
use millrace_formats::write::{
    CsvOptions, JsonOptions, OutputFormat, ParquetOptions, Part, WriteOptions, XlsxOptions,
};
use millrace_generation::{GenerationJob, parts_prefix};
use millrace_jobs::{Place, Ticket};
use millrace_likeness::Model;
use serde::{Deserialize, Serialize};

use crate::event::Span;
use crate::halt::{Halt, Step};
use crate::maker::Maker;
use crate::worker::Worker;

/// Parts of a job, at most: one output is assembled of no more.
const MOST_PARTS: u64 = 9_000;
/// Items of an execution, at most: its history has bounds.
const MOST_SPANS: u32 = 200;
/// Parts of an item, at least: those that one call makes side by side.
const LEAST_SPAN: u32 = 2;
/// Bytes in memory of the rows of a part, where they are wide.
const PART_BYTES: u64 = 128 << 20;
/// Bytes in memory of the rows of a workbook, which is made as one part.
const MOST_SHEET_BYTES: u64 = 1 << 30;
/// Bytes in memory of all rows: about what the most parts of [`PART_BYTES`] hold.
const MOST_OUTPUT_BYTES: u64 = 1 << 40;
/// Largest plan, and largest model, that is read back.
const MOST_BYTES: u64 = 256 << 20;

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Of the program: another one may make other rows.
    version: String,
    /// Rows of the output.
    rows: u64,
    /// Rows of each part but the last.
    part_rows: u64,
    /// What was learned.
    pub learned: Option<LearnedInput>,
}

/// What is known of a learned input beside its model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnedInput {
    /// Names the version that was read.
    pub etag: String,
    /// How like the rows are, JSON.
    pub quality: String,
    /// What the owner should know.
    pub warnings: Vec<String>,
}

impl Plan {
    /// Cuts the rows of a job into parts of about so many cells, and fewer where rows are wide: a part
    /// is held in memory.
    pub fn new(
        job: &GenerationJob,
        maker: &Maker,
        part_cells: u64,
        learned: Option<LearnedInput>,
    ) -> Step<Self> {
        let rows = job.detail.data_size;
        let columns = maker.schema().fields().len() as u64;
        let row_bytes = maker.row_bytes(rows)?.max(1);
        if rows.saturating_mul(row_bytes) > MOST_OUTPUT_BYTES {
            return Err(Halt::failed(
                "OUTPUT_TOO_LARGE",
                "so many rows of this width are more than one output can hold: ask for fewer rows, or for fewer columns",
            ));
        }
        let fitting = (part_cells / columns.max(1)).min(PART_BYTES / row_bytes);
        let group = ParquetOptions::default().row_group_rows;
        // Row groups of parts are as long as those of one file.
        let even = if fitting > group {
            fitting / group * group
        } else {
            fitting.max(1)
        };
        let part_rows = match job.detail.format() {
            FileFormat::Xlsx if rows.saturating_mul(row_bytes) > MOST_SHEET_BYTES => {
                return Err(Halt::failed(
                    "SHEET_TOO_LARGE",
                    "so many wide rows do not fit into a workbook: choose another outputFormat, or ask for fewer rows",
                ));
            }
            FileFormat::Xlsx => rows,
            _ => even.max(rows.div_ceil(MOST_PARTS)),
        };
        Ok(Self {
            version: VERSION.to_owned(),
            rows,
            part_rows: part_rows.max(1),
            learned,
        })
    }

    /// Parts.
    pub fn parts(&self) -> u32 {
        u32::try_from(self.rows.div_ceil(self.part_rows)).unwrap_or(u32::MAX)
    }

    /// The rows of a part.
    pub fn range(&self, number: u32) -> Range<u64> {
        let start = self.part_rows * u64::from(number);
        start..(start + self.part_rows).min(self.rows)
    }

    /// The items of an execution.
    pub fn spans(&self) -> Vec<Span> {
        let parts = self.parts();
        let length = parts.div_ceil(MOST_SPANS).max(LEAST_SPAN);
        let begins = (0..parts).step_by(length as usize);
        let spans = begins.map(|first| Span {
            first,
            end: parts.min(first + length),
        });
        spans.collect()
    }

    /// How a part is written.
    pub fn options(&self, job: &GenerationJob, number: u32) -> WriteOptions {
        WriteOptions::new(output_format(job)).part(Part {
            first: number == 0,
            last: number + 1 == self.parts(),
        })
    }
}

/// What the output of a job is written in.
pub fn output_format(job: &GenerationJob) -> OutputFormat {
    match job.detail.format() {
        FileFormat::Csv => OutputFormat::Csv(CsvOptions::default()),
        FileFormat::Json => OutputFormat::Json(JsonOptions::default()),
        FileFormat::Ndjson => OutputFormat::Ndjson(JsonOptions::default()),
        FileFormat::Parquet => OutputFormat::Parquet(ParquetOptions::default()),
        FileFormat::Xlsx => OutputFormat::Xlsx(XlsxOptions::default()),
    }
}

/// The media type of that.
pub fn content_type(job: &GenerationJob) -> &'static str {
    match job.detail.format() {
        FileFormat::Csv => "text/csv",
        FileFormat::Json => "application/json",
        FileFormat::Ndjson => "application/x-ndjson",
        FileFormat::Parquet => "application/vnd.apache.parquet",
        FileFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
}

/// Where a part lies.
pub fn part_key(place: &Place, number: u32) -> String {
    format!("{}{number:06}", parts_prefix(place))
}

fn plan_key(place: &Place) -> String {
    format!("{}plan.json", parts_prefix(place))
}

/// Where the model lies; it stays as long as the job does.
pub fn model_key(place: &Place) -> String {
    format!("{}model.json", place.prefix())
}

/// Parts and plans of another version are made again.
const VERSION: &str = millrace_records::VERSION;

impl Worker {
    /// The plan that was written down by this version of the program.
    pub async fn stored_plan(&self, ticket: &Ticket) -> Step<Option<Plan>> {
        let body = self.read(&plan_key(&ticket.place())).await?;
        // One that cannot be read is another version's.
        let plan = body.and_then(|body| serde_json::from_slice(&body).ok());
        Ok(plan.filter(|plan: &Plan| plan.version == VERSION))
    }

    /// The plan, of which a stage before has taken care.
    pub async fn plan_of(&self, ticket: &Ticket) -> Step<Plan> {
        let plan = self.stored_plan(ticket).await?;
        plan.ok_or_else(|| Halt::Again(crate::stages::parts_missing()))
    }

    /// Writes a plan down, of which no part is made yet.
    pub async fn store_plan(&self, ticket: &Ticket, plan: &Plan) -> Step<()> {
        let body = serde_json::to_vec(plan)?;
        self.write(&plan_key(&ticket.place()), body.into(), "application/json")
            .await
    }

    /// What makes the rows of a job that is planned.
    pub async fn maker(&self, ticket: &Ticket, job: &GenerationJob) -> Step<Maker> {
        if !job.detail.learns() {
            return Maker::of_records(job);
        }
        let body = self.read(&model_key(&ticket.place())).await?;
        let body = body.ok_or_else(|| Halt::Again(crate::stages::parts_missing()))?;
        let text = std::str::from_utf8(&body).map_err(|error| Halt::broken(&error.to_string()))?;
        Maker::of_model(job, &Model::from_json(text)?)
    }

    /// Reads a small object of the own bucket.
    async fn read(&self, key: &str) -> Step<Option<Bytes>> {
        let objects = &self.ports().objects;
        let get = || objects.get(key, MOST_BYTES);
        Ok(self
            .patience()
            .call(millrace_ports::PortError::retryable, get)
            .await?)
    }

    /// Writes an object of the own bucket.
    pub async fn write(&self, key: &str, body: Bytes, content_type: &str) -> Step<()> {
        let objects = &self.ports().objects;
        let put = || objects.put(key, body.clone(), content_type);
        let put = self
            .patience()
            .call(millrace_ports::PortError::retryable, put);
        Ok(put.await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(rows: u64, part_rows: u64) -> Plan {
        Plan {
            version: VERSION.to_owned(),
            rows,
            part_rows,
            learned: None,
        }
    }

    #[test]
    fn parts_and_spans_cover_all_rows_once() {
        for (rows, part_rows) in [
            (1, 1),
            (1, 1 << 40),
            (1_000, 7),
            (122_881, 122_880),
            (1_000_000_000, 111_112),
        ] {
            let plan = plan(rows, part_rows);
            let mut next = 0;
            for number in 0..plan.parts() {
                let range = plan.range(number);
                assert_eq!(range.start, next, "{rows} by {part_rows}");
                assert!(range.end > range.start);
                next = range.end;
            }
            assert_eq!(next, rows);
            let spans = plan.spans();
            assert!(spans.len() <= MOST_SPANS as usize);
            let ends = spans.iter().map(|span| span.end);
            let begins = spans.iter().skip(1).map(|span| span.first);
            assert!(begins.chain([plan.parts()]).eq(ends), "{spans:?}");
            assert_eq!(spans[0].first, 0);
        }
    }
}
