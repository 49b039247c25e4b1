"""The commands that are measured and checked, of wend and of its peers."""
import json
import os
import re
import shutil
import subprocess

from data import CORES, IDLE, MEMORY
from measure import Job

GOAL = "order_completed"
LOG_GOAL = "/checkout/done"


class Setting:
    """Where everything is."""

    def __init__(self, root, build, cache, data):
        self.root, self.cache, self.data = root, cache, data
        self.wend = os.path.join(build, "wend")
        self.tools = os.path.join(build, "bench")
        self.python = (os.environ.get("WEND_BENCH_PYTHON")
                       or os.path.join(cache, "venv", "bin", "python3"))
        self.loading_s = {}  # CPU seconds that a peer's tables took, by job
        self.out = os.path.join(cache, "out")
        os.makedirs(self.out, exist_ok=True)

    def definitions(self, name):
        return os.path.join(self.root, "bench", name)

    def snapshot(self, name):
        return os.path.join(self.out, name.replace(" ", "-").replace(",", ""))

    def bytes_of(self, path):
        return os.path.getsize(path)

    def job(self, name, command, **named):
        return Job(os.path.join(self.tools, "bench_timed"), name, command, **named)

    def replay(self, name, path, size, *options, threads=1, definitions=None):
        command = [self.wend, "replay", "--quiet", "-j", str(threads), "-c",
                   definitions or self.definitions("sessions.yaml"), "-o", self.snapshot(name),
                   "--replace", "--temp-dir", self.out, *options, path]
        return self.job(name, command, size=size, threads=threads)

    def levels(self):
        """The sets of instructions that wend chooses from here, the best first."""
        version = subprocess.run([self.wend, "--version"], capture_output=True, text=True,
                                 check=True).stdout
        found = re.search(r"^instructions: (\w+)", version, re.MULTILINE)
        levels = ["avx512", "avx2", "portable"]
        return levels[levels.index(found.group(1)):] if found else []

    def missing(self, module):
        """Why a peer cannot be asked, or None."""
        if not os.path.exists(self.python):
            return "bench/run without --quick installs it"
        found = subprocess.run([self.python, "-c", f"import {module}"], capture_output=True,
                               check=False)
        return None if found.returncode == 0 else f"Python has no module {module}"

    def ask(self, peer, kind, path, threads=1, rounds=None):
        name = f"{peer} {kind}" + (" 2 threads" if threads > 1 else "")
        command = [self.python, self.definitions(f"peers/ask_{peer}.py"), kind, path, str(threads),
                   *([self.tables(peer)] if kind.startswith("load") else [])]
        return self.job(name, command, size=self.bytes_of(path), threads=threads, peer=True,
                   rounds=rounds)

    def tables(self, peer):
        return os.path.join(self.data.folder, "tables." + peer)


# Of GoAccess only visitors and requests are asked: the other panels would cost 1.4 times that.
NOT_ASKED = ("REQUESTS_STATIC NOT_FOUND HOSTS OS BROWSERS VISIT_TIMES VIRTUAL_HOSTS REFERRERS "
             "REFERRING_SITES KEYPHRASES STATUS_CODES REMOTE_USER CACHE_STATUS GEO_LOCATION "
             "MIME_TYPE TLS_TYPE").split()
PEERS = {"clickhouse": "chdb", "duckdb": "duckdb", "polars": "polars"}


def wend_jobs(setting, skipped):
    """Those of wend, by group; what is missing goes to `skipped` with the reason."""
    data = setting.data
    ndjson, csv = data.ndjson(), data.csv()
    size = setting.bytes_of(ndjson)
    log = data.variant("access-log")
    journeys = setting.definitions("journeys.yaml")

    def replay(name, path, *options, **named):
        return setting.replay(name, path, setting.bytes_of(path), *options, **named)

    capped = MEMORY[data.size]
    groups = {
        "ndjson": [
            replay("sessions", ndjson),
            setting.job("show", [setting.wend, "show", setting.snapshot("sessions"), "paths",
                                 "--format", "csv", "--columns", "path,units", "--top", "all"]),
            replay("sessions, 10 s", ndjson, "--lateness", "10s"),
            replay("sessions, capped", ndjson, "--memory", capped),
            replay("journeys", ndjson, definitions=journeys),
            replay("journeys, 10 s", ndjson, "--lateness", "10s", definitions=journeys),
            setting.job("read", [f"{setting.tools}/bench_ceiling", "plain", ndjson], size=size),
        ],
        "instructions": [],
        "other forms": [replay(form, data.variant(form)) for form in ("mixed", "random")],
        "csv": [replay("csv", csv, "--format", "csv")],
        "access log": [replay("access log", log,
                              definitions=setting.definitions("access_log.yaml"))],
        "two threads": [replay("sessions, 2 threads", ndjson, threads=2)],
        "idle": idle_jobs(setting),
        "core": core_jobs(setting, skipped),
    }
    for level in setting.levels():
        job = replay("sessions, " + level, ndjson)
        job.environment = {"WEND_SIMD": level}
        groups["instructions"].append(job)
    if shutil.which("zstd") is None:
        skipped["compressed input"] = "zstd is not installed"
    else:
        groups["compressed"] = []
        for kind, library in (("zst", "zstd"), ("gz", "gzip")):
            path = data.compressed(kind)
            groups["compressed"] += [
                setting.replay(kind, path, size, threads=2),
                setting.job("stream " + kind, [f"{setting.tools}/bench_ceiling", library, path],
                            size=size)]
    return groups


def idle_jobs(setting):
    """The customers of the one are twice those of the other, so that the difference is theirs."""
    jobs = []
    for name in ("sessions", "journeys"):
        for times in (1, 2):
            customers = times * IDLE[setting.data.size]
            job = setting.replay(f"idle {name} {times}", "-", customers, "--lateness", "10s",
                                 definitions=setting.definitions(name + ".yaml"))
            job.source = [f"{setting.tools}/bench_idle", str(customers)]
            jobs.append(job)
    return jobs


def read_core(output):
    """The second figure of the only line: nanoseconds a hit."""
    return {"ns": float(output.splitlines()[1].split("customers")[1].split()[1])}


def core_jobs(setting, skipped):
    program = os.path.join(setting.tools, "micro_core")
    if not os.path.exists(program):
        skipped["session core"] = "the micro benches are not built"
        return []
    return [setting.job(f"{kind} {size}", [program, "--rounds", "1", f"{kind} {size} customers"],
                        reader=read_core)
            for size in CORES[setting.data.size] for kind in ("core of", "core counted,")]


def merge_job(setting):
    snapshots, paths = setting.data.snapshots(setting.definitions("sessions.yaml"))
    command = [setting.wend, "merge", "--quiet", *snapshots, "-o", setting.snapshot("merge"),
               "--replace"]
    return setting.job("merge", command, size=len(snapshots) * paths)


def peer_jobs(setting, groups, skipped):
    """Adds the peers to the groups."""
    ndjson, csv = setting.data.ndjson(), setting.data.csv()
    for peer, module in PEERS.items():
        reason = setting.missing(module)
        if reason:
            skipped[peer] = reason
            continue
        slow = 1 if peer == "polars" else None
        setting.loading_s[f"{peer} loaded"] = load(setting, peer)
        groups["ndjson"] += [setting.ask(peer, "ndjson", ndjson, rounds=slow),
                             setting.ask(peer, "loaded", ndjson, rounds=slow)]
        groups["csv"].append(setting.ask(peer, "csv", csv, rounds=slow))
        if peer != "polars":
            groups["two threads"] += [
                setting.ask(peer, "ndjson", ndjson, threads=2),
                setting.ask(peer, "loaded", ndjson, threads=2)]
    if shutil.which("goaccess"):
        groups["access log"].append(goaccess(setting))
    else:
        skipped["goaccess"] = "it is not installed"


def goaccess(setting):
    log = setting.data.variant("access-log")
    command = ["goaccess", log, "--log-format=COMBINED", "--no-global-config", "--no-query-string",
               "--no-progress", *["--ignore-panel=" + panel for panel in NOT_ASKED], "-o",
               os.path.join(setting.out, "goaccess.json")]
    return setting.job("goaccess", command, size=setting.bytes_of(log), rounds=3)


def load(setting, peer):
    """Puts the events into a peer's own tables, unless they are there. What that took is kept."""
    done = setting.tables(peer) + ".loading.json"
    with open(setting.definitions(f"peers/ask_{peer}.py"), encoding="utf-8") as file:
        recipe = f"{setting.bytes_of(setting.data.ndjson())} bytes\n{file.read()}"
    if os.path.exists(done):
        with open(done, encoding="utf-8") as file:
            known = json.load(file)
        if known["recipe"] == recipe:
            return known["cpu_s"]
    print(f"loading the tables of {peer}", flush=True)
    tables = setting.tables(peer)
    shutil.rmtree(tables, ignore_errors=True)
    if os.path.isfile(tables):
        os.unlink(tables)
    command = [setting.python, setting.definitions(f"peers/ask_{peer}.py"), "load",
               setting.data.ndjson(), "2", tables]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    cpu = float(result.stderr.strip().split("\n")[-1].split()[0])
    with open(done, "w", encoding="utf-8") as file:
        json.dump({"recipe": recipe, "cpu_s": cpu}, file)
    return cpu
