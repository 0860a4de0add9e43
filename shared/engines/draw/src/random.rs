//! Counter-based randomness: a draw is a function of a named key and a row, with no state.

/// Version of the bytes. A change that alters any cell for the same plan needs a new epoch.
const EPOCH: u64 = 1;

const PHI: u64 = 0x9E37_79B9_7F4A_7C15;

/// Key of one stream: one purpose of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(u64);

impl Key {
    /// Derives the key from names, not positions, so that adding a column moves no other one.
    pub fn new(seed: u64, table: &str, column: &str, purpose: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(&EPOCH.to_le_bytes());
        for name in [table, column, purpose] {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
        }
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        Self(u64::from_le_bytes(first))
    }

    /// A key derived from this one by number, for rounds and blocks.
    pub fn child(self, number: u64) -> Self {
        Self(self.draw(number, 0x6B65_7973))
    }

    /// The draw of `row`.
    #[inline]
    pub fn at(self, row: u64) -> u64 {
        mix(mix(row.wrapping_mul(PHI).wrapping_add(self.0)) ^ self.0)
    }

    /// Further independent draws of `row`; number 0 is [`Key::at`].
    #[inline]
    pub fn draw(self, row: u64, number: u64) -> u64 {
        let lane = self
            .0
            .wrapping_add(number.wrapping_mul(0xD1B5_4A32_D192_ED03));
        mix(mix(row.wrapping_mul(PHI).wrapping_add(self.0)) ^ lane)
    }

    /// The keyed hash of a small number: the round function of permutations.
    #[inline]
    pub fn hash(self, value: u64) -> u64 {
        mix(value ^ self.0)
    }
}

/// The SplitMix64 finaliser.
#[inline]
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Maps a draw evenly onto `0..below`.
#[inline]
pub fn scale(draw: u64, below: u64) -> u64 {
    ((u128::from(draw) * u128::from(below)) >> 64) as u64
}

/// A yes or no per row, with a fixed probability.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    key: Key,
    limit: u64,
}

impl Gate {
    /// A gate that opens with `probability`, from 0 to 1.
    pub fn new(key: Key, probability: f64) -> Self {
        // The cast saturates, so that 1 gives the highest limit.
        Self {
            key,
            limit: (probability * 18_446_744_073_709_551_616.0) as u64,
        }
    }

    /// Whether it opens for `row`.
    #[inline]
    pub fn opens(self, row: u64) -> bool {
        self.limit == u64::MAX || self.key.at(row) < self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chi-square over 256 buckets per degree of freedom.
    fn chi_square(draws: impl Iterator<Item = u64>) -> f64 {
        let mut buckets = [0_u32; 256];
        let mut total = 0.0;
        for draw in draws {
            buckets[(draw >> 56) as usize] += 1;
            total += 1.0;
        }
        let expected: f64 = total / 256.0;
        buckets
            .iter()
            .map(|&count| (f64::from(count) - expected).powi(2) / expected)
            .sum::<f64>()
            / 255.0
    }

    #[test]
    fn high_and_low_bits_are_even() {
        let key = Key::new(7, "orders", "amount", "value");
        let rows = 0..200_000;
        for ratio in [
            chi_square(rows.clone().map(|row| key.at(row))),
            chi_square(rows.clone().map(|row| key.at(row) << 56)),
            chi_square(rows.clone().map(|row| key.draw(row, 1))),
            chi_square(rows.clone().map(|row| key.at(row) ^ key.draw(row, 1))),
            chi_square(rows.map(|row| key.at(row).wrapping_sub(key.at(row + 1)))),
        ] {
            assert!(
                (0.7..1.3).contains(&ratio),
                "chi-square per degree of freedom is {ratio}"
            );
        }
    }

    #[test]
    fn names_are_kept_apart() {
        let key = Key::new(7, "ab", "c", "value");
        assert_ne!(key, Key::new(7, "a", "bc", "value"));
        assert_ne!(key, Key::new(8, "ab", "c", "value"));
        assert_ne!(key, Key::new(7, "ab", "c", "null"));
        assert_eq!(key, Key::new(7, "ab", "c", "value"));
        assert_eq!(key.at(5), key.draw(5, 0));
    }

    #[test]
    fn gates_keep_their_share() {
        let key = Key::new(7, "orders", "amount", "null");
        let open = |share| {
            (0..100_000)
                .filter(|&row| Gate::new(key, share).opens(row))
                .count()
        };
        assert_eq!(open(0.0), 0);
        assert_eq!(open(1.0), 100_000);
        assert!(open(0.1).abs_diff(10_000) < 300);
    }
}
