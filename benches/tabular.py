#!/usr/bin/env python3
"""benches/tabular.py MILLRACE: times file steps beside DuckDB and Polars, on one generated CSV.

Each cell of the table is one fresh process, so its peak memory is its own (VmHWM of /proc). All read the
file with the same declared types and write one Parquet file with zstd; row counts are checked against
what the generator knows. `make bench-tabular` builds the program and the environment."""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

COLUMNS = {"id": "BIGINT", "seen": "TIMESTAMP", "day": "DATE", "country": "VARCHAR", "category": "VARCHAR", "user_id": "BIGINT",
           "email": "VARCHAR", "amount": "DOUBLE", "quantity": "INTEGER", "active": "BOOLEAN", "note": "VARCHAR", "comment": "VARCHAR"}
OURS = {"BIGINT": "int64", "TIMESTAMP": "timestamp", "DATE": "date", "VARCHAR": "string", "DOUBLE": "double", "INTEGER": "int32", "BOOLEAN": "boolean"}
COUNTRIES = ["India", "Brazil", "Germany", "Japan", "Kenya", "Côte d'Ivoire", "México", "Canada", "France", "Indonesia", "Türkiye", "Österreich"]
CATEGORIES = ["tools", "toys", "books", "music", "garden", "kitchen", "sports", "office"]
WORDS = "wheel grain river stone flour sack miller dawn bread oven lane barrow sluice weir gear oak iron belt husk bran".split()

OPERATIONS = {
    "filter": [{"type": "filter", "params": {"all": [{"column": "country", "operator": "eq", "value": "India"},
                                                     {"column": "amount", "operator": "gte", "value": 500}]}}],
    "sort": [{"type": "sort", "params": {"by": [{"column": "amount", "order": "desc"}, "id"]}}],
    "deduplicate": [{"type": "deduplicate", "params": {"columns": ["email"]}}],
    "aggregate": [{"type": "aggregate", "params": {"group_by": ["country", "category"], "aggregations": [
        {"function": "count", "as": "n"}, {"column": "amount", "function": "sum"}, {"column": "amount", "function": "mean"},
        {"column": "quantity", "function": "min"}, {"column": "quantity", "function": "max"}, {"column": "user_id", "function": "count_distinct"}]}}],
}


def generate(path, megabytes):
    """Writes the file; the same size gives the same bytes. Returns what a right answer has."""
    draw = random.Random(20261121)
    notes = [" ".join(draw.choices(WORDS, k=draw.randint(3, 9))) for _ in range(4096)]
    facts = {"sort": 0, "filter": 0, "deduplicate": 0}
    groups, written, lines = set(), 0, [",".join(COLUMNS) + "\n"]
    with open(path, "w", encoding="utf-8", newline="") as file:
        while written < megabytes * 1_000_000:
            facts["sort"] += 1
            row = facts["sort"]
            country = COUNTRIES[int(draw.random() ** 2 * 12)]
            category = CATEGORIES[int(draw.random() * 8)]
            amount = int(draw.random() * 100_000_000) / 100_000
            if row % 10:
                facts["deduplicate"] += 1
                mail = facts["deduplicate"]
            else:
                mail = int(draw.random() * facts["deduplicate"]) + 1
            day = f"{2015 + row % 10}-{row % 12 + 1:02d}-{row % 28 + 1:02d}"
            note = notes[int(draw.random() * 4096)]
            comment = f'"first line, ""{note}""\nsecond line of {row}"' if row % 97 == 0 else f'"{note}, {category}"' if row % 5 == 0 else note[::-1] if row % 13 else ""
            quantity = "" if row % 23 == 0 else row * 7 % 97 + 1
            lines.append(f"{row},{day} {row % 24:02d}:{row % 60:02d}:{row * 7 % 60:02d},{day},{country},{category},{int(draw.random() * 5_000_000)},"
                         f"m{mail:09d}@example.org,{amount},{quantity},{'true' if row % 2 else 'false'},{note},{comment}\n")
            groups.add((country, category))
            facts["filter"] += country == "India" and amount >= 500
            if len(lines) >= 20_000:
                text = "".join(lines)
                written += len(text.encode())
                file.write(text)
                lines = []
        file.write("".join(lines))
    facts["aggregate"] = len(groups)
    return facts


def duckdb(operation, csv, output, threads, memory):
    import duckdb
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    connection.execute("SET preserve_insertion_order = false")
    if memory:
        connection.execute(f"SET memory_limit = '{memory}MiB'; SET temp_directory = '{output}.tmp'")
    types = json.dumps(COLUMNS).replace('"', "'")
    source = f"read_csv('{csv}', header = true, columns = {types}, auto_detect = false, quote = '\"', escape = '\"')"
    if operation == "profile":
        connection.execute(f"SUMMARIZE SELECT * FROM {source}").fetchall()
        return
    query = {"filter": f"SELECT * FROM {source} WHERE country = 'India' AND amount >= 500",
             "sort": f"SELECT * FROM {source} ORDER BY amount DESC, id",
             "deduplicate": f"SELECT DISTINCT ON (email) * FROM {source} ORDER BY email, id",
             "aggregate": f"SELECT country, category, count(*) AS n, sum(amount) AS a, avg(amount) AS b, min(quantity) AS c, max(quantity) AS d, "
                          f"count(DISTINCT user_id) AS e FROM {source} GROUP BY ALL"}[operation]
    connection.execute(f"COPY ({query}) TO '{output}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)")


def polars(operation, csv, output, threads, _memory):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl
    types = {"BIGINT": pl.Int64, "TIMESTAMP": pl.String, "DATE": pl.Date, "VARCHAR": pl.String, "DOUBLE": pl.Float64, "INTEGER": pl.Int32, "BOOLEAN": pl.Boolean}
    frame = pl.scan_csv(csv, schema={name: types[kind] for name, kind in COLUMNS.items()})
    if operation == "profile":
        frame.describe()
        return
    frame = frame.with_columns(pl.col("seen").str.to_datetime("%Y-%m-%d %H:%M:%S"))
    amount = pl.col("amount")
    frame = {"filter": lambda: frame.filter((pl.col("country") == "India") & (amount >= 500)),
             "sort": lambda: frame.sort(["amount", "id"], descending=[True, False]),
             "deduplicate": lambda: frame.unique(subset=["email"], keep="first", maintain_order=True),
             "aggregate": lambda: frame.group_by("country", "category").agg(
                 pl.len().alias("n"), amount.sum().alias("a"), amount.mean().alias("b"), pl.col("quantity").min().alias("c"),
                 pl.col("quantity").max().alias("d"), pl.col("user_id").n_unique().alias("e"))}[operation]()
    frame.sink_parquet(output, compression="zstd", row_group_size=122880, engine="streaming")


def peer(name, operation, csv, output, threads, memory):
    started = time.perf_counter()
    {"duckdb": duckdb, "polars": polars}[name](operation, csv, output, int(threads), int(memory))
    print(json.dumps({"seconds": time.perf_counter() - started, "megabytes": peak("self")}))


def peak(process):
    with open(f"/proc/{process}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


def run_ours(binary, operation, csv, output, threads, memory):
    body = {"processing_steps": OPERATIONS.get(operation, []) + [{"type": "convert_format", "params": {"to_format": "parquet"}}],
            "input": {"schema": {name: OURS[kind] for name, kind in COLUMNS.items()}}}
    command = [binary, "process", csv, "--output", output, "--threads", str(threads)] + (["--memory", str(memory)] if memory else [])
    if operation == "profile":
        command = [binary, "profile", csv, "--threads", str(threads)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as steps:
        json.dump(body, steps)
        steps.flush()
        if operation != "profile":
            command += ["--steps", steps.name]
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        # A small helper process must not lend its memory to the measured one, so the peak is that of wait4.
        message = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    if status:
        raise RuntimeError(message.strip().splitlines()[-1] if message.strip() else f"status {status}")
    return {"seconds": seconds, "megabytes": usage.ru_maxrss / 1024}


def run_peer(name, operation, csv, output, threads, memory):
    done = subprocess.run([sys.executable, __file__, "--peer", name, operation, csv, output, str(threads), str(memory)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1][:120])
    return json.loads(done.stdout.strip().splitlines()[-1])


def rows(path):
    """In a process of its own, which leaves this one small."""
    code = "import sys, pyarrow.parquet as p; print(p.ParquetFile(sys.argv[1]).metadata.num_rows)"
    return int(subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True).stdout)


def main():
    if sys.argv[1:2] == ["--peer"]:
        return peer(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--mb", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", type=int, default=0, help="limit in MiB for us and DuckDB")
    parser.add_argument("--runs", type=int, default=3, help="the fastest counts")
    parser.add_argument("--operations", default="filter,sort,deduplicate,aggregate,profile")
    parser.add_argument("--engines", default="millrace,duckdb,polars")
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "millrace-bench"))
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    csv = os.path.join(arguments.folder, f"{arguments.mb}mb.csv")
    if not os.path.exists(csv + ".json"):
        facts = generate(csv, arguments.mb)
        with open(csv + ".json", "w", encoding="utf-8") as file:
            json.dump(facts, file)
    with open(csv + ".json", encoding="utf-8") as file:
        facts = json.load(file)
    print(f"{os.path.getsize(csv) / 1e6:.0f} MB, {facts['sort']} rows, {arguments.threads} threads")
    print(f"{'':14}" + "".join(f"{engine:>24}" for engine in arguments.engines.split(",")))
    for operation in arguments.operations.split(","):
        cells = []
        for engine in arguments.engines.split(","):
            output = os.path.join(arguments.folder, f"{engine}.parquet")
            try:
                best = None
                for _ in range(arguments.runs):
                    if engine == "millrace":
                        found = run_ours(arguments.binary, operation, csv, output, arguments.threads, arguments.memory)
                    else:
                        found = run_peer(engine, operation, csv, output, arguments.threads, arguments.memory)
                    if operation != "profile" and rows(output) != facts[operation]:
                        raise RuntimeError(f"{rows(output)} rows, not {facts[operation]}")
                    if best is None or found["seconds"] < best["seconds"]:
                        best = found
                cells.append(f"{best['seconds']:8.2f} s {best['megabytes']:7.0f} MB")
            except RuntimeError as error:
                cells.append(str(error)[:22])
        print(f"{operation:14}" + "".join(f"{cell:>24}" for cell in cells), flush=True)


main()
