#!/usr/bin/env python3
"""Asks Polars. Usage: see asking.py; `load` writes a Parquet file, which `loaded` asks."""
import os
import sys

os.environ["POLARS_MAX_THREADS"] = sys.argv[3]
import polars as pl  # noqa: E402

import asking  # noqa: E402

GAP_MS = 1800000
TIME = "%Y-%m-%dT%H:%M:%S%.3fZ"


def events(kind, path, tables):
    if kind == "loaded":
        return pl.scan_parquet(tables)
    if kind == "csv":
        frame = pl.scan_csv(path, infer_schema=False)
    else:
        frame = pl.scan_ndjson(path, schema={"time": pl.String, "user_id": pl.String,
                                             "event": pl.String})
    return frame.select("user_id", "event",
                        pl.col("time").str.to_datetime(TIME, time_unit="ms").alias("t"))


def counted(frame, name):
    return frame.group_by(name).len().sort(["len", name], descending=[True, False])


def ask(kind, path, threads, tables):
    frame = events(kind, path, tables)
    if kind == "load":
        frame.sink_parquet(tables)
        return
    frame = frame.collect().sort("user_id", "t")
    user, time = pl.col("user_id"), pl.col("t")
    cut = (user != user.shift()) | ((time - time.shift()).dt.total_milliseconds() > GAP_MS)
    frame = frame.select(pl.col("event"), cut.fill_null(True).cum_sum().alias("session"))
    event = pl.col("event")
    repeat = (event == event.shift()) & (pl.col("session") == pl.col("session").shift())
    sessions = frame.with_columns(repeat.fill_null(False).alias("repeat")).group_by("session").agg(
        event.filter(~pl.col("repeat")).str.join(" > ").alias("path"), event.last().alias("exit"),
        (event == "order_completed").any().alias("reached"))
    yield "events", frame.height, ""
    yield "sessions", sessions.height, ""
    yield "reached", sessions["reached"].sum(), ""
    for text, count in counted(sessions, "path").head(20).rows():
        yield "path", count, text
    for text, count in counted(sessions.filter(~pl.col("reached")), "exit").rows():
        yield "exit", count, text


if __name__ == "__main__":
    asking.main(ask)
