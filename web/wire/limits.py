"""Bounds of the web surface: on bytes, sockets, waits and operations at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from web.wire.refusals import Overloaded


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLimits:
    """Every bound of the web surface, with a default that suits one machine."""

    body_bytes_max: int = 1024 * 1024
    """Bytes of one request body; counted while it streams in."""

    body_seconds_max: float = 15.0
    """Time a client may take to send its body."""

    batch_operations_max: int = 0
    """Operations that one request may hold as a JSON array; 0 takes no arrays."""

    upload_files_max: int = 10
    """Files that one request may bring."""

    upload_seconds_max: float = 2 * 60 * 60
    """Time that the files of one request may take to arrive."""

    uploads_max: int = 20
    """Requests with files that arrive or run at the same time in this process."""

    document_bytes_max: int = 128 * 1024
    """Bytes of one GraphQL document, whether sent or looked up."""

    query_string_bytes_max: int = 64 * 1024
    """Bytes of the query string of a GET."""

    operation_seconds_max: float = 15.0
    """Wall-clock time of one query or mutation; the engine's own deadline comes first."""

    operations_max: int = 1_000
    """Queries and mutations that run at the same time in this process."""

    streams_max: int = 10_000
    """Subscriptions that are open at the same time in this process, on all transports."""

    sockets_max: int = 5_000
    """WebSocket connections of this process."""

    sockets_per_client_max: int = 2_000
    """WebSocket connections from one address; offices and tests share one."""

    operations_per_socket_max: int = 100
    """Operations that one WebSocket, or one shared event stream, may have open."""

    shared_streams_max: int = 1_000
    """Event streams of several operations that are reserved or open in this process."""

    shared_streams_per_client_max: int = 20
    """The same, for one viewer; for one address where nobody is logged in."""

    reservation_seconds_max: float = 60.0
    """Time from the reservation of a shared event stream to its opening."""

    message_bytes_max: int = 1024 * 1024
    """Bytes of one WebSocket message; give the same bound to the server."""

    init_seconds_max: float = 10.0
    """Time from the opening of a WebSocket to its `connection_init`."""

    send_seconds_max: float = 30.0
    """Time one message may wait for a client that does not read."""

    heartbeat_seconds: float = 12.0
    """Silence on an event stream after which a comment keeps it open."""

    duplicate_seconds_max: float = 5.0
    """Time a repeated mutation waits for the answer of the one before it."""

    explanations_max: int = 4
    """Plans that are explained at the same time; each takes a thread."""

    explanation_characters_max: int = 1_000_000
    """Length of an explanation; what is longer is cut."""


class SlotsPerClient:
    """As `Slots`, counted for each client apart; who holds none is forgotten."""

    def __init__(self, what: str, taken_max: int) -> None:
        self._what = what
        self._taken_max = taken_max
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one(self, client: str) -> Iterator[None]:
        """Hold one of a client's.

        Raises:
            Overloaded: this client has all that it may have.
        """
        if self._taken[client] >= self._taken_max:
            raise Overloaded(f"Too many {self._what} of one client; close some.")
        self._taken[client] += 1
        try:
            yield
        finally:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]


class Slots:
    """Counts what runs at the same time and refuses what would be too much.

    with slots: …   holds one of them
    """

    def __init__(self, what: str, taken_max: int) -> None:
        assert taken_max > 0, "a bound of nothing serves nobody"
        self._what = what
        self._taken = 0
        self._taken_max = taken_max

    @property
    def taken(self) -> int:
        """How many are in use now."""
        return self._taken

    def __enter__(self) -> None:
        """Take one.

        Raises:
            Overloaded: all slots are taken.
        """
        if self._taken >= self._taken_max:
            raise Overloaded(f"Too many {self._what} at the same time; try again soon.")
        self._taken += 1

    def __exit__(self, *_failure: object) -> None:
        """Give it back."""
        self._taken -= 1
