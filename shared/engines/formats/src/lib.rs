//! Files into Arrow record batches: right on messy input, and never a wrong row count in silence.
//!
//! A file is opened by what it holds, not by its name: compression, format, encoding and dialect are
//! found out where the caller does not say. Every row of it is either in a batch or a [`Reject`] with
//! its number, place and reason; a file that cannot be read to its end is a [`FormatError`] with a
//! stable code. Types are those that every cell of the whole file fits in. Delimited text and NDJSON
//! split at any byte into chunks that give exactly the rows of one pass, quoted line ends included.
//!
//! It knows bytes ([`Source`]) and Arrow. It must not know where the bytes lie, what is done with the
//! rows, who asked or what time it is: no AWS, no DataFusion, no environment, no asynchrony.
//!
//! ```
//! use std::sync::Arc;
//! use millrace_formats::{ReadOptions, Reader};
//!
//! # fn main() -> Result<(), millrace_formats::FormatError> {
//! let file = "Sales report;;\nid;name;amount\n1;\"Smith; John\";12,50\n2;Zoë;3,25\n3;too;many;fields\n";
//! let mut reader = Reader::open(Arc::new(file.as_bytes().to_vec()), &ReadOptions::default())?;
//! let batch = reader.next_batch()?.expect("there are rows");
//! assert_eq!(batch.num_rows(), 2);
//! assert_eq!(reader.schema().field(2).data_type().to_string(), "Decimal128(4, 2)");
//! assert_eq!((reader.rejects()[0].row, reader.rejects()[0].code.as_str()), (3, "TOO_MANY_FIELDS"));
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod cells;
mod columnar;
mod contained;
mod content;
mod csv;
mod decompress;
mod encoding;
mod error;
mod excel;
mod input;
mod json;
mod layout;
mod limits;
mod notes;
mod options;
mod parallel;
mod reader;
mod reject;
mod rows;
mod sniff;
mod source;
mod text;
mod types;
pub mod write;

pub use csv::{Chunk, ChunkScan, State, Transition, fold_scans};
pub use error::FormatError;
pub use input::{Input, ReadRequest};
pub use layout::{Compression, CsvLayout, Dialect, Format, Layout, LineEnding};
pub use limits::Limits;
pub use options::{
    BadValues, CharacterOption, ColumnSpec, HeaderOption, InvalidUtf8, Nested, RaggedRows,
    ReadOptions, SheetOption, Types,
};
pub use parallel::ParallelReader;
pub use reader::{Progress, Reader};
pub use reject::{MAX_RAW_BYTES, Reject, RejectCode, Warning};
pub use source::{SharedSource, Source};
pub use types::{
    Ambiguity, ColumnFacts, Converted, FileFacts, InferredColumn, Measure, Moment, NumberStyle,
    Scan, TemporalFormat, TypeCounts, ValueFormat, convert_batch, measure, scan as scan_moment,
};
