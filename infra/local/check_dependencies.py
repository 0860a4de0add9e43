"""Checks deny.toml's licences, bans and sources, and that no crate names a dependency it does not use.

Stands in for `cargo deny` and `cargo machete` where they are not installed: installing them
compiles for many minutes. Advisories are the one check of cargo-deny that it does not do.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def allowed(expression, licences):
    """Whether an SPDX expression can be met: any of an OR, all of an AND."""
    tokens = re.findall(r"\(|\)|[^\s()/]+(?: WITH [^\s()/]+)?|/", expression.replace("/", " OR "))

    def either():
        value = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            value = both() or value
        return value

    def both():
        value = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            value = one() and value
        return value

    def one():
        token = tokens.pop(0)
        if token == "(":
            value = either()
            tokens.pop(0)
            return value
        return token in licences

    return either()


def faults(metadata, rules):
    """Every broken rule, as a sentence."""
    versions, users = defaultdict(set), defaultdict(set)
    names = {package["id"]: package["name"] for package in metadata["packages"]}
    for node in metadata["resolve"]["nodes"]:
        for dependency in node["dependencies"]:
            users[names[dependency]].add(names[node["id"]])
    for package in metadata["packages"]:
        name = f"{package['name']} {package['version']}"
        versions[package["name"]].add(package["version"])
        if package["source"] is None:
            continue
        if not allowed(package["license"] or "none", rules["licenses"]["allow"]):
            yield f"{name}: licence {package['license']} is not allowed"
        if not package["source"].startswith("registry+"):
            yield f"{name}: comes from {package['source']}"
    for ban in rules["bans"]["deny"]:
        found = versions.get(ban["name"], set())
        if ban.get("deny-multiple-versions"):
            if len(found) > 1:
                yield f"{ban['name']}: is there in {len(found)} versions: {', '.join(sorted(found))}"
        elif "wrappers" in ban:
            for user in sorted(users[ban["name"]] - set(ban["wrappers"])):
                yield f"{ban['name']}: is used by {user}"
        elif found:
            yield f"{ban['name']}: is banned"


def unused(metadata):
    """Dependencies of our crates whose name stands in none of the crate's sources."""
    for package in metadata["packages"]:
        if package["source"] is not None:
            continue
        folder = Path(package["manifest_path"]).parent
        text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.rs"))
        for dependency in package["dependencies"]:
            name = (dependency["rename"] or dependency["name"]).replace("-", "_")
            if not re.search(rf"\b{re.escape(name)}\b", text):
                yield f"{package['name']}: does not use {dependency['name']}"


def main():
    rules = tomllib.loads((REPOSITORY / "deny.toml").read_text(encoding="utf-8"))
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    metadata = json.loads(subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True).stdout)
    found = [*faults(metadata, rules), *unused(metadata)]
    for fault in found:
        print(fault)
    sys.exit(f"{len(found)} faults in the dependencies" if found else 0)


if __name__ == "__main__":
    main()
