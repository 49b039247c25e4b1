"""What an event costs as data grow: with more events, and with more customers.

A file of a million generated events, or fewer, is repeated in memory on the other processor, and
comes through a pipe; only the CPU time of wend counts. What it costs to start and to end is
measured with ten events, and subtracted.
"""
import statistics

import measure

FILE = 10**6  # events in the repeated file
DAYS = 28     # that it covers
EVENTS = (10**4, 10**5, 10**6, 10**7, 10**8)
MANY = 5 * 10**7
# Customers in the repeated file, and how many such groups of customers there are.
CUSTOMERS = ((1000, 1), (10**4, 1), (10**5, 1), (10**5, 10), (4 * 10**5, 50))
NOW = "2200-01-01"  # no event is of the future


def piped(setting, path, times, customers=0, groups=1):
    replay = setting.replay("curve", "-", 0, "--now", NOW)
    replay.source = [f"{setting.tools}/bench_repeat", path, str(times), str(DAYS), str(customers),
                     str(groups)]
    return replay


def cost(job, events, rounds, start):
    measure.say(f"curve: {events} events")
    for _ in range(rounds):
        measure.run(job)
    return {"events": events, "ns_per_event": (job.median("cpu_s") - start) / events * 1e9,
            "cpu_s": job.median("cpu_s"), "peak_mib": job.median("peak_mib")}


def events_file(setting, events, customers=None):
    options = f"--customers {customers}" if customers else ""
    name = f"curve-{events}{f'-of-{customers}' if customers else ''}.ndjson"
    return setting.data.make(name, f'"$wend" generate -q --events {events} --days {DAYS} '
                                   f'{options} -o "$out"')


def by_events(setting, most, short, start):
    for events in EVENTS:
        if events > most:
            return
        few = min(events, FILE)
        job = piped(setting, events_file(setting, few), events // few, FILE)
        rounds = 1 if short or events > FILE else 5 if events > 10**4 else 21
        yield cost(job, events, rounds, start)


def by_customers(setting, most, start):
    file = min(FILE, most)
    for customers, groups in CUSTOMERS:
        if customers * 2 > file:
            return
        path = events_file(setting, file, customers)
        job = piped(setting, path, min(most, MANY) // file, customers, groups)
        yield {"customers": customers * groups, **cost(job, min(most, MANY), 1, start)}


def measure_curves(setting, most, short):
    """`most`: no point has more events; `short`: each is measured once."""
    starts = piped(setting, events_file(setting, 10), 1)
    start = cost(starts, 10, 1 if short else 21, 0)["cpu_s"]
    curves = {"start_s": start, "events": list(by_events(setting, most, short, start)),
              "customers": list(by_customers(setting, most, start))}
    measure.say("")
    return curves


def spread(points):
    """How many times more an event costs at the dearest point than at the cheapest."""
    costs = [point["ns_per_event"] for point in points]
    return max(costs) / min(costs) if costs and min(costs) > 0 else None


def typical(points):
    return statistics.median(point["ns_per_event"] for point in points)
