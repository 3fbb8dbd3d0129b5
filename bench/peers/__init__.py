"""Gateways of others: installed here by npm, started in front of the same subgraphs."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from bench.processes import CannotStart, Command

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
NODE = MODULES / "node" / "bin" / "node"
"""The installed one counts: gateways of today want a newer Node than many machines have."""
INSTALL_SECONDS_MAX = 600
PACKAGES = ("@apollo/gateway", "@graphql-hive/gateway", "@graphql-hive/router-runtime", "node")


@cache
def install_peers() -> None:
    """Install what `package.json` names, once.

    Raises:
        CannotStart: there is no npm here, or it failed.
    """
    if NODE.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise CannotStart("there is no npm on this machine")
    command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    done = subprocess.run(
        command,
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS_MAX,
        check=False,
    )
    if done.returncode or not NODE.exists():
        raise CannotStart(f"npm could not install the peers: {done.stderr.strip()[-300:]}")


def peer_versions() -> dict[str, str]:
    """Name and version of what is installed."""
    found = {}
    for name in PACKAGES:
        manifest = MODULES / name / "package.json"
        if manifest.exists():
            found[name] = str(json.loads(manifest.read_text())["version"])
    return found


def apollo(supergraph: Path) -> Command:
    """Apollo Gateway on Apollo Server."""
    return _node("apollo", "apollo.mjs", str(supergraph), "{port}")


def hive(supergraph: Path, *, is_rust: bool) -> Command:
    """Hive Gateway, with its planner in JavaScript or the one in Rust."""
    script = str(MODULES / ".bin" / "hive-gateway")
    arguments = [script, "supergraph", str(supergraph), "--host", "127.0.0.1", "-p", "{port}"]
    if is_rust:
        arguments.append("--hive-router-runtime")
    return _node("hive-rust" if is_rust else "hive-js", *arguments)


def _node(name: str, *arguments: str) -> Command:
    environment = {"NODE_ENV": "production", "LOG_LEVEL": "error", "PATH": os.environ["PATH"]}
    return Command(
        name=name, arguments=(str(NODE), *arguments), environment=environment, folder=FOLDER
    )
