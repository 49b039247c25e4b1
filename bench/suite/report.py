"""The table on the terminal, and results.json."""
import json
import os
import statistics


def figure(value):
    if value is None:
        return "-"
    if value == int(value):
        return str(int(value))
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"


def print_table(lines, jobs):
    print(f"\n{'line':<42} {'target':>9} {'figure':>8} {'min':>8} {'max':>8} unit     met  beside")
    for line in lines:
        sign = "" if line.target is None else ">= " if line.least else "<= "
        target = sign + figure(line.target) if line.target is not None else "-"
        met = {True: "yes", False: "no", None: "-"}[line.met]
        low, high = min(line.values, default=None), max(line.values, default=None)
        print(f"{line.name:<42} {target:>9} {figure(line.figure):>8} {figure(low):>8} "
              f"{figure(high):>8} {line.unit:<8} {met:<4} {line.beside}".rstrip())
    met = [line.met for line in lines if line.target is not None]
    print(f"targets: {met.count(True)} met, {met.count(False)} not, {met.count(None)} not measured")
    print(f"\n{'measured':<26} {'cpu s':>8} {'min':>8} {'max':>8} {'wall s':>8} "
          f"{'peak MiB':>9} {'GB/s cpu':>9}")
    for job in jobs.values():
        if not job.runs:
            continue
        cpu = job.values("cpu_s")
        rate = figure(job.size / job.median("cpu_s") / 1e9) if job.size > 1e7 else "-"
        print(f"{job.name:<26} {figure(statistics.median(cpu)):>8} {figure(min(cpu)):>8} "
              f"{figure(max(cpu)):>8} {figure(job.median('wall_s')):>8} "
              f"{figure(job.median('peak_mib')):>9} {rate:>9}")
    print()


def markdown(lines, machine, size):
    """The table as README.md has it."""
    cpu = machine["cpu"]
    peers = ", ".join(f"{name} {version}" for name, version in machine["peers"].items())
    rows = [f"{size}: {cpu['processors']} processors ({cpu['model']}, family {cpu['family']} model "
            f"{cpu['number']}), {machine['memory_gib']} GiB, Linux {machine['kernel']}; "
            f"{machine.get('compiler')}, `{machine.get('flags')}`; "
            f"commit {(machine['commit'] or '-')[:12]}; "
            f"{peers or 'no peers'}.", "",
            "| line | target | median | least to most | met | beside |",
            "|---|---|---|---|---|---|"]
    for line in lines:
        sign = ">=" if line.least else "<="
        target = "" if line.target is None else f"{sign} {figure(line.target)}"
        spread = f"{figure(min(line.values))} to {figure(max(line.values))}" \
            if len(line.values) > 1 else ""
        met = {True: "yes", False: "**no**", None: ""}[line.met]
        median = f"{figure(line.figure)} {line.unit}" if line.values else "not measured"
        rows.append(f"| {line.name.strip()} | {target} | {median} | {spread} | {met} "
                    f"| {line.beside} |")
    return "\n".join(rows) + "\n"


def write_results(path, machine, size, lines, jobs, checks, skipped, curves):
    measured = {}
    for name, job in jobs.items():
        if job.runs:
            measured[name] = {
                "bytes_or_rows": job.size, "threads": job.threads, "runs": job.runs,
                **{key: {"median": job.median(key), "min": min(job.values(key)),
                         "max": max(job.values(key))} for key in job.runs[0]}}
    results = {"machine": machine, "size": size, "lines": [line.row() for line in lines],
               "measured": measured, "answers_checked": checks.passed,
               "answers_wrong": checks.failed, "left_out": skipped, "curves": curves}
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
        file.write("\n")
    os.replace(path + ".part", path)
