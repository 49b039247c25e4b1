#!/usr/bin/env python3
"""The dashboards of deploy/grafana: each query gives in PostgreSQL what DuckDB finds in the files.

Grafana itself does not run here: its macro and variables are replaced as it does that.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import duckdb
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import publish_case  # noqa: E402
import server  # noqa: E402
import snapshots  # noqa: E402
import suite  # noqa: E402

DEPLOY = os.path.join(HERE, "../../deploy")
FOLDER = os.path.join(DEPLOY, "grafana")
BOARDS = ("abandonment", "operations", "paths", "stages")
EVER = ("2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z")
HALF = ("2025-03-10T00:00:00Z", "2025-03-20T00:00:00Z")  # two of the four windows
POSTGRES, PROMETHEUS = "grafana-postgresql-datasource", "prometheus"
BY_WINDOW = re.compile(r"by window$")

# What DuckDB says, where `units` are the sessions or journeys of the scope and the time, and a
# table is that of the Parquet files.
EXPECTED = {
    ("paths", "Units"):
        "SELECT count(*), count(*) FILTER (outcome = 'converted'), "
        "count(*) FILTER (outcome = 'abandoned'), count(*) FILTER (outcome = 'open') FROM units",
    ("paths", "Conversion and value"):
        "SELECT avg((outcome = 'converted')::int), sum(value), "
        "avg(epoch(ended_at - started_at)) FROM units",
    ("paths", "Units by window"):
        "SELECT window_start, count(*), count(*) FILTER (outcome = 'converted'), "
        "count(*) FILTER (outcome = 'abandoned') FROM units GROUP BY 1 ORDER BY 1",
    ("paths", "Conversion rate by window"):
        "SELECT window_start, avg((outcome = 'converted')::int) FROM units GROUP BY 1 ORDER BY 1",
    ("paths", "Most frequent paths"):
        "SELECT path, count(*), count(*) / (SELECT count(*) FROM units), "
        "count(*) FILTER (outcome = 'converted'), avg((outcome = 'converted')::int), "
        "avg(epoch(ended_at - started_at)), sum(coalesce(value, 0)) FROM units "
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 25",
    ("paths", "Most frequent transitions"):
        "SELECT from_touchpoint, to_touchpoint, sum(transitions), sum(units), "
        "sum(seconds_sum) / sum(transitions) FROM transitions GROUP BY 1, 2 "
        "ORDER BY 3 DESC, 1, 2 LIMIT 25",
    ("paths", "Units by length of the path"):
        "SELECT len(path_steps)::text, count(*) FROM units GROUP BY len(path_steps) "
        "ORDER BY len(path_steps)",
    ("abandonment", "Abandoned units"):
        "SELECT count(*) FILTER (outcome = 'abandoned'), count(*), "
        "avg((outcome = 'abandoned')::int) FROM units",
    ("abandonment", "Units that gave up, by last touchpoint"):
        "SELECT coalesce(path_steps[-1], '(none)'), count(*) FROM units "
        "WHERE outcome = 'abandoned' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 15",
    ("abandonment", "Abandonment rate by window"):
        "SELECT window_start, avg((outcome = 'abandoned')::int) FROM units GROUP BY 1 ORDER BY 1",
    ("abandonment", "Touchpoints"):
        "SELECT touchpoint, any_value(stage), sum(visited), sum(abandoned), "
        "sum(abandoned) / sum(visited), sum(abandoned) / nullif((SELECT count(*) FROM units "
        "WHERE outcome = 'abandoned'), 0) FROM abandonment GROUP BY 1 ORDER BY 4 DESC, 1 LIMIT 25",
    ("abandonment", "Touchpoints by segment"):
        "SELECT coalesce(device, '(none)'), touchpoint, sum(visited), sum(abandoned), "
        "sum(abandoned) / sum(visited) FROM abandonment GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2 "
        "LIMIT 25",
    ("stages", "Journeys that reached a stage"):
        "SELECT stage, sum(reached) FROM stages GROUP BY stage, stage_position "
        "ORDER BY stage_position",
    ("stages", "Journeys that ended at a stage"):
        "SELECT stage, (SELECT count(*) FROM units WHERE outcome = 'abandoned' AND "
        "furthest_stage = stage) FROM stages GROUP BY stage, stage_position "
        "ORDER BY stage_position",
    ("stages", "Stages"):
        "SELECT stage, sum(visited), sum(reached), sum(reached) / (SELECT sum(reached) FROM stages "
        "WHERE stage_position = 1), sum(advanced), sum(advanced) / nullif(sum(reached), 0), "
        "sum(abandoned_here), min(seconds_to_next_p50), max(seconds_to_next_p50) FROM stages "
        "GROUP BY stage, stage_position ORDER BY stage_position",
    ("stages", "Reached by window"):
        "SELECT window_start, stage, sum(reached) FROM stages "
        "GROUP BY window_start, stage, stage_position ORDER BY window_start, stage_position",
    ("stages", "Stages by segment"):
        "SELECT coalesce(device, '(none)'), stage, sum(reached), sum(advanced), "
        "sum(advanced) / nullif(sum(reached), 0), sum(abandoned_here) FROM stages "
        "GROUP BY 1, stage, stage_position ORDER BY 1, stage_position",
}


def board(name):
    with open(f"{FOLDER}/dashboards/{name}.json", encoding="utf-8") as file:
        return json.load(file, object_pairs_hook=without_doubles)


def without_doubles(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError(f"a key stands twice in {pairs}")
    return dict(pairs)


def targets(name, kind):
    """(panel, target) of all queries of one kind of source."""
    return [(panel, target) for panel in board(name)["panels"] for target in panel["targets"]
            if target["datasource"]["type"] == kind]


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def chosen(scope, segment="device", top="25"):
    """What somebody chose at the top of a dashboard."""
    return {"scope": scope, "journey": scope, "segment": segment, "top": top}


def as_grafana(query, values, time):
    """The query with macro and variables replaced."""
    query = re.sub(r"\$__timeFilter\((\w+)\)", rf"\1 BETWEEN '{time[0]}' AND '{time[1]}'", query)
    query = re.sub(r"\$\{(\w+):sqlstring\}", lambda found: literal(values[found[1]]), query)
    query = re.sub(r"\$(\w+)", lambda found: values[found[1]], query)
    if "$" in query:
        raise AssertionError(f"something is not replaced: {query}")
    return query


def unit_of(panel, column):
    for override in panel["fieldConfig"]["overrides"]:
        if override["matcher"] == {"id": "byName", "options": column}:
            return next(one["value"] for one in override["properties"] if one["id"] == "unit")
    return panel["fieldConfig"]["defaults"].get("unit")


class Files(unittest.TestCase):

    def test_dashboards_are_told_apart_and_complete(self):
        found = sorted(os.path.basename(path) for path in glob.glob(f"{FOLDER}/dashboards/*"))
        self.assertEqual(found, [f"{name}.json" for name in BOARDS])
        titles = set()
        for name in BOARDS:
            one = board(name)
            self.assertEqual(one["uid"], f"wend-{name}")
            self.assertNotIn("id", one)
            self.assertEqual((one["schemaVersion"], one["timezone"]), (42, "utc"))
            titles.add(one["title"])
            ids = [panel["id"] for panel in one["panels"]]
            self.assertEqual(ids, list(range(1, len(ids) + 1)))
            self.assertEqual(len({panel["title"] for panel in one["panels"]}), len(ids))
        self.assertEqual(len(titles), len(BOARDS))

    def test_panels_do_not_lie_upon_each_other(self):
        for name in BOARDS:
            taken = set()
            for panel in board(name)["panels"]:
                place = panel["gridPos"]
                self.assertLessEqual(place["x"] + place["w"], 24)
                cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                         for y in range(place["y"], place["y"] + place["h"])}
                self.assertFalse(cells & taken, f"{name}: {panel['title']}")
                taken |= cells

    def test_panels_have_title_unit_and_a_source_that_can_be_chosen(self):
        of_variable = {"${datasource}": POSTGRES, "${metrics}": PROMETHEUS}
        for name in BOARDS:
            one = board(name)
            variables = {entry["name"]: entry for entry in one["templating"]["list"]}
            for panel in one["panels"]:
                where = f"{name}: {panel['title']}"
                self.assertTrue(panel["title"].strip(), where)
                self.assertTrue(panel["fieldConfig"]["defaults"].get("unit"), where)
                refs = [target["refId"] for target in panel["targets"]]
                self.assertEqual(len(set(refs)), len(refs), where)
                for thing in (panel, *panel["targets"]):
                    source = thing["datasource"]
                    self.assertEqual(of_variable[source["uid"]], source["type"], where)
                    chosen = variables[source["uid"][2:-1]]
                    self.assertEqual((chosen["type"], chosen["query"]),
                                     ("datasource", source["type"]), where)
            text = json.dumps(one)
            used = set(re.findall(r"\$\{?([a-z]+)", text.replace("$__", "")))
            self.assertEqual(used, set(variables), name)

    def test_what_is_provisioned_fits_the_dashboards(self):
        with open(f"{FOLDER}/provisioning/datasources/wend.yaml", encoding="utf-8") as file:
            text = file.read()
        sources = {entry["uid"]: entry for entry in yaml.safe_load(text)["datasources"]}
        with open(f"{FOLDER}/README.md", encoding="utf-8") as file:
            told = set(re.findall(r"\bWEND_[A-Z_]+", file.read()))
        self.assertEqual(set(re.findall(r"\$(WEND_[A-Z_]+)", text)), told)
        self.assertEqual(sources["wend-postgres"]["secureJsonData"],
                         {"password": "$WEND_POSTGRES_PASSWORD"})
        for name in BOARDS:
            for entry in board(name)["templating"]["list"]:
                if entry["type"] == "datasource":
                    self.assertEqual(sources[entry["current"]["value"]]["type"], entry["query"])
        with open(f"{FOLDER}/provisioning/dashboards/wend.yaml", encoding="utf-8") as file:
            provider, = yaml.safe_load(file)["providers"]
        with open(f"{FOLDER}/README.md", encoding="utf-8") as file:
            self.assertIn(f"/deploy/grafana/dashboards:{provider['options']['path']}:ro",
                          file.read())

    def test_metrics_are_those_of_the_list(self):
        with open(f"{DEPLOY}/README.md", encoding="utf-8") as file:
            rows = [line for line in file if line.startswith("| `wend_")]
        told = set(re.findall(r"`(wend_[a-z_]+)", " ".join(rows)))
        asked = set()
        for name in BOARDS:
            for _, target in targets(name, PROMETHEUS):
                asked |= set(re.findall(r"\bwend_[a-z_]+", target["expr"]))
        self.assertGreater(len(asked), 7)
        self.assertLessEqual(asked, told)

    def test_promtool_takes_the_expressions(self):
        tool = shutil.which("promtool") or os.path.join(suite.ROOT, "build/tools/promtool")
        if not os.access(tool, os.X_OK):
            self.skipTest("there is no promtool")
        rules = [{"record": f"x:{number}", "expr": target["expr"].replace(
                    "$__rate_interval", "1m").replace("$job", "wend.*")}
                 for number, (_, target) in enumerate(targets("operations", PROMETHEUS))]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump({"groups": [{"name": "x", "rules": rules}]}, file)
            file.flush()
            result = subprocess.run([tool, "check", "rules", file.name], capture_output=True,
                                    text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


class Queries(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.pg = server.Server()
        cls.addClassCleanup(cls.pg.close)
        folder = tempfile.TemporaryDirectory(prefix="wend-grafana-")
        cls.addClassCleanup(folder.cleanup)
        made = {"weeks": snapshots.generated(folder.name, "weeks", 20000),
                "shop": snapshots.shop(folder.name, "shop", "--tables", "all")}
        with open(f"{DEPLOY}/postgres/roles.sql", encoding="utf-8") as file:
            roles = file.read()
        for name, path in made.items():
            cls.pg.sql(f"CREATE DATABASE {name}")
            cls.pg.sql(roles, name)
            snapshots.wend("publish", "postgres", path, "--to",
                           cls.pg.conninfo(name, "wend_publisher"))
        cls.pg.sql("CREATE ROLE grafana LOGIN; GRANT wend_reader TO grafana")
        cls.snapshots = made

    def rows(self, database, query, values=None, time=EVER):
        """[{column: value}], as the reader of deploy/postgres/roles.sql sees them."""
        query = as_grafana(query, values or {}, time)
        text = self.pg.sql(f"SET timezone = 'UTC'; SELECT row_to_json(t) FROM ({query}) t",
                           database, user="grafana")
        return [json.loads(line) for line in text.splitlines()]

    def options(self, database, name, variable):
        entry, = [entry for entry in board(name)["templating"]["list"]
                  if entry["name"] == variable]
        return [next(iter(row.values())) for row in self.rows(database, entry["query"])]

    def expected(self, database, scope, query, time):
        """What DuckDB says of the Parquet files."""
        path = self.snapshots[database]
        with duckdb.connect() as files:
            files.execute("SET timezone = 'UTC'")
            condition = (f"scope = {literal(scope)} AND (window_start IS NULL OR window_start "
                         f"BETWEEN '{time[0]}'::timestamptz AND '{time[1]}'::timestamptz)")
            units = "sessions" if scope == "session" else "journeys"
            for view, table in (("units", units), ("transitions", "transitions"),
                                ("stages", "stages"), ("abandonment", "abandonment")):
                files.execute(f"CREATE VIEW {view} AS SELECT * FROM "
                              f"read_parquet('{path}/{table}/*.parquet') WHERE {condition}")
            return files.execute(query).fetchall()

    def assert_equal(self, found, wanted, where):
        self.assertEqual(len(found), len(wanted), where)
        for row, other in zip(found, wanted):
            self.assertEqual(len(row), len(other), where)
            for one, two in zip(row.values(), other):
                if isinstance(one, (int, float)):
                    self.assertIsNotNone(two, f"{where}: {row}, DuckDB: {other}")
                    self.assertAlmostEqual(one, float(two), delta=1e-9 * max(1, abs(one)),
                                           msg=f"{where}: {row}, DuckDB: {other}")
                elif hasattr(two, "isoformat"):
                    self.assertEqual(one, two.isoformat(), where)
                else:
                    self.assertEqual(one, two, f"{where}: {row}, DuckDB: {other}")

    def check(self, database, time):
        """Every panel, for every scope; how many results were compared."""
        compared = 0
        for name in ("abandonment", "paths", "stages"):
            scopes = self.options(database, name, "journey" if name == "stages" else "scope")
            self.assertGreater(len(scopes), 0)
            for panel, target in targets(name, POSTGRES):
                for scope in scopes:
                    where = f"{database}, {name}, {scope}: {panel['title']}"
                    found = self.rows(database, target["rawSql"], chosen(scope), time)
                    if database == "shop" and BY_WINDOW.search(panel["title"]):
                        self.assertEqual(found, [], where)
                        continue
                    self.assertGreater(len(found), 0, where)
                    self.assert_equal(found, self.expected(
                        database, scope, EXPECTED[name, panel["title"]], time), where)
                    compared += 1
        return compared

    def test_every_panel_is_what_the_files_hold(self):
        self.assertEqual(self.check("weeks", EVER), 12 * 3 + 5 * 2)

    def test_a_range_of_windows_is_just_these(self):
        self.check("weeks", HALF)
        query = targets("paths", POSTGRES)[0][1]["rawSql"]
        for scope in self.options("weeks", "paths", "scope"):
            half, = self.rows("weeks", query, chosen(scope), HALF)
            whole, = self.rows("weeks", query, chosen(scope))
            self.assertLess(half["Units"], whole["Units"])

    def test_without_windows_any_time_shows_all(self):
        self.check("shop", EVER)
        self.check("shop", HALF)

    def test_variables_offer_scopes_and_segments(self):
        self.assertEqual(self.options("weeks", "paths", "scope"),
                         ["checkout", "lifecycle", "session"])
        self.assertEqual(self.options("weeks", "stages", "journey"), ["checkout", "lifecycle"])
        self.assertEqual(self.options("weeks", "stages", "segment"), ["channel", "device"])
        self.assertEqual(self.options("shop", "abandonment", "segment"), ["device"])

    def test_another_schema_is_one_command(self):
        with open(f"{FOLDER}/README.md", encoding="utf-8") as file:
            script = re.search(r'sed -i "(s/.*?)" deploy', file.read())[1]
        snapshots.wend("publish", "postgres", self.snapshots["shop"], "--schema", "other", "--to",
                       self.pg.conninfo("shop"))
        text = subprocess.run(["sed", script.replace("NAME", "other"),
                               *[f"{FOLDER}/dashboards/{name}.json" for name in BOARDS]],
                              capture_output=True, text=True, check=True).stdout
        queries = re.findall(r'"(?:rawSql|query)": ("SELECT.*")', text)
        self.assertGreater(len(queries), 20)
        for query in map(json.loads, queries):
            self.assertRegex(query, r"\bother\.|'other'")
            self.assertNotRegex(query, r"\bwend\.|'wend'")
            self.pg.sql(as_grafana(query, chosen("session"), EVER), "shop")
        self.assertIn('job=~\\"wend.*\\"', text)

    def test_hostile_names_are_only_names(self):
        self.pg.sql("CREATE DATABASE hostile")
        with open(f"{DEPLOY}/postgres/roles.sql", encoding="utf-8") as file:
            self.pg.sql(file.read(), "hostile")
        with tempfile.TemporaryDirectory(prefix="wend-grafana-") as place:
            snapshots.wend("publish", "postgres", snapshots.hostile(place, "hostile"), "--to",
                           self.pg.conninfo("hostile", "wend_publisher"))
        self.assertEqual(self.options("hostile", "stages", "journey"), [snapshots.HOSTILE_JOURNEY])
        segments = self.options("hostile", "stages", "segment")
        self.assertEqual(segments, ["order", "SELECT"])
        for segment in (*segments, "'; DROP SCHEMA wend CASCADE; --"):
            values = chosen(snapshots.HOSTILE_JOURNEY, segment)
            for name in ("abandonment", "paths", "stages"):
                for panel, target in targets(name, POSTGRES):
                    found = self.rows("hostile", target["rawSql"], values)
                    # Nobody gave up: the journeys without a goal are open.
                    if not re.search(r"by window$|gave up", panel["title"]):
                        self.assertGreater(len(found), 0, f"{name}: {panel['title']}")

    def test_a_segment_that_is_not_there_is_one_group(self):
        for name in ("abandonment", "stages"):
            for panel, target in targets(name, POSTGRES):
                if "${segment" in target["rawSql"]:
                    found = self.rows("weeks", target["rawSql"], chosen("checkout", segment=""))
                    self.assertEqual({row["Segment"] for row in found}, {"(none)"})

    def test_numbers_have_fitting_units(self):
        for name in BOARDS:
            for panel, target in targets(name, POSTGRES):
                found = self.rows("weeks", target["rawSql"], chosen("checkout", top="1000"))
                for column in found[0]:
                    if not any(isinstance(row[column], (int, float)) for row in found):
                        continue
                    unit, low = unit_of(panel, column), column.lower()
                    kind = ("percentunit" if re.search(r"rate|share|of the first", low) else
                            "s" if re.search(r"duration|time|age|median", low) else "locale")
                    self.assertEqual(unit, kind, f"{name}, {panel['title']}: {column}")
                for override in panel["fieldConfig"]["overrides"]:
                    self.assertIn(override["matcher"]["options"], found[0])

    def test_operations_tell_the_publishing(self):
        with open(os.path.join(self.snapshots["weeks"], "manifest.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        found = {panel["title"]: self.rows("weeks", target["rawSql"])
                 for panel, target in targets("operations", POSTGRES)}
        now, = found["Published"]
        self.assertEqual(now["Rows"], sum(entry["rows"] for entry in manifest["files"]))
        self.assertEqual(now["Records read"], 20000)
        self.assertTrue(0 <= now["Age"] < 600, now)
        self.assertGreater(now["Age of the data then"], 0)
        self.assertEqual([row["By"] for row in found["Publishings"]], ["wend_publisher"])
        self.assertEqual(found["Publishings"][0]["Rows"], now["Rows"])


if __name__ == "__main__":
    publish_case.main()
