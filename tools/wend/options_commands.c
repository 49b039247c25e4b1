/* The commands: the first half of the table behind parsing, help, man pages and completions. */
#include "options.h"

const char *const wend__cli_category_titles[WEND_CLI_CATEGORY_COUNT] = {
    [WEND_CLI_INPUT] = "Input",     [WEND_CLI_RESULT] = "Result",
    [WEND_CLI_RULES] = "Rules",     [WEND_CLI_RESOURCES] = "Resources",
    [WEND_CLI_SERVING] = "Serving", [WEND_CLI_STORY] = "Made-up world",
    [WEND_CLI_COMMON] = "Common",
};

const struct wend_cli_command wend__cli_commands[WEND_CLI_COMMAND_COUNT] = {
    [WEND_CLI_TOP] =
        {
            .name = "",
            .operands = "COMMAND [ARGUMENT...]",
            .operand_max = UINT32_MAX,
            .summary = "reconstruct customer journeys from clickstreams",
            .description =
                "wend reads event logs (NDJSON, CSV and other delimited text, access logs; plain "
                "or compressed), puts each customer's events in order, cuts them into sessions, "
                "follows journeys through their stages, and counts the paths that people take and "
                "the points where they give up. The result is a snapshot: a directory of Parquet "
                "tables for any tool, which `wend show` prints and `wend map` draws.",
            .examples = "# the journeys of an access log, nothing configured\n"
                        "wend replay access.log.gz\n"
                        "# a starter definition, checked against the data, then the run\n"
                        "wend init events.ndjson > wend.yaml\n"
                        "wend check wend.yaml --sample events.ndjson\n"
                        "wend replay events.ndjson -c wend.yaml -o out\n"
                        "wend show out paths --top 20\n",
        },
    [WEND_CLI_REPLAY] =
        {
            .name = "replay",
            .operands = "INPUT...",
            .operand_min = 1,
            .operand_max = UINT32_MAX,
            .operand_noun = "an input (a file, a directory, a glob, or - for standard input)",
            .summary = "turn log archives into a snapshot of journeys",
            .description =
                "Reads the inputs (files, directories with all that is in them, quoted globs, or - "
                "for standard input; gzip, zstd, bzip2, xz, tar and zip are recognised by their "
                "content), computes sessions, journeys and their tables, prints a report, and with "
                "-o writes a snapshot.\n"
                "\n"
                "Without a definition file the format, the time, the customer and the event name "
                "are inferred; the report says what was assumed. The result does not depend on the "
                "number of threads, the block size, the compression of the input or the memory "
                "limit. A line that cannot be used is counted by its reason and skipped.",
            .examples = "# a report on a day of logs\n"
                        "wend replay 'logs/2025-03-03/*.gz'\n"
                        "# with definitions, keeping a snapshot and the rejected lines\n"
                        "wend replay events.ndjson.zst -c wend.yaml -o out --rejects "
                        "rejects.ndjson\n"
                        "# from a pipe\n"
                        "zcat events.gz | wend replay -\n",
            .exits = "1: no record of the input could be used. Rejected records beside usable ones "
                     "are no failure.",
        },
    [WEND_CLI_STREAM] =
        {
            .name = "stream",
            .operands = "",
            .operand_max = 0,
            .summary = "turn topics of Kafka into a snapshot of journeys",
            .description =
                "Reads the topics that the section `kafka` of the definitions names, each message "
                "a record (JSON, or CSV with declared columns), and writes what a replay of the "
                "same events would write. A partition is an input of its own, as a file is. Events "
                "may be out of order by 10 minutes, and windows are of an hour, unless the "
                "definitions say otherwise.\n"
                "\n"
                "With --until-end it reads up to the end that each partition has at the start, "
                "writes the snapshot, and stops. Without, it follows the topics as a member of the "
                "consumer group, until it gets SIGTERM or Ctrl-C: each window that all partitions "
                "have passed becomes a snapshot of its own in the folder of -o, and several "
                "processes with the same --state share the partitions.\n"
                "\n"
                "With --state the offsets, the open sessions and the counts of a partition stand "
                "together in one checkpoint: whatever kills a run, the next one goes on with "
                "nothing lost and nothing counted twice. Offsets that are committed to Kafka are "
                "for tools that show lags; they are never read. Nothing is skipped in silence: "
                "where what is to be read is not in the log any more, the run fails.",
            .examples = "# what is in the topics now\n"
                        "wend stream -c wend.yaml --until-end -o out\n"
                        "# follow them, a snapshot a window; what was published is added up\n"
                        "wend stream -c wend.yaml --state state -o live\n"
                        "wend merge live/* -o out\n"
                        "# the same, each window also in PostgreSQL\n"
                        "wend stream -c wend.yaml --state state -o live \\\n"
                        "    --publish postgresql://wend_publisher@db.example/wend\n"
                        "# another cluster, with a password from the environment\n"
                        "wend stream -c wend.yaml --until-end -o out -X brokers=kafka:9093 \\\n"
                        "    -X security.protocol=sasl_ssl -X sasl.mechanism=SCRAM-SHA-512 \\\n"
                        "    -X sasl.username=wend -X 'sasl.password=$KAFKA_PASSWORD'\n",
            .exits = "1: no record could be used. 3: also when the brokers cannot be reached, or "
                     "refuse.",
        },
    [WEND_CLI_SHOW] =
        {
            .name = "show",
            .operands = "DIR [TABLE]",
            .operand_min = 1,
            .operand_max = 2,
            .operand_noun = "the directory of a snapshot",
            .summary = "print a table of a snapshot",
            .description =
                "Without TABLE, lists what the snapshot holds. With it, prints the table's rows, "
                "the largest count first. Tables: paths, transitions, flow, stages, abandonment, "
                "touchpoints, switches, and, where they were asked for, sessions and journeys.\n"
                "\n"
                "A table for people leaves out columns that say nothing, such as a scope that is "
                "always the same, and adds to each path its share of the scope's units among the "
                "rows that match. On a terminal long paths are shortened in the middle to its "
                "width, bars show the counts where there is room, and control characters in names "
                "are shown as escapes.",
            .examples = "wend show out\n"
                        "wend show out paths --top 10\n"
                        "wend show out abandonment --scope purchase --where device=mobile\n"
                        "# for another program\n"
                        "wend show out transitions --format csv > transitions.csv\n",
            .exits = "1: no row matches.",
        },
    [WEND_CLI_SERVE] =
        {
            .name = "serve",
            .operands = "DIR",
            .operand_min = 1,
            .operand_max = 1,
            .operand_noun = "the directory of a snapshot",
            .summary = "answer questions for the tables of a snapshot over HTTP",
            .description =
                "Serves the snapshot in DIR, or, where DIR holds an entry `current`, the one that "
                "it leads to, or the newest window that a stream has published there; a snapshot "
                "that takes its place is served from then on. Prints the address, and goes on "
                "until it is stopped.\n"
                "\n"
                "At / it has the journey map, as `wend map` draws it, which shows a newer snapshot "
                "as it comes. /v1/tables lists the tables. /v1/TABLE gives rows as JSON, the "
                "largest count "
                "first, as `wend show DIR TABLE --format json` does: `top` (100 unless given, at "
                "most 10000), `scope`, and `where=FIELD=VALUE`, which may be repeated. /healthz, "
                "/readyz and /metrics are for those who watch it. Only GET and HEAD are "
                "answered.\n"
                "\n"
                "It listens on this machine alone unless told otherwise. An address that others "
                "can reach needs a token, which they send as `Authorization: Bearer TOKEN`; with "
                "a certificate it speaks TLS.",
            .examples = "wend serve out\n"
                        "curl -s '127.0.0.1:9464/v1/paths?top=5&scope=purchase&where="
                        "device=mobile'\n"
                        "# for others, with a token and TLS\n"
                        "openssl rand -hex 32 > token\n"
                        "wend serve out --listen 0.0.0.0:9464 --token @token \\\n"
                        "    --tls-certificate wend.crt --tls-key wend.key\n",
        },
    [WEND_CLI_CHECK] =
        {
            .name = "check",
            .operands = "FILE",
            .operand_min = 1,
            .operand_max = 1,
            .operand_noun = "the definition file",
            .summary = "check a definition file, also against real events",
            .description =
                "Reads the definitions and says what is wrong with them, with line, column and "
                "what would be right. With --sample, also shows which touchpoint each of the first "
                "events got, examples of what was rejected or unmatched, and which rules matched "
                "nothing.",
            .examples = "wend check wend.yaml\n"
                        "wend check wend.yaml --sample events.ndjson.gz --limit 10000\n",
            .exits = "2: the definitions cannot be used.",
        },
    [WEND_CLI_INIT] =
        {
            .name = "init",
            .operands = "INPUT",
            .operand_min = 1,
            .operand_max = 1,
            .operand_noun = "an input to look at",
            .summary = "write a starter definition file from what an input holds",
            .description =
                "Looks at the first records of INPUT and prints a commented definition file: the "
                "format, the fields, the likely time, customer and event, the event names by "
                "frequency. It is valid as it is; edit it, then run `wend check`.",
            .examples = "wend init events.csv.gz > wend.yaml\n"
                        "wend init events.ndjson --template purchase > wend.yaml\n",
        },
    [WEND_CLI_MERGE] =
        {
            .name = "merge",
            .operands = "DIR...",
            .operand_min = 1,
            .operand_max = UINT32_MAX,
            .operand_noun = "the directory of a snapshot",
            .summary = "combine snapshots into one",
            .description =
                "Adds up the tables of snapshots that were made with the same definitions: counts "
                "and sums exactly, rates anew, quantiles from their sketches. The order of the "
                "directories does not matter. Units are not joined across snapshots: split the "
                "input so that a customer's events are all in one.",
            .examples = "wend merge monday tuesday wednesday -o week\n",
        },
    [WEND_CLI_VERIFY] =
        {
            .name = "verify",
            .operands = "DIR",
            .operand_min = 1,
            .operand_max = 1,
            .operand_noun = "the directory of a snapshot",
            .summary = "check that a snapshot is whole and consistent",
            .description =
                "Compares every file with the size, the row count and the checksum in the "
                "manifest, and the tables with each other: counters add up, the units of a scope "
                "agree in all tables, what flows in flows out.",
            .examples = "wend verify out\n",
            .exits = "1: the snapshot is damaged or inconsistent.",
        },
    [WEND_CLI_MAP] =
        {
            .name = "map",
            .operands = "DIR",
            .operand_min = 1,
            .operand_max = 1,
            .operand_noun = "the directory of a snapshot",
            .summary = "draw the journey map of a snapshot, as a page or a poster",
            .description =
                "Writes one HTML file that any browser opens, with no network: the stages as "
                "columns with their touchpoints, where people go step by step, forwards from the "
                "start and backwards from the goal, ways and loops, where they give up, the ideal "
                "journey beside the actual one, changes of device or channel, and how long stages "
                "take. Every drawing has a table. It can be read without scripts, printed, and "
                "used with the keyboard.\n"
                "\n"
                "The page has at most 24 views (a scope, a direction, a segment value), and as "
                "many as fit into 1 MB; it says how many it left out.",
            .examples = "wend map out -o map.html\n"
                        "# beside an ideal, with the views of another segment field\n"
                        "wend map out --ideal \"search > product_view > order_completed\" "
                        "--segment device -o map.html\n"
                        "# for the wall\n"
                        "wend map out --scope purchase --poster A2 -o map.pdf\n",
            .exits = "1: the snapshot has no session and no journey.",
        },
    [WEND_CLI_PUBLISH] =
        {
            .name = "publish",
            .operands = "TARGET DIR",
            .operand_min = 2,
            .operand_max = 2,
            .operand_noun = "where to publish (postgres, views or duckdb) and the directory of a "
                            "snapshot",
            .summary = "hand a snapshot on to a database or a query engine",
            .description =
                "`wend publish postgres DIR --to CONNINFO` makes the tables of a PostgreSQL schema "
                "hold the snapshot: all of it or, whatever happens on the way, nothing. Grants on "
                "the tables, and views over them, stay. Every table and column has its description "
                "as a comment, and publish_log a row for each publishing. A snapshot that is there "
                "already is not published again. The sketches stay behind: only wend can merge "
                "them.\n"
                "\n"
                "Where DIR is the folder in which `wend stream` publishes its windows, each window "
                "is added once, in a transaction of its own: the tables hold the rows of all "
                "windows, told apart by window_start, and the next call adds what has come since. "
                "`wend stream --publish` does so by itself.\n"
                "\n"
                "PostgreSQL cannot hold a zero byte in a text; it becomes U+FFFD, and is told.\n"
                "\n"
                "`wend publish views DIR --engine ENGINE` prints the SQL that makes the Parquet "
                "files known to DuckDB, ClickHouse, Trino, Athena, BigQuery or Spark, as views or "
                "external tables with comments; --engine dbt a `schema.yml`, --engine dictionary a "
                "data dictionary of all tables and columns. `wend publish duckdb DIR` is the same "
                "for DuckDB. They read "
                "the files where they are: nothing is copied.",
            .examples =
                "wend publish postgres out --to \"host=localhost dbname=wend\"\n"
                "psql wend -c 'select path, units from wend.paths order by units desc limit "
                "5'\n"
                "# the windows of a stream, also by cron; what is there already stays\n"
                "wend publish postgres live --to \"host=localhost dbname=wend\"\n"
                "# a database file for BI tools that read DuckDB\n"
                "wend publish duckdb out > views.sql && duckdb wend.duckdb < views.sql\n"
                "wend publish views out --engine bigquery --at gs://bucket/out > views.sql\n"
                "# what the tables mean, for dbt and for people\n"
                "wend publish views out --engine dbt > models/wend.yml\n"
                "wend publish views out --engine dictionary > dictionary.md\n",
            .exits = "3: the server cannot be reached, refuses, or was lost; nothing was "
                     "published.",
        },
    [WEND_CLI_GENERATE] =
        {
            .name = "generate",
            .operands = "",
            .operand_max = 0,
            .summary = "make a synthetic clickstream with known answers",
            .description =
                "Writes the events of a made-up shop: customers who come by ads, search, mail, "
                "calls and the shop around the corner, on several devices and days, through "
                "awareness, consideration, purchase, retention and advocacy. The same arguments "
                "give the same bytes on every machine (compressed output: with the same version of "
                "the compressor). Its memory does not grow with --events, but with customers, and "
                "with the events that --disorder and --late hold back.\n"
                "\n"
                "There is a story in the data, for the tables to reveal:\n"
                "\n"
                "1. For one week in the middle (a quarter of runs shorter than two weeks) most "
                "payments on mobile devices fail, and most of those customers give up: abandonment "
                "at `payment_failed`, with device mobile, in that window.\n"
                "\n"
                "2. Who comes by mail buys most often, who comes by an ad least: stages by "
                "channel.\n"
                "\n"
                "3. What people gathered on a desktop is not there on mobile: after that switch "
                "they "
                "find `cart_empty` and mostly leave; the other way all is there: switches by "
                "device.\n"
                "\n"
                "4. About one customer in twelve is lost and clicks in circles, `search > "
                "no_results > "
                "filter_applied > search`, for a long session, and buys nothing: paths and "
                "transitions.\n"
                "\n"
                "With --answers the generator counts, by itself and without the engine, what a "
                "replay must find with the definitions that --definitions writes.",
            .examples = "wend generate --output events.ndjson.gz --answers answers.json "
                        "--definitions wend.yaml\n"
                        "# the same events as messages\n"
                        "wend generate --to-kafka localhost:9092/clicks --partitions 8\n"
                        "# ten million events with everything that goes wrong in real logs\n"
                        "wend generate --events 10_000_000 --disorder 30s --late 0.1% "
                        "--duplicates 0.5% --bad-lines 0.1% --output events.ndjson\n",
        },
    [WEND_CLI_HELP] =
        {
            .name = "help",
            .operands = "[COMMAND]",
            .operand_max = 1,
            .summary = "print the manual of a command",
            .description = "The same as `wend COMMAND --help`.",
            .examples = "wend help replay\n",
        },
};
