//! A keyed bijection of `0..n` with its inverse, in constant memory.

use crate::random::Key;

const ROUNDS: usize = 6;

/// A shuffle of `0..n`: every index has one place, every place one index.
///
/// A Feistel network over the smallest power of two that holds `n`; places outside are walked on.
#[derive(Debug, Clone, Copy)]
pub struct Permutation {
    size: u64,
    left_bits: u32,
    right_bits: u32,
    keys: [Key; ROUNDS],
}

impl Permutation {
    /// The shuffle of `0..size` that `key` names; `size` must be at least 1.
    pub fn new(key: Key, size: u64) -> Self {
        let bits = u64::BITS - size.saturating_sub(1).leading_zeros();
        let left_bits = bits / 2;
        let mut keys = [key; ROUNDS];
        for (number, slot) in keys.iter_mut().enumerate() {
            *slot = key.child(number as u64);
        }
        Self {
            size,
            left_bits,
            right_bits: bits - left_bits,
            keys,
        }
    }

    /// The place of `index`.
    #[inline]
    pub fn forward(&self, index: u64) -> u64 {
        debug_assert!(index < self.size, "index outside the permutation");
        let mut place = index;
        loop {
            place = self.encrypt(place);
            if place < self.size {
                return place;
            }
        }
    }

    /// The index at `place`.
    pub fn inverse(&self, place: u64) -> u64 {
        let mut index = place;
        loop {
            index = self.decrypt(index);
            if index < self.size {
                return index;
            }
        }
    }

    #[inline]
    fn encrypt(&self, value: u64) -> u64 {
        let (mut left, mut right) = self.split(value);
        for pair in self.keys.chunks_exact(2) {
            left ^= pair[0].hash(right) & mask(self.left_bits);
            right ^= pair[1].hash(left) & mask(self.right_bits);
        }
        (left << self.right_bits) | right
    }

    fn decrypt(&self, value: u64) -> u64 {
        let (mut left, mut right) = self.split(value);
        for pair in self.keys.chunks_exact(2).rev() {
            right ^= pair[1].hash(left) & mask(self.right_bits);
            left ^= pair[0].hash(right) & mask(self.left_bits);
        }
        (left << self.right_bits) | right
    }

    #[inline]
    fn split(&self, value: u64) -> (u64, u64) {
        (
            value.checked_shr(self.right_bits).unwrap_or(0),
            value & mask(self.right_bits),
        )
    }
}

fn mask(bits: u32) -> u64 {
    (1_u64 << bits) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(seed: u64) -> Key {
        Key::new(seed, "table", "column", "value")
    }

    #[test]
    fn every_small_size_is_a_bijection() {
        for size in 1..=300 {
            let permutation = Permutation::new(key(size), size);
            let mut places: Vec<u64> = (0..size).map(|index| permutation.forward(index)).collect();
            for (index, &place) in places.iter().enumerate() {
                assert_eq!(permutation.inverse(place), index as u64);
            }
            places.sort_unstable();
            assert!(places.iter().copied().eq(0..size), "size {size}");
        }
    }

    #[test]
    fn places_are_unrelated_to_order() {
        let size = 100_003_u64;
        let permutation = Permutation::new(key(1), size);
        let mean = (size - 1) as f64 / 2.0;
        let (mut covariance, mut variance) = (0.0, 0.0);
        for index in 0..size {
            let (x, y) = (
                index as f64 - mean,
                permutation.forward(index) as f64 - mean,
            );
            covariance += x * y;
            variance += x * x;
        }
        let correlation: f64 = covariance / variance;
        assert!(correlation.abs() < 0.02, "correlation {correlation}");
    }

    proptest! {
        #[test]
        fn inverse_undoes_forward(seed: u64, size in 1_u64..(1 << 40), pick: u64) {
            let permutation = Permutation::new(key(seed), size);
            let index = pick % size;
            let place = permutation.forward(index);
            prop_assert!(place < size);
            prop_assert_eq!(permutation.inverse(place), index);
        }
    }
}
