//! Keys as numbers: the keys of a row, one behind the other in 128 bits.
//!
//! All rows are looked through for the bits that their values need (a whole number those of its distance
//! from the least, a text those behind what all texts begin with), so that most orders fit wholly into the
//! number, and comparing two rows touches no column.

use arrow::array::{Array, ArrayRef};

use super::order::Key;
use super::walk::{each_number, each_text};

/// Bits of a number.
const BITS: u32 = 128;

/// What is true of all values of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Values {
    /// Nothing but nulls so far.
    None,
    Numbers {
        least: i128,
        greatest: i128,
    },
    Texts {
        /// What all of them begin with.
        common: Vec<u8>,
        longest: usize,
    },
    /// They are no numbers.
    Other,
}

/// How one key stands in the number.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Number {
        least: i128,
        greatest: i128,
        /// Bits at the end that find no room.
        cut: u32,
    },
    Text {
        skip: usize,
        bytes: u32,
        /// Bits of the length behind the bytes, where the whole text has room: bytes that a text does
        /// not have count as zeros, and so only the length tells `"a"` from `"a\0"`.
        length: Option<u32>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Packed {
    key: usize,
    part: Part,
    /// Bits in all, that of null included.
    bits: u32,
    nulls: bool,
    nulls_first: bool,
    descending: bool,
}

/// How the keys of rows become numbers that order as the rows do.
#[derive(Debug)]
pub(super) struct Packing {
    parts: Vec<Packed>,
    /// The first key that the number does not hold wholly.
    rest: Option<usize>,
}

impl Packing {
    /// The packing for these rows: `batches` has for each batch its columns of keys.
    pub(super) fn of(keys: &[Key], batches: &[Vec<ArrayRef>]) -> Self {
        let mut packing = Self {
            parts: Vec::with_capacity(keys.len()),
            rest: None,
        };
        let mut room = BITS;
        for (place, key) in keys.iter().enumerate() {
            let arrays = || batches.iter().map(|columns| &columns[place]);
            let nulls = arrays().any(|array| array.null_count() > 0);
            let values = arrays().fold(Values::None, look_through);
            let Some((part, bits, whole)) = fit(&values, nulls, room) else {
                packing.rest = Some(place);
                break;
            };
            if bits > 0 {
                packing.parts.push(Packed {
                    key: place,
                    part,
                    bits,
                    nulls,
                    nulls_first: key.nulls_first,
                    descending: key.descending,
                });
            }
            room -= bits;
            if !whole {
                packing.rest = Some(place);
                break;
            }
        }
        packing
    }

    /// The first key that must be compared where numbers are equal.
    pub(super) fn rest(&self) -> Option<usize> {
        self.rest
    }

    /// The numbers of the rows of a batch.
    pub(super) fn pack(&self, columns: &[ArrayRef], rows: usize) -> Vec<u128> {
        let mut packed = vec![0_u128; rows];
        for part in &self.parts {
            let mut push = |row: usize, value: u128| {
                packed[row] = shifted(packed[row], part.bits) | value;
            };
            let column = &columns[part.key];
            let known = match &part.part {
                Part::Number { .. } => {
                    each_number(column, |row, value| push(row, part.number(value)))
                }
                Part::Text { .. } => each_text(column, |row, text| push(row, part.text(text))),
            };
            debug_assert!(known, "a key has one type in all batches");
        }
        packed
    }
}

/// A part for values, the bits that it takes, and whether it holds them wholly; nothing where no bit of
/// them finds room.
fn fit(values: &Values, nulls: bool, room: u32) -> Option<(Part, u32, bool)> {
    match values {
        Values::Other => None,
        // Nulls alone are equal to each other: there is nothing to tell apart.
        Values::None => Some((
            Part::Number {
                least: 0,
                greatest: 0,
                cut: 0,
            },
            0,
            true,
        )),
        Values::Numbers { least, greatest } => {
            let range = greatest.wrapping_sub(*least) as u128;
            let most = range.checked_add(u128::from(nulls))?;
            let bits = BITS - most.leading_zeros();
            let part = Part::Number {
                least: *least,
                greatest: *greatest,
                cut: bits.saturating_sub(room),
            };
            (bits == 0 || room > 0).then_some((part, bits.min(room), bits <= room))
        }
        Values::Texts { common, longest } => {
            let skip = common.len();
            let behind = longest - skip;
            let null_bit = u32::from(nulls);
            let length = usize::BITS - behind.leading_zeros();
            let whole = behind <= 16 && null_bit + 8 * behind as u32 + length <= room;
            let (bytes, length) = if whole {
                (behind as u32, Some(length))
            } else {
                (room.saturating_sub(null_bit) / 8, None)
            };
            let part = Part::Text {
                skip,
                bytes,
                length,
            };
            let bits = null_bit + 8 * bytes + length.unwrap_or(0);
            (whole || bytes > 0).then_some((part, bits, whole))
        }
    }
}

impl Packed {
    fn number(&self, value: Option<i128>) -> u128 {
        let Part::Number {
            least,
            greatest,
            cut,
        } = self.part
        else {
            return 0;
        };
        let after_null = u128::from(self.nulls && self.nulls_first);
        let number = match value {
            Some(value) if self.descending => greatest.wrapping_sub(value) as u128 + after_null,
            Some(value) => value.wrapping_sub(least) as u128 + after_null,
            None if self.nulls_first => 0,
            None => greatest.wrapping_sub(least) as u128 + 1,
        };
        number >> cut
    }

    fn text(&self, text: Option<&[u8]>) -> u128 {
        let Part::Text {
            skip,
            bytes,
            length,
        } = self.part
        else {
            return 0;
        };
        let width = 8 * bytes + length.unwrap_or(0);
        let null_bit = shifted(1, width);
        let Some(text) = text else {
            return if self.nulls_first { 0 } else { null_bit };
        };
        let text = text.get(skip..).unwrap_or_default();
        let mut first = [0_u8; 16];
        let count = text.len().min(bytes as usize);
        first[..count].copy_from_slice(&text[..count]);
        let mut number = u128::from_be_bytes(first)
            .checked_shr(BITS - 8 * bytes)
            .unwrap_or(0);
        if let Some(length) = length {
            number = shifted(number, length) | text.len() as u128;
        }
        if self.descending {
            number = shifted(1, width).wrapping_sub(1) - number;
        }
        if self.nulls && self.nulls_first {
            number |= null_bit;
        }
        number
    }
}

fn shifted(number: u128, bits: u32) -> u128 {
    number.checked_shl(bits).unwrap_or(0)
}

fn look_through(values: Values, array: &ArrayRef) -> Values {
    let mut values = values;
    let numbers = each_number(array, |_, value| {
        let Some(value) = value else { return };
        if let Values::Numbers { least, greatest } = &mut values {
            (*least, *greatest) = ((*least).min(value), (*greatest).max(value));
        } else {
            values = Values::Numbers {
                least: value,
                greatest: value,
            };
        }
    });
    let known = numbers
        || each_text(array, |_, text| {
            let Some(text) = text else { return };
            if let Values::Texts { common, longest } = &mut values {
                *longest = (*longest).max(text.len());
                if !text.starts_with(common) {
                    let alike = common
                        .iter()
                        .zip(text)
                        .take_while(|(one, other)| one == other);
                    common.truncate(alike.count());
                }
            } else {
                values = Values::Texts {
                    common: text.to_vec(),
                    longest: text.len(),
                };
            }
        });
    if known { values } else { Values::Other }
}
