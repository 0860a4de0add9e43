"""Writes databases for scoring: DIR/<db_id>/schema.sql and a CSV file a table, from SQLite files and
their schemas (`schemas.json`: tables with columns and types, primary and foreign keys).

usage: export.py DATA_DIR OUT_DIR
"""

import json
import os
import sqlite3
import sys

TYPES = {"int": "INTEGER", "float": "DOUBLE", "datetime": "TIMESTAMP", "date": "DATE", "bool": "BOOLEAN"}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def ddl(schema):
    statements = []
    for table in schema["tables"]:
        parts = []
        for column in table["columns"]:
            kind = column.get("declared") or TYPES.get(column.get("inferred")) or {"number": "DOUBLE", "time": "TIMESTAMP", "boolean": "BOOLEAN"}.get(column["type"], "TEXT")
            kind = kind.replace(" UNSIGNED", "").replace("VARCHAR2", "VARCHAR").replace("YEAR", "INTEGER").replace("CHARACTER VARCHAR", "VARCHAR")
            if kind.upper().startswith(("NUMBER", "BLOB", "BOOL")):
                kind = "DOUBLE" if kind.upper().startswith("NUMBER") else "TEXT" if kind.upper().startswith("BLOB") else "BOOLEAN"
            parts.append(f"  {quoted(column['name'])} {kind}")
        if table.get("primary_key"):
            parts.append("  PRIMARY KEY (" + ", ".join(map(quoted, table["primary_key"])) + ")")
        for key in schema.get("foreign_keys", []):
            if key["table"] == table["name"]:
                parts.append(f"  FOREIGN KEY ({quoted(key['column'])}) REFERENCES {quoted(key['ref_table'])} ({quoted(key['ref_column'])})")
        statements.append(f"CREATE TABLE {quoted(table['name'])} (\n" + ",\n".join(parts) + "\n);")
    return "\n".join(statements) + "\n"


def line(cells):
    """A line of CSV in which NULL is an empty field and an empty text a quoted one, which the csv module does
    not tell apart."""
    return ",".join(map(field, cells)) + "\n"


def field(cell):
    text = "" if cell is None else str(cell)
    plain = cell is None or text and not any(mark in text for mark in '",\r\n')
    return text if plain else quoted(text)


def main():
    data, out = sys.argv[1:3]
    schemas = json.load(open(os.path.join(data, "schemas.json")))
    for name, schema in schemas.items():
        folder = os.path.join(out, name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "schema.sql"), "w") as file:
            file.write(ddl(schema))
        path = os.path.join(data, schema["sqlite"].split("/", 1)[-1]) if schema.get("sqlite") else None
        if not path or not os.path.exists(path):
            continue
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        connection.text_factory = lambda raw: raw.decode("utf8", "replace")
        for table in schema["tables"]:
            names = [column["name"] for column in table["columns"]]
            rows = connection.execute(f"SELECT {', '.join(map(quoted, names))} FROM {quoted(table['name'])}")
            with open(os.path.join(folder, table["name"].replace("/", "_") + ".csv"), "w", newline="") as file:
                file.writelines(map(line, [names, *rows]))


if __name__ == "__main__":
    main()
