//! Long work of every system: one lifecycle, one way to change a job, one way to hand it to a
//! worker.
//!
//! A [`Job`] is created, queued, run and ends as succeeded, failed or cancelled, once per run; it
//! may be paused, and resumed as its next run. [`State::after`] is the whole table of moves. A
//! system brings its own [`Detail`] and shows states in its own words; what it makes, where its
//! files lie and what HTTP or AWS are must not be known here.
//!
//! # Rows
//!
//! | Row | Key | Holds |
//! |---|---|---|
//! | job | `T#{tenant}#JOBS#{system}` / `{created}#{id}` | the job; by its key it is the list's row too, so that a list never lags |
//! | owner | `JOB#{id}` / `OWNER` | whose it is and where: another tenant's id is told from an unknown one, and a message or S3 event finds its job |
//! | event | `T#{tenant}#JOB#{id}` / `EVENT#{version}` | what happened; never changed |
//! | part | `T#{tenant}#JOB#{id}` / `PART#{number}` | how far a part is that is made apart, and what came of it |
//! | outbox | `OUTBOX#{system}` / `{time}#{id}#{version}` | a message that must reach the queue; there until it did |
//!
//! Every change is one transaction on the version that was read: the job, its event, and an outbox
//! row where it is queued. After a lost answer the event tells whether the change is the caller's
//! own. While somebody has to move a job on (it is queued, running or cancelling), the secondary
//! index holds it under the time by which that has to be done; [`Jobs::sweep`] reads it. Any other
//! job stands there under the end of its retention, for [`Jobs::expired`].
//!
//! Where more has to change with a job (slots of its owner, counters, a ledger), a [`Companion`] adds
//! its writes to the same transaction: it holds with the job's step, or neither does.
//!
//! # The worker's side
//!
//! [`Jobs::claim`] takes a [`Message`] and gives a [`Ticket`]: run and attempt, which every later
//! write carries. A worker that was given up holds an old ticket and can change nothing more.
//!
//! 1. `claim`; anything but [`Claim::Claimed`] means that the message is done with.
//! 2. Write objects under [`Ticket::prefix`] only, which no other attempt shares.
//! 3. [`Jobs::report`] at most every 2 s and at least every third of the lease. It renews the lease and says whether to go on.
//!    Several workers under one ticket tell of their [parts](JobPart) with [`Jobs::put_part`].
//! 4. One of [`Jobs::succeed`], which publishes by the one conditional write that ends the run,
//!    [`Jobs::fail`] for what will never work, [`Jobs::release`] for what may work later, and
//!    [`Jobs::stopped`] after [`Directive::Cancel`].
//!
//! ```
//! use millrace_jobs::{Claim, Detail, Directive, Jobs, Message, Policy, Report, State};
//! use millrace_ports::{Tenant, memory::Memory};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, Clone, Serialize, Deserialize)]
//! struct Count { to: u64, output: Option<String> }
//! impl Detail for Count {
//!     const SYSTEM: &'static str = "COUNT";
//!     const QUEUE: &'static str = "counts";
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let memory = Memory::new();
//! let jobs: Jobs<Count> = Jobs::new(memory.ports(), Policy::default());
//! let owner = Tenant::new("ada").unwrap();
//! let job = jobs.create(&owner, Count { to: 3, output: None }).await?;
//! jobs.submit(&owner, &job.id).await?;
//!
//! let body = memory.queue.receive("counts").expect("a message");
//! let message: Message = serde_json::from_str(&body).unwrap();
//! let Claim::Claimed(ticket, job) = jobs.claim(&message).await? else { unreachable!() };
//! let report = Report { rows_read: job.detail.to, ..Report::new("counting") };
//! assert_eq!(jobs.report(&ticket, &report).await?, Directive::Continue);
//! let output = format!("{}counted.txt", ticket.prefix());
//! jobs.succeed(&ticket, |job| job.detail.output = Some(output.clone())).await?;
//!
//! assert_eq!(jobs.load(&owner, &job.id).await?.state, State::Succeeded);
//! # Ok::<(), millrace_jobs::JobError>(()) }).unwrap();
//! ```
#![warn(missing_docs)]

mod companion;
mod error;
mod job;
mod list;
mod parts;
mod policy;
mod progress;
mod rows;
mod service;
mod state;
mod store;
mod sweep;
mod worker;

pub use companion::{Companion, Moved};
pub use error::JobError;
pub use job::{Detail, Failure, Job};
pub use list::JobPage;
pub use parts::JobPart;
pub use policy::Policy;
pub use progress::{Progress, Report};
pub use rows::{Message, Place, RecordedEvent};
pub use service::Jobs;
pub use state::{Refusal, State, Step};
pub use store::Change;
pub use sweep::Swept;
pub use worker::{Claim, Directive, Ending, Ticket};
