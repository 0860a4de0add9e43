"""Gathers the logs of all functions in .local/logs/<function>.log and shows them; -f goes on showing."""

import sys
import time

from stack.settings import LOGS, STACK, client

PREFIXES = (f"/aws/lambda/{STACK}-", f"/aws/vendedlogs/states/{STACK}-")


def groups(logs):
    """The log groups of the stack's functions and machines."""
    for prefix in PREFIXES:
        for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
            for group in page["logGroups"]:
                yield group["logGroupName"]


def gather(logs, since):
    """The events since then, oldest first, as (time, name, text)."""
    events = []
    for group in groups(logs):
        name = group.rpartition(f"/{STACK}-")[2]
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since):
            events += [(event["timestamp"], name, event["message"].rstrip()) for event in page["events"]]
    return sorted(events, key=lambda event: event[0])


def show(events, names):
    """Prints the events and appends each to its function's file."""
    width = max((len(name) for _, name, _ in events), default=0)
    for at, name, text in events:
        if text.startswith(("START RequestId", "END RequestId", "REPORT RequestId")):
            continue
        names.setdefault(name, open(LOGS / f"{name}.log", "a", encoding="utf-8")).write(text + "\n")
        print(f"{time.strftime('%H:%M:%S', time.localtime(at / 1000))} {name:{width}} {text}")
    for file in names.values():
        file.flush()


def main():
    LOGS.mkdir(parents=True, exist_ok=True)
    logs, files, since = client("logs"), {}, 0
    while True:
        events = gather(logs, since)
        if since == 0:
            for name in {name for _, name, _ in events}:
                files[name] = open(LOGS / f"{name}.log", "w", encoding="utf-8")
        show(events, files)
        if "-f" not in sys.argv[1:]:
            return
        since = max((at + 1 for at, _, _ in events), default=since or 1)
        time.sleep(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
