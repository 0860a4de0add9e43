//! What a worker of file jobs does around its engine.
//!
//! An engine is a plain function on a thread of its own, with its [`Work`]: it reads a
//! [`SharedSource`], begins its output and writes to two [`ObjectWriter`]s, tells a [`Monitor`] how far
//! it is, and gives what it [`Made`] or a [`Failure`](millrace_jobs::Failure). [`Worker::run`] does the rest: it takes the job of a message,
//! reads the very version of the input that was uploaded, uploads parts as they come, reports every
//! two seconds and hears of a cancel by that, and ends the attempt by one write. Nothing that was
//! written can be seen before that write, and what no write made visible is taken away.
//!
//! A job with a large input is handed to a state machine, which has it made in parts: [`Worker::plan`],
//! [`Worker::part`] for each, [`Worker::merge`], and [`Worker::give_up`] where one of them did not come
//! to its end.
//!
//! What steps mean and what files hold must not be known here, nor where the bytes lie beyond the
//! ports.
//!
//! ```
//! use std::io::Write;
//! use millrace_files::{Files, NewFile, Settings, input_key};
//! use millrace_jobs::{Failure, Report, State};
//! use millrace_ports::{Clock, Objects, Tenant, memory::Memory};
//! use millrace_processing::{Made, Work, Worker};
//!
//! fn upper_case(work: Work) -> Result<Made, Failure> {
//!     let broken = |error: std::io::Error| Failure::new("READ_FAILED", error.to_string());
//!     let mut text = vec![0; usize::try_from(work.input.length()).unwrap_or_default()];
//!     work.input.read_at(0, &mut text).map_err(broken)?;
//!     let mut output = work.output.begin("csv", "text/csv");
//!     output.write_all(&text.to_ascii_uppercase()).map_err(broken)?;
//!     let _go_on = work.monitor.report(Report { rows_read: 1, ..Report::new("processing") });
//!     Ok(Made::default())
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let memory = Memory::new();
//! let files = Files::new(memory.ports(), Settings::default());
//! let owner = Tenant::new("ada").unwrap();
//! let job = files.create(&owner, NewFile::new("names.csv", 4, "[]")).await?;
//! let key = input_key(&job.id, "names.csv");
//! memory.objects.put(&key, "ada\n".into(), "text/csv").await.unwrap();
//! files.mark_uploaded(&owner, &job.id, &key).await?;
//!
//! let message = serde_json::from_str(&memory.queue.receive("file-jobs").unwrap()).unwrap();
//! let deadline = memory.clock.now() + chrono::TimeDelta::minutes(15);
//! Worker::new(files.clone()).run(&message, deadline, upper_case).await?;
//!
//! let job = files.load(&owner, &job.id).await?;
//! assert_eq!(job.state, State::Succeeded);
//! assert_eq!(job.detail.output.unwrap().file_name, "names_processed.csv");
//! # Ok::<(), millrace_files::FileError>(()) }).unwrap();
//! ```
#![warn(missing_docs)]

mod monitor;
mod outside;
mod patience;
mod reading;
mod secret;
mod source;
mod stop;
mod worker;
mod writer;

pub use millrace_formats::SharedSource;
pub use monitor::Monitor;
pub use patience::Patience;
pub use reading::{Reading, ReadingFault};
pub use secret::TenantKey;
pub use source::ReadAhead;
pub use worker::{
    MACHINE, Made, MergeWork, NewOutput, OtherFile, OtherFiles, Outcome, PartMade, Plan, Settings,
    TaskEnd, Work, Worker,
};
pub use writer::ObjectWriter;
