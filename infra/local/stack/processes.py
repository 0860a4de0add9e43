"""Background processes by pid file: each leads a group of its own, and is stopped with it."""

import json
import os
import signal
import socket
import subprocess
import time

from .settings import LOCAL, LOGS, fail


def _pid_file(name):
    return LOCAL / f"{name}.pid"


def _birth(pid):
    """When the process was started, so that a reused pid is not mistaken for ours."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def running(name):
    """The record of the process if it runs: {pid, birth, command}."""
    try:
        record = json.loads(_pid_file(name).read_text())
    except (OSError, ValueError):
        return None
    return record if _birth(record["pid"]) == record["birth"] else None


def start(name, command, environment):
    """Starts the command in the background, its output in .local/logs/<name>.log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(LOGS / f"{name}.log", "ab") as log:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=LOCAL,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    record = {"pid": process.pid, "birth": _birth(process.pid), "command": command}
    _pid_file(name).write_text(json.dumps(record))
    return process


def stop(name, patience=20.0):
    """Asks the process and its children to end, then insists. True if there was one."""
    record = running(name)
    _pid_file(name).unlink(missing_ok=True)
    if record is None:
        return False
    group, deadline = record["pid"], time.monotonic() + patience
    os.kill(record["pid"], signal.SIGTERM)
    while _birth(record["pid"]) == record["birth"] and time.monotonic() < deadline:
        try:  # Reaps it if it is a child of this very program.
            os.waitpid(record["pid"], os.WNOHANG)
        except ChildProcessError:
            pass
        time.sleep(0.05)
    try:  # The children, or all of them if patience is over.
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return True


def require_free(port, name):
    """Ends the program if somebody else listens on the port."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            fail(f"port {port} is taken by another program, and {name} needs it. Stop that program and try again.")


def wait_until(ready, process, name, seconds=60):
    """Waits until `ready()`; says where to look if the process ends or time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            fail(f"{name} ended at once; see {LOGS / f'{name}.log'}")
        if time.monotonic() > deadline:
            fail(f"{name} is not ready after {seconds} s; see {LOGS / f'{name}.log'}")
        time.sleep(0.05)
