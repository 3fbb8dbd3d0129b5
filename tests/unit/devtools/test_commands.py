"""The commands compose and plan: what they print, when they fail, and what they never load."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from devtools.compose import SourceError, read_source
from gateway import main

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
MEDIA = LINK + 'type Query { track: Track } type Track @key(fields: "id") { id: ID! title: String }'
SOCIAL = LINK + 'type Track @key(fields: "id") { id: ID! likes: Int }'


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two subgraphs and an operation."""
    (tmp_path / "media.graphql").write_text(MEDIA)
    (tmp_path / "social.graphql").write_text(SOCIAL)
    (tmp_path / "likes.graphql").write_text("query Likes { track { title likes } }")
    return tmp_path


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[object, str, str]:
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


def compose(files: Path) -> list[str]:
    return [
        "compose",
        "--subgraph",
        f"media=http://127.0.0.1:4001/graphql:{files / 'media.graphql'}",
        "--subgraph",
        f"social=http://127.0.0.1:4002/graphql:{files / 'social.graphql'}",
    ]


def test_compose_writes_a_supergraph_with_the_addresses(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = files / "supergraph.graphql"

    code, out, err = run(*compose(files), "-o", str(target), capsys=capsys)

    assert (code, out, err) == (0, "", "")
    assert '@join__graph(name: "media", url: "http://127.0.0.1:4001/graphql")' in target.read_text()


def test_compose_prints_where_no_file_is_named(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(*compose(files), capsys=capsys)

    assert code == 0
    assert out.startswith("schema\n  @link(")


def test_compose_tells_each_error_in_a_line_of_its_own(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "social.graphql").write_text(
        LINK + 'type Track @key(fields: "nope") { id: ID! } type User @key(fields: "no") { id: ID }'
    )

    code, out, err = run(*compose(files), capsys=capsys)

    assert (code, out) == (1, "")
    assert [line.partition(":")[0] for line in err.splitlines()] == ["KEY_INVALID_FIELDS"] * 2


def test_compose_tells_hints_beside_the_supergraph(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "media.graphql").write_text(MEDIA.replace("type Track", '"""A song."""\ntype Track'))
    (files / "social.graphql").write_text(
        SOCIAL.replace("type Track", '"""Something else."""\ntype Track')
    )

    code, out, err = run(*compose(files), capsys=capsys)

    assert code == 0
    assert out.startswith("schema")
    assert all(line.startswith("hint: ") for line in err.splitlines())
    assert "INCONSISTENT_DESCRIPTION" in err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=http://x/graphql:F", ("a", "http://x/graphql")),
        ("a=http://x:4001/graphql:F", ("a", "http://x:4001/graphql")),
        ("a=F", ("a", "")),
        ("a=:F", ("a", "")),
    ],
)
def test_a_subgraph_is_named_by_name_address_and_file(
    files: Path, text: str, expected: tuple[str, str]
) -> None:
    source = read_source(text.replace("F", str(files / "media.graphql")))

    assert (source.name, source.url) == expected
    assert source.sdl == MEDIA


@pytest.mark.parametrize(
    "text", ["a", "=F", "a=", "a=http://x/graphql", "a=http://x:", "a=no.graphql"]
)
def test_what_names_no_subgraph_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        read_source(text)


def composed(files: Path, capsys: pytest.CaptureFixture[str]) -> str:
    target = files / "supergraph.graphql"
    run(*compose(files), "-o", str(target), capsys=capsys)
    return str(target)


def test_plan_prints_text_and_json(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--supergraph", composed(files, capsys)]
    arguments += ["--operation", str(files / "likes.graphql")]

    code, text, _ = run("plan", *arguments, capsys=capsys)
    _, out, _ = run("plan", *arguments, "--json", capsys=capsys)

    assert code == 0
    assert text.startswith("QueryPlan {\n  Sequence {\n    Fetch 0: media {")
    told = json.loads(out)
    assert [(fetch["subgraph"], fetch["after"]) for fetch in told["fetches"]] == [
        ("media", []),
        ("social", [0]),
    ]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("query { track { nope } }", "GRAPHQL_VALIDATION_FAILED: "),
        ("query {", "GRAPHQL_PARSE_FAILED: "),
    ],
)
def test_plan_tells_why_not_in_lines(
    files: Path, capsys: pytest.CaptureFixture[str], document: str, told: str
) -> None:
    operation = files / "wrong.graphql"
    operation.write_text(document)

    code, out, err = run(
        "plan",
        "--supergraph",
        composed(files, capsys),
        "--operation",
        str(operation),
        capsys=capsys,
    )

    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert err.startswith(told)


SCRIPT = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] + "." + name.split(".")[1]
    for name in sys.modules if name.startswith("subgraphs.")})))
"""


@pytest.mark.parametrize(
    "modules",
    [
        ("gateway", "devtools.compose"),
        ("gateway", "devtools.plan"),
        ("gateway", "telemetry", "web.general_gateway", "web.engines.supergraph_file"),
        ("gateway", "settings", "maintenance", "lone_subgraph"),
    ],
)
def test_these_commands_never_load_our_subgraphs(modules: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *modules],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert json.loads(done.stdout) == []


def test_a_lone_subgraph_loads_itself_only() -> None:
    script = SCRIPT.replace(
        "print(", "import lone_subgraph\nlone_subgraph.load_definition('nft')\nprint("
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert json.loads(done.stdout) == ["subgraphs.nft"]
