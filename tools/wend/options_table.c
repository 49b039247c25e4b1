/* The options: the second half of the table behind parsing, help, man pages and completions. */
#include "options.h"

#define BIT(command) (1U << WEND_CLI_##command)
#define EVERY                                                                                      \
    (BIT(REPLAY) | BIT(SHOW) | BIT(CHECK) | BIT(INIT) | BIT(MERGE) | BIT(VERIFY) | BIT(GENERATE) | \
     BIT(MAP) | BIT(HELP))
#define KIB UINT64_C(1024)
#define SECOND UINT64_C(1000000)
#define DAY (86400 * SECOND)
#define TABLES "paths|transitions|flow|stages|abandonment|touchpoints|switches|sessions|journeys"

// clang-format off
const struct wend_cli_option wend__cli_options[WEND_CLI_OPTION_COUNT] = {
    [WEND_CLI_DEFINITIONS] = {
        .name = "definitions", .letter = 'c', .kind = WEND_CLI_FILE, .value_name = "FILE",
        .category = WEND_CLI_INPUT, .commands = BIT(REPLAY),
        .summary = "definitions: fields, touchpoints, sessions, journeys (YAML)",
        .details = "Without it everything is inferred, and the report says what was assumed. "
                   "`wend init` writes a file to start from, `wend check` tests one."},
    [WEND_CLI_INPUT_FORMAT] = {
        .name = "format", .letter = 'f', .kind = WEND_CLI_CHOICE, .value_name = "KIND",
        .choices = "auto|ndjson|csv|access-log", .standard = "auto",
        .category = WEND_CLI_INPUT, .commands = BIT(REPLAY) | BIT(INIT) | BIT(CHECK),
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
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY) | BIT(MERGE),
        .summary = "write the snapshot into the directory DIR",
        .details = "It is written beside DIR under a temporary name and renamed when complete: DIR "
                   "is there whole or not at all."},
    [WEND_CLI_REPLACE] = {
        .name = "replace", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY) | BIT(MERGE),
        .summary = "replace a snapshot that is already in DIR",
        .details = "Only a directory with the manifest of a snapshot is replaced, and only when "
                   "the new one is complete."},
    [WEND_CLI_TABLES] = {
        .name = "tables", .kind = WEND_CLI_LIST, .value_name = "LIST",
        .choices = TABLES "|all",
        .standard = "paths,transitions,flow,stages,abandonment,touchpoints,switches",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY),
        .summary = "tables to write, between commas, or all",
        .details = "`sessions` and `journeys` have a row for each session and journey, and are "
                   "written only when named (or by `all`)."},
    [WEND_CLI_REJECTS] = {
        .name = "rejects", .kind = WEND_CLI_FILE, .value_name = "FILE",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY),
        .summary = "keep rejected and late records in FILE",
        .details = "One JSON object a line: input, position, reason and the raw bytes."},
    [WEND_CLI_CUSTOMER_IDS] = {
        .name = "customer-ids", .kind = WEND_CLI_CHOICE, .value_name = "HOW",
        .choices = "raw|hash|none", .standard = "raw",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY),
        .summary = "customer ids in the tables: raw, hash, none",
        .details = "`hash` replaces them by a keyed hash (with --key-file): equal customers stay "
                   "equal, and nobody without the key can find out who they are. `none` leaves "
                   "the column empty."},
    [WEND_CLI_KEY_FILE] = {
        .name = "key-file", .kind = WEND_CLI_FILE, .value_name = "FILE",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY),
        .summary = "secret key for --customer-ids hash",
        .details = "At least 16 bytes, such as `head -c 32 /dev/urandom > key` makes. The same key "
                   "gives the same hashes."},
    [WEND_CLI_JSON] = {
        .name = "json", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY) | BIT(CHECK) | BIT(VERIFY),
        .summary = "print the report as one JSON object"},
    [WEND_CLI_REPORT_TOP] = {
        .name = "top", .letter = 'n', .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 0, .maximum = 1000, .standard = "5",
        .category = WEND_CLI_RESULT, .commands = BIT(REPLAY),
        .summary = "paths and abandonment points in the report"},
    [WEND_CLI_LATENESS] = {
        .name = "lateness", .kind = WEND_CLI_DURATION, .value_name = "D",
        .choices = "unlimited", .maximum = 36500 * DAY,
        .category = WEND_CLI_RULES, .commands = BIT(REPLAY),
        .summary = "how far events may be out of order, or unlimited",
        .details = "An event that is more than D older than the newest before it in the same input "
                   "is late: counted, and left out. With `unlimited`, the rule unless the "
                   "definitions say otherwise, nothing is late. Durations: 90s, 10m, 1h30m, 2d."},
    [WEND_CLI_NOW] = {
        .name = "now", .kind = WEND_CLI_TIME, .value_name = "TIME",
        .category = WEND_CLI_RULES, .commands = BIT(REPLAY),
        .summary = "the present, for telling events of the future",
        .details = "Events later than TIME and a day are rejected. Default: the start of the run. "
                   "Give it where runs are to be repeated exactly. 2025-03-03 or "
                   "2025-03-03T12:00:00Z."},
    [WEND_CLI_CLOSE_ALL] = {
        .name = "close-all", .kind = WEND_CLI_FLAG,
        .category = WEND_CLI_RULES, .commands = BIT(REPLAY),
        .summary = "count journeys still open at the end as abandoned",
        .details = "For an archive that is known to be complete. Else a journey whose timeout had "
                   "not passed when the data ended is counted as open."},
    [WEND_CLI_THREADS] = {
        .name = "threads", .letter = 'j', .kind = WEND_CLI_COUNT, .value_name = "N",
        .minimum = 1, .maximum = 64,
        .category = WEND_CLI_RESOURCES, .commands = BIT(REPLAY),
        .summary = "threads; default: one for each processor",
        .details = "The result does not depend on it."},
    [WEND_CLI_MEMORY] = {
        .name = "memory", .letter = 'm', .kind = WEND_CLI_SIZE, .value_name = "SIZE",
        .minimum = KIB * KIB, .maximum = UINT64_C(1) << 46,
        .category = WEND_CLI_RESOURCES, .commands = BIT(REPLAY) | BIT(MERGE),
        .summary = "memory for data; default: half of the machine's",
        .details = "Beyond it, data goes to temporary files; the result is the same. Sizes: "
                   "512MiB, 4GiB, 4G."},
    [WEND_CLI_TEMP_DIR] = {
        .name = "temp-dir", .kind = WEND_CLI_DIRECTORY, .value_name = "DIR",
        .category = WEND_CLI_RESOURCES, .commands = BIT(REPLAY) | BIT(MERGE),
        .summary = "where temporary files go; default: $TMPDIR, else /tmp"},
    [WEND_CLI_BLOCK_SIZE] = {
        .name = "block-size", .kind = WEND_CLI_SIZE, .value_name = "SIZE",
        .minimum = KIB, .maximum = 64 * KIB * KIB, .standard = "256KiB",
        .category = WEND_CLI_RESOURCES, .commands = BIT(REPLAY),
        .summary = "how much a thread decodes at a time",
        .details = "For measurements; the result does not depend on it."},
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
        .choices = "man|bash|zsh|reference",
        .category = WEND_CLI_COMMON, .commands = BIT(TOP),
        .summary = "print a man page (man [COMMAND]), completions, or the reference",
        .details = "For packages: `wend --generate man replay`, `wend --generate bash`, `wend "
                   "--generate zsh`, and `wend --generate reference`, which writes "
                   "tools/wend/REFERENCE.md."},
};
// clang-format on
