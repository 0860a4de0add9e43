//! Fitted by `tools/fit_confidence.py`; do not edit by hand.

use super::INPUTS;

pub(crate) const WEIGHTS: [f64; INPUTS] = [0.0; INPUTS];
