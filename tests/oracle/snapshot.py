"""Runs `wend replay`, and reads a snapshot back with pyarrow into rows like the oracle's."""

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as parquet

TABLES = ["paths", "transitions", "flow", "stages", "abandonment", "touchpoints", "switches"]
DETAILS = ["sessions", "journeys"]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class RunFailed(Exception):
    pass


def format_time(time):
    """Microseconds since 1970 as a time that every reader of times takes."""
    return (EPOCH + timedelta(microseconds=time)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def run(wend, inputs, definition, out, now=None, lateness=None, close_all=False, extra=()):
    """One replay with all tables; `inputs` and `definition` are paths."""
    command = [wend, "replay", *inputs, "-c", definition, "-o", out, "--quiet"]
    command += ["--tables", "all", "--customer-ids", "raw"]
    if now is not None:
        command += ["--now", format_time(now)]
    if lateness is not None:
        command += ["--lateness", lateness]
    if close_all:
        command += ["--close-all"]
    result = subprocess.run(
        command + list(extra), capture_output=True, stdin=subprocess.DEVNULL, timeout=300
    )
    if result.returncode != 0:
        text = (result.stdout + result.stderr).decode("utf-8", "replace")
        raise RunFailed(f"exit {result.returncode}: {' '.join(command)} {' '.join(extra)}\n{text}")
    return result


def table_files(folder):
    """Paths of all table files, relative, sorted."""
    found = []
    for table in TABLES + DETAILS:
        path = os.path.join(folder, table)
        if os.path.isdir(path):
            found += [os.path.join(table, name) for name in sorted(os.listdir(path))]
    return found


def same_bytes(a, b):
    """The first table file in which two snapshots differ, or None."""
    names = table_files(a)
    if names != table_files(b):
        return f"{names} against {table_files(b)}"
    for name in names:
        with open(os.path.join(a, name), "rb") as one, open(os.path.join(b, name), "rb") as two:
            if one.read() != two.read():
                return name
    return None


def read_table(folder, table):
    """(rows, pyarrow schema) of all files of a table, in file order; None without the folder."""
    path = os.path.join(folder, table)
    if not os.path.isdir(path):
        return None
    names = sorted(name for name in os.listdir(path) if name.endswith(".parquet"))
    parts = [parquet.read_table(os.path.join(path, name), partitioning=None) for name in names]
    if not parts:
        return [], pa.schema([])
    joined = pa.concat_tables(parts)
    return to_rows(joined), joined.schema


def to_rows(table):
    columns = {}
    for name, column in zip(table.column_names, table.columns):
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        values = column.to_pylist()
        if name.endswith("_sketch"):
            values = [decode_sketch(value) for value in values]
        columns[name] = values
    return [dict(zip(columns, row)) for row in zip(*columns.values())]


def read_snapshot(folder):
    """{table: rows} of what is there."""
    read = {table: read_table(folder, table) for table in TABLES + DETAILS}
    return {table: pair[0] for table, pair in read.items() if pair is not None}


def read_manifest(folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        return json.load(file)


# -- Sketches ----------------------------------------------------------------------------------


def decode_sketch(data):
    """{bucket: count}; None for none or an empty one. engine/ds/sketch.h has the format."""
    if data is None:
        return None
    numbers = list(leb128_numbers(data))
    pairs = numbers[0]
    assert len(numbers) == 1 + 2 * pairs, "a sketch with loose ends"
    sketch = {}
    bucket = 0
    for distance, count in zip(numbers[1::2], numbers[2::2]):
        assert count > 0 and (distance > 0 or not sketch), "a sketch out of order"
        bucket += distance
        sketch[bucket] = count
    return sketch or None


def leb128_numbers(data):
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            assert byte != 0 or shift == 7, "a number that is not in its shortest form"
            yield value
            value = shift = 0
    assert shift == 0, "a number that is cut off"


# -- Types -------------------------------------------------------------------------------------

COUNTS = """step_count units converted abandoned still_open transitions step_index stage_position
    visited reached advanced abandoned_here events entries exits converted_units first_touch
    last_touch switches event_count session_count""".split()


def expected_type(table, name):
    """What SEMANTICS says of a column's type."""
    if name in ("window_start", "started_at", "ended_at", "converted_at"):
        return pa.timestamp("us", tz="UTC")
    if name == "value":
        return pa.decimal128(18, 4)
    if name == "value_sum":
        return pa.decimal128(38, 4)
    if name.endswith("_sketch"):
        return pa.binary()
    if name == "path_steps":
        return pa.list_(pa.string())
    if name in COUNTS:
        return pa.int64()
    if "seconds" in name or "duration_s" in name or name in ("abandon_rate", "abandon_share"):
        return pa.float64()
    return pa.string()


def type_problem(table, schema, segments):
    """A text about the first column with an unexpected type, or None."""
    for field in schema:
        wanted = pa.string() if field.name in segments else expected_type(table, field.name)
        if pa.types.is_list(field.type) and pa.types.is_list(wanted):
            if field.type.value_type == wanted.value_type:
                continue
        if field.type != wanted:
            return f"{table}.{field.name} is {field.type}, not {wanted}"
    return None


def plain(value):
    """Decimals without their scale, so that 1 and 1.0000 are equal in sums."""
    return value.normalize() if isinstance(value, Decimal) else value
