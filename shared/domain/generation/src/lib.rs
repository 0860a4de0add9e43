//! Data-generation jobs: rows of a type, or rows like those of a file, made in stages and parts.
//!
//! The lifecycle is [`millrace_jobs`]'s; here is what data generation adds to it: stages, slots per
//! customer with a cooldown, a retention that the customer sets, pause and resume within a window, a
//! limit on the time of a run, and the pipeline's figures. What the types are and how rows are made
//! must not be known here: a [`Catalogue`] checks what is asked for, a worker makes it.
//!
//! # Rows
//!
//! Beside those of a job:
//!
//! | Row | Key | Holds |
//! |---|---|---|
//! | slots | `T#{tenant}#GENERATION` / `SLOTS` | the jobs that take a slot, those that cool down until when |
//! | retention | `T#{tenant}#GENERATION` / `RETENTION` | days, where the customer has set them |
//! | customer | `T#{tenant}#GENERATION` / `CUSTOMER` | in the index, so that the daily sweep finds all |
//! | figures | `GENERATION#FIGURES` / `{shard}` | counts of jobs, one row of 16 by the job's id |
//! | call | `T#{tenant}#GENERATION` / `REQUEST#{digest}` | which job a call that named itself has made, for a day |
//! | output | `GENERATION#OUTPUT#{bucket}/{key}` / `OWNER` | whose output lies there, so that an old job takes away no newer one's |
//!
//! Slots and figures change in the transaction of the job's own step (a [`millrace_jobs::Companion`]):
//! a crash can neither lose a slot nor count a job twice, and no race takes more than there are.
//!
//! # The worker's side
//!
//! [`Generation::jobs`] gives the jobs to claim. Then, in this order, for each [`Stage`]:
//! [`Generation::enter`] when it begins and [`Generation::advance`] at least every 2 s; both renew the
//! lease and say whether to go on. A run that is over its time is paused by that, or by the sweep.
//! Parts are [`millrace_jobs::JobPart`]s under the ticket, their objects under [`parts_prefix`]: they
//! belong to the job, and the run after a pause finds them. [`Generation::publish`] ends the run.
//!
//! ```
//! use std::sync::Arc;
//! use millrace_api::generation::GenerationCreate;
//! use millrace_generation::{Buckets, Catalogue, Checked, Generation, Settings};
//! use millrace_api::{error::Fault, generation::RecordType};
//! use millrace_ports::{Tenant, memory::Memory};
//!
//! #[derive(Debug)]
//! struct Numbers;
//! impl Catalogue for Numbers {
//!     fn types(&self) -> Vec<RecordType> { Vec::new() }
//!     fn check(&self, _: &GenerationCreate, _: u64) -> Result<Checked, Vec<Fault>> {
//!         Ok(Checked { columns: 1 })
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let memory = Memory::new();
//! let buckets = Buckets::new("data", memory.objects.clone());
//! let settings = Settings::default();
//! let generation = Generation::new(memory.ports(), buckets, settings, Arc::new(Numbers));
//! let ada = Tenant::new("ada").unwrap();
//! let wish = serde_json::json!({ "dataType": "numbers", "dataSize": 10 });
//! let wish = GenerationCreate::from_value(&wish).unwrap();
//! let job = generation.create(&ada, wish).await?;
//! assert_eq!(generation.slots(&ada).await?.current(), 1);
//! generation.pause(&ada, &job.id).await?;
//! generation.resume(&ada, &job.id).await?;
//! # Ok::<(), millrace_generation::GenerationError>(()) }).unwrap();
//! ```
#![warn(missing_docs)]

mod catalogue;
mod companion;
mod detail;
mod error;
mod figures;
mod health;
mod history;
mod holders;
mod places;
mod request;
mod retention;
mod service;
mod slots;
mod stages;
mod upload;
mod work;

pub use catalogue::{Catalogue, Checked};
pub use detail::{GenerationDetail, GenerationJob, Output};
pub use error::GenerationError;
pub use figures::Figures;
pub use health::{DEAD_LETTERS, Health};
pub use history::Filter;
pub use places::{Buckets, MACHINE, ObjectPlace, chunks_prefix, parts_prefix};
pub use request::RequestKey;
pub use retention::{Removed, Retention};
pub use service::{Generation, SYNC_CELLS, Settings, Wish, resume_until};
pub use slots::{Slots, Taken};
pub use stages::{Stage, StageEntry, Stages};
pub use upload::UploadPlace;
pub use work::{Made, StageReport};
