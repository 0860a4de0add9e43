"""Brings everything up: builds, starts the emulator, deploys template.yaml, starts the front."""

import http.client
import json
import os
import platform
import secrets
import sys

from samtranslator.yaml_helper import yaml_parse

from stack import build, deploy, processes, routes
from stack.settings import EMBEDDED, EMULATOR_PORT, ENDPOINT, FRONT_PORT, FRONT_URL, LOCAL, LOGS, REGION, TEMPLATE, client, fail, say


def start_emulator():
    """Starts MiniStack, unless it runs or another endpoint was named."""
    if not EMBEDDED or processes.running("emulator"):
        say(f"using the AWS endpoint at {ENDPOINT}")
        return
    processes.require_free(EMULATOR_PORT, "the emulator")
    say(f"starting the emulator at {ENDPOINT}")
    environment = {
        **os.environ,
        "GATEWAY_PORT": str(EMULATOR_PORT),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(LOCAL / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(LOCAL / "s3"),
        "LOG_LEVEL": os.environ.get("EMULATOR_LOG_LEVEL", "WARNING"),
    }
    process = processes.start("emulator", [sys.executable, str(TEMPLATE.parent / "infra/local/emulator.py")], environment)
    processes.wait_until(lambda: answers(EMULATOR_PORT, "/_ministack/health"), process, "emulator")


def answers(port, path):
    """Whether the path answers with anything below 500."""
    try:
        connection = http.client.HTTPConnection("localhost", port, timeout=35)
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False


def parameters():
    """What differs here from a deployment to AWS."""
    key_file = LOCAL / "jwt-key"
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_hex(32))
    return {
        "Environment": "development",
        "Architecture": "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64",
        "RequireAuth": os.environ.get("REQUIRE_AUTH", "false"),
        "JwtKeys": json.dumps({"local": key_file.read_text()}),
        "JwtActiveKid": "local",
        "S3PublicEndpoint": ENDPOINT,
        # Small enough to see large files made in parts.
        "LargeFileBytes": str(32 << 20),
        "FilePartBytes": str(8 << 20),
    }


def start_front(api_id):
    """Starts the front, or starts it again if the API is another one now."""
    command = [sys.executable, str(TEMPLATE.parent / "infra/local/front.py"), str(FRONT_PORT), f"{ENDPOINT}/_aws/execute-api/{api_id}/$default"]
    front = processes.running("front")
    if front and front["command"] == command:
        return
    processes.stop("front")
    processes.require_free(FRONT_PORT, "the front")
    process = processes.start("front", command, dict(os.environ))
    processes.wait_until(lambda: answers(FRONT_PORT, "/health"), process, "front")


def main():
    LOCAL.mkdir(exist_ok=True)
    names = sorted(deploy.functions(yaml_parse(TEMPLATE.read_text(encoding="utf-8"))).values())
    if "BINARIES" in os.environ:
        executables = build.given(names)
    else:
        say(f"building {', '.join(names)}")
        executables = build.build(names)
    start_emulator()
    say("deploying template.yaml")
    if not deploy.deploy(executables, parameters()):
        say("nothing has changed since the last deployment")
    outputs = deploy.outputs()
    made = routes.complete(outputs["ApiId"])
    if made:
        say(f"made the {made} routes that the emulator left out")
    start_front(outputs["ApiId"])
    if not answers(FRONT_PORT, "/health"):
        fail(f"{FRONT_URL}/health does not answer; `make logs` says why")
    say("up")
    print(f"""
  API           {FRONT_URL}
  to try it     {FRONT_URL}/docs
  AWS endpoint  {ENDPOINT}
  table         {outputs['StateTableName']}
  bucket        {outputs['DataBucketName']}
  machine       {outputs['ChallengeMachineArn']}
  logs          make logs   (files in {LOGS.relative_to(TEMPLATE.parent)}/)
""")


if __name__ == "__main__":
    main()
