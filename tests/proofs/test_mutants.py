"""Small mistakes put into the generators of code: each has to be noticed by the random cases."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SECONDS_MAX = 600


@dataclass(frozen=True)
class Mutant:
    """One text of one file, and what the mistake makes of it."""

    name: str
    path: str
    old: str
    new: str
    is_for_clients: bool = False
    """Programs make it only where they build what clients see."""

    @property
    def killer(self) -> str:
        """Which random cases look for it."""
        is_of_programs = self.path.startswith("federation/program") and not self.is_for_clients
        return "program" if is_of_programs else "execute"


SOURCE = "federation/program/source.py"
COMPLETE = "federation/program/complete.py"
COLUMNS = "federation/program/columns.py"
IDENTITIES = "federation/program/identities.py"
PROMISES = "federation/program/displaying.py"
DISPLAYING = "federation/execute/displaying.py"
MERGING = "federation/execute/merge_answer.py"
READING = "federation/execute/compile_reading.py"
SHAPING = "federation/execute/compile_shape.py"
SHARING = "federation/execute/sharing.py"
MUTANTS = (
    Mutant("integers of any width", SOURCE, " and -2147483648 <= {} <= 2147483647", ""),
    Mutant("floats that are no numbers", SOURCE, " and -1e308 <= {} <= 1e308", ""),
    Mutant("numbers as booleans", SOURCE, "{}.__class__ is bool", "{}.__class__ in (bool, int)"),
    Mutant("leaves that may always be null", SOURCE, "if not field.shape.is_required:", "if True:"),
    Mutant(
        "troubled columns taken for plain",
        SOURCE,
        '        lines.append(f"    if {test}:")',
        '        lines.append("    if True:")',
    ),
    Mutant("nulls that never go up", COMPLETE, "if not shape.is_required:", "if True:"),
    Mutant(
        "a failed field that fails no object",
        COMPLETE,
        "        if value is FAILED:\n            return FAILED\n        built",
        "        built",
    ),
    Mutant(
        "a failed item that fails no list",
        COMPLETE,
        "            if value is FAILED:\n                return FAILED\n            values",
        "            values",
    ),
    Mutant("no place in the path of a list", COMPLETE, "fault.under(index)", "fault"),
    Mutant("no key in the path of a field", COMPLETE, "fault.under(field.key)", "fault"),
    Mutant("iterators read twice", COMPLETE, "value.__class__ in _LISTS and (", "True or ("),
    Mutant("one type for all objects", COLUMNS, "names.count(first) == len(names)", "True"),
    Mutant("one object for all", IDENTITIES, "return [*map(id,", "return [*map(type,"),
    Mutant("keys of several classes", IDENTITIES, "if {*map(type, values)} in _EXACT:", "if True:"),
    Mutant(
        "mutations that read attributes when all is over",
        "federation/program/levels.py",
        "(self.is_serial or not each.is_inline)",
        "not each.is_inline",
    ),
    Mutant(
        "errors of shared objects told once",
        COLUMNS,
        "shared.add(done[index], faults_at(done, index))",
        "shared.add(done[index], done.faults.pop(index, []))",
    ),
    Mutant(
        "ordinary resolvers shared",
        "federation/program/levels.py",
        "all(each.is_shareable for each in level.fields)",
        "True",
    ),
    Mutant(
        "mutations that go on after a failure",
        "federation/program/compile.py",
        '"is_failed": _is_failed',
        '"is_failed": lambda *_: False',
    ),
    Mutant(
        "types that are not possible",
        "federation/program/runtime_types.py",
        "return [*map(self._check, names, objects)]",
        "return names",
    ),
    Mutant(
        "objects that are not what they say",
        "federation/program/runtime_types.py",
        "        if verdict:\n",
        "        if True:\n",
    ),
    Mutant(
        "constants that a variable has a say in",
        "federation/program/arguments.py",
        "        elif _mentions_variables(value):\n            return [], None\n",
        "",
    ),
    Mutant(
        "arguments under the names of the schema",
        "federation/program/arguments.py",
        "argument.out_name or name",
        "name",
    ),
    Mutant(
        "references answered at the places of others",
        "federation/program/readers.py",
        "for index, record in zip(picked, found, strict=True)",
        "for index, record in enumerate(found)",
    ),
    Mutant("entities by a part of their key", READING, "', '.join(identities)", "identities[0]"),
    Mutant("no type condition on a path", READING, "each['__typename'] in {names}", "True"),
    Mutant(
        "entities asked for once in a level",
        READING,
        "list(dict(zip(map(id",
        "list(dict(zip(map(type",
    ),
    Mutant(
        "objects that tell more taken for references",
        SHARING,
        "is_all=len(fields) == 1",
        "is_all=True",
    ),
    Mutant(
        "references that nobody looked at",
        READING,
        "found, keys([each[key] for each in found])",
        "found, [each[key] for each in found]",
    ),
    Mutant(
        "mentions that tell different things made one",
        READING,
        "orjson.dumps(each) for each in found",
        "each[key] for each in found",
    ),
    Mutant("nulls where none may be", SHAPING, "if {name} is None: raise TypeError", "pass"),
    Mutant(
        "members that an enum lacks", SHAPING, "if {name} not in {values}: raise TypeError", "pass"
    ),
    Mutant(
        "objects shown in the order of the subgraph",
        SOURCE,
        "for key in shown.keys if shown else ():",
        "for key in ():",
        is_for_clients=True,
    ),
    Mutant(
        "unusual values displayed",
        SOURCE,
        """    if is_displayed:
        lines.append("    run.is_displayed = False")
    kept""",
        "    kept",
        is_for_clients=True,
    ),
    Mutant(
        "members of an enum shown to all",
        PROMISES,
        "given.values.keys() <= ",
        "given and ",
        is_for_clients=True,
    ),
    Mutant(
        "absent fields left where something failed",
        "federation/program/compile.py",
        "            without_absent(data, set())",
        "            pass",
        is_for_clients=True,
    ),
    Mutant("unknown entities displayed", MERGING, "None not in data[each.part.alias]", "True"),
    Mutant(
        "keys of the gateway shown",
        DISPLAYING,
        "if keys - shown.types.keys():",
        "if False:",
    ),
    Mutant(
        "absent fields left where a fetch failed",
        "federation/execute/run.py",
        "            without_absent(self.data, set())",
        "            pass",
    ),
    Mutant(
        "answers shared where two fetches write",
        SHARING,
        "return any(\n        one[position].get(key)",
        "return False and any(\n        one[position].get(key)",
    ),
)


@pytest.mark.skipif("TUTTI_PROVE_MUTANTS" not in os.environ, reason="part of `make prove`")
@pytest.mark.timeout(4 * 3600)
def test_every_mistake_is_noticed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    for folder in ("federation", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.pyc"))

    survivors = [mutant.name for mutant in MUTANTS if not _is_killed(mutant, tmp_path)]

    record_property("measured", f"{len(MUTANTS) - len(survivors)} of {len(MUTANTS)} noticed")
    assert survivors == []


def _is_killed(mutant: Mutant, folder: Path) -> bool:
    path = folder / mutant.path
    text = path.read_text()
    assert text.count(mutant.old) == 1, f"{mutant.name}: {mutant.path} has changed"
    path.write_text(text.replace(mutant.old, mutant.new))
    try:
        return _look(mutant.killer, folder) != 0
    finally:
        path.write_text(text)


def _look(killer: str, folder: Path) -> int:
    command = [sys.executable, "-W", "ignore", "-m", "tests.federation.differential.killing"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*command, killer],
        cwd=folder,
        env=environment,
        timeout=SECONDS_MAX,
        capture_output=True,
        check=False,
    )
    return done.returncode
