//! Files, through steps, into files: any size in bounded memory, in the order of the input.
//!
//! A [`Job`] names the steps of `millrace-steps` and how its input is read. [`Run::open`] opens the
//! input, finds out the types of its columns over the whole of it, and binds every step to the columns
//! that come to it, so that what cannot work fails before anything is written. [`Run::write`] lets the
//! rows through: parsed by several threads, through steps that work on each row for itself
//! (`millrace-rows`) in several threads, through steps that remember something one after the other, and
//! through a sort of our own or through DataFusion (aggregate, top of groups, pivot) where rows must come
//! together, which both spill what does not fit. Rows that cannot be read or worked on are told of one by one, in the order of the input.
//!
//! It knows sources and sinks of bytes. It must not know where they lie, who asked, or what time it is.
#![warn(missing_docs)]

mod error;
mod frames;
mod gather;
mod judge;
mod lanes;
mod needed;
mod options;
mod plan;
mod resources;
mod run;
mod side;
mod sort;
mod source;
mod stream;
mod survey;
mod watch;

pub use error::TabularError;
pub use options::{extension, media_type, read_options, write_options};
pub use resources::Resources;
pub use run::{Findings, Job, Outcome, Run};
pub use side::SideFiles;
pub use watch::{Observer, Phase, Progress};
