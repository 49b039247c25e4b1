#!/usr/bin/env python3
"""Asks ClickHouse, in this process (chdb). Usage: see asking.py."""
from chdb import session

import asking

TYPES = {"time": "DateTime64(3, 'UTC')"}


def source(kind, path):
    if kind == "loaded":
        return "ev"
    if kind == "csv":
        form, names = "CSVWithNames", asking.COLUMNS
    else:
        form, names = "JSONEachRow", ("user_id", "time", "event")
    structure = ", ".join(f"{name} {TYPES.get(name, 'String')}" for name in names)
    structure = structure.replace("'", "\\'")
    return (f"(SELECT user_id, toUnixTimestamp64Milli(time) AS t, event FROM file('{path}', "
            f"'{form}', '{structure}'))")


def ask(kind, path, threads, tables):
    place = session.Session(tables) if tables else session.Session()
    settings = {"max_threads": threads, "date_time_input_format": "'best_effort'",
                "input_format_skip_unknown_fields": 1, "storage_file_read_method": "'pread'",
                "input_format_parallel_parsing": int(threads > 1), "max_insert_threads": threads,
                "optimize_aggregation_in_order": int(kind == "loaded")}
    place.query("CREATE DATABASE IF NOT EXISTS bench")
    place.query("USE bench")
    for name, value in settings.items():
        place.query(f"SET {name} = {value}")
    if kind == "load":
        place.query("DROP TABLE IF EXISTS ev")
        place.query("CREATE TABLE ev (user_id String, t Int64, event LowCardinality(String)) "
                    "ENGINE = MergeTree ORDER BY (user_id, t)")
        place.query(f"INSERT INTO ev SELECT * FROM {source(kind, path)}")
        return
    for statement in asking.statements("clickhouse.sql"):
        statement = statement.replace("FROM ev ", f"FROM {source(kind, path)} ")
        text = str(place.query(statement, "TabSeparated"))
        for line in text.splitlines():
            yield line.split("\t")


if __name__ == "__main__":
    asking.main(ask)
