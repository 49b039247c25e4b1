"""Rows of Parquet files as lists of plain values, by each reader, in one form.

Text, integers and flags are themselves; bytes are hex digits, decimals their digits without the
point (as text), times microseconds since 1970, days days since then.
"""
import datetime
import decimal
import math

import duckdb
import polars

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def plain(value):
    """A value as the samples write it down."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        return value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, decimal.Decimal):
        sign, digits, _ = value.as_tuple()
        return ("-" if sign and any(digits) else "") + str(int("".join(map(str, digits))))
    if isinstance(value, datetime.datetime):
        value = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return (value - EPOCH) // datetime.timedelta(microseconds=1)
    if isinstance(value, datetime.date):
        return (value - EPOCH.date()).days
    if isinstance(value, datetime.time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 10**6 + value.microsecond
    return [plain(item) for item in value]


def rows_of_arrow(table):
    columns = [[plain(value) for value in column.to_pylist()] for column in table.columns]
    return [list(row) for row in zip(*columns)]


def read_by_duckdb(path):
    """(names, rows)"""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute("SELECT * FROM read_parquet(?)", [path])
        names = [column[0] for column in found.description]
        return names, [[plain(value) for value in row] for row in found.fetchall()]


def read_by_polars(path):
    """(names, rows)"""
    frame = polars.read_parquet(path)
    return frame.columns, [[plain(value) for value in row] for row in frame.rows()]
