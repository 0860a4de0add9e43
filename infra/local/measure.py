"""Times a challenge of 100,000 rows on the running stack; `PROFILE=release make up` first, for figures that mean something."""

import json
import statistics
import time

from demo import BRIEF, call, full, phase, until
from stack.settings import say

ROWS = 100_000
STATUS_CALLS = 50


def timed(what):
    """Seconds that a call takes, and what it gives."""
    started = time.monotonic()
    answer = what()
    return time.monotonic() - started, answer


def main():
    brief = {**BRIEF, "dataset_size": ROWS}
    session = json.loads(call("POST", "/api/challenge/phase1/research", brief)[2])["session_id"]
    until(lambda: call("GET", f"/api/challenge/phase1/status/{session}"), lambda _, answer: answer["has_research"])
    steps = ["phase1/generate-problem", "phase1/approve", "phase2/generate-schema", "phase2/approve", "phase3/generate-preview", "phase3/approve"]
    times = {step: timed(lambda step=step: phase(step, session)) for step in steps}
    generation, answer = timed(lambda: full(session))
    preparation, _ = timed(lambda: call("GET", f"/api/challenge/phase5/prepare/{session}"))
    path = f"/api/challenge/session/{session}"
    statuses = [timed(lambda: call("GET", path))[0] for _ in range(STATUS_CALLS)]
    _, _, package = call("GET", f"/api/challenge/phase5/download/{session}")
    tables = times["phase2/generate-schema"][1]["schema"]["tables"]
    say("measured")
    print(f"""
  tables                          {len(tables)}
  schema, with proof              {times['phase2/generate-schema'][0]:.2f} s
  preview                         {times['phase3/generate-preview'][0]:.2f} s
  phase 4 to ready ZIP            {generation + preparation:.2f} s   ({ROWS:,} rows, {len(answer['qa_results']['checks'])} checks, {len(package):,} bytes)
  session status, median          {statistics.median(statuses) * 1000:.1f} ms
  session status, slowest of {STATUS_CALLS}   {max(statuses) * 1000:.1f} ms
""")


if __name__ == "__main__":
    main()
