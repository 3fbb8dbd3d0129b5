"""What is in the tree: our packages and modules."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = (
    "adapters",
    "bench",
    "db",
    "devtools",
    "domain",
    "federation",
    "loaders",
    "resolvers",
    "schema",
    "subgraphs",
    "web",
    "workers",
)


def top_level_modules() -> list[str]:
    """The modules beside the packages."""
    return sorted(path.stem for path in ROOT.glob("*.py"))


def sources(*folders: str) -> Iterator[Path]:
    """Every module of ours below some packages, relative to the root; no versions of migrations."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            relative = path.relative_to(ROOT)
            if not {"migrations", "node_modules"} & set(relative.parts):
                yield relative
