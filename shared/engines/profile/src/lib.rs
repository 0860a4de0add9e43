//! What a table holds, from one look at each of its rows.
//!
//! A [`Profiler`] takes Arrow batches and keeps bounded state: counts, extremes, sums and lengths that
//! are exact, and sketches with known errors of the rest. Profilers of parts of a file merge to what one
//! would have seen of the whole, and can be written down in between, so a file is profiled by as many
//! workers as there are parts. Columns may come as text as it stands in the file, in which types, null
//! values, date formats and codes with leading zeros are still to be seen, or with the types they have.
//! What is found is a [`DatasetProfile`], in the shape of its JSON; personal data in it are masked.
//!
//! The crate must not know where rows come from or what is done with a profile, who asked or what time
//! it is. Of the reader it knows only the type lattice, so that both say the same of every column.
//!
//! ```
//! use std::sync::Arc;
//! use millrace_formats::{ReadOptions, Reader, Types};
//! use millrace_profile::{Alert, FileContext, ProfileOptions, Profiler};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let file = "id,email,amount\n1,ann@example.org,12.50\n2,bob@example.org,N/A\n3,eve@example.org,3\n";
//! let options = ReadOptions {
//!     types: Types::Text,
//!     null_values: vec![String::new()],
//!     ..ReadOptions::default()
//! };
//! let mut reader = Reader::open(Arc::new(file.as_bytes().to_vec()), &options)?;
//! let mut profiler = Profiler::new(&reader.schema(), &ProfileOptions::default());
//! while let Some(batch) = reader.next_batch()? {
//!     profiler.observe(&batch)?;
//! }
//! let profile = profiler.finish(&FileContext::of(reader.layout()));
//!
//! let [id, email, amount] = &profile.column_profiles[..] else { panic!("three columns") };
//! assert_eq!((profile.rows, id.inferred_type.as_str()), (3, "int64"));
//! assert_eq!(email.top_values[0].value, "a**@*******.***");
//! assert_eq!(amount.alternatives[0].data_type, "decimal(4,2)");
//! assert_eq!(amount.type_conflicts[0].row, 2);
//! assert!(amount.alerts.contains(&Alert::SentinelNulls));
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod bits;
mod column;
mod context;
mod error;
mod finish;
mod hash;
mod options;
mod profile;
mod profiler;
mod render;
mod rows;
mod semantic;
mod sketch;
mod text;

#[cfg(test)]
mod tests;

pub use context::FileContext;
pub use error::ProfileError;
pub use options::{ProfileOptions, Thresholds};
pub use profile::{
    Alert, Alternative, Bin, ColumnProfile, DatasetProfile, DateFormat, DialectProfile, Distinct,
    DuplicateRowsProfile, Histogram, Nulls, PROFILE_VERSION, Pattern, Pii, Quantiles, SampleRow,
    Semantic, Sortedness, TemporalProfile, TextProfile, TopValue, TypeConflict, TypeCountsProfile,
};
pub use profiler::Profiler;
