//! What text means: types that whole columns fit in, and the values of cells.

mod builder;
mod convert;
mod file_facts;
mod lattice;
mod number;
mod temporal;

pub(crate) use builder::ColumnBuilder;
pub use convert::{Converted, convert_batch};
pub use file_facts::{Ambiguity, FileFacts, InferredColumn};
pub use lattice::{ColumnFacts, TypeCounts};
pub(crate) use number::looks_numeric;
pub use number::{Measure, NumberStyle, measure};
pub(crate) use temporal::looks_temporal;
pub use temporal::{Moment, Scan, TemporalFormat, scan};

use crate::error::FormatError;
use crate::options::ColumnSpec;

/// How the values of a column are written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ValueFormat {
    /// Of numbers.
    pub number: NumberStyle,
    /// Tried in order; the ISO forms where empty.
    pub temporal: Vec<TemporalFormat>,
}

impl ValueFormat {
    pub(crate) fn of(spec: &ColumnSpec) -> Result<Self, FormatError> {
        let number = NumberStyle {
            decimal: spec.decimal_separator.unwrap_or('.'),
            thousands: spec.thousands_separator,
        };
        if number.thousands == Some(number.decimal) {
            return Err(FormatError::InvalidOption {
                option: "thousands_separator",
                reason: format!("column {} has the same decimal separator", spec.name),
            });
        }
        let temporal = spec
            .formats
            .iter()
            .map(|format| TemporalFormat::parse(format))
            .collect::<Result<_, _>>()?;
        Ok(Self { number, temporal })
    }
}

/// Without white space around it, which few cells have.
#[inline]
pub(crate) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// True and false in the spellings of people, for columns declared as boolean. Inference takes
/// `true` and `false` alone.
pub(crate) fn parse_boolean(text: &str) -> Option<bool> {
    const TRUE: [&str; 6] = ["true", "t", "yes", "y", "1", "on"];
    const FALSE: [&str; 6] = ["false", "f", "no", "n", "0", "off"];
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(&TRUE) {
        Some(true)
    } else if is(&FALSE) {
        Some(false)
    } else {
        None
    }
}
