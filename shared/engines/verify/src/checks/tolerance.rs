//! How far a sample may lie from its plan by chance.
//!
//! Every bound is for n independent draws and a false alarm in about a thousand checks, plus
//! [`DESIGN`], which covers plans stated in rounded figures and draws that share an owner.

/// Distance that a design may have from its own statement.
const DESIGN: f64 = 0.02;
/// Standard deviations of a binomial share that chance stays within.
const DEVIATIONS: f64 = 3.3;
/// Probability of a false alarm.
const ALARM: f64 = 0.001;

/// How far a share of n cells may lie from the planned share `p`: 3.3 √(p(1−p)/n) + 1/n + 0.005.
pub(super) fn share(planned: f64, cells: f64) -> f64 {
    if cells <= 0.0 {
        return 1.0;
    }
    let planned = planned.clamp(0.0, 1.0);
    DEVIATIONS * (planned * (1.0 - planned) / cells).sqrt() + 1.0 / cells + DESIGN / 4.0
}

/// Lowest Kolmogorov–Smirnov complement that n draws of the planned distribution give: the
/// Dvoretzky–Kiefer–Wolfowitz bound, 1 − √(ln(2/α)/2n) − 0.02.
pub(super) fn kolmogorov_smirnov(cells: f64) -> f64 {
    (1.0 - ((2.0 / ALARM).ln() / (2.0 * cells)).sqrt() - DESIGN).max(0.0)
}

/// Lowest total-variation complement that n draws of the planned shares give: the mean distance is
/// ½ Σ √(2p(1−p)/πn), and by McDiarmid's inequality chance adds at most √(ln(1/α)/2n); less 0.02.
pub(super) fn total_variation(planned: &[f64], cells: f64) -> f64 {
    let mean: f64 = planned
        .iter()
        .map(|share| {
            (2.0 * share * (1.0 - share) / (std::f64::consts::PI * cells))
                .max(0.0)
                .sqrt()
        })
        .sum::<f64>()
        / 2.0;
    (1.0 - mean - ((1.0 / ALARM).ln() / (2.0 * cells)).sqrt() - DESIGN).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_close_in_with_the_sample() {
        assert!((kolmogorov_smirnov(1_000.0) - 0.918_3).abs() < 1e-3);
        assert!(kolmogorov_smirnov(100_000.0) > 0.97);
        assert!(total_variation(&[0.5, 0.5], 1_000.0) < total_variation(&[0.5, 0.5], 10_000.0));
        assert!((total_variation(&[0.5, 0.5], 10_000.0) - 0.957_4).abs() < 1e-3);
        assert!((share(0.0, 1_000.0) - 0.006).abs() < 1e-9);
        assert_eq!(kolmogorov_smirnov(1.0), 0.0);
    }
}
