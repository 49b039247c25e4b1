"""Whether the tables in PostgreSQL hold what the Parquet files of a snapshot hold, row by row."""
import json
import os
import tempfile

import duckdb

SKETCH = "BLOB"


def columns_of(folder):
    """[(name, DuckDB's type)] of a table of a snapshot."""
    return [(row[0], row[1]) for row in duckdb.sql(
        f"DESCRIBE SELECT * FROM read_parquet('{folder}/*.parquet')").fetchall()]


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
    """[text]: empty when all tables are equal. Also how many rows were looked at."""
    found, rows = [], 0
    with open(os.path.join(snapshot, "manifest.json"), encoding="utf-8") as file:
        tables = sorted({entry["table"] for entry in json.load(file)["files"]})
    for table in tables:
        columns = [(name, kind) for name, kind in columns_of(f"{snapshot}/{table}")
                   if kind != SKETCH]
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            export(pg, database, schema, table, columns, file.name)
            read = {name: "VARCHAR" if kind.startswith("DECIMAL") else kind
                    for name, kind in columns}
            casts = ", ".join(f"{quoted(name)}::{kind}" for name, kind in columns)
            theirs = (f"SELECT {casts} FROM read_json('{file.name}', format='nd', "
                      f"maximum_object_size=100000000, columns={read})")
            if os.path.getsize(file.name) == 0:
                theirs = f"SELECT {casts} FROM read_parquet('{snapshot}/{table}/*.parquet') LIMIT 0"
            ours = ("SELECT " + ", ".join(from_parquet(*column) for column in columns) +
                    f" FROM read_parquet('{snapshot}/{table}/*.parquet')")
            for one, other, where in ((ours, theirs, "Parquet"), (theirs, ours, "PostgreSQL")):
                alone = duckdb.sql(f"({one}) EXCEPT ALL ({other}) LIMIT 3").fetchall()
                found += [f"{table}: only in {where}: {row}" for row in alone]
            rows += duckdb.sql(f"SELECT count(*) FROM ({ours})").fetchall()[0][0]
    return found, rows
