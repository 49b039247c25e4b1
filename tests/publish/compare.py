"""Whether the tables in PostgreSQL hold what the Parquet files of a snapshot hold, row by row."""
import json
import os
import tempfile

import duckdb

SKETCH = "BLOB"


def source(*folders):
    """The rows of a table of one snapshot, or of several, for DuckDB."""
    files = ", ".join(f"'{folder}/*.parquet'" for folder in folders)
    return f"read_parquet([{files}], union_by_name = true)"


def columns_of(*folders):
    """[(name, DuckDB's type)] of a table of snapshots."""
    return [(row[0], row[1]) for row in
            duckdb.sql(f"DESCRIBE SELECT * FROM {source(*folders)}").fetchall()]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def from_parquet(name, kind):
    """What PostgreSQL cannot hold, as it must have become."""
    name = quoted(name)
    if kind == "VARCHAR":
        return f"replace({name}, chr(0), chr(65533))"
    if kind == "VARCHAR[]":
        return f"list_transform({name}, lambda x: replace(x, chr(0), chr(65533)))"
    return name


def export(pg, database, schema, table, columns, path):
    """A JSON object a line; decimals as text, so that no digit is lost."""
    values = ", ".join(f"{quoted(name)}{'::text' if kind.startswith('DECIMAL') else ''}"
                       for name, kind in columns)
    text = pg.sql(f"SELECT row_to_json(t) FROM (SELECT {values} FROM {quoted(schema)}.{table}) t",
                  database)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + ("\n" if text else ""))


def differences(pg, snapshot, database, schema="wend"):
    """[text]: empty when all tables are equal; `snapshot` may be a list of them, whose rows are
    added up. Also how many rows were looked at."""
    found, rows = [], 0
    folders = [snapshot] if isinstance(snapshot, str) else snapshot
    tables = {}
    for folder in folders:
        with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
            for entry in json.load(file)["files"]:
                tables.setdefault(entry["table"], {})[f"{folder}/{entry['table']}"] = True
    for table in sorted(tables):
        files = source(*tables[table])
        columns = [(name, kind) for name, kind in columns_of(*tables[table]) if kind != SKETCH]
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            export(pg, database, schema, table, columns, file.name)
            read = {name: "VARCHAR" if kind.startswith("DECIMAL") else kind
                    for name, kind in columns}
            casts = ", ".join(f"{quoted(name)}::{kind}" for name, kind in columns)
            theirs = (f"SELECT {casts} FROM read_json('{file.name}', format='nd', "
                      f"maximum_object_size=100000000, columns={read})")
            if os.path.getsize(file.name) == 0:
                theirs = f"SELECT {casts} FROM {files} LIMIT 0"
            ours = ("SELECT " + ", ".join(from_parquet(*column) for column in columns) +
                    f" FROM {files}")
            for one, other, where in ((ours, theirs, "Parquet"), (theirs, ours, "PostgreSQL")):
                alone = duckdb.sql(f"({one}) EXCEPT ALL ({other}) LIMIT 3").fetchall()
                found += [f"{table}: only in {where}: {row}" for row in alone]
            rows += duckdb.sql(f"SELECT count(*) FROM ({ours})").fetchall()[0][0]
    return found, rows
