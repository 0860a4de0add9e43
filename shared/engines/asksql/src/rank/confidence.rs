//! From scores to the chance of being right.

mod weights;

use super::{FEATURES, Reading};

/// Features beside those of the ranking.
const OTHERS: usize = 5;
pub(crate) const INPUTS: usize = FEATURES + OTHERS;

/// What the chance is reckoned from: the best reading's features, its share among the readings, its lead
/// over the next meaning, how much there is to go wrong.
pub(crate) fn inputs(readings: &[Reading], tokens: usize) -> [f64; INPUTS] {
    let mut inputs = [0.0; INPUTS];
    let Some(best) = readings.first() else {
        return inputs;
    };
    inputs[..FEATURES].copy_from_slice(&best.features);
    let share = shares(readings).first().copied().unwrap_or(0.0);
    let next = readings
        .iter()
        .skip(1)
        .map(|reading| reading.score)
        .next()
        .unwrap_or(best.score - 5.0);
    let slots = best.filling.chosen.len() as f64;
    inputs[FEATURES..].copy_from_slice(&[
        1.0,
        share,
        (best.score - next).min(4.0),
        slots,
        tokens as f64 / 10.0,
    ]);
    inputs
}

/// The readings' shares of all chance, by their scores.
pub(crate) fn shares(readings: &[Reading]) -> Vec<f64> {
    let Some(best) = readings.first() else {
        return Vec::new();
    };
    let odds: Vec<f64> = readings
        .iter()
        .map(|reading| (reading.score - best.score).exp())
        .collect();
    let sum: f64 = odds.iter().sum();
    odds.into_iter().map(|odds| odds / sum).collect()
}

pub(crate) fn confidence(inputs: &[f64; INPUTS]) -> f64 {
    let sum: f64 = inputs
        .iter()
        .zip(&weights::WEIGHTS)
        .map(|(input, weight)| input * weight)
        .sum();
    let chance = 1.0 / (1.0 + (-sum).exp());
    // On the tuning part, what is about to be trusted was right less often than reckoned, what is trusted more often.
    if chance < LOW {
        chance
    } else if chance < HIGH {
        LOW + (chance - LOW) * (TRUSTED - LOW) / (HIGH - LOW)
    } else {
        (chance + MORE).min(1.0)
    }
}

/// Chances from here to [`HIGH`] are drawn below [`TRUSTED`].
const LOW: f64 = 0.8;
const HIGH: f64 = 0.885;
/// From here on an answer is shown without others.
const TRUSTED: f64 = 0.85;
/// What the chances above [`HIGH`] are too low by.
const MORE: f64 = 0.03;
