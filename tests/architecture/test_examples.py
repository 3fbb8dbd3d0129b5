"""The example operations: each says what for, is valid, can be planned, and is in the manifest."""

from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate

from devtools.export_schema import FOLDER as SDL
from devtools.smoke import STEPS
from devtools.write_manifest import FOLDER, MANIFEST
from federation.engine import Engine
from tests.patience import PATIENT
from web.documents.persisted_documents import print_manifest, read_folder, read_manifest

EXAMPLES = sorted(FOLDER.glob("*.graphql"))
API = SDL / "api.graphql"


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The gateway's engine without subgraphs: it only plans here."""
    return Engine((SDL / "supergraph.graphql").read_text(), {}, PATIENT)


def test_the_manifest_is_made_of_the_files() -> None:
    assert MANIFEST.read_text() == print_manifest(read_folder(FOLDER)), "run `make manifest`"
    assert set(read_manifest(MANIFEST).documents) >= {path.stem for path in EXAMPLES}


def test_the_examples_are_those_a_front_end_needs() -> None:
    assert {path.stem for path in EXAMPLES} >= {"home", "login", "search", "stream", "job"}
    assert len(EXAMPLES) >= 46


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_says_what_for_and_can_be_planned(path: Path, engine: Engine) -> None:
    text = path.read_text()
    document = parse(text)

    assert text.startswith("# ")
    assert validate(build_schema(API.read_text()), document) == []
    assert [type(node) for node in document.definitions] == [OperationDefinitionNode]
    assert document.definitions[0].name.value.lower() == path.stem.replace("_", "")
    assert engine.explain(text).startswith("QueryPlan {")


def test_smoke_runs_every_example() -> None:
    assert {step.name for step in STEPS} == {path.stem for path in EXAMPLES}
