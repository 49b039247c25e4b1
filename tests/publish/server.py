"""A PostgreSQL of its own for a test: a temporary folder, a free port, and nothing left behind.

`initdb` and the server refuse to be root; tests that run as root become `postgres` (or `nobody`)
for them. The server ends with the block, or, when the test itself is killed, by a guard: a process
that waits for the end of a pipe.
"""
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

GUARD = """
import os, signal, shutil, subprocess, sys
os.setsid()
sys.stdin.buffer.read()
try:
    with open(sys.argv[1] + "/data/postmaster.pid") as file:
        os.kill(int(file.readline()), signal.SIGQUIT)
except (OSError, ValueError):
    pass
for entry in os.scandir(sys.argv[1]):
    if os.path.ismount(entry.path):
        subprocess.run(["umount", "-l", entry.path])
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""
SETTINGS = """
listen_addresses = '127.0.0.1'
fsync = off
max_connections = 20
shared_buffers = 64MB
logging_collector = off
log_min_messages = warning
timezone = 'Asia/Kolkata'
"""  # a zone that nobody guesses: times must not depend on it


class Unavailable(Exception):
    pass


def programs():
    """The folder of initdb and pg_ctl, of the newest version that is installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"),
                   key=lambda path: int(path.split("/")[4]))
    if found:
        return os.path.dirname(found[-1])
    if shutil.which("initdb"):
        return os.path.dirname(shutil.which("initdb"))
    raise Unavailable("PostgreSQL is not installed (Debian's package postgresql)")


def other_user():
    """Who runs the server when we are root: (uid, gid); else None."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
        except KeyError:
            pass
    raise Unavailable("there is no user postgres or nobody to run the server")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """`place` is its folder; `conninfo(...)` what wend and psql take."""

    def __init__(self, settings=""):
        self.bin = programs()
        self.user = other_user()
        self.place = tempfile.mkdtemp(prefix="wend-pg-", dir="/tmp")
        self.port = free_port()
        self.guard = subprocess.Popen([sys.executable, "-c", GUARD, self.place],
                                      stdin=subprocess.PIPE)
        try:
            self.create(settings)
        except BaseException:
            self.close()
            raise

    def create(self, settings):
        data = os.path.join(self.place, "data")
        if self.user:
            os.chown(self.place, *self.user)
        self.run("initdb", "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync")
        with open(os.path.join(data, "postgresql.conf"), "a", encoding="utf-8") as file:
            file.write(SETTINGS + settings)
            file.write(f"port = {self.port}\nunix_socket_directories = '{self.place}'\n")
        self.start()

    def run(self, program, *arguments, check=True):
        switch = {}
        if self.user:
            switch = {"user": self.user[0], "group": self.user[1], "extra_groups": []}
        return subprocess.run([os.path.join(self.bin, program), *arguments], check=check,
                              cwd=self.place, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              **switch)

    def start(self):
        self.run("pg_ctl", "-D", f"{self.place}/data", "-l", f"{self.place}/log", "-w", "-t",
                 "60", "start")

    def stop(self, how="immediate"):
        self.run("pg_ctl", "-D", f"{self.place}/data", "-m", how, "-w", "stop", check=False)

    def conninfo(self, database="postgres", user="owner", host="127.0.0.1"):
        return f"host={host} port={self.port} dbname={database} user={user}"

    def sql(self, text, database="postgres", user="owner", check=True, variables=()):
        """Runs statements by psql; what it printed, unaligned."""
        result = subprocess.run(
            [os.path.join(self.bin, "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1",
             *[word for pair in variables for word in ("-v", pair)],
             "-d", self.conninfo(database, user), "-f", "-"],
            input=text, capture_output=True, text=True)
        if check and result.returncode:
            raise AssertionError(f"{text}\n{result.stderr}")
        return result.stdout.strip() if check else result

    def close(self):
        self.stop()
        self.guard.stdin.close()
        try:
            self.guard.wait(20)
        except subprocess.TimeoutExpired:
            os.kill(self.guard.pid, signal.SIGKILL)
            self.guard.wait()
        shutil.rmtree(self.place, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
