"""Fits the weights of the ranking on a dump of `score.py --dump` (tuning part only, which is checked).

usage: fit.py DATA_DIR DUMP.jsonl WEIGHTS.rs [LAST]

With LAST only so many weights at the end are fitted, those of new features, and the others stay.
For each question with a right and a wrong reading, the chance of the right ones under a softmax of the
scores is raised (gradient ascent, pulled towards the weights that are in the file). Needs numpy.
"""

import re
import sys

import numpy

import score


def read(cases):
    """Features, rightness and number of the question of each reading, where there is a choice to make."""
    features, right, group = [], [], []
    count = 0
    for case in cases:
        if any(case["right"]) and not all(case["right"]):
            features += case["features"]
            right += case["right"]
            group += [count] * len(case["right"])
            count += 1
    return numpy.array(features), numpy.array(right), numpy.array(group), count


def main():
    data, dump, out = sys.argv[1:4]
    last = int(sys.argv[4]) if len(sys.argv) > 4 else None
    cases = score.lines(dump)
    score.tuning_only(data, cases)
    text = open(out).read()
    start = numpy.array([float(number) for number in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text[text.index("= [") + 3 :])])
    features, right, group, count = read(cases)
    if len(start) != features.shape[1]:
        raise SystemExit(f"{len(start)} weights for {features.shape[1]} features")
    scale = features.std(axis=0) + 1e-6
    scaled = features / scale
    weights = start * scale
    origin = weights.copy()
    first = numpy.r_[True, group[1:] != group[:-1]]
    starts = numpy.flatnonzero(first)

    def accuracy(weights):
        scores = scaled @ weights
        top = numpy.maximum.reduceat(scores, starts)
        hits = (scores >= top[group] - 1e-12) & right
        return numpy.maximum.reduceat(hits.astype(float), starts).mean()

    print("before", accuracy(weights), "of", count)
    moment = numpy.zeros_like(weights)
    square = numpy.zeros_like(weights)
    for step in range(1, 1201):
        scores = scaled @ weights
        top = numpy.maximum.reduceat(scores, starts)
        odds = numpy.exp(scores - top[group])
        all_odds = odds / numpy.add.reduceat(odds, starts)[group]
        right_odds = odds * right
        right_odds = right_odds / (numpy.add.reduceat(right_odds, starts)[group] + 1e-12)
        gradient = scaled.T @ (right_odds - all_odds) / count - 2e-3 * (weights - origin)
        if last is not None:
            gradient[:-last] = 0
        moment = 0.9 * moment + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        weights = weights + 0.02 * (moment / (1 - 0.9**step)) / (numpy.sqrt(square / (1 - 0.999**step)) + 1e-8)
    print("after", accuracy(weights))
    plain = weights / scale
    lines = ["//! Fitted by `tools/fit.py`; do not edit by hand.", "", "use super::FEATURES;", "", "pub(crate) const WEIGHTS: [f64; FEATURES] = ["]
    lines += [f"    {weight:.4f}," for weight in plain]
    lines += ["];", ""]
    open(out, "w").write("\n".join(lines))


if __name__ == "__main__":
    main()
