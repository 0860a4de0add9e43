"""Where everything is. The environment may name another AWS endpoint; the rest is fixed."""

import os
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
LOCAL = REPOSITORY / ".local"
LOGS = LOCAL / "logs"
TEMPLATE = REPOSITORY / "template.yaml"

FRONT_PORT = 8000
FRONT_URL = f"http://localhost:{FRONT_PORT}"
EMULATOR_PORT = 4566
EMULATOR_URL = f"http://localhost:{EMULATOR_PORT}"

# Another endpoint (LocalStack, say) is somebody else's to start and stop.
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL", EMULATOR_URL)
EMBEDDED = ENDPOINT == EMULATOR_URL

REGION = os.environ.get("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))
STACK = os.environ.get("STACK_NAME", "millrace")
PROFILE = os.environ.get("PROFILE", "dev")

# Emulators take any credentials, but clients insist on some.
os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
os.environ["AWS_ENDPOINT_URL"] = ENDPOINT
os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = REGION

_started = time.monotonic()


def say(text):
    """One line of progress, with the seconds since the program started."""
    print(f"{time.monotonic() - _started:6.1f} s  {text}", flush=True)


def fail(text):
    """Ends the program with a reason."""
    sys.exit(f"error: {text}")


def client(service):
    """A client of the stack's endpoint."""
    import boto3

    return boto3.client(service, endpoint_url=ENDPOINT, region_name=REGION)
