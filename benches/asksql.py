"""Measures the English to SQL engine: strict execution accuracy by tier, database and tag beside the floor of
a plain name matcher, confidence against outcome, and times.

usage: asksql.py MILLRACE READINGS [--data DIR] [--report FILE.json]

MILLRACE is the command, READINGS the example of the engine's crate that prints readings without a plan
check. Two sets of questions stand beside this file, and two more are made from templates over schemas of
their own: `generated`, and `seen`, whose templates led to rules and which therefore has no goal. With DIR
(Spider's training questions with rows and GeoQuery; see the README there) the held-out parts are measured too:
databases are parted by a hash of their name, GeoQuery by a hash of its SQL without the values.
"""

import argparse
import collections
import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.path.join(HERE, "..", "shared", "engines", "asksql", "tools")
sys.path[:0] = [TOOLS, os.path.join(HERE, "asksql")]
import export  # noqa: E402
import generated  # noqa: E402
import score  # noqa: E402

GOALS = {
    "easy": 88, "medium": 68, "hard": 42, "extra": 25, "geoquery": 80, "synonyms": 45, "domain": 40,
    "restaurants": 65, "generated": 95,
}
SPIDER = ("easy", "medium", "hard", "extra")
# Lines without a goal, for they were in part tuned on; they count in no pooled number.
APART = ("query_split", "seen")


def sqlite(folder, out):
    """A folder of schema.sql and CSV files as SQLite."""
    connection = sqlite3.connect(out)
    connection.executescript(open(os.path.join(folder, "schema.sql")).read())
    for name in sorted(os.listdir(folder)):
        if name.endswith(".csv"):
            rows = list(csv.reader(open(os.path.join(folder, name))))
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f'INSERT INTO "{name[:-4]}" VALUES ({marks})', [[cell or None for cell in row] for row in rows[1:]])
    connection.commit()
    connection.close()


def floor(tables, question):
    """What a plain matcher of names says: one table, its named columns, a function, an order, no values."""
    words = re.findall(r"[a-z0-9]+", question.lower())
    stems = {word.rstrip("s") for word in words}
    split = lambda name: [part.rstrip("s") for part in re.findall(r"[a-z]+|[0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())]
    share = lambda name: sum(part in stems for part in split(name)) / max(1, len(split(name)))
    quoted = lambda name: '"' + name + '"'
    table, columns = max(tables.items(), key=lambda pair: (share(pair[0]), sum(share(column) == 1 for column in pair[1])))
    named = [column for column in columns if share(column) == 1 and column.lower() != table.lower()]
    text = " ".join(words)
    if "how many" in text or "number of" in text or text.startswith("count"):
        return f"SELECT COUNT(*) FROM {quoted(table)}"
    for cue, function in (("average", "AVG"), ("total", "SUM"), ("maximum", "MAX"), ("highest", "MAX"), ("minimum", "MIN"), ("lowest", "MIN")):
        if cue in words and named:
            return f"SELECT {function}({quoted(named[-1])}) FROM {quoted(table)}"
    order = ""
    for cue, direction in (("descending", "DESC"), ("ascending", "ASC"), ("alphabetical", "ASC")):
        if cue in words and named:
            order = f" ORDER BY {quoted(named[-1])} {direction}"
            named = named[:-1] or named
    return f"SELECT {', '.join(map(quoted, named)) or '*'} FROM {quoted(table)}{order}"


def batch(command, cases):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as file:
        for case in cases:
            file.write(json.dumps({key: case[key] for key in ("id", "db_id", "question")}) + "\n")
    lines = subprocess.run(command(file.name), stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    os.unlink(file.name)
    return {answer["id"]: answer for answer in map(json.loads, lines)}


def share(part):
    return f"{100 * sum(part) / len(part):5.1f}" if part else "    -"


def percentile(times, at):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * at))] if times else 0.0


def own_sets(databases):
    """The sets that need no data: two beside this file and those from templates."""
    cases = generated.write(databases)
    for name in ("restaurants", "domain"):
        os.symlink(os.path.join(HERE, "asksql", name), os.path.join(databases, name))
        cases += [dict(case, tier=name, tags=[]) for case in score.lines(os.path.join(HERE, "asksql", name, "questions.jsonl"))]
    return cases


def data_sets(data):
    """The held-out parts of Spider, its paraphrases and GeoQuery, and GeoQuery's published split by query."""
    spider = [case for case in score.lines(os.path.join(data, "spider_train.jsonl")) if not case["flags"] and score.held(case["db_id"])]
    cases = [dict(case, tier=score.hardness(case["gold_sql"])) for case in spider]
    cases += [dict(case, id=case["id"] + "-syn", question=case["syn_question"], tier="synonyms")
              for case in spider if case.get("syn_question") and case["syn_question"] != case["question"]]
    geo = score.lines(os.path.join(data, "geoquery_train.jsonl"))
    held = score.geo_held(geo)
    geo = [case for case in geo if not case["flags"]]
    cases += [dict(case, tier="geoquery") for case in geo if case["id"] in held]
    split = [case for case in geo if case.get("query_split") == "test"]
    if split:
        print(f"query_split: GeoQuery's published test part by query, {sum(case['id'] not in held for case in split)} of {len(split)} in our tuning part")
    return cases + [dict(case, id=case["id"] + "-split", tier="query_split") for case in split]


def gather(data, work, databases):
    """All cases, and the SQLite file of each database."""
    cases, paths = own_sets(databases), {}
    for name in sorted(os.listdir(databases)):
        paths[name] = os.path.join(work, name + ".sqlite")
        sqlite(os.path.join(databases, name), paths[name])
    if not os.path.exists(os.path.join(data, "spider_train.jsonl")):
        print(f"no Spider and GeoQuery at {data}: their held-out parts are left out. Put spider_train.jsonl, "
              "geoquery_train.jsonl, schemas.json and the SQLite files there (taoyds/spider, ygan/Spider-Syn, "
              "jkkummerfeld/text2sql-data), or name another folder with --data.\n")
        return cases, paths
    sys.argv = ["export", data, databases]
    export.main()
    for name, schema in json.load(open(os.path.join(data, "schemas.json"))).items():
        paths[name] = os.path.join(data, (schema.get("sqlite") or "").split("/", 1)[-1])
    return cases + data_sets(data), paths


def columns_of(path):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')] for name in names}


def own_rows(answer):
    """The rows that Millrace itself gave, as the comparison wants them; None where it gave none."""
    rows = answer.get("rows")
    return None if rows is None else [tuple(score.cell(value) for value in row) for row in rows]


def measure(cases, paths, planned, ran):
    """What became of each case: a dictionary a case."""
    runner, tables, results = score.Runner(""), {}, []
    for case in cases:
        path, answer = paths[case["db_id"]], planned[case["id"]]
        if path not in tables:
            tables[path] = columns_of(path)
        gold = runner.run(path, case["gold_sql"])
        same = lambda rows: score.same(gold, rows, case["order_matters"])
        sqls = ([answer["sql"]] if answer["sql"] else []) + [other["sql"] for other in answer["alternatives"]]
        hits = [same(runner.run(path, sql)) for sql in sqls]
        rows = own_rows(ran[case["id"]])
        right = any(hits[:1])
        wrong = ("no answer" if not sqls else "another reading was right" if any(hits)
                 else "tables" if names_of(case["gold_sql"]) != names_of(sqls[0]) else "rows or columns")
        results.append({
            "tier": case["tier"], "database": case["db_id"], "tags": case.get("tags") or [], "confidence": answer["confidence"],
            "right": right, "shown": any(hits), "floor": same(runner.run(path, floor(tables[path], case["question"]))),
            "invalid": bool(sqls) and runner.run(path, sqls[0]) is None, "rows": same(rows), "null": rows is None, "failed": rows is None and bool(sqls),
            "wrong": None if right else wrong,
        })
    return results


def print_accuracy(tiers, unrunnable):
    print(f"{'set':12s} {'n':>5s} {'right':>6s} {'rows right':>11s} {'goal':>5s} {'floor':>6s} {'with alternatives':>18s} {'invalid':>8s}")
    for tier in [*GOALS, *APART]:
        if tier in tiers:
            part = {key: [result[key] for result in tiers[tier]] for key in ("right", "rows", "floor", "shown", "invalid")}
            print(f"{tier:12s} {len(part['right']):5d} {share(part['right']):>6s} {share(part['rows']):>11s} {GOALS.get(tier, '-'):>5} "
                  f"{share(part['floor']):>6s} {share(part['shown']):>18s} {sum(part['invalid']):8d}")
    print("\nno rows from Millrace (counted as not right; of these, with SQL that failed): " + "; ".join(
        f"{tier} {sum(result['null'] for result in part)} ({sum(result['failed'] for result in part)})" for tier, part in tiers.items()))
    print("left out, for the gold does not run: " + "; ".join(f"{tier} {unrunnable[tier]}" for tier in tiers))


def print_confidence(tiers):
    """How far confidence can be trusted. The goals are for Spider's held-out databases: the pool of all sets has easy
    generated questions in it, and paraphrases of Spider's."""
    parts = {"Spider": [result for tier in SPIDER for result in tiers.get(tier, [])], **tiers}
    parts["all pooled"] = [result for tier, part in tiers.items() if tier not in APART for result in part]
    print(f"\n{'confidence':12s} {'n':>5s} {'>= 0.85':>8s} {'right there':>12s} {'calibration error':>18s}")
    for name, part in parts.items():
        sure = [(result["confidence"], result["right"]) for result in part]
        if sure:
            error = sum(abs(sum(c for c, _ in part) - sum(r for _, r in part)) for part in bins(sure)) / len(sure)
            high = [right for confidence, right in sure if confidence >= 0.85]
            goal = "  (goals 95 and 0.05)" if name == "Spider" else ""
            print(f"{name:12s} {len(sure):5d} {len(high):8d} {share(high):>12s} {error:18.3f}{goal}")
    for name in ("Spider", "all pooled"):
        sure = [(result["confidence"], result["right"]) for result in parts[name]]
        if sure:
            print(f"{name}: confidence, questions, right: " + "; ".join(
                f"{sum(c for c, _ in part) / len(part):.2f} {len(part)} {sum(r for _, r in part) / len(part):.2f}" for part in bins(sure)))


def print_groups(results):
    lost = collections.Counter(f"{result['tier']}: {result['wrong']}" for result in results if result["wrong"])
    print("\nlost, largest class first: " + "; ".join(f"{name} {count}" for name, count in lost.most_common(16)))
    groups = {"database": collections.defaultdict(list), "tag": collections.defaultdict(list)}
    for result in results:
        groups["database"][result["database"]].append(result["right"])
        for tag in result["tags"]:
            groups["tag"][tag].append(result["right"])
    for name, parts in groups.items():
        print(f"\nper {name}: " + "; ".join(f"{key} {share(part).strip()}/{len(part)}" for key, part in sorted(parts.items())))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("millrace")
    parser.add_argument("readings")
    parser.add_argument("--data", default=os.path.join(HERE, "..", "..", "shared", "data", "nlsql"))
    parser.add_argument("--report")
    options = parser.parse_args()
    work = tempfile.mkdtemp(prefix="asksql-")
    databases = os.path.join(work, "databases")
    os.makedirs(databases)
    every, paths = gather(options.data, work, databases)
    runner = score.Runner("")
    cases = [case for case in every if runner.run(paths[case["db_id"]], case["gold_sql"]) is not None]
    count = lambda part: collections.Counter(case["tier"] for case in part)
    command = lambda file: [options.millrace, "ask", "--batch", file, "--databases", databases, "--now", "2024-02-14T00:00:00Z"]
    planned = batch(command, cases)
    # Asked anew, so that running the answers does not weigh on the times.
    ran = batch(lambda file: command(file) + ["--run"], cases)
    bare = batch(lambda file: [options.readings, file, databases], cases)
    results = measure(cases, paths, planned, ran)
    tiers = {}
    for result in results:
        tiers.setdefault(result["tier"], []).append(result)
    print_accuracy(tiers, count(every) - count(cases))
    print_confidence(tiers)
    for name, answers in (("with the plan check", planned), ("without", bare)):
        times = [answer["parse_ms"] for answer in answers.values()]
        print(f"parse {name}: p50 {percentile(times, 0.5):.2f} ms, p99 {percentile(times, 0.99):.2f} ms")
    print("schema of 100 tables compiled in " + subprocess.run([options.readings, "--compile", "100"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip())
    # GeoQuery's other split has questions of the held-out part again: it is a line of its own and nothing else.
    print_groups([result for result in results if result["tier"] != "query_split"])
    if options.report:
        means = {tier: {key: sum(result[key] for result in part) / len(part) for key in ("right", "shown", "floor", "invalid", "rows")} for tier, part in tiers.items()}
        with open(options.report, "w") as file:
            json.dump(means, file, indent=1)


def names_of(sql):
    return {name.strip('"').lower() for name in re.findall(r'\b(?:from|join)\s+("[^"]+"|\w+)', sql, re.I)}


def bins(sure):
    parts = collections.defaultdict(list)
    for confidence, right in sure:
        parts[min(9, int(confidence * 10))].append((confidence, right))
    return [parts[key] for key in sorted(parts)]


if __name__ == "__main__":
    main()
