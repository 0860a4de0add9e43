//! How many different values there are, in a few kilobytes: HyperLogLog with Ertl's estimator, which
//! needs no tables and has no bias at either end.

use serde::{Deserialize, Serialize};

/// Counts different hashes with a standard error of 1.04 / √registers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub(crate) struct Hll {
    registers: Vec<u8>,
    precision: u32,
}

impl Hll {
    /// A sketch of 2 to the power of `precision` registers.
    pub(crate) fn new(precision: u32) -> Self {
        Self {
            registers: vec![0; 1 << precision],
            precision,
        }
    }

    #[inline]
    pub(crate) fn insert(&mut self, hash: u64) {
        let register = (hash >> (64 - self.precision)) as usize;
        // The bit that is set bounds the count of zeros.
        let rest = hash << self.precision | 1 << (self.precision - 1);
        let rank = rest.leading_zeros() as u8 + 1;
        let held = &mut self.registers[register];
        *held = (*held).max(rank);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (own, other) in self.registers.iter_mut().zip(&other.registers) {
            *own = (*own).max(*other);
        }
    }

    /// Relative standard error.
    pub(crate) fn error(&self) -> f64 {
        1.04 / (self.registers.len() as f64).sqrt()
    }

    /// "New cardinality estimation algorithms for HyperLogLog sketches", Ertl 2017, algorithm 6.
    pub(crate) fn estimate(&self) -> f64 {
        let highest = (64 - self.precision) as usize;
        let mut counts = vec![0u32; highest + 2];
        for &register in &self.registers {
            counts[usize::from(register).min(highest + 1)] += 1;
        }
        let registers = self.registers.len() as f64;
        let share = |rank: usize| f64::from(counts[rank]) / registers;
        let mut sum = registers * tau(1.0 - share(highest + 1));
        for rank in (1..=highest).rev() {
            sum = 0.5 * (sum + f64::from(counts[rank]));
        }
        sum += registers * sigma(share(0));
        registers * registers / (2.0 * std::f64::consts::LN_2 * sum)
    }
}

fn sigma(mut share: f64) -> f64 {
    if share >= 1.0 {
        return f64::INFINITY;
    }
    let (mut factor, mut sum) = (1.0, share);
    loop {
        share *= share;
        let before = sum;
        sum += share * factor;
        factor += factor;
        if sum <= before {
            return sum;
        }
    }
}

fn tau(mut share: f64) -> f64 {
    if share <= 0.0 || share >= 1.0 {
        return 0.0;
    }
    let (mut factor, mut sum) = (1.0, 1.0 - share);
    loop {
        share = share.sqrt();
        let before = sum;
        factor *= 0.5;
        sum -= (1.0 - share) * (1.0 - share) * factor;
        if sum >= before {
            return sum / 3.0;
        }
    }
}

impl TryFrom<Vec<u8>> for Hll {
    type Error = String;

    fn try_from(registers: Vec<u8>) -> Result<Self, String> {
        if !registers.len().is_power_of_two() || !(16..=1 << 18).contains(&registers.len()) {
            return Err(format!("{} registers", registers.len()));
        }
        Ok(Self {
            precision: registers.len().trailing_zeros(),
            registers,
        })
    }
}

impl From<Hll> for Vec<u8> {
    fn from(sketch: Hll) -> Self {
        sketch.registers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash;

    fn sketch(values: std::ops::Range<u64>) -> Hll {
        let mut sketch = Hll::new(12);
        values.for_each(|value| sketch.insert(hash::number(3, value)));
        sketch
    }

    #[test]
    fn estimates_within_three_standard_errors() {
        assert_eq!(sketch(0..0).estimate(), 0.0);
        for count in [1u64, 10, 1_000, 4_096, 10_000, 20_000, 100_000, 1_000_000] {
            let estimate = sketch(0..count).estimate();
            let error = (estimate - count as f64).abs() / count as f64;
            assert!(error < 0.049, "{count}: {estimate}");
        }
    }

    #[test]
    fn the_error_is_that_of_the_formula() {
        // Root mean square over forty independent sketches.
        let mut squares = 0.0;
        for seed in 0..40 {
            let mut sketch = Hll::new(12);
            (0..50_000).for_each(|value| sketch.insert(hash::number(seed, value)));
            let error = sketch.estimate() / 50_000.0 - 1.0;
            squares += error * error;
        }
        let error = (squares / 40.0f64).sqrt();
        assert!((0.010..0.024).contains(&error), "{error}");
        assert!((sketch(0..1).error() - 0.01625).abs() < 1e-9);
    }

    #[test]
    fn merging_is_seeing_both() {
        let mut left = sketch(0..30_000);
        left.merge(&sketch(20_000..50_000));
        assert_eq!(left, sketch(0..50_000));
    }

    #[test]
    fn a_state_of_wrong_size_is_refused() {
        let text = serde_json::to_string(&sketch(0..100)).unwrap();
        assert_eq!(serde_json::from_str::<Hll>(&text).unwrap(), sketch(0..100));
        assert!(serde_json::from_str::<Hll>("[1,2,3]").is_err());
    }
}
