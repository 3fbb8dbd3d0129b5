"""What clients of graphql-transport-ws say, checked; and the codes that sockets are closed with."""

from enum import IntEnum
from typing import Any

from msgspec.structs import replace

from web.wire.client_names import NAME_HEADERS
from web.wire.client_request import ClientRequest, parse_bearer
from web.wire.json_bytes import load_json

CLIENT_MESSAGES = ("connection_init", "ping", "pong", "subscribe", "complete")
OPERATION_ID_LENGTH_MAX = 256


class CloseCode(IntEnum):
    """Why the server ends a socket; the numbers are the protocol's."""

    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    INVALID_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429
    INTERNAL = 4500


class SocketEnded(Exception):
    """The socket is over: the client left (no code), or we close it (with one)."""

    def __init__(self, code: CloseCode | None = None, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def parse_message(text: str) -> dict[str, Any]:
    """Read one message of the protocol.

    Raises:
        SocketEnded: it is none; 4400 tells the client.
    """
    try:
        message = load_json(text)
    except ValueError as error:
        raise SocketEnded(CloseCode.INVALID_MESSAGE, "Invalid message received") from error
    is_known = isinstance(message, dict) and message.get("type") in CLIENT_MESSAGES
    if not is_known:
        raise SocketEnded(CloseCode.INVALID_MESSAGE, "Invalid message received")
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise SocketEnded(CloseCode.INVALID_MESSAGE, "The payload must be an object.")
    assert isinstance(message, dict)
    return message


def operation_id_of(message: dict[str, Any]) -> str:
    """The id of the operation that a message is about; raises SocketEnded without one."""
    found = message.get("id")
    if isinstance(found, str) and 0 < len(found) <= OPERATION_ID_LENGTH_MAX:
        return found
    raise SocketEnded(CloseCode.INVALID_MESSAGE, "The id must be a non-empty string.")


def has_token(message: dict[str, Any]) -> bool:
    """Whether a ping brings new credentials."""
    return any(name.lower() == "authorization" for name in message.get("payload") or ())


def with_credentials(client: ClientRequest, payload: dict[str, Any] | None) -> ClientRequest:
    """Take credentials and the client's name from `connection_init`, else from the handshake."""
    given = {
        name.lower(): value for name, value in (payload or {}).items() if isinstance(value, str)
    }
    token = parse_bearer(given.get("authorization", "")) or given.get("accesstoken")
    names = {name: given[name] for name in NAME_HEADERS if name in given}
    return replace(
        client,
        headers={**client.headers, **names},
        bearer_token=token or client.bearer_token,
        api_key=given.get("x-api-key") or client.api_key,
    )
