"""Scores the engine on questions with known SQL, strictly: the same rows under some order of the
columns, and in the same order where the gold orders.

usage: score.py DATA_DIR DATABASES READINGS_BINARY [--set spider|syn|geo] [--part tune|held|all] [--tags]
                [--top N] [--from N] [--every N] [--cache FILE] [--errors FILE] [--dump FILE] [--trace]

Databases are split by a hash of their name, GeoQuery by a hash of its SQL without the values: 70 % for tuning,
30 % held out. What shows single questions (--errors, --dump, --trace) is for the tuning part alone.
"""

import argparse
import collections
import hashlib
import itertools
import json
import os
import pickle
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading


def cell(value):
    if value is None:
        return "NULL"
    if isinstance(value, (int, float)):
        return "%.6g" % value
    text = str(value).strip()
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text):
        return "%.6g" % float(text)
    return text


def same(gold, found, ordered):
    if found is None:
        return False
    if not gold:
        return not found
    if len(gold) != len(found) or len(gold[0]) != len(found[0]):
        return False
    width = len(gold[0])
    gold_columns = [sorted(row[at] for row in gold) for at in range(width)]
    found_columns = [sorted(row[at] for row in found) for at in range(width)]
    choices = [[at for at in range(width) if found_columns[at] == column] for column in gold_columns]
    for number, order in enumerate(itertools.product(*choices)):
        if number > 2000:
            return False
        if len(set(order)) == width:
            rows = [tuple(row[at] for at in order) for row in found]
            if rows == gold if ordered else collections.Counter(rows) == collections.Counter(gold):
                return True
    return False


class Runner:
    """Runs SQL, each text once a database."""

    def __init__(self, path):
        self.path = path
        self.connections = {}
        self.known = {}
        if path and os.path.exists(path):
            with open(path, "rb") as file:
                self.known = pickle.load(file)

    def save(self):
        if self.path:
            with open(self.path, "wb") as file:
                pickle.dump(self.known, file)

    def run(self, database, sql, limit=20000):
        key = (database, sql)
        if key in self.known:
            return self.known[key]
        if database not in self.connections:
            connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False)
            connection.text_factory = lambda raw: raw.decode("utf8", "replace")
            self.connections[database] = connection
        connection = self.connections[database]
        timer = threading.Timer(3, connection.interrupt)
        timer.start()
        try:
            rows = connection.execute(sql).fetchmany(limit)
            rows = [tuple(cell(value) for value in row) for row in rows]
        except Exception:
            rows = None
        finally:
            timer.cancel()
        if rows is None or len(rows) < 500:
            self.known[key] = rows
        return rows


AGGREGATES = re.compile(r"\b(count|sum|avg|min|max)\s*\(", re.I)


def hardness(sql):
    """Spider's four tiers, counted from the text of the gold."""
    text = re.sub(r"'[^']*'|\"[^\"]*\"", "'v'", sql)
    low = text.lower()
    inner = len(re.findall(r"\(\s*select", low))
    sets = len(re.findall(r"\b(union|intersect|except)\b", low))
    # The first block alone, without subqueries.
    main = re.split(r"\b(?:union|intersect|except)\b", low)[0]
    while True:
        cut = re.sub(r"\(\s*select[^()]*(?:\([^()]*\)[^()]*)*\)", "v", main)
        if cut == main:
            break
        main = cut
    where = re.search(r"\bwhere\b(.*?)(\bgroup by\b|\border by\b|\blimit\b|$)", main, re.S)
    conditions = 0
    if where:
        body = re.sub(r"\bbetween\b\s+\S+\s+and\b", "between", where.group(1))
        conditions = len(re.findall(r"\b(and|or)\b", body)) + 1
    one = 0
    one += 1 if where else 0
    one += 1 if "group by" in main else 0
    one += 1 if "order by" in main else 0
    one += 1 if "limit" in main else 0
    one += len(re.findall(r"\bjoin\b", main))
    one += len(re.findall(r"\bor\b", where.group(1))) if where else 0
    one += len(re.findall(r"\blike\b", main))
    two = inner + sets
    select = re.search(r"select(.*?)\bfrom\b", main, re.S)
    others = 0
    others += 1 if len(AGGREGATES.findall(main)) > 1 else 0
    others += 1 if select and select.group(1).count(",") >= 1 else 0
    others += 1 if conditions > 1 else 0
    group = re.search(r"group by(.*?)(having|order by|limit|$)", main, re.S)
    others += 1 if group and "," in group.group(1) else 0
    if one <= 1 and others == 0 and two == 0:
        return "easy"
    if (others <= 2 and one <= 1 and two == 0) or (one <= 2 and others < 2 and two == 0):
        return "medium"
    if (others > 2 and one <= 2 and two == 0) or (2 < one <= 3 and others <= 2 and two == 0) or (one <= 1 and others == 0 and two <= 1):
        return "hard"
    return "extra"


def held(name):
    """Whether the hash of a name falls into the 30 % that are held out."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10 >= 7


def masked(sql):
    """The template of an SQL text: its literals hidden, spaces and case made alike."""
    return " ".join(re.sub(r"'[^']*'|\"[^\"]*\"|\b\d+(\.\d+)?\b", "?", sql).lower().split())


def masked_question(question, values):
    """The question with every one of `values` and every number hidden."""
    return " ".join(re.sub(rf"\b(?:{values}|\d+(?:\.\d+)?)\b", "?", question.lower()).split())


def geo_held(cases):
    """The ids of GeoQuery's held-out questions; `cases` are all lines of its file, flagged ones too.

    Questions with the same SQL but for its values, or the same English but for its values ("the population of
    austin", "... of utah" have other tables), or the same `gold_group`, go to one side together: it is these
    groups that are hashed, by the first of their SQL templates.
    """
    values = {value.lower() for case in cases for value in re.findall(r"'([^']+)'", case["gold_sql"])}
    values = "|".join(map(re.escape, sorted(values, key=lambda value: (-len(value), value))))
    leader = {}

    def find(key):
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    for case in cases:
        sql = masked(case["gold_sql"])
        for key in (("group", case["gold_group"]), ("question", masked_question(case["question"], values))):
            # Templates come first in the order of keys, and among them the smallest leads.
            low, high = sorted((find(("", sql)), find(key)))
            leader[high] = low
    return {case["id"] for case in cases if held(find(("", masked(case["gold_sql"])))[1])}


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def tuning_only(data, dumped):
    """Stops unless every dumped line is of the tuning part; `data` is the folder with GeoQuery's questions."""
    geo = geo_held(lines(os.path.join(data, "geoquery_train.jsonl")))
    for line in dumped:
        out = line["id"] in geo if line["db_id"] == "geography" else held(line["db_id"])
        assert not out, f"{line['id']} of {line['db_id']} is held out: nothing may be fitted on it"


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("databases")
    parser.add_argument("binary")
    parser.add_argument("--set", choices=("spider", "syn", "geo"), default="spider")
    parser.add_argument("--part", choices=("tune", "held", "all"), default="tune")
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--cache", default="")
    parser.add_argument("--errors")
    parser.add_argument("--dump")
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--tags", action="store_true")
    options = parser.parse_args()
    if options.part != "tune" and (options.errors or options.dump or options.trace):
        parser.error("--errors, --dump and --trace show single questions: --part tune alone may be looked at so")
    return options


def choose(options):
    """The unflagged cases of the set and the part."""
    cases = lines(os.path.join(options.data, "geoquery_train.jsonl" if options.set == "geo" else "spider_train.jsonl"))
    if options.set == "geo":
        out = geo_held(cases)
    else:
        out = {case["id"] for case in cases if held(case["db_id"])}
    if options.part != "all":
        cases = [case for case in cases if (case["id"] in out) == (options.part == "held")]
    cases = [case for case in cases if not case["flags"]]
    if options.set == "syn":
        cases = [dict(case, question=case["syn_question"]) for case in cases if case.get("syn_question") and case["syn_question"] != case["question"]]
    return cases[options.first :: options.every]


def ask(options, cases):
    """The engine's answers by id."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as file:
        for case in cases:
            file.write(json.dumps({"id": case["id"], "db_id": case["db_id"], "question": case["question"]}) + "\n")
    command = [options.binary, file.name, options.databases, str(options.top)] + (["trace"] if options.trace else [])
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    os.unlink(file.name)
    if process.returncode != 0:
        sys.exit("the engine failed")
    return {answer["id"]: answer for answer in map(json.loads, process.stdout.splitlines())}


def report_error(file, case, tier, answer, right):
    place = right.index(True) if True in right else None
    file.write(f"{tier} {case['db_id']} {case['id']} right at {place}\nQ: {case['question']}\nG: {case['gold_sql']}\n")
    file.write(f"P: {answer['readings'][0]['sql'] if answer['readings'] else None}\n")
    if place:
        file.write(f"R: {answer['readings'][place]['sql']}\n")
    file.write(answer.get("trace", "") + "\n")


def print_calibration(calibration):
    error = 0
    for low in range(10):
        part = [(c, r) for c, r in calibration if low / 10 <= c < (low + 1) / 10 or (low == 9 and c == 1)]
        if part:
            mean = sum(c for c, _ in part) / len(part)
            share = sum(r for _, r in part) / len(part)
            error += len(part) / len(calibration) * abs(mean - share)
            print(f"  confidence {low / 10:.1f}: n={len(part)} mean={mean:.2f} right={share:.2f}")
    sure = [r for c, r in calibration if c >= 0.85]
    print(f"  expected calibration error {error:.3f}; at 0.85 and above {len(sure)} of {len(calibration)}, right {sum(sure) / max(1, len(sure)):.3f}")


def print_table(table):
    for key in ("easy", "medium", "hard", "extra", "geo", "split", "ALL"):
        if key in table:
            row = table[key]
            name = "query_split test" if key == "split" else key
            print(f"{name:8s} n={row['n']:5d} strict={row['strict'] / row['n']:6.1%} top5={row['top5'] / row['n']:6.1%} oracle={row['oracle'] / row['n']:6.1%} none={row['none']} invalid={row['invalid']}")


def main():
    options = read_options()
    cases = choose(options)
    schemas = json.load(open(os.path.join(options.data, "schemas.json")))
    answers = ask(options, cases)
    runner = Runner(options.cache)
    table, tags = (collections.defaultdict(collections.Counter) for _ in range(2))
    errors = open(options.errors, "w") if options.errors else None
    dump = open(options.dump, "w") if options.dump else None
    times, calibration, without = [], [], 0
    for case in cases:
        path = os.path.join(options.data, schemas[case["db_id"]]["sqlite"].split("/", 1)[-1])
        gold = runner.run(path, case["gold_sql"])
        if gold is None:
            without += 1
            continue
        answer = answers[case["id"]]
        times.append(answer["parse_ms"])
        readings = answer["readings"][: options.top]
        right = [same(gold, runner.run(path, reading["sql"]), case["order_matters"]) for reading in readings]
        tier = "geo" if options.set == "geo" else hardness(case["gold_sql"])
        for key in (tier, "ALL") + (("split",) if case.get("query_split") == "test" else ()):
            table[key]["n"] += 1
            table[key]["strict"] += any(right[:1])
            table[key]["top5"] += any(right[:5])
            table[key]["oracle"] += any(right)
            table[key]["none"] += not right
            table[key]["invalid"] += bool(readings) and runner.run(path, readings[0]["sql"]) is None
        for tag in case["tags"]:
            tags[tag]["n"] += 1
            tags[tag]["strict"] += any(right[:1])
        calibration.append((answer["confidence"], any(right[:1])))
        if errors and not any(right[:1]):
            report_error(errors, case, tier, answer, right)
        if dump:
            dump.write(json.dumps({"id": case["id"], "db_id": case["db_id"], "tier": tier, "right": right, "inputs": answer.get("inputs"), "features": [reading["features"] for reading in readings]}) + "\n")
    runner.save()
    print(f"{options.set}, part {options.part}; left out, for their gold does not run: {without}")
    print_table(table)
    if options.tags:
        print(" ".join(f"{tag}:{row['strict'] / row['n']:.0%}/{row['n']}" for tag, row in sorted(tags.items(), key=lambda pair: -pair[1]["n"])))
    if times:
        times.sort()
        print(f"parse p50 {times[len(times) // 2]:.2f} ms p99 {times[int(len(times) * 0.99)]:.2f} ms")
        print_calibration(calibration)


if __name__ == "__main__":
    main()
