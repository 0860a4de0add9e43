"""Drives one brief through all phases over REST and leaves the package in out/."""

import json
import os
import re
import time
import urllib.error
import urllib.request

from stack.settings import FRONT_URL, REPOSITORY, fail, say

BASE = os.environ.get("MILLRACE_URL", FRONT_URL)
PATIENCE_SECONDS = 600

BRIEF = {
    "domain": "E-commerce",
    "function": "Sales Analytics",
    "problem_statement": "An online shop for outdoor gear sees its revenue flatten although it has more visitors "
    "than ever. The head of sales wants to know which customers, products and regions drive the change.",
    "skill_level": "Intermediate",
    "dataset_size": 10000,
    "data_structure": "Normalized",
    "primary_questions": "Which customer segment orders the most? How many refunds are there per reason?",
    "seed": 42,
}


def call(method, path, body=None):
    """One call; answers (status, headers, content). A redirect to a file is followed."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if data else {}
    if token := os.environ.get("MILLRACE_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(BASE + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        fail(f"{method} {path} answered {error.code}: {error.read().decode(errors='replace')}")
    except urllib.error.URLError as error:
        fail(f"{BASE} cannot be reached ({error.reason}); start it with `make up`")


def until(ask, done):
    """Asks until the answer is done."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        status, _, content = ask()
        answer = json.loads(content)
        if done(status, answer):
            return answer
        time.sleep(0.5)
    fail(f"nothing came of it within {PATIENCE_SECONDS} s")


def phase(path, session):
    """A generate or approve call: sent again, after a 202, it answers with the result."""
    return until(lambda: call("POST", f"/api/challenge/{path}?session_id={session}"), lambda status, _: status == 200)


def full(session):
    """Starts the full generation and tells its progress until it is over."""
    phase("phase4/generate-full", session)
    told = None

    def done(_, answer):
        nonlocal told
        progress = answer.get("progress") or {}
        line = f"           {progress.get('percent', 0):3.0f} %  {progress.get('message', '')}"
        if line != told:
            say(line)
            told = line
        if answer["status"] in ("failed", "cancelled"):
            fail(f"the generation {answer['status']}: {progress.get('message', '')}")
        return answer["status"] == "completed"

    return until(lambda: call("GET", f"/api/challenge/phase4/status/{session}"), done)


def main():
    say(f"phase 1  research: {BRIEF['domain']}, {BRIEF['function']}")
    status, _, content = call("POST", "/api/challenge/phase1/research", BRIEF)
    session = json.loads(content)["session_id"]
    if status == 202:
        until(lambda: call("GET", f"/api/challenge/phase1/status/{session}"), lambda _, answer: answer["has_research"])
    say(f"         session {session}")
    problem = phase("phase1/generate-problem", session)["problem_statement"]
    say(f"         problem: {problem['title']} ({problem['company_name']})")
    phase("phase1/approve", session)

    answer = phase("phase2/generate-schema", session)
    tables = ", ".join(table["name"] for table in answer["schema"]["tables"])
    say(f"phase 2  tables: {tables}; validation {answer['validation']['validation_score']} of 10")
    phase("phase2/approve", session)

    answer = phase("phase3/generate-preview", session)
    say(f"phase 3  preview of {len(answer['preview_data'])} tables; quality {answer['validation']['quality_score']} of 10")
    phase("phase3/approve", session)

    say(f"phase 4  {BRIEF['dataset_size']} rows, reports and package")
    results = full(session)["qa_results"]
    say(f"         {results['status']}: {results['overall_score']} of 10, {len(results['checks'])} checks")

    package = until(lambda: call("GET", f"/api/challenge/phase5/prepare/{session}"), lambda status, _: status == 200)["package"]
    path = f"/api/challenge/phase5/download/{session}"
    _, headers, content = call("GET", path)
    name = re.search(r'filename="([^"/]+)"', headers["Content-Disposition"]).group(1)
    (REPOSITORY / "out").mkdir(exist_ok=True)
    (REPOSITORY / "out" / name).write_bytes(content)
    say(f"phase 5  {len(package['csv_files'])} CSV files, {package['pdf_report']}, {package['excel_report']}")
    print(f"""
  package   out/{name}  ({len(content):,} bytes)
  session   {BASE}/api/challenge/session/{session}
  download  {BASE}{path}
  to try it {BASE}/docs
""")


if __name__ == "__main__":
    main()
