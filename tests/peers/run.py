#!/usr/bin/env python3
"""tests/peers/run.py MILLRACE: every step and operator against DuckDB, on the same files.

Runs `millrace process` for each case, the same in DuckDB's SQL, and compares names, order, nulls and
values. Needs duckdb; infra/local/test makes the environment."""

import datetime
import decimal
import json
import math
import os
import subprocess
import sys
import tempfile

import duckdb

from cases import CASES
from data import FILES, TYPES


def plain(value):
    """A value as both sides can write it."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float, decimal.Decimal)):
        number = float(value)
        return value if number == math.inf else round(number, 9)
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def alike(ours, theirs):
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)) and not isinstance(ours, bool):
        return math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-9)
    return ours == theirs


def ours(binary, folder, case):
    steps = os.path.join(folder, "steps.json")
    output = os.path.join(folder, "out.ndjson")
    types = {"DECIMAL(4,2)": "decimal(4,2)", "DECIMAL(3,2)": "decimal(3,2)", "BIGINT": "int64", "VARCHAR": "string",
             "DATE": "date", "TIMESTAMP": "timestamp", "BOOLEAN": "boolean"}
    schema = {name: types[kind] for name, kind in TYPES[case.table].items()}
    body = {"processing_steps": case.steps + [{"type": "convert_format", "params": {"to_format": "ndjson"}}],
            "input": {"schema": schema, "null_values": ["", "NULL"]}}
    with open(steps, "w", encoding="utf-8") as file:
        json.dump(body, file)
    command = [binary, "process", os.path.join(folder, f"{case.table}.csv"), "--steps", steps, "--output", output, "--threads", "2"]
    for name in FILES:
        command += ["--with", f"{name}={os.path.join(folder, name)}.csv"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    with open(output, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def theirs(connection, case):
    result = connection.execute(case.sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row)) for row in result.fetchall()]


def difference(mine, peer):
    if len(mine) != len(peer):
        return f"{len(mine)} rows, DuckDB has {len(peer)}"
    for number, (left, right) in enumerate(zip(mine, peer), 1):
        if list(left) != list(right):
            return f"columns {list(left)}, DuckDB has {list(right)}"
        for name in left:
            one, other = plain(left[name]), plain(right[name])
            if not alike(one, other):
                return f"row {number}, {name}: {one!r}, DuckDB has {other!r}"
    return None


def main():
    binary = sys.argv[1]
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    failed = 0
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            path = os.path.join(folder, f"{name}.csv")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            columns = json.dumps(TYPES[name]).replace('"', "'")
            connection.execute(
                f"CREATE TABLE {name} AS SELECT *, row_number() OVER () AS i FROM read_csv('{path}', header=true, "
                f"columns={columns}, nullstr=['', 'NULL'], parallel=false, quote='\"', escape='\"', allow_quoted_nulls=false)")
        cases = [case for case in CASES if wanted in case.name]
        for case in cases:
            try:
                found = difference(ours(binary, folder, case), theirs(connection, case))
            except (RuntimeError, duckdb.Error) as error:
                found = str(error)
            if found:
                failed += 1
                print(f"FAILED {case.name}: {found}")
    print(f"{len(cases) - failed} of {len(cases)} cases agree with DuckDB {duckdb.__version__}")
    sys.exit(1 if failed else 0)


main()
