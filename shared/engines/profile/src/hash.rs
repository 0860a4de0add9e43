//! One 64-bit hash for each cell, from which every sketch takes what it needs.
//!
//! The hash is part of the state that lies between two runs, so it is written here and not taken from
//! a crate that may change it. It is keyed: who cannot guess the seed cannot make cells collide.

use serde::{Deserialize, Serialize};

/// Fractions of pi: numbers with nothing up their sleeve.
const PI: [u64; 4] = [
    0x243F_6A88_85A3_08D3,
    0x1319_8A2E_0370_7344,
    0xA409_3822_299F_31D1,
    0x082E_FA98_EC4E_6C89,
];

/// Stands for a cell without a value in the hash of its row.
pub(crate) const NULL: u64 = 0x4528_21E6_38D0_1377;

#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

#[inline]
fn first_eight(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

#[inline]
fn last_eight(bytes: &[u8]) -> u64 {
    bytes
        .last_chunk()
        .map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

/// The hash of a text or of bytes.
#[inline]
pub(crate) fn bytes(seed: u64, bytes: &[u8]) -> u64 {
    let length = bytes.len();
    let mut state = seed ^ PI[0];
    let (low, high) = if length > 16 {
        let mut rest = bytes;
        while let Some((chunk, behind)) = rest.split_first_chunk::<16>()
            && !behind.is_empty()
        {
            let (left, right) = (first_eight(chunk), last_eight(chunk));
            // What is added keeps a factor of zero from forgetting the other.
            state = fold(left ^ PI[1], right ^ state) ^ left.rotate_left(23) ^ right;
            rest = behind;
        }
        let tail = &bytes[length - 16..];
        (first_eight(tail), last_eight(tail))
    } else if length >= 8 {
        (first_eight(bytes), last_eight(bytes))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (
            u64::from(u32::from_le_bytes(*first)),
            u64::from(u32::from_le_bytes(*last)),
        )
    } else if let (Some(first), Some(last)) = (bytes.first(), bytes.last()) {
        let middle = bytes[length / 2];
        (
            u64::from(*first) << 16 | u64::from(middle) << 8 | u64::from(*last),
            0,
        )
    } else {
        (0, 0)
    };
    let mixed = fold(low ^ PI[1], high ^ state) ^ low.rotate_left(32) ^ high;
    fold(mixed ^ PI[2], PI[3] ^ length as u64)
}

/// The hash of a number of at most 64 bits.
#[inline]
pub(crate) fn number(seed: u64, value: u64) -> u64 {
    let mixed = fold(value ^ seed ^ PI[0], PI[1]) ^ value.rotate_left(32);
    fold(mixed ^ PI[2], PI[3])
}

/// The hash of a number of 128 bits.
#[inline]
pub(crate) fn wide(seed: u64, value: i128) -> u64 {
    number(number(seed, value as u64), (value >> 64) as u64)
}

/// The hash of a floating-point number: one for both zeros, and one for all that are no numbers.
#[inline]
pub(crate) fn float(seed: u64, value: f64) -> u64 {
    let bits = if value == 0.0 {
        0
    } else if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        value.to_bits()
    };
    number(seed, bits)
}

/// The hash of a row, made of those of its cells in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct RowHash(pub(crate) u64, pub(crate) u64);

impl RowHash {
    #[inline]
    pub(crate) fn add(&mut self, cell: u64) {
        self.0 = self.0.wrapping_mul(PI[2] | 1).wrapping_add(cell);
        self.1 = (self.1 ^ cell.rotate_left(32))
            .wrapping_mul(PI[0] | 1)
            .rotate_left(29);
    }

    /// As one number whose bits are all as good as the others.
    #[inline]
    pub(crate) fn folded(self) -> u64 {
        number(self.1, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_in_order_spread_over_all_bits() {
        for texts in [false, true] {
            let hashes: Vec<u64> = (0..100_000u64)
                .map(|value| {
                    if texts {
                        bytes(7, value.to_string().as_bytes())
                    } else {
                        number(7, value)
                    }
                })
                .collect();
            assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), hashes.len());
            for bit in 0..64 {
                let ones = hashes.iter().filter(|hash| *hash >> bit & 1 == 1).count();
                // Six standard deviations of a fair coin.
                assert!(ones.abs_diff(50_000) < 950, "bit {bit}: {ones}");
            }
        }
    }

    #[test]
    fn every_bit_of_the_input_matters() {
        for length in [1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100] {
            let text: Vec<u8> = (0..length).map(|place| (place * 37) as u8).collect();
            let whole = bytes(1, &text);
            let mut flips = 0;
            for bit in 0..length * 8 {
                let mut other = text.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                flips += (bytes(1, &other) ^ whole).count_ones();
            }
            let mean = f64::from(flips) / (length * 8) as f64;
            assert!((28.0..36.0).contains(&mean), "length {length}: {mean}");
        }
    }

    #[test]
    fn length_seed_and_zero_bytes_matter() {
        assert_ne!(bytes(1, b""), bytes(1, b"\0"));
        assert_ne!(bytes(1, b"\0"), bytes(1, b"\0\0"));
        assert_ne!(bytes(1, &[0; 32]), bytes(1, &[0; 33]));
        assert_ne!(bytes(1, b"text"), bytes(2, b"text"));
        assert_eq!(float(1, 0.0), float(1, -0.0));
        assert_eq!(float(1, f64::NAN), float(1, -f64::NAN));
        assert_ne!(wide(1, -1), wide(1, i128::from(u64::MAX)));
    }

    #[test]
    fn rows_know_the_order_of_their_cells() {
        let row = |cells: &[u64]| {
            let mut row = RowHash::default();
            cells.iter().for_each(|cell| row.add(*cell));
            row
        };
        assert_ne!(row(&[1, 2]), row(&[2, 1]));
        assert_ne!(row(&[NULL, 1]), row(&[1, NULL]));
        assert_eq!(row(&[5, 6, 7]).folded(), row(&[5, 6, 7]).folded());
        let folded: HashSet<u64> = (0..50_000)
            .map(|value| row(&[number(0, value % 250), number(0, value / 250)]).folded())
            .collect();
        assert_eq!(folded.len(), 50_000);
    }
}
