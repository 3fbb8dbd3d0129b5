"""Installs what a folder's package.json names, once for all test processes."""

import asyncio
import fcntl
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.databases import skip_without

INSTALL_SECONDS_MAX = 300
RUN_SECONDS_MAX = 120
INSTALL = ("install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")


def install_packages(folder: Path) -> None:
    """Install into `node_modules`, which git ignores; skip where there is no Node or registry."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        skip_without("needs Node and npm")
    (folder / "node_modules").mkdir(exist_ok=True)
    with (folder / "node_modules" / ".tutti-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_installed(folder):
            return
        done = subprocess.run(
            [npm, *INSTALL],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS_MAX,
            check=False,
        )
    if done.returncode != 0 or not _is_installed(folder):
        skip_without(f"npm could not install: {done.stderr.strip()[-300:]}")


async def run_script(folder: Path, script: str, *arguments: str) -> Any:
    """Run a Node script that prints JSON; this loop may serve what it asks."""
    node = await asyncio.create_subprocess_exec(
        "node", script, *arguments, cwd=folder, stdout=-1, stderr=-1
    )
    async with asyncio.timeout(RUN_SECONDS_MAX):
        told, complaint = await node.communicate()
    assert node.returncode == 0, complaint.decode()
    return json.loads(told)


def _is_installed(folder: Path) -> bool:
    """Whether each package is there in the version that is asked for."""
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    found = {name: folder / "node_modules" / name / "package.json" for name in wanted}
    return all(
        path.exists() and json.loads(path.read_text())["version"] == wanted[name]
        for name, path in found.items()
    )
