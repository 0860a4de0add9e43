//! The normal distribution: the scale on which columns depend on each other.

/// The share below `z`.
#[inline]
pub(crate) fn share_below(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The density at `z`.
#[inline]
pub(crate) fn density(z: f64) -> f64 {
    const ROOT: f64 = 0.398_942_280_401_432_7;
    ROOT * libm::exp(-0.5 * z * z)
}

/// Where the tails begin in [`quantile`].
const TAIL: f64 = 0.024_25;

/// The `z` below which `share` lies, with a relative error under 1.2e-9 (Acklam's rational
/// approximation); infinite at 0 and 1.
#[inline]
pub(crate) fn quantile(share: f64) -> f64 {
    if (TAIL..=1.0 - TAIL).contains(&share) {
        return central(share - 0.5);
    }
    tail(share)
}

#[inline]
fn central(offset: f64) -> f64 {
    let square = offset * offset;
    let above = ((((-3.969_683_028_665_376e1 * square + 2.209_460_984_245_205e2) * square
        - 2.759_285_104_469_687e2)
        * square
        + 1.383_577_518_672_69e2)
        * square
        - 3.066_479_806_614_716e1)
        * square
        + 2.506_628_277_459_239;
    let below = ((((-5.447_609_879_822_406e1 * square + 1.615_858_368_580_409e2) * square
        - 1.556_989_798_598_866e2)
        * square
        + 6.680_131_188_771_972e1)
        * square
        - 1.328_068_155_288_572e1)
        * square
        + 1.0;
    offset * above / below
}

#[cold]
fn tail(share: f64) -> f64 {
    if share <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if share >= 1.0 {
        return f64::INFINITY;
    }
    let (sign, near) = if share < 0.5 {
        (1.0, share)
    } else {
        (-1.0, 1.0 - share)
    };
    let root = libm::sqrt(-2.0 * libm::log(near));
    let above = ((((-7.784_894_002_430_293e-3 * root - 3.223_964_580_411_365e-1) * root
        - 2.400_758_277_161_838)
        * root
        - 2.549_732_539_343_734)
        * root
        + 4.374_664_141_464_968)
        * root
        + 2.938_163_982_698_783;
    let below = (((7.784_695_709_041_462e-3 * root + 3.224_671_290_700_398e-1) * root
        + 2.445_134_137_142_996)
        * root
        + 3.754_408_661_907_416)
        * root
        + 1.0;
    sign * above / below
}

/// A standard normal number out of the bits of a draw.
#[inline]
pub(crate) fn from_bits(draw: u64) -> f64 {
    // 52 bits and a half, so that neither 0 nor 1 comes out.
    const STEP: f64 = 1.0 / 4_503_599_627_370_496.0;
    quantile(((draw >> 12) as f64 + 0.5) * STEP)
}

/// The mean of a normal number of which is known that it lies between two shares.
pub(crate) fn mean_between(low: f64, high: f64) -> f64 {
    let width = high - low;
    if width <= 1e-12 {
        return quantile(low.clamp(1e-12, 1.0 - 1e-12));
    }
    let at = |share: f64| {
        if share <= 0.0 || share >= 1.0 {
            0.0
        } else {
            density(quantile(share))
        }
    };
    (at(low) - at(high)) / width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_undo_shares() {
        for place in 1..1_000 {
            let share = f64::from(place) / 1_000.0;
            let back = share_below(quantile(share));
            assert!((back - share).abs() < 2e-9, "{share} became {back}");
        }
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-8);
        assert!((quantile(1e-9) + 5.997_807_015).abs() < 1e-6);
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(quantile(1.0), f64::INFINITY);
    }

    #[test]
    fn draws_are_finite_and_have_the_right_spread() {
        assert!(from_bits(0).is_finite() && from_bits(u64::MAX).is_finite());
        let key = millrace_draw::Key::new(1, "normal", "z", "value");
        let (mut sum, mut squares) = (0.0, 0.0);
        for row in 0..100_000 {
            let z = from_bits(key.at(row));
            sum += z;
            squares += z * z;
        }
        assert!(f64::abs(sum / 1e5) < 0.01, "mean {}", sum / 1e5);
        assert!(
            f64::abs(squares / 1e5 - 1.0) < 0.02,
            "variance {}",
            squares / 1e5
        );
    }

    #[test]
    fn means_of_slices_weigh_to_zero() {
        let cuts = [0.0, 0.1, 0.5, 0.8, 1.0];
        let sum: f64 = cuts
            .windows(2)
            .map(|pair| mean_between(pair[0], pair[1]) * (pair[1] - pair[0]))
            .sum();
        assert!(sum.abs() < 1e-9, "{sum}");
        assert!(mean_between(0.0, 0.1) < -1.5);
    }
}
