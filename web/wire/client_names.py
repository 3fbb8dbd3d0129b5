"""How clients name themselves and their version: by a pair of headers, in one of two spellings."""

from collections.abc import Mapping

from domain.users.clients import CLIENT

SPELLINGS = (
    ("graphql-client-name", "graphql-client-version"),
    ("apollographql-client-name", "apollographql-client-version"),
)

NAME_HEADERS = tuple(name for pair in SPELLINGS for name in pair)


def read_client_name(headers: Mapping[str, str]) -> tuple[str, str]:
    """Name and version; empty where the client says nothing that can be told.

    Anybody can call themselves anything: only an API key proves who a client is.
    """
    for name, version in SPELLINGS:
        if name in headers:
            return _harmless(headers[name]), _harmless(headers.get(version, ""))
    return "", ""


def _harmless(text: str) -> str:
    return text if CLIENT.fullmatch(text) else ""
