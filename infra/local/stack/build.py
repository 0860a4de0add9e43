"""Builds the functions natively and packs each as Lambda wants it: a zip with a `bootstrap`."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tempfile
import zipfile

from .settings import PROFILE, REPOSITORY, fail, say


def build(names):
    """Builds the binaries; answers {name: path of the executable}."""
    command = ["cargo", "build", "--workspace", "--bins", "--profile", PROFILE, "--message-format", "json-render-diagnostics"]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        fail("the functions do not build")
    built = {}
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message["reason"] == "compiler-artifact" and message["executable"]:
            built[message["target"]["name"]] = message["executable"]
    missing = set(names) - built.keys()
    if missing:
        fail(f"cargo built no binary for {', '.join(sorted(missing))}")
    return {name: built[name] for name in names}


def given(names):
    """The same from BINARIES, a folder with <name>/bootstrap, instead of building."""
    folder = os.environ["BINARIES"]
    return {name: os.path.join(folder, name, "bootstrap") for name in names}


def digest(path):
    """The SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(name, executable):
    """The zip of one function, without symbols where `strip` is at hand."""
    say(f"packing {name}")
    with tempfile.TemporaryDirectory() as folder:
        strip, stripped = shutil.which("strip"), os.path.join(folder, "bootstrap")
        done = strip and subprocess.run([strip, "-o", stripped, executable], capture_output=True, check=False)
        source = stripped if done and done.returncode == 0 else executable
        entry = zipfile.ZipInfo("bootstrap", date_time=(2020, 1, 1, 0, 0, 0))
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", compresslevel=1) as archive, open(source, "rb") as file:
            archive.writestr(entry, file.read(), compresslevel=1)
    return packed.getvalue()
