"""What HTTP caches may do with an answer, and how a client asks whether its own is current."""

from collections.abc import Mapping
from hashlib import blake2b

from web.client_request import ClientRequest
from web.media_types import HEADER_BYTES_MAX

NO_STORE = (b"cache-control", b"no-store")
RATES = ("ratelimit", "ratelimit-policy")
"""They tell of who asked, not of the answer; a 304 brings them anew."""
REVALIDATE = (b"cache-control", b"no-cache")
"""May be kept by anyone, and must be asked about each time (RFC 9111)."""


def is_for_everyone(client: ClientRequest) -> bool:
    """Whether nobody was named, and nothing is told to the client alone."""
    has_credentials = client.bearer_token is not None or client.api_key is not None
    is_personal = any(name not in RATES for name, _ in client.answer_headers)
    return not has_credentials and not client.cookies and not is_personal


def entity_tag(body: bytes) -> str:
    """A weak tag: the same for the same text, however it is compressed (RFC 9110, 8.8.3)."""
    return f'W/"{blake2b(body, digest_size=16).hexdigest()}"'


def is_current(headers: Mapping[str, str], tag: str) -> bool:
    """Whether the client says that it has the answer of this tag."""
    asked = headers.get("if-none-match", "")[:HEADER_BYTES_MAX]
    opaque = tag.removeprefix("W/")
    return any(each.strip().removeprefix("W/") in (opaque, "*") for each in asked.split(","))
