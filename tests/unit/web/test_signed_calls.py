"""What reaches an application behind signed calls, and what is refused before."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from federation.transport.signing import RequestSigner, SignatureVerifier
from web.guards.signed_calls import SignedCalls

KEY = b"k" * 32
BODY = b'{"query":"{ a }"}'


async def echo(scope, receive, send) -> None:
    """Tells what it got."""
    request = Request(scope, receive)
    body = (await request.body()).decode()
    await JSONResponse({"body": body, "headers": dict(request.headers)})(scope, receive, send)


def client(*, is_unsigned_allowed: bool = False) -> httpx.AsyncClient:
    guarded = SignedCalls(
        echo,
        SignatureVerifier(KEY),
        body_bytes_max=100,
        body_seconds_max=60.0,
        is_unsigned_allowed=is_unsigned_allowed,
    )
    app = Starlette(routes=[Route("/graphql", guarded)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://nft.test")


def signed(body: bytes = BODY, viewer: bytes = b'{"user":"anna"}') -> dict[str, str]:
    return dict(RequestSigner(key=KEY).sign(body, viewer))


async def test_a_signed_call_passes_with_its_viewer_and_without_other_identities() -> None:
    forged = {"authorization": "Bearer x", "cookie": "tutti_session=x", "x-api-key": "x"}

    async with client() as subgraph:
        answer = await subgraph.post("/graphql", content=BODY, headers={**signed(), **forged})

    told = answer.json()
    assert told["body"] == BODY.decode()
    assert told["headers"]["tutti-viewer"] == '{"user":"anna"}'
    assert not set(forged) & set(told["headers"])


@pytest.mark.parametrize(
    ("method", "body", "headers", "status"),
    [
        ("POST", BODY, {}, 401),
        ("POST", BODY, {"tutti-viewer": '{"user":"anna"}'}, 401),
        ("POST", BODY + b" ", None, 401),
        ("GET", b"", None, 405),
        ("POST", b"x" * 101, None, 413),
    ],
)
async def test_what_is_not_signed_as_it_is_sent_never_reaches_it(
    method: str, body: bytes, headers: dict[str, str] | None, status: int
) -> None:
    async with client() as subgraph:
        given = signed() if headers is None else headers
        answer = await subgraph.request(method, "/graphql", content=body, headers=given)

    assert answer.status_code == status
    assert "errors" in answer.json()


async def test_where_unsigned_calls_are_allowed_they_are_nobodys() -> None:
    async with client(is_unsigned_allowed=True) as subgraph:
        forged = {"tutti-viewer": '{"user":"anna"}', "authorization": "Bearer x"}
        nobody = await subgraph.post("/graphql", content=BODY, headers=forged)
        tampered = await subgraph.post("/graphql", content=b"{}", headers=signed())

    assert nobody.json()["headers"]["tutti-viewer"] == ""
    assert "authorization" not in nobody.json()["headers"]
    assert tampered.status_code == 401
