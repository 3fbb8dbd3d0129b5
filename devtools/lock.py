"""Write requirements.lock and requirements-dev.lock: what pyproject.toml resolves to today.

Each set is installed into an environment of its own and listed, so pip alone can repeat it.
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAD = "# Written by `make lock` from pyproject.toml; do not edit.\n"


def main() -> None:
    """Resolve both sets."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        runtime = _install(python, project["dependencies"])
        everything = _install(python, project["optional-dependencies"]["dev"])
    development = [line for line in everything if line not in runtime]
    (ROOT / "requirements.lock").write_text(HEAD + "\n".join(runtime) + "\n")
    (ROOT / "requirements-dev.lock").write_text(HEAD + "\n".join(development) + "\n")


def _install(python: Path, requirements: list[str]) -> list[str]:
    subprocess.run([python, "-m", "pip", "install", "--quiet", *requirements], check=True)
    frozen = subprocess.run(
        [python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True
    ).stdout
    # A local build tag (torch's +cpu) says where a wheel came from, not what it is.
    return [line.partition("+")[0] for line in frozen.splitlines() if "==" in line]


if __name__ == "__main__":
    main()
