//! Curves made ready to be read at normal numbers.

use crate::model::Curve;
use crate::normal::{quantile, share_below};

/// Normal numbers beyond this are as far out as it.
const REACH: f64 = 8.0;
/// Cells of the guide over `-GUIDED..GUIDED`.
const CELLS: usize = 512;
const GUIDED: f64 = 4.0;
/// Pieces with more rows than this are read by shares, so that they are straight in them.
const WIDE: f64 = 0.004;

/// One piece on the normal scale.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Where it ends.
    end: f64,
    /// Where it starts, in shares if `wide`.
    start: f64,
    low: f64,
    high: f64,
    slope: f64,
    wide: bool,
}

/// A curve as a function of a normal number.
#[derive(Debug, Clone)]
pub(crate) struct CurveReader {
    pieces: Vec<Piece>,
    /// The first piece that may hold the numbers of each cell.
    guide: Vec<u32>,
}

impl CurveReader {
    /// Makes a curve ready; what is wrong with it otherwise.
    pub(crate) fn new(curve: &Curve) -> Result<Self, &'static str> {
        let count = curve.ends.len();
        if count == 0 || curve.low.len() != count || curve.high.len() != count {
            return Err("a curve has no pieces, or ends of different numbers");
        }
        let mut pieces = Vec::with_capacity(count);
        let mut before = 0.0;
        for place in 0..count {
            let (end, low, high) = (curve.ends[place], curve.low[place], curve.high[place]);
            let sound = end.is_finite() && low.is_finite() && high.is_finite();
            if !sound || end < before || end > 1.0 || high < low {
                return Err("the pieces of a curve are out of order");
            }
            let outer = place == 0 || place + 1 == count;
            let wide = outer || end - before > WIDE;
            let (from, to) = if wide {
                (before, end)
            } else {
                (quantile(before).max(-REACH), quantile(end).min(REACH))
            };
            pieces.push(Piece {
                end: if place + 1 == count {
                    f64::INFINITY
                } else {
                    quantile(end)
                },
                start: from,
                low,
                high,
                slope: if to > from {
                    (high - low) / (to - from)
                } else {
                    0.0
                },
                wide,
            });
            before = end;
        }
        let mut guide = Vec::with_capacity(CELLS);
        let mut piece = 0;
        for cell in 0..CELLS {
            let z = (cell as f64 / CELLS as f64 * 2.0 - 1.0) * GUIDED;
            while pieces[piece].end <= z {
                piece += 1;
            }
            guide.push(if cell == 0 { 0 } else { piece as u32 });
        }
        Ok(Self { pieces, guide })
    }

    /// The value at a normal number; growing.
    #[inline]
    pub(crate) fn at(&self, z: f64) -> f64 {
        let cell = ((z + GUIDED) * (CELLS as f64 / (2.0 * GUIDED))) as usize;
        let mut place = self.guide[cell.min(CELLS - 1)] as usize;
        while self.pieces[place].end <= z {
            place += 1;
        }
        let piece = &self.pieces[place];
        if piece.slope == 0.0 {
            return piece.low;
        }
        let x = if piece.wide { share_below(z) } else { z };
        (piece.low + (x - piece.start) * piece.slope).clamp(piece.low, piece.high)
    }
}

/// Weights as bounds on the normal scale.
#[derive(Debug, Clone)]
pub(crate) struct Slices {
    ends: Vec<f64>,
    guide: Vec<u32>,
}

impl Slices {
    /// Makes weights ready; what is wrong with them otherwise.
    pub(crate) fn new(weights: &[f64]) -> Result<Self, &'static str> {
        let sum: f64 = weights.iter().sum();
        let sound = weights
            .iter()
            .all(|weight| weight.is_finite() && *weight >= 0.0);
        if !sound || !sum.is_finite() || sum <= 0.0 {
            return Err("weights are negative or all nothing");
        }
        let last = weights
            .iter()
            .rposition(|weight| *weight > 0.0)
            .unwrap_or(0);
        let mut before = 0.0;
        let mut ends = Vec::with_capacity(weights.len());
        for (place, weight) in weights.iter().enumerate() {
            before += weight;
            let end = if place >= last {
                f64::INFINITY
            } else {
                quantile(before / sum)
            };
            ends.push(end);
        }
        let mut guide = Vec::with_capacity(CELLS);
        let mut slice = 0;
        for cell in 0..CELLS {
            let z = (cell as f64 / CELLS as f64 * 2.0 - 1.0) * GUIDED;
            while ends[slice] <= z {
                slice += 1;
            }
            guide.push(if cell == 0 { 0 } else { slice as u32 });
        }
        Ok(Self { ends, guide })
    }

    /// The place of the slice that holds a normal number.
    #[inline]
    pub(crate) fn at(&self, z: f64) -> usize {
        let cell = ((z + GUIDED) * (CELLS as f64 / (2.0 * GUIDED))) as usize;
        let mut place = self.guide[cell.min(CELLS - 1)] as usize;
        while self.ends[place] <= z {
            place += 1;
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_come_out_as_they_went_in() {
        let curve = Curve {
            ends: vec![0.3, 0.302, 0.9, 1.0],
            low: vec![0.0, 10.0, 20.0, 100.0],
            high: vec![0.0, 20.0, 100.0, 110.0],
        };
        let reader = CurveReader::new(&curve).expect("a curve");
        assert_eq!(reader.at(quantile(0.2)), 0.0);
        assert!((reader.at(quantile(0.601)) - 60.0).abs() < 1e-6);
        assert!((reader.at(quantile(0.95)) - 105.0).abs() < 1e-6);
        assert_eq!((reader.at(-40.0), reader.at(40.0)), (0.0, 110.0));
        let slices = Slices::new(&[1.0, 0.0, 2.0, 1.0, 0.0]).expect("weights");
        let places: Vec<usize> = [0.1, 0.26, 0.74, 0.76, 0.999_999]
            .map(|share| slices.at(quantile(share)))
            .to_vec();
        assert_eq!(places, [0, 2, 2, 3, 3]);
        assert_eq!((slices.at(-40.0), slices.at(40.0)), (0, 3));
    }

    #[test]
    fn damage_is_told() {
        for (ends, low, high) in [
            (vec![], vec![], vec![]),
            (vec![1.0], vec![2.0], vec![1.0]),
            (vec![0.5, 0.4], vec![1.0, 2.0], vec![1.0, 2.0]),
            (vec![f64::NAN], vec![1.0], vec![1.0]),
            (vec![1.0], vec![1.0, 2.0], vec![1.0]),
        ] {
            assert!(CurveReader::new(&Curve { ends, low, high }).is_err());
        }
        for weights in [vec![], vec![0.0], vec![-1.0, 2.0], vec![f64::INFINITY]] {
            assert!(Slices::new(&weights).is_err(), "{weights:?}");
        }
    }

    proptest! {
        #[test]
        fn readers_grow(mut cuts in proptest::collection::vec(0.0..1.0_f64, 1..40), mut values in proptest::collection::vec(-1e6..1e6_f64, 80), zs in proptest::collection::vec(-9.0..9.0_f64, 50)) {
            cuts.sort_by(f64::total_cmp);
            values.sort_by(f64::total_cmp);
            cuts.push(1.0);
            let count = cuts.len();
            let curve = Curve {
                low: (0..count).map(|place| values[place]).collect(),
                high: (0..count).map(|place| values[place + 1]).collect(),
                ends: cuts,
            };
            let reader = CurveReader::new(&curve).expect("a curve");
            let mut zs = zs;
            zs.sort_by(f64::total_cmp);
            let read: Vec<f64> = zs.iter().map(|z| reader.at(*z)).collect();
            prop_assert!(read.windows(2).all(|pair| pair[0] <= pair[1] + 1e-6));
        }
    }
}
