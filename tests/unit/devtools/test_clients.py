"""The commands for operations and partners: what they print, and when they fail."""

import asyncio
import json
from pathlib import Path

import pytest
from graphql import build_schema

from devtools.clients import deprecated_fields, look_after_clients
from gateway import _parser
from settings import Settings

TERMS = "query Terms { royaltyPerThousandPlays { currency } }"


@pytest.fixture
def run(tmp_path, sqlite_template, capsys):
    """Runs a command on an empty database; its exit, what it printed, and what it complained of."""
    settings = Settings(data_dir=tmp_path, database_url=f"sqlite+aiosqlite:///{tmp_path}/tutti.db")
    (tmp_path / "tutti.db").write_bytes(sqlite_template.read_bytes())

    def run_one(*arguments: str) -> tuple[object, list[str]]:
        given = _parser().parse_args(list(arguments))
        try:
            asyncio.run(look_after_clients(settings, given))
        except SystemExit as ended:
            return ended.code, capsys.readouterr().out.splitlines()
        return None, capsys.readouterr().out.splitlines()

    return run_one


@pytest.fixture
def manifest(tmp_path: Path):
    """Writes a manifest; its path."""

    def write(**operations: str) -> str:
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(operations))
        return str(path)

    return write


VERSION = ("--client", "web", "--version", "1")


def test_operations_are_published_listed_and_retired(run, manifest) -> None:
    published = run("operations", "publish", *VERSION, manifest(terms=TERMS))
    _, (listed,) = run("operations", "list")
    _, (retired,) = run("operations", "retire", *VERSION, "--grace-days", "2")
    checked = run("operations", "check")

    assert published == (None, ["published 1 operations of web 1"])
    assert listed.startswith("web  1  1 operations, 0 broken  published ")
    assert listed.endswith("ends never")
    assert retired.startswith("web 1 ends at ")
    assert checked == (None, [])


def test_every_fault_of_a_manifest_is_a_line(run, manifest) -> None:
    code, printed = run(
        "operations", "publish", *VERSION, manifest(a="{ none }", home="{ me { id } }")
    )

    assert printed == []
    assert str(code).splitlines() == [
        "a: GRAPHQL_VALIDATION_FAILED Cannot query field 'none' on type 'Query'. "
        "Did you mean 'node'? (line 1, column 3)",
        "home: MANIFEST_REFUSED The id is one of the house's own; choose another.",
    ]
    assert run("operations", "list") == (None, [])


@pytest.mark.parametrize(
    ("_case", "arguments", "complaint"),
    [
        ("no file", ("operations", "publish", *VERSION, "/none.json"), "/none.json: No such file"),
        ("no version", ("operations", "retire", *VERSION), "NOT_FOUND: There is no such version"),
        ("no key", ("partners", "revoke", "none"), "NOT_FOUND: There is no such key."),
        (
            "no network",
            ("partners", "add", "--partner", "radio", "--network", "x"),
            "BAD_INPUT: 'x' does not appear to be an IPv4 or IPv6 network",
        ),
    ],
)
def test_a_refusal_is_one_line(_case, arguments, complaint, run) -> None:
    code, printed = run(*arguments)

    assert str(code).startswith(complaint)
    assert printed == []


def test_keys_are_made_rotated_found_and_revoked(run) -> None:
    _, (secret,) = run("partners", "add", "--partner", "radio", "--scope", "live", "--days", "30")
    _, (listed,) = run("partners", "list", secret[:18])
    key_id = listed.split()[0]
    _, (second,) = run("partners", "rotate", key_id)
    _, (revoked,) = run("partners", "revoke", key_id)
    _, both = run("partners", "list")

    assert secret not in listed
    assert listed.split()[1:5] == ["radio", f"{secret[:18]}…", "live", "anywhere"]
    assert second != secret
    assert "revoked" in revoked
    assert len(both) == 2


def test_use_of_deprecated_fields_is_asked_by_default(run) -> None:
    schema = build_schema(
        'interface A { x: Int @deprecated } type Query { a: A, b: Int @deprecated(reason: "c") }'
    )

    assert deprecated_fields(schema) == ["A.x", "Query.b"]
    assert run("operations", "usage", "--field", "Query.me") == (None, [])


def test_plans_are_written_given_and_listed(run) -> None:
    limits = ("--rate", "20/1", "--per-day", "10000", "--cost-max", "500", "--at-once", "4")
    _, (written,) = run("partners", "plan", "basic", *limits)
    _, (free,) = run("partners", "plan", "trial", "--sandbox")
    run("partners", "add", "--partner", "radio")
    _, (given,) = run("partners", "give", "--partner", "radio", "--plan", "basic")
    _, (taken,) = run("partners", "give", "--partner", "radio")
    _, plans = run("partners", "plans")
    run("partners", "add", "--partner", "radio", "--plan", "basic")
    _, keys = run("partners", "list")
    used = run("partners", "usage", "--partner", "radio")

    assert written == "basic  live  in 1 s: 20, a day: 10000, cost: 500, at once: 4"
    assert free == "trial  sandbox  no limits"
    assert (given, taken) == ("radio has basic", "radio has no plan")
    assert plans == [written, free]
    assert [key.endswith("plan basic") for key in keys] == [False, True]
    assert used == (None, ["day,key_id,prefix,operation,status,count"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("plan", "basic", "--rate", "fast"), "BAD_INPUT"),
        (("plan", "basic", "--per-day", "0"), "BAD_INPUT"),
        (("give", "--partner", "nobody", "--plan", "basic"), "NOT_FOUND"),
        (("usage", "--partner", "nobody"), "NOT_FOUND"),
    ],
)
def test_what_is_wrong_with_a_plan_is_one_line(arguments, code, run) -> None:
    ended, _ = run("partners", *arguments)

    assert str(ended).startswith(code)
