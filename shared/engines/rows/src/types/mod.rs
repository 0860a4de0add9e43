//! The types of cells: the few that steps see, their texts, and the ways from one to another.
//!
//! What a file holds becomes one of these types ([`canonical_schema`]): boolean, whole numbers of 32 and
//! 64 bits, floating point of 32 and 64 bits, exact decimals of up to 38 digits, text, days, moments, and
//! lists of these. Moments without a zone are taken as UTC wherever an instant is needed.
//!
//! Nothing is lost in silence: a value that another type does not hold exactly does not become one of
//! that type. Two exceptions lie in the nature of the wanted type: floating point holds the nearest
//! value, and the day of a moment has no time.

mod calendar;
mod canon;
mod cast;
mod cells;
mod constant;
mod convert;
mod date_part;
mod date_text;
mod digits;
mod format_date;
mod json;
mod numeric;
mod outputs;
mod parse_date;
#[cfg(test)]
pub(crate) mod tests;

pub use canon::{canonical, canonical_schema};

pub(crate) use calendar::{Day, Moment, Moments};
pub(crate) use cast::cast;
pub use cells::cell_texts;
pub(crate) use cells::{Cells, shown, type_name, write_double};
pub use constant::arrow_type;
pub(crate) use constant::scalar;
pub(crate) use convert::{cast_array, castable};
pub(crate) use date_part::extract_date_part;
pub(crate) use digits::{Digits, RoundedDivision, power_of_ten};
pub(crate) use format_date::format_date;
pub(crate) use json::row_text;
pub(crate) use numeric::each;
pub(crate) use outputs::Outputs;
pub(crate) use parse_date::parse_date;
