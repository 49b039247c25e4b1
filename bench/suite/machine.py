"""What the figures were measured on."""
import os
import platform
import re
import subprocess


def first_line(command):
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (result.stdout or result.stderr).strip().split("\n")
    return lines[0] if result.returncode == 0 else None


def cpu_info():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        text = file.read()

    def entry(key):
        match = re.search(rf"^{key}\s*: (.*)$", text, re.MULTILINE)
        return match.group(1) if match else None

    return {"model": entry("model name"), "flags": entry("flags"),
            "processors": len(os.sched_getaffinity(0))}


def memory_gib():
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)


def peer_versions(python):
    code = ("import importlib.metadata as m\n"
            "for name in ('chdb', 'duckdb', 'polars'):\n"
            "    try: print(name, m.version(name))\n"
            "    except m.PackageNotFoundError: pass\n")
    try:
        result = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=60,
                                check=False)
    except OSError:
        return {}
    return dict(line.split() for line in result.stdout.splitlines())


def describe(root, wend, python):
    commit = first_line(["git", "-C", root, "rev-parse", "HEAD"])
    changed = first_line(["git", "-C", root, "status", "--porcelain", "--untracked-files=no"])
    version = subprocess.run([wend, "--version"], capture_output=True, text=True, check=True).stdout
    versions = peer_versions(python)
    goaccess = first_line(["goaccess", "--version"])
    if goaccess:
        versions["goaccess"] = goaccess.split()[-1].rstrip(".")
    return {
        "cpu": cpu_info(), "memory_gib": memory_gib(), "kernel": platform.release(),
        "compiler": first_line(["cc", "--version"]), "python": platform.python_version(),
        "commit": commit, "changed": bool(changed), "wend": version.strip().split("\n"),
        "peers": versions, "load_average": os.getloadavg(),
    }
