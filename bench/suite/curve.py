"""What an event costs as data grow: with more events, and with more customers.

The generator writes into a pipe, on the other processor; only the CPU time of wend counts.
"""
import os
import statistics
import subprocess

import measure

EVENTS = (10**4, 10**5, 10**6, 3 * 10**6, 10**7, 3 * 10**7)
# (customers, events): as many events as the customers need to appear at all
CUSTOMERS = ((10**3, 4 * 10**6), (10**4, 4 * 10**6), (10**5, 4 * 10**6), (10**6, 4 * 10**6),
             (5 * 10**6, 10**7), (2 * 10**7, 2 * 10**7))
SMALL = 10**6  # up to here three runs, else one


def run_piped(setting, events, customers):
    generate = [setting.wend, "generate", "--quiet", "--events", str(events), "-o", "-"]
    if customers:
        generate += ["--customers", str(customers)]
    replay = [setting.wend, "replay", "--quiet", "-j", "1", "-c",
              setting.definitions("sessions.yaml"), "-o", setting.snapshot("curve"), "--replace",
              "--temp-dir", setting.out, "-"]
    other = min(os.sched_getaffinity(0))
    with subprocess.Popen(generate, stdout=subprocess.PIPE,
                          preexec_fn=lambda: os.sched_setaffinity(0, {other})) as source:
        sink = subprocess.Popen(replay, stdin=source.stdout, stdout=subprocess.DEVNULL,
                                preexec_fn=measure.pin(1))
        source.stdout.close()
        _, status, usage = os.wait4(sink.pid, 0)
        sink.returncode = os.waitstatus_to_exitcode(status)
    if sink.returncode != 0:
        raise measure.Failed(f"replay of {events} events: exit code {sink.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def point(setting, events, customers):
    measure.say(f"curve: {events} events of {customers or 'the usual'} customers")
    runs = [run_piped(setting, events, customers) for _ in range(3 if events <= SMALL else 1)]
    return {"events": events, "customers": customers,
            "ns_per_event": statistics.median(cpu for cpu, _ in runs) / events * 1e9,
            "peak_mib": statistics.median(peak for _, peak in runs)}


def measure_curves(setting):
    curves = {"events": [point(setting, events, None) for events in EVENTS],
              "customers": [point(setting, events, customers) for customers, events in CUSTOMERS]}
    measure.say("")
    return curves
