#!/usr/bin/env python3
"""benches/likeness.py EXAMPLE: learns and samples tables beside SDV's GaussianCopulaSynthesizer.

Tables of different character are generated, each is fitted and sampled by both, and both outputs are
scored by SDMetrics' quality report with the metadata that SDV detects, two columns put right as its manual
tells to: cities are categories here, not somebody's address, and phones are somebody's, not categories
(SDV would copy them). With the metadata of our own
model SDMetrics must say of our output what our report says. Fitting and sampling are timed in memory,
without reading and writing files: the best of a few runs in one process each. `make bench-likeness`
builds the example and the environment."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd

GOALS = {"fit": 5, "sample": 20}


def sales(rows, draw):
    """Correlated numbers with odd shapes: tails, zeros, price endings, whole numbers."""
    size = draw.normal(size=rows)
    price = np.round(np.exp(3 + 0.9 * size + 0.3 * draw.normal(size=rows)), 0) + 0.99
    quantity = draw.poisson(np.exp(0.8 - 0.3 * size)) + 1
    return pd.DataFrame({
        "price": price, "quantity": quantity, "revenue": np.round(price * quantity, 2),
        "discount": np.where(draw.random(rows) < 0.6, 0, np.round(draw.beta(2, 8, rows), 2)),
        "weight": np.round(draw.gamma(2, 1.5, rows) * (1 + quantity), 3),
        "score": draw.integers(0, 101, rows), "margin": np.round(0.3 * price + 4 * draw.normal(size=rows), 2)})


def customers(rows, draw):
    """Choices with long tails, one deciding about the other, texts, and values that miss for a reason."""
    cities = [f"{a}{b}" for a in ("North", "South", "East", "West", "New", "Old") for b in ("ford", "ham", "burg", "ville", "haven", "ton", "by", "dale")]
    city = np.minimum((draw.pareto(1.1, rows) * 4).astype(int), len(cities) - 1)
    plan = np.where(draw.random(rows) < 0.2 + 0.5 * (city % 3 == 0), "business", np.where(draw.random(rows) < 0.5, "basic", "plus"))
    age = np.clip(draw.normal(42, 14, rows) + 6 * (plan == "business"), 18, 95).round()
    income = np.round(np.exp(9.8 + 0.012 * age + 0.5 * (plan == "business") + 0.4 * draw.normal(size=rows)), -2)
    frame = pd.DataFrame({
        "customer_id": np.arange(1, rows + 1), "email": [f"{a}.{b}@mail{c}.com" for a, b, c in zip(draw.choice(["ann", "bob", "eve", "max", "zoe"], rows), draw.integers(100, 99999, rows), draw.integers(1, 5, rows))],
        "city": np.array(cities)[city], "region": np.array(["coast", "hills", "plains", "lakes"])[city % 4],
        "plan": plan, "age": age, "income": income, "active": draw.random(rows) < 0.3 + 0.5 * (plan == "plus")})
    frame.loc[draw.random(rows) < np.where(plan == "basic", 0.4, 0.05), "income"] = np.nan
    return frame


def events(rows, draw):
    """Times with the shape of weeks, kinds, durations with a long tail, phones."""
    day = draw.integers(0, 540, rows)
    day = np.where((day % 7 >= 5) & (draw.random(rows) < 0.7), day - 2, day)
    hour = np.clip(draw.normal(13, 4, rows), 0, 23.99)
    kind = draw.choice(["view", "cart", "buy", "return"], rows, p=[0.7, 0.18, 0.1, 0.02])
    seconds = np.round(np.exp(draw.normal(3, 1, rows) + (kind == "buy") * 1.5), 1)
    start = pd.Timestamp("2023-01-02")
    at = start + pd.to_timedelta(day, unit="D") + pd.to_timedelta((hour * 3600).astype(int), unit="s")
    frame = pd.DataFrame({
        "at": at.strftime("%Y-%m-%d %H:%M:%S"), "signup": (start - pd.to_timedelta(draw.exponential(200, rows).astype(int), unit="D") + pd.to_timedelta(day, unit="D")).strftime("%Y-%m-%d"),
        "kind": kind, "device": np.where(draw.random(rows) < 0.2 + 0.4 * (hour > 17), "phone", draw.choice(["desk", "tablet"], rows)),
        "seconds": seconds, "pages": np.maximum(1, (seconds / 20 + draw.normal(size=rows) * 2).round()).astype(int),
        "phone": [f"+1-555-{a:03d}-{b:04d}" for a, b in zip(draw.integers(0, 1000, rows), draw.integers(0, 10000, rows))]})
    frame.loc[kind == "view", "phone"] = None
    return frame


def sensors(rows, draw):
    """Many numbers that hang together, and some that miss together."""
    factors = draw.normal(size=(rows, 3))
    frame = pd.DataFrame({f"s{place:02d}": np.round(factors @ draw.normal(size=3) + 0.5 * draw.normal(size=rows), 4) for place in range(14)})
    frame["state"] = np.where(factors[:, 0] > 1, "alarm", np.where(factors[:, 0] < -1.2, "idle", "normal"))
    frame["s03"] = np.exp(frame["s03"]).round(3)
    gone = draw.random(rows) < 0.1
    frame.loc[gone, ["s05", "s06"]] = np.nan
    return frame


TABLES = {"sales": sales, "customers": customers, "events": events, "sensors": sensors}
PUT_RIGHT = {"customers": {"city": {"sdtype": "categorical"}}, "events": {"phone": {"sdtype": "phone_number", "pii": True}}}
TIMES = {"events": {"at": "%Y-%m-%d %H:%M:%S", "signup": "%Y-%m-%d"}}


def read(path, name):
    """A table as both sides are scored: times as times."""
    frame = pd.read_csv(path)
    for column, form in TIMES.get(name, {}).items():
        frame[column] = pd.to_datetime(frame[column], format=form)
    return frame


def detected(frame, name):
    from sdv.metadata import Metadata
    find = getattr(Metadata, "detect_from_dataframe", None) or Metadata._detect_from_dataframe
    metadata = find(frame)
    for column, right in PUT_RIGHT.get(name, {}).items():
        metadata.update_column(column_name=column, **right)
    return metadata


def columns_of(metadata, name):
    """SDMetrics' form of SDV's metadata."""
    columns = next(iter(metadata.to_dict()["tables"].values()))["columns"]
    return {"columns": {column: with_format(meta["sdtype"], name, column) for column, meta in columns.items()}}


def with_format(sdtype, name, column):
    form = TIMES.get(name, {}).get(column)
    return {"sdtype": sdtype, **({"datetime_format": form} if form and sdtype == "datetime" else {})}


def score(real, synthetic, metadata):
    from sdmetrics.reports.single_table import QualityReport
    report = QualityReport()
    report.generate(real.copy(), synthetic[real.columns].copy(), metadata, verbose=False)
    properties = report.get_properties().set_index("Property")["Score"]
    return {"score": report.get_score(), "shapes": properties["Column Shapes"], "trends": properties["Column Pair Trends"]}


def peer(path, name, rows, output, runs):
    """SDV in a process of its own."""
    from sdv.single_table import GaussianCopulaSynthesizer
    frame = read(path, name)
    metadata = detected(frame, name)
    table = next(iter(metadata.to_dict()["tables"]))
    fits, samples = [], []
    for _ in range(runs):
        started = time.perf_counter()
        synthesizer = GaussianCopulaSynthesizer(metadata)
        try:
            synthesizer.fit(frame)
        except Exception:
            synthesizer.fit({table: frame})
        fits.append(time.perf_counter() - started)
        started = time.perf_counter()
        made = synthesizer.sample(num_rows=rows)
        samples.append(time.perf_counter() - started)
    made = made[table] if isinstance(made, dict) else made
    for column, form in TIMES.get(name, {}).items():
        if not pd.api.types.is_string_dtype(made[column]):
            made[column] = made[column].dt.strftime(form)
    made.to_csv(output, index=False)
    print(json.dumps({"fit_seconds": min(fits), "sample_seconds": min(samples)}))


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def best(figures, key):
    return min(figure[key] for figure in figures)


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--peer":
        _, _, path, name, rows, output, runs = sys.argv
        return peer(path, name, int(rows), output, int(runs))
    arguments = argparse.ArgumentParser()
    arguments.add_argument("example")
    arguments.add_argument("--rows", type=int, default=20_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--tables", default=",".join(TABLES))
    arguments.add_argument("--details", action="store_true", help="the pairs and columns that lose most")
    options = arguments.parse_args()
    failed = []
    print(f"{options.rows:,} rows; times in ms, best of {options.runs}; scores by SDMetrics\n")
    print("| table | fit SDV | ours | ratio | sample SDV | ours | ratio | quality SDV | ours | shapes | trends | own report differs by |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.tables.split(","):
            path, theirs, ours, model = (os.path.join(folder, f"{name}-{part}") for part in ("in.csv", "sdv.csv", "ours.csv", "model.json"))
            TABLES[name](options.rows, np.random.default_rng(20261121)).to_csv(path, index=False)
            own = [run([options.example, path, str(options.rows), ours, model]) for _ in range(options.runs)]
            sdv = run([sys.executable, __file__, "--peer", path, name, str(options.rows), theirs, str(options.runs)])
            real = read(path, name)
            metadata = columns_of(detected(real, name), name)
            scores = {side: score(real, read(output, name), metadata) for side, output in (("sdv", theirs), ("ours", ours))}
            roles = {"columns": {column: with_format(role, name, column) for column, role in own[0]["roles"].items()}}
            checked = score(real, read(ours, name), roles)["score"]
            differs = abs(checked - own[0]["report"]["score"])
            fit, sample = best(own, "fit_seconds"), best(own, "sample_seconds")
            ratios = {"fit": sdv["fit_seconds"] / fit, "sample": sdv["sample_seconds"] / sample}
            print(f"| {name} | {sdv['fit_seconds'] * 1e3:.0f} | {fit * 1e3:.1f} | {ratios['fit']:.1f}× | {sdv['sample_seconds'] * 1e3:.0f} | {sample * 1e3:.2f} | {ratios['sample']:.0f}× "
                  f"| {scores['sdv']['score']:.4f} | {scores['ours']['score']:.4f} | {scores['sdv']['shapes']:.3f} → {scores['ours']['shapes']:.3f} "
                  f"| {scores['sdv']['trends']:.3f} → {scores['ours']['trends']:.3f} | {differs:.5f} |", flush=True)
            failed += [f"{name}: {what} is {ratio:.1f}×, wanted {GOALS[what]}×" for what, ratio in ratios.items() if ratio < GOALS[what]]
            if scores["ours"]["score"] < scores["sdv"]["score"]:
                failed.append(f"{name}: quality {scores['ours']['score']:.4f} is below SDV's {scores['sdv']['score']:.4f}")
            if differs > 0.001:
                failed.append(f"{name}: our report differs from SDMetrics by {differs:.5f}")
            if options.details:
                report = own[0]["report"]
                worst = sorted(report["column_shapes"], key=lambda one: one["score"] or 0)[:4]
                print("  shapes:", ", ".join(f"{one['column']} {one['score']:.4f}" for one in worst))
                counted = sorted((one for one in report["column_pair_trends"] if one["counts"]), key=lambda one: one["score"])[:6]
                print("  pairs:", ", ".join(f"{'·'.join(one['columns'])} {one['score']:.4f}" for one in counted))
                print("  privacy:", json.dumps(report["privacy"]))
                print("  times:", {key: round(best(own, key) * 1e3, 1) for key in own[0] if key.endswith("seconds")}, "model", own[0]["model_bytes"])
    print("\nGoals: fit 5×, sample 20×, quality at least SDV's, own report within 0.001.", "All met." if not failed else "Missed:")
    for fault in failed:
        print(f"- {fault}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
