//! File jobs: a file is uploaded, its rows go through steps, a file comes out.
//!
//! The lifecycle is [`millrace_jobs`]'s; here is what files add to it: upload and download URLs,
//! uploads in parts, and that a job starts once, whether its owner says that the file is there or
//! the store's event does. What the steps mean, what files hold and how any of it is asked for over
//! HTTP must not be known here; the steps are kept as the text that they came in.
//!
//! # Keys
//!
//! Files lie under the keys that their owner is shown: an input under `input/{job}/{name}`, which is
//! part of the upload URL, an output under `output/{job}/{name}` ([`output_key`]). Each attempt has
//! keys of its own, so that no late worker touches what was published.
//!
//! # The worker's side
//!
//! [`Files::jobs`] gives the jobs to claim, report and end; [`FileDetail::input`] names the version of
//! the input to read ([`millrace_ports::Objects::get_range`] with its etag: another one is a changed
//! input), and [`publish`] puts the outputs in place, inside [`millrace_jobs::Jobs::succeed`].
//!
//! ```
//! use millrace_files::{Files, NewFile, Settings};
//! use millrace_ports::{Tenant, memory::Memory};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let files = Files::new(Memory::new().ports(), Settings::default());
//! let owner = Tenant::new("ada").unwrap();
//! let job = files.create(&owner, NewFile::new("sales.csv", 10_240, "[]")).await?;
//! let url = files.upload_url(&owner, &job.id).await?;
//! assert!(url.contains(&job.id));
//! assert!(files.upload_url(&owner, &job.id).await.is_err()); // it has one
//! # Ok::<(), millrace_files::FileError>(()) }).unwrap();
//! ```
#![warn(missing_docs)]

mod detail;
mod download;
mod error;
mod keys;
mod multipart;
mod removal;
mod service;
mod upload;

pub use detail::{FileDetail, FileJob, NewFile, Output, StoredInput, Upload, publish};
pub use download::Download;
pub use error::{FileError, Refused};
pub use keys::{input_job, input_key, output_key, processed_name, rejects_name};
pub use multipart::{Multipart, PartUrl, SentPart};
pub use removal::FilesSwept;
pub use service::{Files, Settings, UploadedFile};
pub use upload::Arrival;
