"""What the figures were measured on."""
import json
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

    return {"model": entry("model name"), "family": entry("cpu family"), "number": entry("model"),
            "flags": entry("flags"), "processors": len(os.sched_getaffinity(0))}


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


def flags_of_build(build):
    """What a file of the engine is compiled with, without places."""
    try:
        with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
            commands = json.load(file)
    except OSError:
        return {}
    for command in commands:
        if command["file"].endswith("/engine/session/folder.c"):
            words = command["command"].split()
            flags = [word for word in words[1:] if word.startswith("-") and word not in ("-o", "-c")
                     and not word.startswith(("-I", "-MD", "-MT", "-MF", "-isystem"))]
            return {"compiler": first_line([words[0], "--version"]), "flags": " ".join(flags)}
    return {}


def describe(root, build, python):
    wend = os.path.join(build, "wend")
    commit = first_line(["git", "-C", root, "rev-parse", "HEAD"])
    changed = first_line(["git", "-C", root, "status", "--porcelain", "--untracked-files=no"])
    version = subprocess.run([wend, "--version"], capture_output=True, text=True, check=True).stdout
    versions = peer_versions(python)
    goaccess = first_line(["goaccess", "--version"])
    if goaccess:
        versions["goaccess"] = goaccess.split()[-1].rstrip(".")
    return {
        "cpu": cpu_info(), "memory_gib": memory_gib(), "kernel": platform.release(),
        **flags_of_build(build), "python": platform.python_version(),
        "commit": commit, "changed": bool(changed), "wend": version.strip().split("\n"),
        "peers": versions, "load_average": os.getloadavg(),
    }
