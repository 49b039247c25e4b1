"""The lines of the table: what is wanted, and what was measured."""
import statistics

from jobs import MEMORY
from measure import ratios


class Line:
    """`values` are one figure a round; `least` says whether the target is a least or a most."""

    def __init__(self, name, target, unit, values, least=True, note=""):
        self.name, self.target, self.unit, self.values = name, target, unit, values
        self.least, self.note = least, note

    @property
    def figure(self):
        return statistics.median(self.values) if self.values else None

    @property
    def met(self):
        if not self.values or self.target is None:
            return None
        return self.figure >= self.target if self.least else self.figure <= self.target

    def row(self):
        return {"name": self.name, "unit": self.unit, "target": self.target,
                "target_is": "least" if self.least else "most", "median": self.figure,
                "min": min(self.values, default=None), "max": max(self.values, default=None),
                "rounds": len(self.values), "met": self.met, "note": self.note}


def rate(job, key="cpu_s", unit=1e9):
    return [job.size / value / unit for value in job.values(key)] if job else []


def best(jobs, *names, key="cpu_s"):
    """The fastest of some peers by its median."""
    measured = [jobs[name] for name in names if name in jobs and jobs[name].runs]
    return min(measured, key=lambda job: job.median(key), default=None)


def against(jobs, peer, *names, key="cpu_s"):
    mine = [jobs[name] for name in names if name in jobs and jobs[name].runs]
    if peer is None or len(mine) < len(names):
        return []
    return ratios(peer, mine, key)


def absent(peer):
    return peer.name if peer else "no peer"


def table(jobs):
    """All lines, from the measured jobs by name."""
    get = {name: job for name, job in jobs.items() if job.runs}.get
    ndjson, loaded = (best(jobs, "clickhouse " + kind, "duckdb " + kind)
                      for kind in ("ndjson", "loaded"))
    csv = best(jobs, "clickhouse csv", "duckdb csv")
    two = best(jobs, "clickhouse ndjson 2 threads", "duckdb ndjson 2 threads",
               key="wall_s")
    capped = get("sessions, " + MEMORY)
    lines = [
        Line("NDJSON, sessions, exact", 2.0, "GB/s", rate(get("sessions"))),
        Line("  times the better peer's NDJSON", 10, "x",
             against(jobs, ndjson, "sessions", "show"), note=absent(ndjson)),
        Line("  times the better peer's own tables", 4, "x",
             against(jobs, loaded, "sessions", "show"), note=absent(loaded)),
        Line("NDJSON, sessions, lateness 10 s", 2.4, "GB/s", rate(get("sessions, 10 s"))),
        Line("NDJSON, journeys, exact", 1.4, "GB/s", rate(get("journeys"))),
        Line("NDJSON, mixed producers", 1.6, "GB/s", rate(get("mixed"))),
        Line("NDJSON, random order of keys", 1.0, "GB/s", rate(get("random"))),
        Line("CSV, sessions, exact", 1.0, "GB/s", rate(get("csv"))),
        Line("  times the better peer's CSV", 7, "x", against(jobs, csv, "csv"),
             note=absent(csv)),
        Line("access log, sessions, exact", 1.2, "GB/s", rate(get("access log"))),
        Line("  times GoAccess", 20, "x", against(jobs, get("goaccess"), "access log"),
             note=absent(get("goaccess"))),
        Line("NDJSON, two threads", 3.4, "GB/s", rate(get("sessions, 2 threads"), "wall_s"),
             note="wall"),
        Line("  CPU seconds, of those of one thread", None, "x",
             against(jobs, get("sessions, 2 threads"), "sessions")),
        Line("  times the better peer with two", None, "x",
             against(jobs, two, "sessions, 2 threads", key="wall_s"), note=absent(two)),
    ]
    for kind, library in (("zst", "libzstd"), ("gz", "isa-l")):
        lines.append(Line(f"NDJSON.{kind}, two threads, of {library} alone", 0.9, "x",
                          against(jobs, get("stream " + kind), kind, key="wall_s"), note="wall"))
    for name, most in (("sessions, 10 s", 250), ("journeys, 10 s", 500)):
        job = get(name)
        lines.append(Line(f"memory, NDJSON, {name}", most, "MiB",
                          job.values("peak_mib") if job else [], least=False))
    lines.append(Line(f"--memory {MEMORY}, of the speed without", 0.6, "x",
                      ratios(get("sessions"), [capped]) if capped and get("sessions") else []))
    lines.append(Line("merge", 5, "M rows/s", rate(get("merge"), unit=1e6)))
    lines.append(Line("ceiling: read() alone", None, "GB/s", rate(get("read"))))
    return lines
