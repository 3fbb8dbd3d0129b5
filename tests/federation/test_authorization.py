"""Fields that ask something of callers: what is told, what is fetched, which plans are shared."""

import re
from contextlib import aclosing
from typing import Any

import pytest

from federation.authorization.guard import NOTHING
from federation.engine import Caller, GraphQLRequest
from federation.errors import FederationError
from tests.federation.federated import build_engine, compose_sources
from tests.federation.guarded import LINK, NOBODY, SOURCES, TABLES, House, refused_at

SOMEBODY = Caller(is_authenticated=True)


def reader(*scopes: str) -> Caller:
    return Caller(is_authenticated=True, scopes=frozenset(scopes))


@pytest.mark.parametrize(
    ("_case", "document", "caller", "data", "refused"),
    [
        ("a field", "{ me { name } }", NOBODY, {"me": None}, ["me"]),
        ("a field under an alias", "{ a: me { name } }", NOBODY, {"a": None}, ["a"]),
        ("to an account", "{ me { name } }", SOMEBODY, {"me": {"name": "Ann"}}, []),
        (
            "an enum and a scalar",
            "{ user { rank birth name } }",
            NOBODY,
            {"user": {"rank": None, "birth": None, "name": "Ann"}},
            ["user.rank", "user.birth"],
        ),
        (
            "no scope",
            "{ user { email } }",
            SOMEBODY,
            {"user": {"email": None}},
            ["user.email"],
        ),
        ("one way", "{ user { email } }", reader("read:email"), {"user": {"email": "a@x"}}, []),
        (
            "the other way",
            "{ user { email } }",
            reader("admin", "read:all"),
            {"user": {"email": "a@x"}},
            [],
        ),
        (
            "half of the other way",
            "{ user { email } }",
            reader("admin"),
            {"user": {"email": None}},
            ["user.email"],
        ),
        ("where no null may be", "{ user { phone } }", NOBODY, None, ["user.phone"]),
        (
            "where no null may be, in a list",
            "{ user { posts { title } name } }",
            NOBODY,
            {"user": {"posts": None, "name": "Ann"}},
            ["user.posts.0.title"],
        ),
        (
            "each place in a list",
            "{ users { email } }",
            NOBODY,
            {"users": [{"email": None}, {"email": None}]},
            ["users.0.email", "users.1.email"],
        ),
        (
            "by a fragment on the guarded type",
            "{ anything { ...F ... on User { name } } } fragment F on Vault { gold }",
            NOBODY,
            {"anything": [{"name": "Ann"}, {"gold": None}]},
            ["anything.1.gold"],
        ),
        (
            "on the interface, and on a type that asks for nothing",
            "{ anything { ... on Node { label } ... on User { label } } }",
            NOBODY,
            {"anything": [{"label": "L"}, {"label": None}]},
            ["anything.1.label"],
        ),
        (
            "under the key of the type name",
            "{ user { __typename: email } }",
            NOBODY,
            {"user": {"__typename": None}},
            ["user.__typename"],
        ),
        (
            "a mutation beside another",
            "mutation { rename { name } ping }",
            NOBODY,
            {"rename": {"name": "Ann"}, "ping": None},
            ["ping"],
        ),
    ],
)
async def test_what_a_caller_may_not_see_is_null_and_told(
    _case: str, document: str, caller: Caller, data: Any, refused: list[str]
) -> None:
    response = await House().ask(document, caller)

    assert response.data == data
    assert refused_at(response) == refused


@pytest.mark.parametrize(
    ("document", "never"),
    [
        ("{ me { name } }", "me"),
        ("{ user { phone name } }", "phone"),
        ("{ user { posts { title body } } }", "title"),
        ("{ anything { ... on Vault { gold } } }", "gold"),
        ("{ user { card name } }", "card"),
    ],
)
async def test_what_is_refused_is_never_fetched(document: str, never: str) -> None:
    house = House()

    await house.ask(document)

    assert not re.search(rf"\b{never}\b", house.fetched)


async def test_a_compiled_plan_refuses_as_the_first_run_did() -> None:
    house = House()

    answers = [await house.ask("{ users { name email } me { name } }") for _ in range(4)]

    assert all(each == answers[0] for each in answers)
    assert refused_at(answers[0]) == ["users.0.email", "users.1.email", "me"]


def without_guards_on_interfaces(sdl: str) -> str:
    """As composers wrote before Federation 2.9."""
    head, block, rest = re.split(r"(\ninterface Node\n.*?\n}\n)", sdl, flags=re.DOTALL)
    assert "@authenticated" in block
    return head + block.replace(" @authenticated", "").replace("@authenticated", "") + rest


@pytest.mark.parametrize(
    "document",
    [
        "{ nodes { label } }",
        "{ nodes { ... on Node { label } } }",
        "{ nodes { ...F } } fragment F on Node { label }",
        "{ anything { ... on Node { label } } }",
        "query Q($yes: Boolean = true) { nodes { label @include(if: $yes) } }",
    ],
)
async def test_auth_is_not_skipped_behind_an_interface(document: str) -> None:
    house = House(change=without_guards_on_interfaces)

    response = await house.ask(document)

    assert "V" not in str(response.data)
    assert any(each.endswith("1.label") for each in refused_at(response))


async def test_an_interface_whose_types_differ_is_asked_by_type() -> None:
    house = House(change=without_guards_on_interfaces)

    response = await house.ask("{ nodes { ... on User { label } ... on Vault { label } } }")

    assert response.data == {"nodes": [{"label": "L"}, {"label": None}]}
    assert refused_at(response) == ["nodes.1.label"]


@pytest.mark.parametrize(
    ("imported", "applied"),
    [
        ('import: [{name: "@authenticated", as: "@auth"}]', "@auth"),
        ("", "@federation__authenticated"),
        ('as: "fed"', "@fed__authenticated"),
    ],
)
async def test_a_renamed_auth_directive_is_not_ignored(imported: str, applied: str) -> None:
    comma = ", " if imported else ""
    sdl = (
        f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9"{comma}{imported})\n'
        f"type Query {{ open: Int secret: Int {applied} }}"
    )
    house = House({"one": sdl}, {"Query": {"open": 1, "secret": 2}})

    response = await house.ask("{ open secret }")

    assert response.data == {"open": 1, "secret": None}
    assert refused_at(response) == ["secret"]


async def test_auth_is_not_read_through_requires() -> None:
    def forget_the_guard(sdl: str) -> str:
        line = next(each for each in sdl.split("\n") if each.strip().startswith("card:"))
        assert "@authenticated" in line
        return sdl.replace(line, line.replace("@authenticated", ""))

    house = House(change=forget_the_guard)

    response = await house.ask("{ user { name card } }")

    assert response.data == {"user": {"name": "Ann", "card": None}}
    assert refused_at(response) == ["user.card"]
    assert "phone" not in house.fetched


CONTEXT_SOURCES = {
    "a": LINK.replace('"@policy"', '"@context", "@fromContext"')
    + """
    type Query { t: T }
    type T @key(fields: "id") @context(name: "c") {
      id: ID!
      inner: U
      secret: String @authenticated
    }
    type U @key(fields: "id") {
      id: ID!
      copy(secret: String @fromContext(field: "$c { secret }")): String @authenticated
    }
    """
}


async def test_auth_is_not_read_through_a_context() -> None:
    def forget_the_guard(sdl: str) -> str:
        lines = [each for each in sdl.split("\n") if each.strip().startswith("copy")]
        assert len(lines) == 1
        assert "@authenticated" in lines[0]
        return sdl.replace(lines[0], lines[0].replace("@authenticated", ""))

    tables = {
        "Query": {"t": {"$ref": "T/1"}},
        "T": {"1": {"id": "1", "secret": "s", "inner": {"$ref": "U/1"}}},
        "U": {"1": {"id": "1", "copy": "s"}},
    }
    house = House(CONTEXT_SOURCES, tables, change=forget_the_guard)

    response = await house.ask("{ t { inner { copy } } }")

    assert response.data == {"t": {"inner": {"copy": None}}}
    assert refused_at(response) == ["t.inner.copy"]
    assert "secret" not in house.fetched


GUARDED_KEY = {
    "a": LINK + 'type Query { t: T } type T @key(fields: "id") { id: ID @authenticated x: Int }',
    "b": LINK + 'type T @key(fields: "id") { id: ID y: Int }',
}


async def test_a_guarded_key_serves_the_engine_and_is_never_shown() -> None:
    tables = {"Query": {"t": {"$ref": "T/7"}}, "T": {"7": {"id": "7", "x": 1, "y": 2}}}
    house = House(GUARDED_KEY, tables)

    response = await house.ask("{ t { id y x: id } }")

    assert response.data == {"t": {"id": None, "y": 2, "x": None}}
    assert refused_at(response) == ["t.id", "t.x"]


async def test_plans_are_shared_by_those_who_see_the_same_and_by_nobody_else() -> None:
    house = House()
    document = "{ user { email phone } }"

    told = [
        (await house.ask(document, caller)).data
        for caller in (
            NOBODY,
            SOMEBODY,
            reader("read:email"),
            reader("read:email", "of", "no", "concern"),
            reader("read:email", "read:rank"),
            NOBODY,
        )
    ]

    assert told[0] is told[5] is None
    assert told[1] == {"user": {"email": None, "phone": "123"}}
    assert told[2] == told[3] == told[4] == {"user": {"email": "a@x", "phone": "123"}}
    assert house.engine.plan_cache.entries == 3


async def test_by_setting_the_whole_operation_is_refused() -> None:
    house = House(rejects_operations=True)

    response = await house.ask("{ user { name email } users { phone } }")

    assert not response.has_data
    assert refused_at(response) == ["user.email", "users.phone"]
    assert house.fetched.strip() == ""
    assert (await house.ask("{ user { name } }")).data == {"user": {"name": "Ann"}}


async def test_a_refused_operation_tells_of_so_many_fields_only() -> None:
    house = House(rejects_operations=True)
    users = " ".join(f"a{n}: user {{ email phone birth rank salary card }}" for n in range(20))

    response = await house.ask(f"{{ {users} }}")

    assert len(refused_at(response)) == 100


async def test_a_response_tells_of_so_many_fields_only() -> None:
    users = [{"$ref": "User/1"}] * 300
    house = House(tables={**TABLES, "Query": {"users": users}})

    response = await house.ask("{ users { email } }")

    assert len(response.errors) == 101
    assert response.errors[-1]["extensions"] == {"code": "ERRORS_OMITTED", "count": 200}


async def follow(house: House, document: str, caller: Caller) -> list[Any]:
    events = house.engine.subscribe(GraphQLRequest(document=document), caller)
    async with aclosing(events):
        return [each async for each in events]


async def test_a_subscription_is_refused_or_told_without_what_may_not_be_seen() -> None:
    house = House()

    refused = await follow(house, "subscription { secretlyTold { text } }", NOBODY)
    told = await follow(house, "subscription { told { text sender } }", NOBODY)

    assert [(each.has_data, refused_at(each)) for each in refused] == [(False, ["secretlyTold"])]
    assert [each.data for each in told] == [{"told": {"text": "hi", "sender": None}}]
    assert refused_at(told[0]) == ["told.sender"]
    assert "secretlyTold" not in house.fetched
    assert "sender" not in house.fetched


async def test_policies_are_asked_for_once_and_only_those_that_occur() -> None:
    asked = []

    async def hold(_context: Any, policies: frozenset[str]) -> set[str]:
        asked.append(policies)
        return {"payroll"} if _context.scopes else set()

    house = House(policies=hold)

    refused = await house.ask("{ user { salary } users { salary } }", SOMEBODY)
    told = await house.ask("{ user { salary } }", reader("any"))
    await house.ask("{ user { email } }", SOMEBODY)

    assert refused_at(refused) == ["user.salary", "users.0.salary", "users.1.salary"]
    assert told.data == {"user": {"salary": 9}}
    assert asked == [frozenset({"payroll"})] * 2


async def test_what_may_not_be_seen_is_not_deferred_either() -> None:
    house = House()
    request = GraphQLRequest(document="{ user { name ... @defer { email } } }")

    payloads = [each async for each in house.engine.execute_incrementally(request, NOBODY)]

    assert len(payloads) == 1
    assert payloads[0].data == {"user": {"name": "Ann", "email": None}}
    assert not payloads[0].has_next


async def test_introspection_tells_of_what_the_caller_may_not_see() -> None:
    document = '{ me { name } __type(name: "User") { fields { name } } }'

    response = await House().ask(document)

    assert refused_at(response) == ["me"]
    assert {"name": "email"} in response.data["__type"]["fields"]


async def test_a_flood_of_fragments_is_looked_at_once_each() -> None:
    fragments = "\n".join(
        f"fragment F{number} on User {{ ...F{number + 1} ...F{number + 1} }}"
        for number in range(60)
    )
    document = f"{{ user {{ ...F0 }} }} {fragments} fragment F60 on User {{ email }}"

    refused = await House().engine._refused_to(GraphQLRequest(document=document), NOBODY)

    assert [each.directive for each in refused] == ["requiresScopes"]


async def test_what_requires_itself_is_asked_for_once() -> None:
    def tie_a_knot(sdl: str) -> str:
        return sdl.replace('requires: "phone"', 'requires: "card phone"')

    guards = House(change=tie_a_knot).engine._guards

    assert {each.directive for each in guards.of_field("User", "card")} == {"authenticated"}


async def test_a_supergraph_that_asks_for_nothing_knows_no_callers() -> None:
    engine = build_engine({"one": "type Query { open: Int }"}, {"Query": {"open": 1}})

    assert engine._guards is None
    assert await engine._refused_to(GraphQLRequest(document="{ open }"), None) is NOTHING


@pytest.mark.parametrize(
    ("_case", "old", "new", "what"),
    [
        (
            "a spec for security that is not known",
            "https://specs.apollo.dev/authenticated/v0.1",
            "https://example.org/vault/v1.0",
            "not known here",
        ),
        ("scopes in one list", '[["read:rank"]]', '["read:rank"]', "list of lists"),
        ("no scopes", '(scopes: [["read:rank"]])', "", "needs scopes"),
    ],
)
def test_a_guard_that_cannot_be_read_is_no_open_door(
    _case: str, old: str, new: str, what: str
) -> None:
    sdl = compose_sources(SOURCES)
    assert old in sdl

    with pytest.raises(FederationError, match=what) as fault:
        House(change=lambda _: sdl.replace(old, new))

    assert fault.value.code == "INVALID_SUPERGRAPH"


async def test_a_guarded_root_type_guards_all_of_its_fields() -> None:
    sdl = LINK + "type Query { open: Int } type Mutation @authenticated { ping: Int }"
    house = House({"one": sdl}, {"Query": {"open": 1}, "Mutation": {"ping": 2}})

    refused = await house.ask("mutation { ping }")
    told = await house.ask("mutation { ping }", SOMEBODY)

    assert (refused.data, refused_at(refused)) == ({"ping": None}, ["ping"])
    assert told.data == {"ping": 2}
    assert len(house.transports["one"].documents) == 1


async def test_no_alternative_at_all_lets_nobody_in() -> None:
    house = House(change=lambda sdl: sdl.replace('[["read:rank"]]', "[]"))

    response = await house.ask("{ user { rank } }", reader("read:rank"))

    assert refused_at(response) == ["user.rank"]
