"""Compares our composer with the two of npm, where Node and their packages are there.

    COMPOSERS_HOME=/somewhere FEDERATION_AUDIT_HOME=/elsewhere python -m devtools.prove_composition

COMPOSERS_HOME holds `node_modules` with `@apollo/composition`, `@theguild/federation-composition`
and `graphql`; FEDERATION_AUDIT_HOME is a checkout of the public federation gateway audit, whose
suites are left out without it. Nothing of either is part of this project.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import print_schema
from graphql.utilities import lexicographic_sort_schema

from devtools.supergraph_shape import read_shape
from federation.compose.compose import SubgraphSource, compose
from federation.errors import CompositionErrors
from federation.supergraph.api_schema import build_api_schema

ROOT = Path(__file__).parent.parent
BROKEN = ROOT / "tests/unit/federation/compose/broken"
OWN = ROOT / "schema/sdl"
PEERS = ("@apollo/composition", "@theguild/federation-composition")
SECONDS_MAX = 600

_DRIVER = """
const require_ = require("module").createRequire(process.argv[1] + "/package.json");
const { parse } = require_("graphql");
const inputs = JSON.parse(require("fs").readFileSync(0, "utf8"));
const run = (composeServices) => (input) => {
  let services;
  try {
    services = input.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
  } catch (fault) { return { codes: ["INVALID_GRAPHQL"] }; }
  try {
    const result = composeServices(services);
    const errors = result.errors || [];
    return errors.length
      ? { codes: errors.map((error) => (error.extensions || {}).code || "UNCODED") }
      : { sdl: result.supergraphSdl };
  } catch (fault) { return { codes: ["THROWN"] }; }
};
const peers = process.argv.slice(2).map((name) => require_(name).composeServices);
console.log(JSON.stringify(peers.map((peer) => inputs.map(run(peer)))));
"""

Input = list[dict[str, str]]
"""The subgraphs of one case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one composer makes of one case."""

    codes: frozenset[str] = frozenset()
    sdl: str = ""

    def __str__(self) -> str:
        """The codes, or that it composes."""
        return " ".join(sorted(self.codes)) or "composes"


def main() -> int:
    """Print the table; 1 when both others agree on an outcome and we do not."""
    home = os.environ.get("COMPOSERS_HOME", "")
    if not home or not shutil.which("node") or not (Path(home) / "node_modules").is_dir():
        print("COMPOSERS_HOME names no folder with node_modules, or there is no node: skipped")
        return 0
    groups = {"our six subgraphs": _read_own(), "broken inputs": _read_broken()}
    audit = os.environ.get("FEDERATION_AUDIT_HOME")
    if audit:
        groups["audit suites"] = _read_audit(Path(audit))
    results = [_compare(home, title, cases) for title, cases in groups.items()]
    for notes, _ in results:
        print(*notes, sep="\n")
    return 0 if all(is_right for _, is_right in results) else 1


def _compare(home: str, title: str, cases: Mapping[str, Input]) -> tuple[list[str], bool]:
    """Compare one group, print its rows; the differences, and whether we are never alone."""
    apollo, guild = _run_peers(home, list(cases.values()))
    ours = [_run_ours(case) for case in cases.values()]
    print(f"{title}: {len(cases)}")
    _print_rows(ours, apollo, guild)
    notes: list[str] = []
    for name, mine, one, other in zip(cases, ours, apollo, guild, strict=True):
        if not mine.codes == one.codes == other.codes:
            told = zip(PEERS, (one, other), strict=True)
            differing = "; ".join(f"{peer}: {each}" for peer, each in told)
            notes.append(f"- {title}, {name}: we say {mine}; {differing}")
        elif mine.sdl:
            notes += _shape_notes(title, name, mine, one)
    alone = any(
        mine.codes != one.codes == other.codes
        for mine, one, other in zip(ours, apollo, guild, strict=True)
    )
    return notes, not alone


def _print_rows(
    ours: Sequence[Outcome], apollo: Sequence[Outcome], guild: Sequence[Outcome]
) -> None:
    for peer, theirs in zip(PEERS, (apollo, guild), strict=True):
        same = sum(one.codes == other.codes for one, other in zip(ours, theirs, strict=True))
        both = [(a, b) for a, b in zip(ours, theirs, strict=True) if a.sdl and b.sdl]
        shapes = sum(read_shape(one.sdl) == read_shape(other.sdl) for one, other in both)
        schemas = sum(_api(one.sdl) == _api(other.sdl) for one, other in both)
        print(f"  {peer:34} outcome {same:4}/{len(ours)}", end="")
        print(f"  supergraph {shapes:3}/{len(both)}  API schema {schemas:3}/{len(both)}")
    agreed = [
        mine.codes == theirs.codes
        for mine, theirs, other in zip(ours, apollo, guild, strict=True)
        if theirs.codes == other.codes
    ]
    print(f"  {'where both agree':34} outcome {sum(agreed):4}/{len(agreed)}")


def _shape_notes(title: str, name: str, mine: Outcome, theirs: Outcome) -> Iterator[str]:
    left, right = read_shape(mine.sdl), read_shape(theirs.sdl)
    if left != right:
        only = sorted(left ^ right)
        yield f"- {title}, {name}: {len(only)} entries differ, such as {only[0]}"


def _api(sdl: str) -> str:
    return print_schema(lexicographic_sort_schema(build_api_schema(sdl)))


def _run_ours(case: Input) -> Outcome:
    try:
        return Outcome(sdl=compose([SubgraphSource(**each) for each in case]).sdl)
    except CompositionErrors as failure:
        return Outcome(codes=frozenset(error.code for error in failure.errors))


def _run_peers(home: str, cases: Sequence[Input]) -> list[list[Outcome]]:
    node = shutil.which("node")
    assert node is not None, "main looked for it"
    done = subprocess.run(
        [node, "-e", _DRIVER, "--", home, *PEERS],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS_MAX,
    )
    return [[_outcome(each) for each in peer] for peer in json.loads(done.stdout)]


def _outcome(told: dict[str, Any]) -> Outcome:
    return Outcome(codes=frozenset(told.get("codes", ())), sdl=told.get("sdl", ""))


def _read_own() -> dict[str, Input]:
    names = ("media", "users", "social", "nft", "ai", "royalties")
    files = [OWN / f"{name}.graphql" for name in names]
    return {
        "all": [
            {"name": file.stem, "url": f"http://{file.stem}", "sdl": _older(file.read_text())}
            for file in files
        ]
    }


def _older(sdl: str) -> str:
    """The same under the newest version that every composer knows."""
    return re.sub(r"federation/v2\.1[0-9]+", "federation/v2.9", sdl)


def _read_broken() -> dict[str, Input]:
    return {file.stem: split_subgraphs(file.read_text()) for file in sorted(BROKEN.iterdir())}


def split_subgraphs(text: str) -> Input:
    """The subgraphs of one file, each under a line `# subgraph: name`."""
    parts = re.split(r"^# subgraph: (.*)$", text, flags=re.MULTILINE)[1:]
    return [
        {"name": name.strip(), "url": "", "sdl": sdl}
        for name, sdl in zip(parts[::2], parts[1::2], strict=True)
    ]


def _read_audit(home: Path) -> dict[str, Input]:
    """Suites of the audit, read from its sources: names and type definitions."""
    found: dict[str, Input] = {}
    for index in sorted(home.glob("src/test-suites/*/index.ts")):
        files = sorted(index.parent.glob("*.subgraph.ts"))
        found[index.parent.name] = [
            {"name": name, "url": "http://audit", "sdl": sdl} for name, sdl in _audited(files)
        ]
    return found


def _audited(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    pattern = re.compile(r'createSubgraph\(\s*"([^"]+)".*?typeDefs:[^`]*`(.*?)`', re.DOTALL)
    for file in files:
        match = pattern.search(file.read_text())
        if match is None:
            raise ValueError(f"{file} defines no subgraph that can be read")
        yield match[1], match[2]


if __name__ == "__main__":
    sys.exit(main())
