"""Times a challenge of 100,000 rows and two million generated ones on the running stack; `PROFILE=release make up` first, for figures that mean something."""

import json
import os
import secrets
import statistics
import time
import urllib.parse
import urllib.request

from demo import BASE, BRIEF, call, full, phase, until
from stack.settings import say

ROWS = 100_000
STATUS_CALLS = 50
GENERATED = {"dataType": "transactions", "dataSize": 2_000_000, "outputFormat": "PARQUET"}
SMALL = {"dataType": "users", "dataSize": 1}
# As many as a customer has slots for, less the large one.
ACCEPTED = 4


def timed(what):
    """Seconds that a call takes, and what it gives."""
    started = time.monotonic()
    answer = what()
    return time.monotonic() - started, answer


def sign_in():
    """Makes a customer whose token the further calls carry."""
    user = {"email": f"measure.{secrets.token_hex(8)}@example.com", "password": "correct horse"}
    call("POST", "/api/v1/auth/register", user)
    form = urllib.parse.urlencode({"username": user["email"], "password": user["password"]}).encode()
    with urllib.request.urlopen(BASE + "/api/v1/auth/login", data=form, timeout=60) as answer:
        os.environ["MILLRACE_TOKEN"] = json.load(answer)["access_token"]


def generated(wish):
    """Makes data to order. Until its file can be downloaded."""
    job = json.loads(call("POST", "/api/data-generation/jobs", wish)[2])["jobId"]
    return until(
        lambda: call("GET", f"/api/data-generation/jobs/{job}"), lambda _, answer: answer["status"] not in ("queued", "running")
    )


def generation():
    sign_in()
    call("POST", "/api/data-generation/jobs", {**SMALL, "isAsync": False})
    seconds, job = timed(lambda: generated(GENERATED))
    sign_in()
    accepted = [timed(lambda: call("POST", "/api/data-generation/jobs", SMALL))[0] for _ in range(ACCEPTED)]
    print(f"""  {job['outputRows']:,} rows of transactions, {job['status']}   {seconds:.1f} s   ({job['outputBytes']:,} bytes of Parquet)
  accepting a job, slowest of {ACCEPTED}   {max(accepted) * 1000:.1f} ms
""")


def challenge():
    brief = {**BRIEF, "dataset_size": ROWS}
    session = json.loads(call("POST", "/api/challenge/phase1/research", brief)[2])["session_id"]
    until(lambda: call("GET", f"/api/challenge/phase1/status/{session}"), lambda _, answer: answer["has_research"])
    steps = ["phase1/generate-problem", "phase1/approve", "phase2/generate-schema", "phase2/approve", "phase3/generate-preview", "phase3/approve"]
    times = {step: timed(lambda step=step: phase(step, session)) for step in steps}
    delivery, answer = timed(lambda: full(session))
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
  phase 4 to ready ZIP            {delivery + preparation:.2f} s   ({ROWS:,} rows, {len(answer['qa_results']['checks'])} checks, {len(package):,} bytes)
  session status, median          {statistics.median(statuses) * 1000:.1f} ms
  session status, slowest of {STATUS_CALLS}   {max(statuses) * 1000:.1f} ms
""")


def main():
    challenge()
    generation()


if __name__ == "__main__":
    main()
