"""Which headers of a client's request go to a subgraph, and which of its answer come back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

Header = tuple[str, str]


class Forwarded(msgspec.Struct, frozen=True):
    """Headers of a client's request that go to a subgraph."""

    headers: tuple[Header, ...] = ()
    lines: bytes = b""
    """The same as they are sent."""
    telling: tuple[Header, ...] = ()
    """Those that may change the answer."""


class ClientHeaders(dict[str, str]):
    """A client's headers for all fetches of its operation: what goes on of them is found once."""

    found: "tuple[HeaderRules, Forwarded] | None" = None
    """By whose rules, and what."""


NOTHING_FORWARDED = Forwarded()

DEFAULT_FORWARDED = (
    "authorization",
    "accept-language",
    "traceparent",
    "tracestate",
    "x-request-id",
)
NEVER = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "accept",
        "accept-encoding",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
TRACING = frozenset({"traceparent", "tracestate", "baggage", "x-request-id"})
"""Headers that tell requests apart and change no answer: equal queries may share one call."""
OWN_PREFIX = "tutti-"
"""Our own signed headers; a client's are never passed on."""


def no_headers(_context: Any) -> Mapping[str, str]:
    """The context has no headers."""
    return {}


def keep_none(_context: Any, _name: str, _value: str) -> None:
    """Nothing comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRules:
    """Names are in lower case; `Any` because only the composition root knows the context."""

    forwarded: tuple[str, ...] = DEFAULT_FORWARDED
    returned: tuple[str, ...] = ()
    """Of several answers to one operation each adds its own."""
    read: Callable[[Any], Mapping[str, str]] = no_headers
    """The client's headers, from the context of its request."""
    give_back: Callable[[Any, str, str], None] = keep_none
    """Puts one header of an answer where the front finds it: context, name, value."""

    def __post_init__(self) -> None:
        """Refuse what would break the connection, or forge a signed call."""
        for name in self.forwarded:
            if name != name.lower() or name in NEVER or name.startswith(OWN_PREFIX):
                raise ValueError(f"the header {name!r} cannot be forwarded")
        for name in self.returned:
            if name != name.lower() or name in NEVER:
                raise ValueError(f"the header {name!r} cannot be returned")

    def of_request(self, context: Any) -> Forwarded:
        """The headers that go to the subgraph."""
        if not self.forwarded:
            return NOTHING_FORWARDED
        given = self.read(context)
        if not isinstance(given, ClientHeaders):
            return self._forward(given)
        if given.found is None or given.found[0] is not self:
            given.found = self, self._forward(given)
        return given.found[1]

    def _forward(self, given: Mapping[str, str]) -> Forwarded:
        headers = tuple(
            [
                (name, value)
                for name in self.forwarded
                if (value := given.get(name)) and _is_clean(value)
            ]
        )
        telling = tuple([each for each in headers if each[0] not in TRACING])
        return Forwarded(headers, write_headers(headers), telling)

    def return_headers(self, context: Any, headers: Iterable[Header]) -> None:
        """Hand back those of the answer that may be seen."""
        for name, value in headers:
            if name in self.returned and _is_clean(value):
                self.give_back(context, name, value)


def write_headers(headers: Iterable[Header]) -> bytes:
    """Headers as they are sent."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers]).encode("ascii")


def _is_clean(value: str) -> bool:
    """Whether it can stand in a header without ending it."""
    return value.isprintable() and value.isascii()
