"""What others have suffered: each class of advisory, on every way in which a client can ask.

A refusal has its stable code, nothing is fetched for it, and the front still answers afterwards.
"""

import gzip
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.identity.key_set import KeySet
from adapters.identity.outside_tokens import OutsideTokens
from devtools.attacks import Nobody, cyclic, doubling, spreading
from devtools.attacks import build_engine as build_wide_engine
from federation.compose.compose import SubgraphSource, compose
from federation.engine import Engine
from federation.limits import EngineLimits
from tests.e2e.ways import WAYS, Asked, codes_of
from tests.fakes.engine import FakeEngine
from tests.fakes.issuer import AUDIENCE, ISSUER, RSA_KEY, Issuer
from tests.fakes.server import running_server
from tests.federation.guarded import House
from tests.federation.test_authorization import without_guards_on_interfaces
from tests.unit.adapters.test_outside_tokens import forged
from tests.unit.web.socket_peer import code_of, dialled
from web.documents.automatic_persisted_queries import MemoryDocuments
from web.documents.persisted_documents import Documents, index_documents
from web.guards.gateway_identity import caller_of
from web.operations.front_parts import FrontParts
from web.routes import build_app
from web.wire.client_request import ClientRequest
from web.wire.limits import WebLimits
from web.wire.upload_requests import UploadRequests

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
type Query { ping: String thing: Thing things(first: Int): [Thing] @listSize(assumedSize: 10) }
type Subscription { thing: Thing }
type Thing {
  id: ID
  own3: String
  link0: Thing
  dear: String @cost(weight: 900)
  links(first: Int): [Thing]
    @listSize(slicingArguments: ["first"], assumedSize: 10, requireOneSlicingArgument: false)
}
"""
PING = Asked(name="ping", document="{ ping }")
PONG = {"data": {"ping": "pong"}}
ALIASES = " ".join(f"a{number}: id" for number in range(51))
LINKS = "link0 { " * 30
PROTOTYPE = {"__proto__": {"admin": True}, "constructor": {"prototype": {"admin": True}}}
NOT_FOR_YOU = "UNAUTHORIZED_FIELD_OR_TYPE"
JSON_BODY = {"content-type": "application/json"}
FORM = {"content-type": "multipart/form-data; boundary=b", "graphql-require-preflight": "1"}

every_path = pytest.mark.parametrize("path", ["/graphql", "/graphql/o/ping", "/graphql/stream"])
every_way = pytest.mark.parametrize("way", WAYS)


@dataclass(frozen=True)
class Case:
    """A document that means more than it looks like, and its refusal."""

    document: str
    code: str
    variables: Mapping[str, Any] | None = None


DOCUMENTS = {
    "doubling-fragments": Case(doubling(30), "OPERATION_TOO_COMPLEX"),
    "validation-walking-fragments-repeatedly": Case(spreading(8, 8), "OPERATION_TOO_COMPLEX"),
    "counter-wrap": Case(doubling(600, "link0"), "OPERATION_TOO_COMPLEX"),
    "recursion-of-fragments": Case(cyclic(3), "GRAPHQL_VALIDATION_FAILED"),
    "recursion-of-the-parser": Case("{ thing " * 900, "DOCUMENT_TOO_LARGE"),
    "deep-selections": Case("{ thing" * 5_000, "DOCUMENT_TOO_LARGE"),
    "deep-lists": Case("{ thing(a: " + "[" * 5_000, "DOCUMENT_TOO_LARGE"),
    "deep-objects": Case("{ thing(a: " + "{a: " * 5_000, "DOCUMENT_TOO_LARGE"),
    "deep-types-of-variables": Case("query($a: " + "[" * 5_000, "DOCUMENT_TOO_LARGE"),
    "alias-limit-blind-to-fragments": Case(
        f"{{ thing {{ ...F link0 {{ ...F }} }} }} fragment F on Thing {{ {ALIASES} }}",
        "TOO_MANY_ALIASES",
    ),
    "root-fields-in-fragments": Case(
        "{ ...F ...F } fragment F on Query { " + "ping " * 26 + "}", "TOO_MANY_ROOT_FIELDS"
    ),
    "depth-through-fragments": Case(
        f"{{ thing {{ {LINKS} ...F {'} ' * 32} fragment F on Thing {{ {LINKS} id {'} ' * 31}",
        "OPERATION_TOO_DEEP",
    ),
    "directives-without-end": Case(
        "{ ping " + "@skip(if: false) " * 9 + "}", "TOO_MANY_DIRECTIVES"
    ),
    "a-list-without-end": Case(
        "query ($n: Int) { things(first: $n) { id } }", "LIST_TOO_LONG", {"n": 101}
    ),
    "lists-in-lists": Case(
        "query ($n: Int) { thing { links(first: $n) { links(first: $n) { id } } } }",
        "COST_TOO_HIGH",
        {"n": 40},
    ),
    "a-dear-field": Case("{ things { dear } }", "COST_TOO_HIGH"),
    "prototype-keys-as-variables": Case(
        "query ($__proto__: Int) { thing { links(__proto__: $__proto__) { id } } }",
        "GRAPHQL_VALIDATION_FAILED",
        {"__proto__": 1},
    ),
}
SLOW_TO_PLAN = "{ thing { link0 { link1 { id } } } }"


@pytest.fixture(scope="module")
def things() -> Iterator[Engine]:
    """An engine with narrow bounds, whose subgraph answers `ping`."""
    limits = EngineLimits(operation_cost_max=1_000, planning_seconds_max=30.0)
    source = SubgraphSource(name="things", sdl=SDL)
    engine = Engine(compose([source]).sdl, {"things": Nobody()}, limits)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def hurried() -> Iterator[Engine]:
    """An engine over types that take long to plan, and that has little time."""
    engine = build_wide_engine(EngineLimits(planning_seconds_max=0.05))
    yield engine
    engine.close()


Serve = Callable[..., Any]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve a front with these parts on a free port; gives host and port."""
    async with AsyncExitStack() as stack:

        async def serve_one(engine: Any, *asked: Asked, **parts: Any) -> str:
            documents = Documents(
                own=index_documents({each.name: each.document for each in (PING, *asked)}),
                automatic=MemoryDocuments(),
            )
            open_nothing = {"make_context": lambda _client: nullcontext()}
            given = {"engine": engine, "documents": documents, **open_nothing, **parts}
            app = build_app(FrontParts(**given), checks={})
            return await stack.enter_async_context(running_server(app))

        yield serve_one


async def still_answers(address: str) -> bool:
    return await WAYS["post"](address, PING) == PONG


@every_way
@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_that_means_more_than_it_says(
    name: str, way: str, serve: Serve, things: Engine
) -> None:
    case = DOCUMENTS[name]
    asked = Asked(name=name, document=case.document, variables=case.variables or {})
    address = await serve(things, asked)

    told = await WAYS[way](address, asked)

    assert "data" not in told
    assert codes_of(told)[0] == case.code
    assert await still_answers(address)


@every_way
async def test_planning_without_timeout(way: str, serve: Serve, hurried: Engine) -> None:
    asked = Asked(name="slow", document=SLOW_TO_PLAN)
    address = await serve(hurried, asked)

    told = await WAYS[way](address, asked)

    assert codes_of(told) == ["PLAN_TOO_COMPLEX"]
    assert await still_answers(address)


@pytest.mark.parametrize(
    "document",
    [
        "subscription { thing { " + "link0 { " * 60 + "id" + " }" * 62,
        "subscription { thing { links(first: 90) { links(first: 90) { id } } } }",
    ],
    ids=["depth", "cost"],
)
@pytest.mark.parametrize("way", ["events", "shared-events", "socket", "socket-id"])
async def test_limits_that_a_subscription_does_not_meet(
    way: str, document: str, serve: Serve, things: Engine
) -> None:
    asked = Asked(name="subscription", document=document)
    address = await serve(things, asked)

    assert codes_of(await WAYS[way](address, asked)) in (["OPERATION_TOO_DEEP"], ["COST_TOO_HIGH"])
    assert await still_answers(address)


@every_way
async def test_prototype_keys_pollute_nothing(way: str, serve: Serve, things: Engine) -> None:
    named = Asked(name="named", document="{ constructor: ping __proto__: ping }")
    given = replace(PING, variables=PROTOTYPE)
    address = await serve(things, named)

    assert await WAYS[way](address, given) == PONG
    assert (await WAYS[way](address, named))["data"].keys() == {"constructor", "__proto__"}
    assert await still_answers(address)


WRONG = {
    "a-field": "{ thing { idd } }",
    "no-selection": "{ thing }",
    "an-argument": "{ things(frist: 1) { id } }",
    "a-type": "{ thing { ... on Thin { id } } }",
}


@every_way
@pytest.mark.parametrize("name", WRONG)
async def test_a_schema_told_by_errors(name: str, way: str, serve: Serve, things: Engine) -> None:
    asked = Asked(name=name, document=WRONG[name])
    hidden = await serve(things, asked, is_schema_public=False)
    shown = await serve(things, asked)

    told = await WAYS[way](hidden, asked)

    assert codes_of(told) == ["GRAPHQL_VALIDATION_FAILED"]
    assert told["errors"][0]["message"].startswith("The document does not fit the schema.")
    assert "locations" not in told["errors"][0]
    assert codes_of(await WAYS[way](shown, asked)) == ["GRAPHQL_VALIDATION_FAILED"]
    assert await still_answers(hidden)


@pytest.mark.parametrize("way", ["events", "shared-events", "socket", "socket-id"])
async def test_a_schema_told_to_who_subscribes(way: str, serve: Serve, things: Engine) -> None:
    asked = Asked(name="wrong", document="subscription { thing { idd } }")
    address = await serve(things, asked, is_schema_public=False)

    told = await WAYS[way](address, asked)

    assert [each["message"] for each in told["errors"]] == [
        "The document does not fit the schema. Log in to be told where."
    ]


# --- who may see what


def without_guard_on_card(sdl: str) -> str:
    line = next(each for each in sdl.split("\n") if each.strip().startswith("card:"))
    assert "@authenticated" in line
    return sdl.replace(line, line.replace("@authenticated", ""))


RENAMED = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: [{name: "@authenticated", as: "@known"}])
type Query { ping: String secret: Int @known }"""
HOUSES = {
    "auth-skipped-behind-an-interface": (
        {"change": without_guards_on_interfaces},
        "{ nodes { ...F } } fragment F on Node { label }",
        {"nodes": [{"label": None}, {"label": None}]},
    ),
    "auth-skipped-in-a-union": (
        {},
        "{ anything { ... on Vault { gold } ... on User { name } } }",
        {"anything": [{"name": "Ann"}, {"gold": None}]},
    ),
    "auth-read-through-requires": (
        {"change": without_guard_on_card},
        "{ user { name card } }",
        {"user": {"name": "Ann", "card": None}},
    ),
    "renamed-auth-directive-ignored": (
        {"sources": {"one": RENAMED}, "tables": {"Query": {"ping": "pong", "secret": 2}}},
        "{ secret }",
        {"secret": None},
    ),
}


@asynccontextmanager
async def guarded(
    serve: Serve, *asked: Asked, issuer: Issuer | None = None, **how: Any
) -> AsyncIterator[tuple[str, House]]:
    """A front that proves tokens, over subgraphs some of whose fields ask something of callers."""
    house = House(**how)
    keys = KeySet((issuer or Issuer()).read)
    tokens = OutsideTokens(keys={ISSUER: keys}, audiences=[AUDIENCE])

    @asynccontextmanager
    async def prove(client: ClientRequest) -> AsyncIterator[Any]:
        token = client.bearer_token or client.cookies.get("session")
        yield caller_of(None if token is None else await tokens.verify(token))

    yield await serve(house.engine, *asked, make_context=prove), house
    house.engine.close()


@every_way
@pytest.mark.parametrize("name", HOUSES)
async def test_auth_that_is_gone_around(name: str, way: str, serve: Serve) -> None:
    how, document, data = HOUSES[name]
    asked = Asked(name=name, document=document)

    async with guarded(serve, asked, **how) as (address, _house):
        told = await WAYS[way](address, asked)

    assert told["data"] == data
    assert set(codes_of(told)) == {NOT_FOR_YOU}


def bad_tokens(issuer: Issuer) -> dict[str, str]:
    public = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "alg-none": forged("none"),
        "alg-hs256-with-the-public-key": forged("HS256", public),
        "wrong-audience": issuer.token(aud="another"),
        "wrong-issuer": issuer.token(iss="https://evil.example"),
        "another-s-key": Issuer().token(),
    }


@every_way
@pytest.mark.parametrize("kind", bad_tokens(Issuer()))
async def test_a_token_that_proves_nothing(kind: str, way: str, serve: Serve) -> None:
    issuer = Issuer()
    asked = Asked(name="name", document="{ user { name } }", token=bad_tokens(issuer)[kind])

    async with guarded(serve, asked, issuer=issuer) as (address, house):
        told = await WAYS[way](address, asked)
        nothing = house.fetched.strip()
        open_to_all = await WAYS[way](address, replace(asked, token=None))

    assert told == {"closed": 4403} or codes_of(told) == ["UNAUTHENTICATED"]
    assert nothing == ""
    assert open_to_all == {"data": {"user": {"name": "Ann"}}}


@every_way
async def test_identity_headers_that_a_client_makes_up(way: str, serve: Serve) -> None:
    headers = {
        "tutti-viewer": "eyJzdWIiOiJhZG1pbiJ9." + "0" * 64,
        "tutti-signature": "0" * 64,
        "x-user-id": "admin",
        "x-forwarded-user": "admin",
        "x-api-user": "admin",
    }
    asked = Asked(name="me", document="{ me { name } }", headers=headers)

    async with guarded(serve, asked) as (address, house):
        told = await WAYS[way](address, asked)

    assert (told["data"], codes_of(told)) == ({"me": None}, [NOT_FOR_YOU])
    assert house.fetched.strip() == ""


# --- what a page of another origin, or a broken client, sends by HTTP


@pytest.mark.parametrize("path", ["/graphql", "/graphql/o/me", "/graphql/stream"])
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; application/json",
        "application/json, text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "application/json; charset=utf-7",
        "message/rfc822",
        "x",
        ";",
        "",
    ],
)
async def test_csrf_by_an_odd_content_type_of_a_get(
    content_type: str, path: str, serve: Serve
) -> None:
    issuer = Issuer()
    asked = Asked(name="me", document="{ me { name } }")
    params = {"query": asked.document} if path == "/graphql" else {}
    sent = {
        "cookie": f"session={issuer.token()}",
        "sec-fetch-site": "cross-site",
        "content-type": content_type,
    }

    async with guarded(serve, asked, issuer=issuer) as (address, house):
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            foreign = await client.get(path, params=params, headers=sent)
            forced = await client.get(
                path, params=params, headers={**sent, "x-requested-with": "x"}
            )
        nothing = house.fetched.strip()

    assert foreign.status_code in (403, 415)
    assert codes_of(forced.json()) == ["UNSUPPORTED_MEDIA_TYPE"]
    assert nothing == ""


async def test_csrf_by_a_browser_that_does_not_say_whose_page_it_is(serve: Serve) -> None:
    issuer = Issuer()
    query = {"query": "{ me { name } }"}
    cookie = {"cookie": f"session={issuer.token()}"}

    async with (
        guarded(serve, issuer=issuer) as (address, _house),
        httpx.AsyncClient(base_url=f"http://{address}") as client,
    ):
        unsaid, proven, without = [
            (await client.get("/graphql", params=query, headers=headers)).json()
            for headers in (cookie, {**cookie, "x-requested-with": "x"}, {})
        ]

    assert codes_of(unsaid) == ["CSRF_REFUSED"]
    assert proven == {"data": {"me": {"name": "Ann"}}}
    assert codes_of(without) == [NOT_FOR_YOU]


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "*/*"},
        {"accept": "image/avif,image/webp,*/*;q=0.8"},
        {"accept": "text/css,*/*;q=0.1", "sec-fetch-site": "same-origin"},
    ],
)
async def test_csrf_by_what_a_page_embeds(
    headers: Mapping[str, str], serve: Serve, things: Engine
) -> None:
    address = await serve(things, plain_gets=False)
    query = {"query": "{ ping }"}

    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        embedded = await client.get("/graphql", params=query, headers=headers)
        meant = [
            (await client.get("/graphql", params=query, headers=more)).json()
            for more in ({"accept": "application/json"}, {"graphql-require-preflight": "1"})
        ]
        published = await client.get("/graphql/o/ping", headers=headers)

    assert (embedded.status_code, codes_of(embedded.json())) == (403, ["CSRF_REFUSED"])
    assert [*meant, published.json()] == [PONG] * 3


@every_path
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
async def test_csrf_by_a_body_that_a_form_can_send(
    content_type: str | None, path: str, serve: Serve, things: Engine
) -> None:
    headers = {"cookie": "session=anna", "origin": "https://evil.test"}
    if content_type is not None:
        headers["content-type"] = content_type

    address, answer = await post(serve, things, path, b'{"query": "{ ping }"}', headers)

    assert codes_of(answer.json())[0] in ("UNSUPPORTED_MEDIA_TYPE", "CSRF_REFUSED")
    assert await still_answers(address)


async def post(
    serve: Serve, engine: Any, path: str, content: bytes, headers: Mapping[str, str], **parts: Any
) -> tuple[str, httpx.Response]:
    address = await serve(engine, **parts)
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as client:
        sent = dict(headers)
        if path == "/graphql/stream":
            sent["x-graphql-event-stream-token"] = (await client.put(path)).text
        return address, await client.post(path, content=content, headers=sent)


@every_path
@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "utf-32", "ibm037", "punycode", "zip", "x"])
async def test_an_exotic_charset(charset: str, path: str, serve: Serve, things: Engine) -> None:
    headers = {"content-type": f"application/json; charset={charset}"}

    address, answer = await post(serve, things, path, b'{"query": "{ ping }"}', headers)

    assert (answer.status_code, codes_of(answer.json())) == (415, ["UNSUPPORTED_MEDIA_TYPE"])
    assert await still_answers(address)


BOMB = b'{"query": "{ ping }"}' + b" " * 200_000_000


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    """The same body in each coding, small enough to be taken in."""
    packed = {
        "gzip": gzip.compress(BOMB, 1),
        "br": brotli.compress(BOMB, quality=1),
    }
    assert max(map(len, packed.values())) < 1024 * 1024
    return packed


@every_path
@pytest.mark.parametrize("coding", ["gzip", "br"])
async def test_a_gzip_bomb(
    coding: str, path: str, serve: Serve, things: Engine, bombs: dict[str, bytes]
) -> None:
    headers = {**JSON_BODY, "content-encoding": coding}

    address, answer = await post(serve, things, path, bombs[coding], headers)

    assert (answer.status_code, codes_of(answer.json())) == (413, ["BODY_TOO_LARGE"])
    assert await still_answers(address)


PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
ENDLESS_PARTS = {
    "the-same-again": (PART % (b"operations", b"{}")) * 10_000,
    "files-nobody-asked-for": (PART % (b"operations", json.dumps({"query": "{ ping }"}).encode()))
    + (PART % (b"map", b"{}"))
    + b"".join(PART % (b"%d" % number, b"x") for number in range(10_000)),
    "headers-without-end": b"--b\r\nX-Long: " + b"x" * 1_000_000,
}


@pytest.mark.parametrize("name", ENDLESS_PARTS)
async def test_unbounded_multipart_parts(
    name: str, serve: Serve, things: Engine, tmp_path: Path
) -> None:
    uploads = UploadRequests(scratch=tmp_path, bytes_max=1_000_000)

    address, answer = await post(
        serve,
        things,
        "/graphql",
        ENDLESS_PARTS[name],
        FORM,
        uploads=uploads,
        viewer_of=lambda _context: "anna",
    )

    assert codes_of(answer.json())[0] in ("BAD_REQUEST", "TOO_MANY_FILES")
    assert list(tmp_path.iterdir()) == []
    assert await still_answers(address)


# --- sockets and streams


async def test_a_subscription_that_starts_before_the_init(serve: Serve) -> None:
    engine = FakeEngine()
    address = await serve(engine)

    async with dialled(address) as peer:
        await peer.ask("subscription { forever }")
        closed = await peer.end()

    assert closed == (4401, "Unauthorized")
    assert engine.requests == []


async def test_unlimited_subscriptions_on_one_socket(serve: Serve) -> None:
    address = await serve(FakeEngine(), limits=WebLimits(operations_per_socket_max=3))

    async with dialled(address) as peer:
        await peer.init()
        for number in range(3):
            await peer.ask("subscription { forever }", id=str(number))
            await peer.hear()
        await peer.ask("subscription { forever }", id="one too many")
        refused = await peer.hear()

    assert (refused["id"], code_of(refused)) == ("one too many", "OVERLOADED")


async def test_unlimited_subscriptions_on_one_event_stream(serve: Serve) -> None:
    address = await serve(FakeEngine(), limits=WebLimits(operations_per_socket_max=3))

    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as client:
        token = (await client.put("/graphql/stream")).text
        answers = [
            await client.post(
                "/graphql/stream",
                json={
                    "query": "subscription { forever }",
                    "extensions": {"operationId": str(number)},
                },
                headers={"x-graphql-event-stream-token": token},
            )
            for number in range(4)
        ]

    assert [each.status_code for each in answers[:3]] == [202, 202, 202]
    assert codes_of(answers[3].json()) == ["OVERLOADED"]
