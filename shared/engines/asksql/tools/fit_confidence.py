"""Fits the chance of being right on dumps of `score.py --dump` (tuning part only, which is checked).

usage: fit_confidence.py DATA_DIR WEIGHTS.rs DUMP.jsonl...

Logistic regression with a pull towards nothing. Needs numpy.
"""

import sys

import numpy

import score


def main():
    data, out, dumps = sys.argv[1], sys.argv[2], sys.argv[3:]
    inputs, right = [], []
    for dump in dumps:
        cases = score.lines(dump)
        score.tuning_only(data, cases)
        for case in cases:
            if case["right"]:
                inputs.append(case["inputs"])
                right.append(case["right"][0])
    inputs, right = numpy.array(inputs), numpy.array(right, dtype=float)
    scale = numpy.abs(inputs).max(axis=0) + 1e-6
    scaled = inputs / scale
    weights = numpy.zeros(scaled.shape[1])
    moment, square = numpy.zeros_like(weights), numpy.zeros_like(weights)
    for step in range(1, 6001):
        chance = 1 / (1 + numpy.exp(-(scaled @ weights)))
        gradient = scaled.T @ (right - chance) / len(right) - 3e-4 * weights
        moment = 0.9 * moment + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        weights = weights + 0.02 * (moment / (1 - 0.9**step)) / (numpy.sqrt(square / (1 - 0.999**step)) + 1e-8)
    sure = chance >= 0.85
    print(f"{len(right)} questions, {sure.mean():.1%} sure, of these right {right[sure].mean():.1%}")
    lines = ["//! Fitted by `tools/fit_confidence.py`; do not edit by hand.", "", "use super::INPUTS;", "", "pub(crate) const WEIGHTS: [f64; INPUTS] = ["]
    lines += [f"    {weight:.4f}," for weight in weights / scale]
    lines += ["];", ""]
    open(out, "w").write("\n".join(lines))


if __name__ == "__main__":
    main()
