"""Stops what `up` started. State is kept in .local; `down --clean` forgets it."""

import shutil
import sys

from stack import processes
from stack.settings import LOCAL, say


def main():
    for name in ("front", "emulator"):
        say(f"stopped the {name}" if processes.stop(name) else f"the {name} was not running")
    if "--clean" in sys.argv[1:]:
        for kept in ("state", "s3"):
            shutil.rmtree(LOCAL / kept, ignore_errors=True)
        (LOCAL / "deployed.json").unlink(missing_ok=True)
        say("forgot all sessions, files and the deployment")


if __name__ == "__main__":
    main()
