"""Files that pyarrow, DuckDB and Polars write, each with the rows that were put into it."""
import datetime
import decimal
import os
import random

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

decimal.getcontext().prec = 60
UTC = datetime.timezone.utc
WORDS = ["home", "search", "product", "cart", "caf\u00e9", "\U0001f600", "", 'a "quoted" \\ name']
CODECS = ["none", "snappy", "gzip", "zstd"]


def maybe(rng, value):
    return None if rng.random() < 0.2 else value


def mixed_rows(count, seed=1):
    """Rows of one value of each type that all writers share; the last column is a list."""
    rng = random.Random(seed)
    rows = []
    for i in range(count):
        moment = datetime.datetime(2024, 1, 1, tzinfo=UTC) + datetime.timedelta(
            microseconds=i * 1234567 - rng.randrange(10**6))
        amount = decimal.Decimal(rng.randrange(-10**10, 10**10)).scaleb(-4)
        word = rng.choice(WORDS) if rng.random() < 0.7 else f"/page/{rng.randrange(count)}"
        items = [maybe(rng, rng.choice(WORDS)) for _ in range(rng.choice([0, 0, 1, 2, 5, 40]))]
        rows.append([
            i,
            maybe(rng, rng.randrange(-2**31, 2**31)),
            maybe(rng, rng.choice([0, 1, -1, 2**63 - 1, -2**63, rng.randrange(2**40)])),
            maybe(rng, rng.uniform(-1e9, 1e9)),
            maybe(rng, rng.random() < 0.5),
            maybe(rng, word),
            maybe(rng, rng.randbytes(rng.randrange(20))),
            maybe(rng, moment),
            maybe(rng, moment.date()),
            maybe(rng, amount),
            maybe(rng, items),
        ])
    return rows


MIXED_SCHEMA = pa.schema([
    pa.field("id", pa.int64(), nullable=False), ("int32", pa.int32()), ("int64", pa.int64()),
    ("double", pa.float64()), ("bool", pa.bool_()), ("text", pa.string()),
    ("bytes", pa.binary()), ("time", pa.timestamp("us", tz="UTC")), ("day", pa.date32()),
    ("amount", pa.decimal128(18, 4)), ("list", pa.list_(pa.string())),
])


def arrow_table(rows, schema):
    columns = [pa.array([row[i] for row in rows], field.type) for i, field in enumerate(schema)]
    return pa.table(columns, schema=schema)


def write_arrow(folder, name, rows, schema, **options):
    path = os.path.join(folder, f"arrow-{name}.parquet")
    pq.write_table(arrow_table(rows, schema), path, **options)
    return name, path, rows


def arrow_codecs(folder):
    rows = mixed_rows(3000)
    for codec in CODECS:
        for version in ("1.0", "2.0"):
            for dictionary in (True, False):
                yield write_arrow(folder, f"{codec}-{version}-{dictionary}", rows, MIXED_SCHEMA,
                                  compression=codec, data_page_version=version,
                                  use_dictionary=dictionary, data_page_size=4000,
                                  dictionary_pagesize_limit=3000, row_group_size=1700,
                                  write_batch_size=100, write_page_checksum=dictionary)


def numbers(rng, count, bits):
    """Runs, slopes, jumps and extremes, for the differences between neighbours."""
    low, high = -2**(bits - 1), 2**(bits - 1) - 1
    values = []
    while len(values) < count:
        start = rng.randrange(low, high)
        step = rng.choice([0, 1, -3, 1000, 2**(bits - 2)])
        values += [(start + step * i - low) % 2**bits + low for i in range(rng.randrange(1, 90))]
        values += [low, high, 0]
    return values[:count]


def prefixed(rng, count):
    return ["https://shop.example/" + "deep/" * rng.randrange(4) + str(rng.randrange(300))
            if i % 7 else "" for i in range(count)]


def arrow_encodings(folder):
    rng = random.Random(2)
    count = 2500
    columns = {
        "BYTE_STREAM_SPLIT": {
            "float": (pa.float32(), [float(rng.randrange(2**20)) / 8 for _ in range(count)]),
            "double": (pa.float64(), [rng.uniform(-1, 1) for _ in range(count)]),
            "int32": (pa.int32(), numbers(rng, count, 32)),
            "int64": (pa.int64(), numbers(rng, count, 64)),
            "fixed": (pa.binary(5), [rng.randbytes(5) for _ in range(count)]),
        },
        "DELTA_BINARY_PACKED": {
            "int32": (pa.int32(), numbers(rng, count, 32)),
            "int64": (pa.int64(), numbers(rng, count, 64)),
        },
        "DELTA_LENGTH_BYTE_ARRAY": {"text": (pa.string(), prefixed(rng, count))},
        "DELTA_BYTE_ARRAY": {
            "text": (pa.string(), prefixed(rng, count)),
            "fixed": (pa.binary(4), [(i // 3).to_bytes(4, "big") for i in range(count)]),
        },
        "RLE": {"bool": (pa.bool_(), [rng.random() < 0.1 for _ in range(count)])},
    }
    for encoding, fields in columns.items():
        for version in ("1.0", "2.0"):
            for nulls in (False, True):
                schema = pa.schema([pa.field(name, kind, nullable=nulls)
                                    for name, (kind, _) in fields.items()])
                rows = [[None if nulls and rng.random() < 0.3 else value for value in row]
                        for row in zip(*[values for _, values in fields.values()])]
                yield write_arrow(folder, f"{encoding}-{version}-{nulls}", rows, schema,
                                  use_dictionary=False, data_page_version=version,
                                  column_encoding={name: encoding for name in fields},
                                  data_page_size=3000, write_batch_size=200)


def arrow_types(folder):
    count = 300
    rng = random.Random(3)
    moments = [datetime.datetime(1969, 12, 31, 23, tzinfo=UTC) + datetime.timedelta(
        milliseconds=rng.randrange(-10**11, 10**11)) for _ in range(count)]
    naive = [moment.replace(tzinfo=None) for moment in moments]
    small = [decimal.Decimal(rng.randrange(-10**8, 10**8)).scaleb(-2) for _ in range(count)]
    large = [decimal.Decimal(rng.randrange(-10**30, 10**30)).scaleb(-6) for _ in range(count)]
    cases = {
        "int8": (pa.int8(), [i % 256 - 128 for i in range(count)]),
        "int16": (pa.int16(), [i * 200 - 30000 for i in range(count)]),
        "uint8": (pa.uint8(), [i % 256 for i in range(count)]),
        "uint16": (pa.uint16(), [i * 200 for i in range(count)]),
        "uint32": (pa.uint32(), [2**32 - 1 - i * 10**7 for i in range(count)]),
        "float": (pa.float32(), [i / 8 for i in range(count)]),
        "millis": (pa.timestamp("ms", tz="UTC"), moments),
        "nanos": (pa.timestamp("ns", tz="UTC"), moments),
        "local": (pa.timestamp("us"), naive),
        "time": (pa.time64("us"), [moment.time() for moment in naive]),
        "large_text": (pa.large_string(), [WORDS[i % 8] for i in range(count)]),
        "fixed": (pa.binary(3), [rng.randbytes(3) for _ in range(count)]),
        "decimal9": (pa.decimal128(9, 2), small),
        "decimal35": (pa.decimal128(35, 6), large),
        "codes": (pa.dictionary(pa.int32(), pa.string()), [WORDS[i % 8] for i in range(count)]),
    }
    for name, (kind, values) in cases.items():
        rows = [[value] for value in values]
        yield write_arrow(folder, f"type-{name}", rows, pa.schema([(name, kind)]))
    yield write_arrow(folder, "type-int96", [[value] for value in naive],
                      pa.schema([("time", pa.timestamp("ns"))]),
                      use_deprecated_int96_timestamps=True)
    yield write_arrow(folder, "type-decimal-integers", [[a, b] for a, b in zip(small, small)],
                      pa.schema([("a", pa.decimal128(9, 2)), ("b", pa.decimal128(18, 2))]),
                      store_decimal_as_integer=True)
    name, path, rows = write_arrow(folder, "type-uint64", [[2**64 - 1 - i] for i in range(count)],
                                   pa.schema([("uint64", pa.uint64())]))
    yield name, path, [[str(row[0])] for row in rows]


def arrow_shapes(folder):
    rows = mixed_rows(50)
    yield write_arrow(folder, "empty", [], MIXED_SCHEMA)
    yield write_arrow(folder, "one-row", rows[:1], MIXED_SCHEMA)
    yield write_arrow(folder, "tiny-groups", rows, MIXED_SCHEMA, row_group_size=1)
    yield write_arrow(folder, "nulls", [[None]] * 5000, pa.schema([("null", pa.string())]),
                      data_page_version="2.0", compression="snappy")
    same = [["same", 7, ["x", "x"]]] * 200000
    schema = pa.schema([("text", pa.string()), ("number", pa.int64()),
                        ("list", pa.list_(pa.string()))])
    yield write_arrow(folder, "same", same, schema)
    long = [["\u00e9" * 40000, 1, ["y" * 5000] * 30], [None, None, None]] * 5
    yield write_arrow(folder, "long", long, schema, data_page_size=1000, write_batch_size=1)
    lists = [[[[b"\x00\xff", None], []][i % 2]] for i in range(100)]
    field = pa.field("list", pa.list_(pa.field("element", pa.binary(2))), nullable=False)
    yield write_arrow(folder, "list-of-fixed", lists, pa.schema([field]))
    old = [[["a", "b"]], [None], [[]]]
    yield write_arrow(folder, "old-list", old, pa.schema([("list", pa.list_(pa.string()))]),
                      use_compliant_nested_type=False)


DUCKDB_COLUMNS = ("id BIGINT, int32 INTEGER, int64 BIGINT, double DOUBLE, bool BOOLEAN, "
                  "text VARCHAR, bytes BLOB, time TIMESTAMPTZ, day DATE, amount DECIMAL(18, 4), "
                  "list VARCHAR[]")


def duckdb_files(folder):
    rows = mixed_rows(3000, seed=4)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE mixed ({DUCKDB_COLUMNS})")
        table = arrow_table(rows, MIXED_SCHEMA)
        connection.register("source", table)
        connection.execute("INSERT INTO mixed SELECT * FROM source")
        for codec in ("uncompressed", "snappy", "gzip", "zstd"):
            for version in ("V1", "V2"):
                name = f"duckdb-{codec}-{version}"
                path = os.path.join(folder, name + ".parquet")
                connection.execute(
                    f"COPY (SELECT * FROM mixed ORDER BY id) TO '{path}' (FORMAT parquet, "
                    f"CODEC {codec}, PARQUET_VERSION {version}, ROW_GROUP_SIZE 2048)")
                yield name, path, rows
        path = os.path.join(folder, "duckdb-types.parquet")
        connection.execute(
            "COPY (SELECT i::UTINYINT AS a, i::USMALLINT AS b, (4294967295 - i)::UINTEGER AS c, "
            "i::FLOAT AS d, i::DECIMAL(4, 1) AS e, i::DECIMAL(9, 3) AS f, "
            "i::DECIMAL(38, 10) AS g, uuid() AS h FROM range(200) t(i)) "
            f"TO '{path}' (FORMAT parquet)")
        found = connection.execute("SELECT * FROM read_parquet(?)", [path]).fetchall()
        yield "duckdb-types", path, [[*row[:7], row[7].bytes] for row in found]


def polars_files(folder):
    rows = mixed_rows(3000, seed=5)
    frame = polars.from_arrow(arrow_table(rows, MIXED_SCHEMA))
    for codec in ("uncompressed", "snappy", "gzip", "zstd"):
        for size in (None, 500):
            name = f"polars-{codec}-{size}"
            path = os.path.join(folder, name + ".parquet")
            frame.write_parquet(path, compression=codec, row_group_size=size, data_page_size=4000)
            yield name, path, rows
    path = os.path.join(folder, "polars-categories.parquet")
    words = [[WORDS[i % 8]] for i in range(1000)]
    polars.DataFrame({"text": polars.Series([row[0] for row in words],
                                            dtype=polars.Categorical)}).write_parquet(path)
    yield "polars-categories", path, words


def refused(folder):
    schema = pa.schema([("number", pa.int64())])
    for codec, text in (("brotli", "BROTLI"), ("lz4", "LZ4_RAW")):
        yield write_arrow(folder, codec, [[1]], schema, compression=codec)[1], text


def nested(folder):
    schema = pa.schema([
        ("number", pa.int64()), ("struct", pa.struct([("a", pa.int64()), ("b", pa.string())])),
        ("map", pa.map_(pa.string(), pa.int64())), ("list", pa.list_(pa.list_(pa.int64()))),
        ("text", pa.string())])
    rows = [[1, {"a": 1, "b": "x"}, [("k", 1)], [[1], []], "a"], [2, None, [], None, "b"]]
    return write_arrow(folder, "nested", rows, schema)[1]
