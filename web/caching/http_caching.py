"""What HTTP caches may do with an answer, and how a client asks whether its own is current."""

from collections.abc import Mapping
from hashlib import blake2b

from federation.engine import GraphQLResponse
from federation.operation.freshness import Sharing
from web.caching.response_cache import KeptResponse, age_of
from web.wire.client_request import ClientRequest
from web.wire.media_types import HEADER_BYTES_MAX
from web.wire.surrogate_keys import surrogate_keys

Header = tuple[bytes, bytes]

NO_STORE = (b"cache-control", b"no-store")
RATES = ("ratelimit", "ratelimit-policy")
"""They tell of who asked, not of the answer; a 304 brings them anew."""
REVALIDATE = (b"cache-control", b"no-cache")
"""May be kept by anyone, and must be asked about each time (RFC 9111)."""


def is_for_everyone(client: ClientRequest) -> bool:
    """Whether nobody was named, and nothing is told to the client alone."""
    return not _has_credentials(client) and not _is_personal(client)


def keeping_headers(response: GraphQLResponse, client: ClientRequest) -> tuple[Header, ...]:
    """`Cache-Control` and what goes with it, where the schema says that an answer may be kept.

    What everybody is told may be kept by caches in front of us: they learn how old it is, and by
    which names they will be told to forget it. The standing of whoever asked is not theirs.
    """
    policy = response.caching
    if policy is None or _is_personal(client):
        return ()
    if policy.sharing is Sharing.VIEWER:
        return ((b"cache-control", b"private, max-age=%d" % policy.max_age),)
    if policy.sharing is Sharing.STRANGERS and _has_credentials(client):
        return ()
    if client.api_key is not None:  # a cache would let in who has no key, and count for nobody
        return ((b"cache-control", b"private, max-age=%d" % policy.max_age),)
    client.answer_headers.clear()
    if isinstance(response, KeptResponse):
        keys = response.keys
    else:
        keys = surrogate_keys(policy.tags, None)
    told = [(b"cache-control", b"public, max-age=%d" % policy.max_age)]
    age = age_of(response)
    if age:
        told.append((b"age", b"%d" % age))
    if keys:
        told.append((b"surrogate-key", keys.encode("ascii")))
        told.append((b"cache-tag", keys.replace(" ", ",").encode("ascii")))
    return tuple(told)


def _has_credentials(client: ClientRequest) -> bool:
    has_token = client.bearer_token is not None or "authorization" in client.headers
    return has_token or client.api_key is not None or bool(client.cookies)


def _is_personal(client: ClientRequest) -> bool:
    return any(name not in RATES for name, _ in client.answer_headers)


def entity_tag(body: bytes) -> str:
    """A weak tag: the same for the same text, however it is compressed (RFC 9110, 8.8.3)."""
    return f'W/"{blake2b(body, digest_size=16).hexdigest()}"'


def is_current(headers: Mapping[str, str], tag: str) -> bool:
    """Whether the client says that it has the answer of this tag."""
    asked = headers.get("if-none-match", "")[:HEADER_BYTES_MAX]
    opaque = tag.removeprefix("W/")
    return any(each.strip().removeprefix("W/") in (opaque, "*") for each in asked.split(","))
