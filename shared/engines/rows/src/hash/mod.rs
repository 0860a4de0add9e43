//! Hashes of the keys of rows: the same for equal keys, whatever batch, run or machine they are on.
//!
//! A key is written as bytes such that different keys give different bytes ([`encode`]). Up to 15 bytes
//! (numbers, days, words) go into 128 bits as they are and are only stirred, so two such keys never
//! collide. Longer ones go through BLAKE3, and one bit tells the two apart: nobody can make up keys that
//! collide, and 127 bits do not do so by chance.

mod encode;
mod fold;

use arrow::array::ArrayRef;

use encode::Encoder;

pub(crate) use fold::fold_case;

/// Bytes of a key that goes into its hash as it is.
const SHORT: usize = 15;
/// The bit that tells hashes of long keys from those of short ones.
const LONG: u128 = 1 << 127;

/// Hashes the keys of rows, batch by batch.
///
/// Null equals null and nothing else, NaN equals NaN, and both zeros are equal. Numbers that are equal
/// have equal hashes as whole numbers, as decimals, and where they are whole as doubles; moments have in
/// any unit, with and without a zone. Values of other types differ.
#[derive(Debug, Clone)]
pub struct RowHasher {
    case_sensitive: bool,
    key: Vec<u8>,
    folded: String,
}

impl RowHasher {
    /// A hasher to which case makes a difference, or none.
    #[must_use]
    pub fn new(case_sensitive: bool) -> Self {
        Self {
            case_sensitive,
            key: Vec::new(),
            folded: String::new(),
        }
    }

    /// Appends the hash of each row's key: its cells in these columns, which have equally many.
    pub fn hash(&mut self, columns: &[ArrayRef], hashes: &mut Vec<u128>) {
        let rows = columns
            .iter()
            .map(arrow::array::Array::len)
            .min()
            .unwrap_or(0);
        let encoders: Vec<Encoder<'_>> = columns.iter().map(Encoder::of).collect();
        let Some((last, others)) = encoders.split_last() else {
            return;
        };
        hashes.reserve(rows);
        let folded = (!self.case_sensitive).then_some(&mut self.folded);
        let mut scratch = encode::Scratch { folded };
        for row in 0..rows {
            self.key.clear();
            for encoder in others {
                encoder.write(row, false, &mut scratch, &mut self.key);
            }
            last.write(row, true, &mut scratch, &mut self.key);
            hashes.push(hash(&self.key));
        }
    }
}

/// The hash of each row's key: its cells in these columns.
#[must_use]
pub fn hash_rows(columns: &[ArrayRef], case_sensitive: bool) -> Vec<u128> {
    let mut hashes = Vec::new();
    RowHasher::new(case_sensitive).hash(columns, &mut hashes);
    hashes
}

/// The hash of each cell of a column.
pub(crate) fn hash_column(column: &ArrayRef, case_sensitive: bool) -> Vec<u128> {
    hash_rows(std::slice::from_ref(column), case_sensitive)
}

#[inline]
fn hash(key: &[u8]) -> u128 {
    let mut block = [0; 16];
    if let Some(short) = block
        .get_mut(..key.len().min(16))
        .filter(|_| key.len() <= SHORT)
    {
        short.copy_from_slice(key);
        block[SHORT] = key.len() as u8;
        return stir(u128::from_le_bytes(block));
    }
    block.copy_from_slice(&blake3::hash(key).as_bytes()[..16]);
    u128::from_le_bytes(block) | LONG
}

/// Spreads 127 bits over each other, so that any of them can choose a part or a bucket. No two numbers
/// become one: each step can be undone.
#[inline]
fn stir(bits: u128) -> u128 {
    const MASK: u128 = LONG - 1;
    // Odd numbers without a pattern: the digits of the golden ratio and of the root of two.
    const FIRST: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    const SECOND: u128 = 0x6a09_e667_f3bc_c908_b2fb_1366_ea95_7d3f;
    let bits = bits ^ bits >> 65;
    let bits = bits.wrapping_mul(FIRST) & MASK;
    let bits = bits ^ bits >> 59;
    let bits = bits.wrapping_mul(SECOND) & MASK;
    bits ^ bits >> 67
}

#[cfg(test)]
mod tests;
