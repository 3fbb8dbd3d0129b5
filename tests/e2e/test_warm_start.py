"""The first request of a persisted operation finds its plan and its programs ready."""

from pathlib import Path

import pytest
from graphql import ExecutionResult

import house
from federation.engine import Engine, GraphQLRequest
from federation.program.reference import ReferenceProgram
from maintenance import migrate_all
from settings import Settings
from tests.e2e.house import EXAMPLES
from web.documents.persisted_documents import read_manifest


@pytest.mark.slow
async def test_the_house_knows_its_persisted_operations_before_it_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path, demo=False)
    documents = set(read_manifest(EXAMPLES / "manifest.json").documents.values())
    engines: list[Engine] = []
    ran: list[str] = []
    not_compiled: list[str] = []
    build_engine = house.build_engine

    def keep_engine(*given: object) -> Engine:
        engines.append(build_engine(*given))
        return engines[-1]

    async def run(_: ReferenceProgram, document: str, *_rest: object) -> ExecutionResult:
        not_compiled.append(document)
        return ExecutionResult(data=None)

    monkeypatch.setattr(house, "build_engine", keep_engine)
    monkeypatch.setattr(ReferenceProgram, "run", run)
    await migrate_all(settings)

    async with house.open_app(settings, "http://tutti.example"):
        (engine,) = engines
        misses = engine.plan_cache.misses
        kinds = [await engine.operation_kind(GraphQLRequest(document=each)) for each in documents]
        for document, kind in zip(documents, kinds, strict=True):
            if kind == "query" and "$" not in document:
                await engine.execute(GraphQLRequest(document=document), None)
                ran.append(document)

    assert ran
    assert engine.plan_cache.misses == misses
    assert not_compiled == []
