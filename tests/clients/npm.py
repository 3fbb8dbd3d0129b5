"""Installs what a package.json names, once for all test processes, and runs scripts of Node."""

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.databases import skip_without

CLIENTS = Path(__file__).parent
"""Its package.json names the real clients; the scripts of the folders below find them here."""
INSTALL_SECONDS_MAX = 300
RUN_SECONDS_MAX = 120
INSTALL = ("install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")


def install_packages(folder: Path = CLIENTS) -> None:
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
    return json.loads(await _run("node", script, *arguments, folder=folder))


async def run_tool(folder: Path, name: str, *arguments: str, packages: Path = CLIENTS) -> str:
    """Run a command that a package brought, in a folder of the test's; what it prints."""
    return await _run(packages / "node_modules" / ".bin" / name, *arguments, folder=folder)


async def run_npm(folder: Path, script: str, *arguments: str, **environment: str) -> str:
    """Run a script of its package.json with more in the environment; what it prints."""
    command = ("npm", "run", "--silent", script, "--", *arguments)
    return await _run(*command, folder=folder, environment=environment)


async def _run(
    *command: str | Path, folder: Path, environment: Mapping[str, str] | None = None
) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=-1, stderr=-1, env={**os.environ, **(environment or {})}
    )
    try:
        async with asyncio.timeout(RUN_SECONDS_MAX):
            told, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{told.decode()}\n{complaint.decode()}"
    return told.decode()


def _is_installed(folder: Path) -> bool:
    """Whether each package is there in the version that is asked for."""
    package = json.loads((folder / "package.json").read_text())
    wanted = {**package["dependencies"], **package.get("devDependencies", {})}
    found = {name: folder / "node_modules" / name / "package.json" for name in wanted}
    return all(
        path.exists() and json.loads(path.read_text())["version"] == wanted[name]
        for name, path in found.items()
    )
