/* The options: the second half of the table behind parsing, help, man pages and completions. */
#include "options.h"

#define BIT(command) (1U << WEND_CLI_##command)
#define EVERY                                                                                      \
    (BIT(REPLAY) | BIT(STREAM) | BIT(SHOW) | BIT(SERVE) | BIT(CHECK) | BIT(INIT) | BIT(MERGE) |    \
     BIT(VERIFY) | BIT(MAP) | BIT(PUBLISH) | BIT(GENERATE) | BIT(HELP))
#define SERVERS (BIT(SERVE) | BIT(STREAM))
#define KIB UINT64_C(1024)
#define SECOND UINT64_C(1000000)
#define DAY (86400 * SECOND)
#define TABLES "paths|transitions|flow|stages|abandonment|touchpoints|switches|sessions|journeys"

// clang-format off
const struct wend_cli_option wend__cli_options[WEND_CLI_OPTION_COUNT] = {
    [WEND_CLI_DEFINITIONS] = {
        .name = "definitions", .letter = 'c', .kind = WEND_CLI_FILE, .value_name = "FILE",
        .category = WEND_CLI_INPUT, .commands = BIT(REPLAY) | BIT(STREAM),
        .summary = "definitions: fields, touchpoints, sessions, journeys (YAML)",
        .details = "Without it everything is inferred, and the report says what was assumed. "
                   "`wend init` writes a file to start from, `wend check` tests one."},
    [WEND_CLI_INPUT_FORMAT] = {
        .name = "format", .letter = 'f', .kind = WEND_CLI_CHOICE, .value_name = "KIND",
        .choices = "auto|ndjson|csv|access-log", .standard = "auto",
        .category = WEND_CLI_INPUT, .commands = BIT(REPLAY) | BIT(STREAM) | BIT(INIT) | BIT(CHECK),
        .summary = "how records are written: auto, ndjson, csv, access-log",
        .details = "`auto` looks at the first records of each input. `csv` is delimited text with "
                   "any one-byte separator, also tabs. Overrides `format: kind:` of the "
                   "definitions."},
    [WEND_CLI_MAX_WINDOW_LOG] = {
        .name = "max-window-log", .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 10, .maximum = 31, .standard = "27",
        .category = WEND_CLI_INPUT, .commands = BIT(REPLAY) | BIT(INIT) | BIT(CHECK),
        .summary = "accept zstd windows of up to 2^N bytes",
        .details = "Files made with `zstd --long=N` need as much memory to read. 27 is 128 MiB for "
                   "each input that is being read."},
    [WEND_CLI_OUTPUT] = {
        .name = "output", .letter = 'o', .kind = WEND_CLI_DIRECTORY, .value_name = "DIR",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY) | BIT(STREAM) | BIT(MERGE),
        .summary = "write the snapshot into the directory DIR",
        .details = "It is written beside DIR under a temporary name and renamed when complete: DIR "
                   "is there whole or not at all."},
    [WEND_CLI_REPLACE] = {
        .name = "replace", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY) | BIT(STREAM) | BIT(MERGE),
        .summary = "replace a snapshot that is already in DIR",
        .details = "Only a directory with the manifest of a snapshot is replaced, and only when "
                   "the new one is complete."},
    [WEND_CLI_TABLES] = {
        .name = "tables", .kind = WEND_CLI_LIST, .value_name = "LIST",
        .choices = TABLES "|all",
        .standard = "paths,transitions,flow,stages,abandonment,touchpoints,switches",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY) | BIT(STREAM),
        .summary = "tables to write, between commas, or all",
        .details = "`sessions` and `journeys` have a row for each session and journey, and are "
                   "written only when named (or by `all`)."},
    [WEND_CLI_REJECTS] = {
        .name = "rejects", .kind = WEND_CLI_FILE, .value_name = "FILE",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY) | BIT(STREAM),
        .summary = "keep rejected and late records in FILE",
        .details = "One JSON object a line: input (or topic, partition) and position, reason and "
                   "the raw bytes."},
    [WEND_CLI_CUSTOMER_IDS] = {
        .name = "customer-ids", .kind = WEND_CLI_CHOICE, .value_name = "HOW",
        .choices = "raw|hash|none", .standard = "raw",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY) | BIT(STREAM),
        .summary = "customer ids in the tables: raw, hash, none",
        .details = "`hash` replaces them by a keyed hash (with --key-file): equal customers stay "
                   "equal, and nobody without the key can find out who they are. `none` leaves "
                   "the column empty."},
    [WEND_CLI_KEY_FILE] = {
        .name = "key-file", .kind = WEND_CLI_FILE, .value_name = "FILE",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY) | BIT(STREAM),
        .summary = "secret key for --customer-ids hash",
        .details = "At least 16 bytes, such as `head -c 32 /dev/urandom > key` makes. The same key "
                   "gives the same hashes."},
    [WEND_CLI_JSON] = {
        .name = "json", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_RESULT,
        .commands = BIT(REPLAY) | BIT(STREAM) | BIT(CHECK) | BIT(VERIFY),
        .summary = "print the report as one JSON object"},
    [WEND_CLI_REPORT_TOP] = {
        .name = "top", .letter = 'n', .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 0, .maximum = 1000, .standard = "5",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY) | BIT(STREAM),
        .summary = "paths and abandonment points in the report"},
    [WEND_CLI_LATENESS] = {
        .name = "lateness", .kind = WEND_CLI_DURATION, .value_name = "D",
        .choices = "unlimited", .maximum = 36500 * DAY,
        .category = WEND_CLI_RULES, .commands = BIT(REPLAY) | BIT(STREAM),
        .summary = "how far events may be out of order, or unlimited",
        .details = "An event that is more than D older than the newest before it in the same input "
                   "is late: counted, and left out. With `unlimited`, the rule unless the "
                   "definitions say otherwise, nothing is late; in a stream that rule is 10m. "
                   "Durations: 90s, 10m, 1h30m, 2d."},
    [WEND_CLI_NOW] = {
        .name = "now", .kind = WEND_CLI_TIME, .value_name = "TIME",
        .category = WEND_CLI_RULES, .commands = BIT(REPLAY) | BIT(STREAM),
        .summary = "the present, for telling events of the future",
        .details = "Events later than TIME and a day are rejected. Default: the start of the run. "
                   "Give it where runs are to be repeated exactly. 2025-03-03 or "
                   "2025-03-03T12:00:00Z."},
    [WEND_CLI_CLOSE_ALL] = {
        .name = "close-all", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_RULES, .commands = BIT(REPLAY) | BIT(STREAM),
        .summary = "count journeys still open at the end as abandoned",
        .details = "For an archive that is known to be complete. Else a journey whose timeout had "
                   "not passed when the data ended is counted as open."},
    [WEND_CLI_THREADS] = {
        .name = "threads", .letter = 'j', .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 1, .maximum = 64,
        .category = WEND_CLI_RESOURCES, .commands = BIT(REPLAY) | BIT(STREAM),
        .summary = "threads; default: one for each processor",
        .details = "The result does not depend on it."},
    [WEND_CLI_PIN] = {
        .name = "pin", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_RESOURCES, .commands = BIT(REPLAY),
        .summary = "keep each thread on a processor of its own",
        .details = "For measurements, and for machines that do nothing else: beside other work a "
                   "pinned thread waits for its processor. Uses the processors that the process "
                   "may use; where the system refuses, threads stay free."},
    [WEND_CLI_MEMORY] = {
        .name = "memory", .letter = 'm', .kind = WEND_CLI_SIZE, .value_name = "SIZE",
        .minimum = KIB * KIB, .maximum = UINT64_C(1) << 46,
        .category = WEND_CLI_RESOURCES, .commands = BIT(REPLAY) | BIT(STREAM) | BIT(MERGE),
        .summary = "memory for data; default: half of the machine's",
        .details = "Beyond it, data goes to temporary files; the result is the same. Sizes: "
                   "512MiB, 4GiB, 4G."},
    [WEND_CLI_TEMP_DIR] = {
        .name = "temp-dir", .kind = WEND_CLI_DIRECTORY, .value_name = "DIR",
        .category = WEND_CLI_RESOURCES, .commands = BIT(REPLAY) | BIT(STREAM) | BIT(MERGE),
        .summary = "where temporary files go; default: $TMPDIR, else /tmp"},
    [WEND_CLI_BLOCK_SIZE] = {
        .name = "block-size", .kind = WEND_CLI_SIZE, .value_name = "SIZE",
        .minimum = KIB, .maximum = 64 * KIB * KIB, .standard = "256KiB",
        .category = WEND_CLI_RESOURCES, .commands = BIT(REPLAY),
        .summary = "how much a thread decodes at a time",
        .details = "For measurements; the result does not depend on it."},
    [WEND_CLI_PROPERTY] = {
        .name = "property", .letter = 'X', .kind = WEND_CLI_PAIR, .value_name = "NAME=VALUE",
        .repeatable = true, .category = WEND_CLI_INPUT,
        .commands = BIT(STREAM) | BIT(GENERATE),
        .summary = "a setting of Kafka: brokers, topics, ..., or of librdkafka",
        .details = "Overrides the section `kafka` of the definitions. VALUE may be @FILE or $NAME, "
                   "for what a file or the environment holds; passwords and keys must be (@@ and "
                   "$$ stand for the sign itself)."},
    [WEND_CLI_UNTIL_END] = {
        .name = "until-end", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_INPUT, .commands = BIT(STREAM),
        .summary = "stop at the end that the topics have at the start",
        .details = "Gives the tables of a replay. Without it the stream goes on until it is "
                   "stopped."},
    [WEND_CLI_KAFKA_MEMORY] = {
        .name = "kafka-memory", .kind = WEND_CLI_SIZE, .value_name = "SIZE",
        .minimum = 16 * KIB * KIB, .maximum = UINT64_C(1) << 40,
        .category = WEND_CLI_RESOURCES, .commands = BIT(STREAM),
        .summary = "memory for messages that wait; default: a quarter of --memory",
        .details = "It comes on top of --memory. The default is at most 768MiB. Less than about "
                   "what is read in a second makes reading slow."},
    [WEND_CLI_STATE] = {
        .name = "state", .kind = WEND_CLI_TEXT, .value_name = "DIR",
        .category = WEND_CLI_INPUT, .commands = BIT(STREAM),
        .summary = "keep checkpoints in DIR, and go on where they end",
        .details = "Offsets, open sessions and counts of each partition stand there together, so "
                   "that a run that was killed goes on with nothing lost and nothing counted "
                   "twice. It holds customer data (mode 0600). One process at a time has a "
                   "partition; who takes it over stops the other one."},
    [WEND_CLI_CHECKPOINT_INTERVAL] = {
        .name = "checkpoint-interval", .kind = WEND_CLI_DURATION, .value_name = "D",
        .bare_seconds = true, .maximum = DAY, .standard = "30s",
        .category = WEND_CLI_RESOURCES, .commands = BIT(STREAM),
        .summary = "time between two checkpoints",
        .details = "What came since the last one is read again after a crash."},
    [WEND_CLI_IDLE_TIMEOUT] = {
        .name = "idle-timeout", .kind = WEND_CLI_DURATION, .value_name = "D",
        .choices = "none", .maximum = 365 * DAY, .standard = "none",
        .category = WEND_CLI_RULES, .commands = BIT(STREAM),
        .summary = "live: a partition without messages for D is idle, or none",
        .details = "Wall time then moves its watermark: to the present, less D and --lateness, so "
                   "that its sessions end. Each such step stands in the checkpoint."},
    [WEND_CLI_STATUS] = {
        .name = "status", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_RESULT, .commands = BIT(STREAM),
        .summary = "show how each partition is doing, all the time",
        .details = "How far it is behind, messages a second, watermark, open events, size and age "
                   "of its newest checkpoint, on standard error: on a terminal drawn anew each "
                   "second, elsewhere printed once a minute. The signal SIGUSR1 prints it once, "
                   "also without this option."},
    [WEND_CLI_PUBLISH_TO] = {
        .name = "publish", .kind = WEND_CLI_TEXT, .value_name = "CONNINFO",
        .category = WEND_CLI_RESULT, .commands = BIT(STREAM),
        .summary = "live: add each window of -o to a PostgreSQL",
        .details = "As `wend publish postgres` does for the folder of -o, each time that a window "
                   "is complete, and at the start for what was missed. It holds nothing up: while "
                   "the server is away, the stream goes on, and publishing is tried again. "
                   "CONNINFO is what psql takes, such as postgresql://USER@HOST/DATABASE; keep "
                   "the password in ~/.pgpass or PGPASSWORD."},
    [WEND_CLI_ACCEPT_DEFINITIONS] = {
        .name = "accept-new-definitions", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_RULES, .commands = BIT(STREAM),
        .summary = "go on although the definitions have changed",
        .details = "From the offsets of the checkpoints on the new ones hold; what was counted "
                   "stays. Fields, segments, windows, journeys' names and tables must be the "
                   "same."},
    [WEND_CLI_SCOPE] = {
        .name = "scope", .letter = 's', .kind = WEND_CLI_TEXT, .value_name = "SCOPE",
        .category = WEND_CLI_INPUT, .commands = BIT(SHOW),
        .summary = "only rows of this scope: session, or a journey's name"},
    [WEND_CLI_WHERE] = {
        .name = "where", .letter = 'w', .kind = WEND_CLI_PAIR, .value_name = "FIELD=VALUE",
        .repeatable = true, .category = WEND_CLI_INPUT, .commands = BIT(SHOW),
        .summary = "only rows whose FIELD is VALUE; several must all hold",
        .details = "FIELD is any column, also a segment. Numbers are compared by what they are "
                   "worth, times by the moment; a list fits when it holds VALUE. `FIELD=` finds "
                   "rows without a value."},
    [WEND_CLI_ROWS] = {
        .name = "top", .letter = 'n', .kind = WEND_CLI_COUNT, .value_name = "N",
        .choices = "all", .minimum = 1, .maximum = UINT64_C(1) << 40, .standard = "20",
        .category = WEND_CLI_RESULT, .commands = BIT(SHOW),
        .summary = "print the first N rows, or all",
        .details = "Rows come by their main count, the largest first, then by key (stages: by "
                   "position). csv and json print all rows unless --top is given."},
    [WEND_CLI_COLUMNS] = {
        .name = "columns", .kind = WEND_CLI_LIST, .value_name = "LIST",
        .category = WEND_CLI_RESULT, .commands = BIT(SHOW),
        .summary = "print these columns, between commas, in this order",
        .details = "Without it a table shows what a person looks for, as far as it fits the "
                   "terminal; csv and json have all columns but the sketches."},
    [WEND_CLI_SHOW_FORMAT] = {
        .name = "format", .letter = 'f', .kind = WEND_CLI_CHOICE, .value_name = "KIND",
        .choices = "table|csv|json|parquet", .standard = "table",
        .category = WEND_CLI_RESULT, .commands = BIT(SHOW),
        .summary = "table for people, csv, json (an object a line), or parquet",
        .details = "parquet writes a file to standard output: all rows that match, in the order of "
                   "the snapshot."},
    [WEND_CLI_TO] = {
        .name = "to", .kind = WEND_CLI_TEXT, .value_name = "CONNINFO",
        .category = WEND_CLI_RESULT, .commands = BIT(PUBLISH),
        .summary = "postgres: the database, as psql takes it",
        .details = "\"host=db.example dbname=wend user=wend_publisher\" or "
                   "postgresql://USER@HOST:PORT/DATABASE; what is not there comes from PGHOST and "
                   "the other variables of PostgreSQL. Keep the password out: it is taken from "
                   "~/.pgpass or PGPASSWORD, and never printed."},
    [WEND_CLI_SCHEMA] = {
        .name = "schema", .kind = WEND_CLI_TEXT, .value_name = "NAME", .standard = "wend",
        .category = WEND_CLI_RESULT, .commands = BIT(PUBLISH) | BIT(STREAM),
        .summary = "schema, database or dataset for the tables",
        .details = "It is made where it is not there. In PostgreSQL the rows lie in NAME_store, "
                   "where nobody needs to look."},
    [WEND_CLI_AGAIN] = {
        .name = "again", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_RESULT, .commands = BIT(PUBLISH),
        .summary = "postgres: publish also what is there already",
        .details = "For tables whose rows were changed by hand: else a snapshot or window that "
                   "the tables hold already is left as it is. Also to put a whole snapshot in the "
                   "place of windows, or windows in the place of a snapshot."},
    [WEND_CLI_ENGINE] = {
        .name = "engine", .letter = 'e', .kind = WEND_CLI_CHOICE, .value_name = "ENGINE",
        .choices = "duckdb|clickhouse|trino|athena|bigquery|spark|dbt|dictionary",
        .standard = "duckdb",
        .category = WEND_CLI_RESULT, .commands = BIT(PUBLISH),
        .summary = "views: whose SQL, dbt's schema.yml, or a dictionary",
        .details = "dbt gets the tables as a source, with descriptions, types and tests; "
                   "dictionary is Markdown for people."},
    [WEND_CLI_AT] = {
        .name = "at", .kind = WEND_CLI_TEXT, .value_name = "PLACE",
        .category = WEND_CLI_RESULT, .commands = BIT(PUBLISH),
        .summary = "views: where the engine finds DIR; default: its path here",
        .details = "A path on the engine's machine, or a URL such as s3://BUCKET/FOLDER, where the "
                   "snapshot was copied to."},
    [WEND_CLI_LISTEN] = {
        .name = "listen", .letter = 'l', .kind = WEND_CLI_TEXT, .value_name = "ADDRESS:PORT",
        .category = WEND_CLI_SERVING, .commands = SERVERS,
        .summary = "where to answer HTTP; serve: 127.0.0.1:9464 unless given",
        .details = "A stream answers only when it is given: /healthz, /readyz and /metrics, and "
                   "without --until-end also / (the journey map) and /v1 for the newest window "
                   "in -o. An IPv6 address stands in brackets, port 0 takes any that is free. "
                   "What others can reach, such as 0.0.0.0:9464, needs --token."},
    [WEND_CLI_TOKEN] = {
        .name = "token", .kind = WEND_CLI_TEXT, .value_name = "@FILE|$NAME",
        .category = WEND_CLI_SERVING, .commands = SERVERS,
        .summary = "what clients must show, in a file or the environment",
        .details = "16 to 1024 visible characters, such as `openssl rand -hex 32` makes. /healthz "
                   "and /readyz answer without it, but then give no reason."},
    [WEND_CLI_TLS_CERTIFICATE] = {
        .name = "tls-certificate", .kind = WEND_CLI_FILE, .value_name = "FILE",
        .category = WEND_CLI_SERVING, .commands = SERVERS,
        .summary = "speak TLS with this certificate (PEM, with its chain)"},
    [WEND_CLI_TLS_KEY] = {
        .name = "tls-key", .kind = WEND_CLI_FILE, .value_name = "FILE",
        .category = WEND_CLI_SERVING, .commands = SERVERS,
        .summary = "the key of the certificate (PEM)"},
    [WEND_CLI_RATE] = {
        .name = "rate", .kind = WEND_CLI_COUNT, .value_name = "N",
        .choices = "unlimited", .minimum = 1, .maximum = 1000000, .standard = "20",
        .category = WEND_CLI_SERVING, .commands = SERVERS,
        .summary = "requests a second of a client, or unlimited",
        .details = "Health is not counted. Twice as many may come at once."},
    [WEND_CLI_CONNECTIONS] = {
        .name = "connections", .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 4, .maximum = 1024, .standard = "64",
        .category = WEND_CLI_SERVING, .commands = SERVERS,
        .summary = "connections at a time; a client may have three quarters"},
    [WEND_CLI_REQUEST_TIMEOUT] = {
        .name = "request-timeout", .kind = WEND_CLI_DURATION, .value_name = "D",
        .minimum = SECOND / 10, .maximum = DAY, .standard = "30s",
        .category = WEND_CLI_SERVING, .commands = SERVERS,
        .summary = "how long a request may take to come, and its answer to go",
        .details = "Also how long an answer may be worked on."},
    [WEND_CLI_SAMPLE] = {
        .name = "sample", .kind = WEND_CLI_FILE, .value_name = "INPUT",
        .category = WEND_CLI_INPUT, .commands = BIT(CHECK),
        .summary = "try the definitions on the first events of INPUT"},
    [WEND_CLI_LIMIT] = {
        .name = "limit", .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 1, .maximum = 100000000, .standard = "1000",
        .category = WEND_CLI_INPUT, .commands = BIT(CHECK),
        .summary = "how many events of the sample to try"},
    [WEND_CLI_TEMPLATE] = {
        .name = "template", .letter = 't', .kind = WEND_CLI_CHOICE, .value_name = "T",
        .choices = "purchase|lead|engagement|retention|guest",
        .category = WEND_CLI_RESULT, .commands = BIT(INIT),
        .summary = "add the stages of a kind of journey",
        .details = "purchase (a shop), lead (a form or a call), engagement (reading, watching), "
                   "retention (coming back), guest (a visit, a booking, a stay)."},
    [WEND_CLI_MAP_OUTPUT] = {
        .name = "output", .letter = 'o', .kind = WEND_CLI_FILE, .value_name = "FILE",
        .standard = "-",
        .category = WEND_CLI_RESULT, .commands = BIT(MAP),
        .summary = "write to FILE: .html; a poster: .svg, .pdf, .png",
        .details = "- is standard output, for a page or a poster as SVG. PDF and PNG are made by "
                   "the program rsvg-convert (Debian: librsvg2-bin)."},
    [WEND_CLI_POSTER] = {
        .name = "poster", .kind = WEND_CLI_CHOICE, .value_name = "PAPER",
        .choices = "A0|A1|A2|A3|A4",
        .category = WEND_CLI_RESULT, .commands = BIT(MAP),
        .summary = "draw a poster rather than a page: A0 to A4",
        .details = "One sheet, landscape, with all units of one scope. From A2 on it is read from "
                   "two metres."},
    [WEND_CLI_MAP_SCOPE] = {
        .name = "scope", .letter = 's', .kind = WEND_CLI_TEXT, .value_name = "SCOPE",
        .category = WEND_CLI_INPUT, .commands = BIT(MAP),
        .summary = "only this scope: session, or a journey's name",
        .details = "Without it a page has all scopes, and a poster the first journey."},
    [WEND_CLI_SEGMENT] = {
        .name = "segment", .kind = WEND_CLI_TEXT, .value_name = "FIELD",
        .category = WEND_CLI_INPUT, .commands = BIT(MAP),
        .summary = "the segment field whose values make views",
        .details = "Default: the first one of the definitions. The largest values have a view."},
    [WEND_CLI_STEPS] = {
        .name = "steps", .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 2, .maximum = 20, .standard = "6",
        .category = WEND_CLI_RESULT, .commands = BIT(MAP),
        .summary = "step columns of the flow"},
    [WEND_CLI_MAP_TOP] = {
        .name = "top", .letter = 'n', .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 2, .maximum = 40, .standard = "8",
        .category = WEND_CLI_RESULT, .commands = BIT(MAP),
        .summary = "touchpoints in a column, and rows in a list",
        .details = "The smaller ones of a step are drawn together, as (other)."},
    [WEND_CLI_IDEAL] = {
        .name = "ideal", .kind = WEND_CLI_TEXT, .value_name = "PATH",
        .category = WEND_CLI_RESULT, .commands = BIT(MAP),
        .summary = "the ideal journey, \"A > B > C\", to set beside the actual",
        .details = "Touchpoints, at most 12. Without it: the commonest path that converts."},
    [WEND_CLI_EVENTS] = {
        .name = "events", .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 1, .maximum = UINT64_C(1) << 40, .standard = "1000000",
        .category = WEND_CLI_STORY, .commands = BIT(GENERATE),
        .summary = "events; duplicates and bad lines come on top"},
    [WEND_CLI_CUSTOMERS] = {
        .name = "customers", .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 1, .maximum = 2000000000,
        .category = WEND_CLI_STORY, .commands = BIT(GENERATE),
        .summary = "about how many customers; default: events / 11, to 4,000,000",
        .details = "Never more than N. With fewer, each comes back more often; with more, more of "
                   "them leave at once. 16 bytes of memory each."},
    [WEND_CLI_DAYS] = {
        .name = "days", .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 1, .maximum = 36500, .standard = "28",
        .category = WEND_CLI_STORY, .commands = BIT(GENERATE),
        .summary = "about how many days, from Thursday 2025-03-06 UTC on"},
    [WEND_CLI_SEED] = {
        .name = "seed", .kind = WEND_CLI_COUNT, .value_name = "S",
        .minimum = 0, .maximum = UINT64_MAX - 1, .standard = "1",
        .category = WEND_CLI_STORY, .commands = BIT(GENERATE),
        .summary = "another seed makes another world with the same story"},
    [WEND_CLI_DEVICES] = {
        .name = "devices", .kind = WEND_CLI_LIST, .value_name = "LIST",
        .choices = "desktop|mobile|tablet|app", .standard = "desktop,mobile,tablet,app",
        .category = WEND_CLI_STORY, .commands = BIT(GENERATE),
        .summary = "devices that occur, between commas",
        .details = "The first and third part of the story need mobile, the third also desktop."},
    [WEND_CLI_CHANNELS] = {
        .name = "channels", .kind = WEND_CLI_LIST, .value_name = "LIST",
        .choices = "ad|search|mail|call|shop", .standard = "ad,search,mail,call,shop",
        .category = WEND_CLI_STORY, .commands = BIT(GENERATE),
        .summary = "channels that occur, between commas",
        .details = "The second part of the story needs ad and mail."},
    [WEND_CLI_DISORDER] = {
        .name = "disorder", .kind = WEND_CLI_DURATION, .value_name = "D", .bare_seconds = true,
        .maximum = 30 * DAY, .standard = "0s",
        .category = WEND_CLI_INPUT, .commands = BIT(GENERATE),
        .summary = "events come up to D after their time, each by chance",
        .details = "A number without a unit is seconds. 0s: lines are in the order of time."},
    [WEND_CLI_LATE] = {
        .name = "late", .kind = WEND_CLI_SHARE, .value_name = "SHARE",
        .maximum = 1000000, .standard = "0",
        .category = WEND_CLI_INPUT, .commands = BIT(GENERATE),
        .summary = "share of events that come too late for --lateness",
        .details = "They come up to an hour beyond disorder and --lateness. 0.001 or 0.1%."},
    [WEND_CLI_MARK_LATENESS] = {
        .name = "lateness", .kind = WEND_CLI_DURATION, .value_name = "D", .bare_seconds = true,
        .maximum = 30 * DAY, .standard = "10m",
        .category = WEND_CLI_INPUT, .commands = BIT(GENERATE),
        .summary = "the bound for which --answers counts late events"},
    [WEND_CLI_DUPLICATES] = {
        .name = "duplicates", .kind = WEND_CLI_SHARE, .value_name = "SHARE",
        .maximum = 1000000, .standard = "0",
        .category = WEND_CLI_INPUT, .commands = BIT(GENERATE),
        .summary = "share of events that are written twice"},
    [WEND_CLI_BAD_LINES] = {
        .name = "bad-lines", .kind = WEND_CLI_SHARE, .value_name = "SHARE",
        .maximum = 1000000, .standard = "0",
        .category = WEND_CLI_INPUT, .commands = BIT(GENERATE),
        .summary = "bad lines for each event, of every kind",
        .details = "Cut off, garbage, without a customer, with unreadable times and with times in "
                   "the far future."},
    [WEND_CLI_TIES] = {
        .name = "ties", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_INPUT, .commands = BIT(GENERATE),
        .summary = "whole seconds, which events of a customer may share",
        .details = "Else no two events of a customer have the same time."},
    [WEND_CLI_DATA_FORMAT] = {
        .name = "format", .letter = 'f', .kind = WEND_CLI_CHOICE, .value_name = "KIND",
        .choices = "ndjson|csv", .standard = "ndjson",
        .category = WEND_CLI_RESULT, .commands = BIT(GENERATE),
        .summary = "format: ndjson (about 370 bytes an event), or csv"},
    [WEND_CLI_DATA_OUTPUT] = {
        .name = "output", .letter = 'o', .kind = WEND_CLI_FILE, .value_name = "FILE",
        .standard = "-",
        .category = WEND_CLI_RESULT, .commands = BIT(GENERATE),
        .summary = "write to FILE; - is standard output",
        .details = "Compressed when the name ends in .gz or .zst. A regular file appears when it "
                   "is complete."},
    [WEND_CLI_TO_KAFKA] = {
        .name = "to-kafka", .kind = WEND_CLI_TEXT, .value_name = "HOST:PORT/TOPIC",
        .category = WEND_CLI_RESULT, .commands = BIT(GENERATE),
        .summary = "send the events to a topic of Kafka, keyed by customer",
        .details = "Instead of --output. The topic is made when it is not there. Other settings, "
                   "for security, by -X."},
    [WEND_CLI_PARTITIONS] = {
        .name = "partitions", .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 1, .maximum = 100000,
        .category = WEND_CLI_RESULT, .commands = BIT(GENERATE),
        .summary = "partitions of the topic of --to-kafka"},
    [WEND_CLI_COMPRESS] = {
        .name = "compress", .kind = WEND_CLI_CHOICE, .value_name = "HOW",
        .choices = "auto|none|gz|zst", .standard = "auto",
        .category = WEND_CLI_RESULT, .commands = BIT(GENERATE),
        .summary = "compression: auto (by the name), none, gz, zst"},
    [WEND_CLI_ANSWERS] = {
        .name = "answers", .kind = WEND_CLI_FILE, .value_name = "FILE",
        .category = WEND_CLI_RESULT, .commands = BIT(GENERATE),
        .summary = "write what a replay must find, as JSON"},
    [WEND_CLI_WRITE_DEFINITIONS] = {
        .name = "definitions", .letter = 'c', .kind = WEND_CLI_FILE, .value_name = "FILE",
        .category = WEND_CLI_RESULT, .commands = BIT(GENERATE),
        .summary = "write the definition file that fits the data"},
    [WEND_CLI_QUIET] = {
        .name = "quiet", .letter = 'q', .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_COMMON, .commands = EVERY,
        .summary = "print errors and what was asked for, nothing else"},
    [WEND_CLI_COLOR] = {
        .name = "color", .kind = WEND_CLI_CHOICE, .value_name = "WHEN",
        .choices = "auto|always|never", .standard = "auto",
        .category = WEND_CLI_COMMON, .commands = EVERY | BIT(TOP),
        .summary = "colours: auto (on a terminal), always, never",
        .details = "`auto` also means none where the environment has NO_COLOR, or TERM=dumb."},
    [WEND_CLI_HELP_OPTION] = {
        .name = "help", .letter = 'h', .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_COMMON, .commands = EVERY | BIT(TOP),
        .summary = "-h: a short help; --help: the manual"},
    [WEND_CLI_VERSION] = {
        .name = "version", .letter = 'V', .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_COMMON, .commands = BIT(TOP),
        .summary = "version, build and libraries"},
    [WEND_CLI_GENERATE_TEXT] = {
        .name = "generate", .kind = WEND_CLI_CHOICE, .value_name = "KIND",
        .choices = "man|bash|zsh|fish|reference",
        .category = WEND_CLI_COMMON, .commands = BIT(TOP),
        .summary = "print a man page (man [COMMAND]), completions, or the reference",
        .details = "For packages: `wend --generate man replay`, `wend --generate bash` (also zsh "
                   "and fish), and `wend --generate reference`, which writes "
                   "tools/wend/REFERENCE.md."},
};
// clang-format on
