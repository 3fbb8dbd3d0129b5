"""The command that prints a phase of planning."""

from pathlib import Path

import pytest

from devtools.explain import main
from federation.engine import PHASES

HOME = "examples/operations/home.graphql"


@pytest.mark.parametrize(
    ("phase", "opening"),
    [
        ("operation", "query Home {\n  me {"),
        ("graph", 'digraph join {\n  rankdir=LR;\n  subgraph "cluster_ai" {'),
        ("paths", "one of\n"),
        ("tree", "Query/"),
        ("fetches", "0: "),
        ("plan", "QueryPlan {\n"),
        ("program", "# fetch 0 of "),
    ],
)
def test_every_phase_is_printed(phase, opening, capsys) -> None:
    status = main([HOME, phase])

    assert status == 0
    assert capsys.readouterr().out.startswith(opening)


def test_a_program_is_printed_under_each_request(capsys) -> None:
    main([HOME, "plan"])
    requests = capsys.readouterr().out.count("Fetch ")

    main([HOME, "program"])

    printed = capsys.readouterr().out
    assert printed.count("\n# fetch ") + 1 == requests
    assert "not compiled" not in printed
    assert printed.count("def level_0(") == requests


def test_without_a_phase_it_is_the_plan(capsys) -> None:
    main([HOME, "plan"])
    plan = capsys.readouterr().out

    main([HOME])

    assert capsys.readouterr().out == plan


def test_the_usage_names_every_phase(capsys) -> None:
    status = main([])

    told = capsys.readouterr()
    assert (status, told.out) == (1, "")
    assert told.err.startswith("usage: python -m devtools.explain FILE [PHASE] [OPERATION]\n")
    named = [line.split()[0] for line in told.err.splitlines() if line.startswith("  ")]
    assert named == [*PHASES, "program"]


def test_help_is_no_failure(capsys) -> None:
    assert main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: ")


@pytest.mark.parametrize(
    ("_case", "document", "phase", "line"),
    [
        (
            "an unknown phase",
            "{ me { id } }",
            "dream",
            f"PHASE_UNKNOWN: The phases are {', '.join(PHASES)}.",
        ),
        (
            "no GraphQL",
            "{",
            "plan",
            "GRAPHQL_PARSE_FAILED: Syntax Error: Expected Name, found <EOF>.",
        ),
        ("no file", None, "plan", "a.graphql: No such file or directory"),
    ],
)
def test_what_cannot_be_printed_is_one_line(
    _case, document, phase, line, tmp_path: Path, capsys
) -> None:
    path = tmp_path / "a.graphql"
    if document is not None:
        path.write_text(document)

    status = main([str(path), phase])

    told = capsys.readouterr()
    assert (status, told.out) == (1, "")
    assert told.err.removeprefix(f"{tmp_path}/") == f"{line}\n"
