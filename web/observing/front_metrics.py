"""Rate, errors and duration of operations, by operation and by client; each label has a bound.

A label is bound to its figures once; a request then costs two look-ups and a few additions.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from starlette.requests import ClientDisconnect

from adapters.telemetry.metrics import OTHER, Count, Labelled, Metrics, Timings
from domain.users.manifests import hash_of
from errors import AppError
from federation.errors import FederationError

KNOWN_MAX: Final = 1_000
"""Operations that were asked for by id, and partners: they are told apart from the first time."""
FREE_MAX: Final = 100
"""Texts and names that anybody may send: those that come often are told apart."""
OFTEN: Final = 20
WAITING_MAX: Final = 5_000
"""Of those that came less often; more than that, and all begin to be counted anew."""
CODES_MAX: Final = 100
INVALID: Final = "invalid"
UNNAMED: Final = "unnamed"
NAME: Final = re.compile(r"\b(?:query|mutation|subscription)\s+([_A-Za-z]\w{0,63})")
HEAD_CHARACTERS: Final = 1_000
HASH_CHARACTERS: Final = 8


class Figures:
    """Rate, errors and duration of one thing."""

    __slots__ = ("errors", "seconds")

    def __init__(self, seconds: Timings, errors: Count) -> None:
        self.seconds = seconds
        self.errors = errors


class Labels:
    """The figures of what has a name: of those known from the first time, of others when often.

    `make` gives the figures of a label. Names are told apart by their hashes alone, so that
    nobody fills the memory with long ones.
    """

    def __init__(self, make: Callable[[str], Figures]) -> None:
        self._make = make
        self._found: dict[int, Figures] = {}
        self._known = 0
        self._free = 0
        self._waiting: Counter[int] = Counter()
        self._others: Figures | None = None

    def find(self, key: int) -> Figures | None:
        """The figures of a key; None where they are still to be asked for by `of`."""
        return self._found.get(key)

    def of(self, key: int, write: Callable[[], str], *, is_known: bool) -> Figures:
        """The figures of a key, whose label is written when it has figures of its own."""
        if is_known and self._known < KNOWN_MAX:
            self._known += 1
        elif self._is_often(key) and self._free < FREE_MAX:
            self._free += 1
        else:
            self._others = self._others or self._make(OTHER)
            return self._others
        made = self._found[key] = self._make(write())
        return made

    def _is_often(self, key: int) -> bool:
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.clear()
        self._waiting[key] += 1
        if self._waiting[key] < OFTEN:
            return False
        del self._waiting[key]
        return True


class Watched:
    """One operation under way."""

    __slots__ = ("_began", "_client", "_codes", "_operation")

    def __init__(
        self, began: float, operation: Figures, client: Figures, codes: Callable[[str], Count]
    ) -> None:
        self._began = began
        self._operation = operation
        self._client = client
        self._codes = codes

    def end(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """It was answered with these errors; `Any` because subgraphs wrote some of them."""
        seconds = time.perf_counter() - self._began
        self._operation.seconds.add(seconds)
        self._client.seconds.add(seconds)
        if errors:
            self._operation.errors.add()
            self._client.errors.add()
            for error in errors:
                self._codes(str((error.get("extensions") or {}).get("code", ""))).add()

    def fail(self, error: BaseException) -> None:
        """It was refused, or given up because its client left."""
        self.end(())
        if isinstance(error, Exception) and not isinstance(error, ClientDisconnect):
            self._operation.errors.add()
            self._client.errors.add()


class FrontMetrics:
    """What the front counts; bound by its bounds whatever clients send."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        names, of_all = ("operation", "kind"), KNOWN_MAX + FREE_MAX + 10
        self._seconds = metrics.timings(
            "operation",
            "Queries and mutations, from reading to the answer; subscriptions, to their end.",
            names,
            series_max=of_all,
        )
        self._errors = metrics.counts(
            "operation_errors", "Operations answered with an error.", names, series_max=of_all
        )
        self._client_seconds = metrics.timings(
            "client_operation", "The same, by client.", ["client"], series_max=of_all
        )
        self._client_errors = metrics.counts(
            "client_operation_errors", "The same, by client.", ["client"], series_max=of_all
        )
        self._codes = metrics.counts(
            "errors", "Errors told to clients, by code.", ["code"], series_max=CODES_MAX
        )
        self._operations: dict[str, Labels] = {}
        self._clients = Labels(
            lambda label: Figures(self._client_seconds.of(label), self._client_errors.of(label))
        )

    def watch(
        self,
        document: str,
        operation_name: str | None,
        kind: str | None,
        *,
        is_known: bool,
        client: str,
        is_partner: bool,
        began: float,
    ) -> Watched:
        """Count an operation from the moment when it began, by `time.perf_counter`.

        `is_known` says that the document was found by its id; a kind of None that it is wrong.
        """
        kinds = self._operations.get(kind or INVALID) or self._add_kind(kind or INVALID)
        key = 0 if kind is None else hash((document, operation_name))
        operation = kinds.find(key) or kinds.of(
            key,
            lambda: INVALID if kind is None else _label(document, operation_name),
            is_known=is_known or kind is None,
        )
        client_key = hash((client, is_partner))
        by_client = self._clients.find(client_key) or self._clients.of(
            client_key, lambda: client or UNNAMED, is_known=is_partner or not client
        )
        return Watched(began, operation, by_client, self._codes.of)

    def refuse(self, error: Exception) -> None:
        """Count what was refused before it was run, or failed as a whole."""
        is_ours = isinstance(error, AppError | FederationError)
        self._codes.of(error.code if is_ours else "INTERNAL").add()  # type: ignore[attr-defined]

    def measure(self, name: str, about: str, read: Callable[[], float]) -> None:
        """Show how much of something there is at the moment."""

        def read_one() -> Iterable[Labelled]:
            return [((), read())]

        self.metrics.read_gauges(name, about, [], read_one)

    def _add_kind(self, kind: str) -> Labels:
        def make(label: str) -> Figures:
            return Figures(self._seconds.of(label, kind), self._errors.of(label, kind))

        made = self._operations[kind] = Labels(make)
        return made


def _label(document: str, operation_name: str | None) -> str:
    """Name and hash: two versions of a client are told apart."""
    found = NAME.search(document[:HEAD_CHARACTERS])
    name = operation_name or (found.group(1) if found else UNNAMED)
    return f"{name[:64]}:{hash_of(document)[:HASH_CHARACTERS]}"
