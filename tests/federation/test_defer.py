"""Deferred fragments: what is asked when, what is delivered when, and what is never asked."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from federation.engine import Engine, GraphQLRequest
from federation.fetch.fetch import FetchRequest, FetchResult
from tests.federation.federated import build_engine
from tests.federation.payloads import merge_payloads
from tests.federation.test_failures import Scripted
from tests.patience import PATIENT

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable", "@external", "@requires"])\n'
)
SOURCES = {
    "media": LINK
    + """
    type Query { track: Track tracks: [Track] must: Track! }
    type Mutation { rename: Track }
    type Track @key(fields: "id") { id: ID! title: String length: Length next: Track }
    type Length { seconds: Int }
    """,
    "social": LINK
    + """
    type Track @key(fields: "id") {
      id: ID! likes: Int sure: Int! title: String @external
      slug: String @requires(fields: "title")
    }
    """,
}
TRACK = {"id": "1", "title": "One", "length": {"seconds": 3}, "next": {"$ref": "Track/2"}}
TABLES = {
    "Query": {"track": {"$ref": "Track/1"}, "tracks": [{"$ref": "Track/1"}, {"$ref": "Track/2"}]},
    "Mutation": {"rename": {"$ref": "Track/2"}},
    "Track": {
        "1": {**TRACK, "likes": 5, "sure": 1, "slug": "one"},
        "2": {**TRACK, "id": "2", "likes": 6, "sure": 2, "slug": "two", "next": None},
    },
}


def request(document: str) -> GraphQLRequest:
    return GraphQLRequest(document=document)


async def ask(document: str, engine: Engine | None = None) -> list[Any]:
    engine = engine or build_engine(SOURCES, TABLES)
    return [each async for each in engine.execute_incrementally(request(document), None)]


async def test_a_deferred_fetch_leaves_after_the_first_payload() -> None:
    social = Scripted(lambda _: FetchResult(data={"_entities": [{"likes": 5}]}))
    engine = build_engine(SOURCES, TABLES, transports={"social": social})
    document = '{ track { title ... @defer(label: "l") { likes } } }'

    async with aclosing(engine.execute_incrementally(request(document), None)) as payloads:
        first = await anext(payloads)
        asked_before = len(social.asked)
        second = await anext(payloads)

    assert (first.data, first.has_next, asked_before) == ({"track": {"title": "One"}}, True, 0)
    assert [(each.path, each.label) for each in first.pending] == [(("track",), "l")]
    (item,) = second.incremental
    assert (item.id, item.path, item.label, item.data) == (
        first.pending[0].id,
        ("track",),
        "l",
        {"likes": 5},
    )
    assert [each.id for each in second.completed] == [item.id]
    assert not second.has_next


async def test_a_field_that_is_also_selected_outside_comes_at_once() -> None:
    payloads = await ask("{ track { title ... @defer { title likes } } }")

    assert payloads[0].data == {"track": {"title": "One"}}
    assert [each.data for each in payloads[1].incremental] == [{"likes": 5}]


async def test_nothing_is_pending_where_all_fields_come_at_once() -> None:
    (payload,) = await ask("{ track { title ... @defer { title } } }")

    assert (payload.pending, payload.has_next) == ((), False)


async def test_a_field_of_the_same_subgraph_is_fetched_later_too() -> None:
    plan = build_engine(SOURCES, TABLES)
    prepared = await plan._operations.prepare(
        request("{ track { id ... @defer { title } } }"), deferring=_ALL
    )

    (first,) = prepared.plan.groups[0].fetches
    (later,) = prepared.plan.deferred[0].group.fetches

    assert "title" not in first.document
    assert (later.subgraph, "title" in later.document) == ("media", True)


async def test_what_is_no_entity_is_fetched_at_once_and_shown_later() -> None:
    document = "{ track { length { __typename ... @defer { seconds } } } }"

    first, second = await ask(document)

    assert first.data == {"track": {"length": {"__typename": "Length"}}}
    assert [each.data for each in second.incremental] == [{"seconds": 3}]


async def test_a_requirement_is_fetched_with_the_deferred_part() -> None:
    engine = build_engine(SOURCES, TABLES)
    document = "{ track { id ... @defer { slug } } }"
    prepared = await engine._operations.prepare(request(document), deferring=_ALL)

    payloads = await ask(document, engine)

    assert "title" not in prepared.plan.groups[0].fetches[0].document
    assert merge_payloads(payloads) == {"track": {"id": "1", "slug": "one"}}


async def test_nested_fragments_follow_each_other() -> None:
    document = "{ track { ... @defer { next { title ... @defer { likes } } } } }"

    payloads = await ask(document)

    assert [len(each.pending) for each in payloads] == [1, 1, 0]
    assert payloads[1].pending[0].path == ("track", "next")
    assert merge_payloads(payloads) == {"track": {"next": {"title": "One", "likes": 6}}}


async def test_each_item_of_a_list_is_a_fragment_of_its_own_and_one_request_asks_for_all() -> None:
    social = Scripted(lambda _: FetchResult(data={"_entities": [{"likes": 5}, {"likes": 6}]}))
    engine = build_engine(SOURCES, TABLES, transports={"social": social})

    payloads = await ask("{ tracks { id ... @defer { likes } } }", engine)

    assert [each.path for each in payloads[0].pending] == [("tracks", 0), ("tracks", 1)]
    assert len(social.asked) == 1
    assert merge_payloads(payloads) == {
        "tracks": [{"id": "1", "likes": 5}, {"id": "2", "likes": 6}]
    }


async def test_a_null_above_a_fragment_cancels_its_fetches() -> None:
    def answer(asked: FetchRequest) -> FetchResult:
        return FetchResult(data={"_entities": [{"sure": None}]})

    social = Scripted(answer)
    engine = build_engine(SOURCES, TABLES, transports={"social": social})

    payloads = await ask("{ track { sure ... @defer { likes } } }", engine)

    assert [(each.data, each.pending, each.has_next) for each in payloads] == [
        ({"track": None}, (), False)
    ]
    assert len(social.asked) == 1


async def test_a_null_that_no_deferred_field_may_be_fails_the_fragment_alone() -> None:
    social = Scripted(lambda _: FetchResult(data={"_entities": [{"sure": None, "likes": 5}]}))
    engine = build_engine(SOURCES, TABLES, transports={"social": social})

    first, second = await ask("{ track { title ... @defer { sure likes } } }", engine)

    assert first.data == {"track": {"title": "One"}}
    assert second.incremental == ()
    (completed,) = second.completed
    assert [error["path"] for error in completed.errors] == [["track", "sure"]]


async def test_an_error_of_a_deferred_field_is_told_with_it() -> None:
    errors = [{"message": "no likes", "path": ["_entities", 0, "likes"]}]
    social = Scripted(lambda _: FetchResult(data={"_entities": [{"likes": None}]}, errors=errors))
    engine = build_engine(SOURCES, TABLES, transports={"social": social})

    first, second = await ask("{ track { title ... @defer { likes } } }", engine)

    assert first.errors == []
    (item,) = second.incremental
    assert item.data == {"likes": None}
    assert [(each["message"], each["path"]) for each in item.errors] == [
        ("no likes", ["track", "likes"])
    ]


async def test_deferred_fetches_end_when_the_reader_leaves() -> None:
    ended: list[str] = []

    async def wait() -> FetchResult:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("social")
        return FetchResult()

    engine = build_engine(SOURCES, TABLES, transports={"social": Scripted(lambda _: wait())})
    payloads = engine.execute_incrementally(
        request("{ track { ... @defer { likes } ... @defer { title } } }"), None
    )

    await anext(payloads)
    await anext(payloads)
    await payloads.aclose()

    assert ended == ["social"]
    assert len(asyncio.all_tasks()) == 1


async def test_a_mutation_is_done_once_and_its_fragments_are_queries() -> None:
    payloads = await ask("mutation { rename { id ... @defer { likes } } }")

    assert payloads[0].data == {"rename": {"id": "2"}}
    assert merge_payloads(payloads) == {"rename": {"id": "2", "likes": 6}}


async def test_a_plain_client_gets_one_complete_answer() -> None:
    engine = build_engine(SOURCES, TABLES)

    response = await engine.execute(request("{ track { title ... @defer { likes } } }"), None)

    assert response.data == {"track": {"title": "One", "likes": 5}}
    assert "defer" not in {each.name for each in engine.api_schema.directives}


async def test_a_stream_is_refused() -> None:
    (payload,) = await ask("{ tracks @stream { id } }")

    assert not payload.has_data
    assert [each["extensions"]["code"] for each in payload.errors] == ["STREAM_NOT_SUPPORTED"]


async def test_a_bad_request_is_one_payload() -> None:
    (payload,) = await ask("{ track @defer { id } }")

    assert (payload.has_data, payload.has_next) == (False, False)
    assert payload.errors[0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_each_choice_of_what_is_deferred_has_a_plan() -> None:
    engine = build_engine(SOURCES, TABLES)
    document = "query($d: Boolean!) { track { id ... @defer(if: $d) { likes } } }"
    counts = []

    for value in (True, False, True):
        asked = GraphQLRequest(document=document, variables={"d": value})
        counts.append(len([each async for each in engine.execute_incrementally(asked, None)]))

    assert counts == [2, 1, 2]
    assert engine.plan_cache.entries == 2


_ALL: frozenset[str] = frozenset()


def test_a_plan_shows_what_comes_later() -> None:
    engine = build_engine(SOURCES, TABLES)
    document = '{ track { id ... @defer(label: "later") { likes } } }'

    assert "Defer" not in engine.explain(document)
    plan = engine.explain(document, deferring=_ALL)

    later = plan[plan.index("Defer") :]
    assert later.startswith('Defer "later" at track: likes {')
    assert "Fetch 1: social {" in later


async def test_the_parts_of_an_operation_are_bounded() -> None:
    fragments = " ".join(f"... @defer {{ l{index}: likes }}" for index in range(101))

    many_aliases = replace(PATIENT, operation_aliases_max=101)
    engine = build_engine(SOURCES, TABLES, limits=many_aliases)

    (payload,) = await ask(f"{{ track {{ {fragments} }} }}", engine=engine)

    assert not payload.has_data
    assert [each["extensions"]["code"] for each in payload.errors] == ["PLAN_TOO_COMPLEX"]
