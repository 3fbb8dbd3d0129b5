"""Bounds on what goes to one remote subgraph, each with a default."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """Bounds on connections to one subgraph."""

    connections_max: int = 100
    """Connections that are open at the same time."""

    waiting_max: int = 1_000
    """Requests that wait for a connection; beyond that they are refused at once."""

    wait_seconds_max: float = 1.0
    """Time a request may wait for a connection."""

    connect_seconds_max: float = 1.0
    """Time a new connection may take, TLS included."""

    idle_seconds_max: float = 4.0
    """Unused connections are closed after this: below the 5 s after which common servers do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLimits:
    """When a subgraph is left alone for a while."""

    failures_max: int = 10
    """Failures within the window that open the breaker, if they are half of all requests."""

    window_seconds: float = 10.0
    """How long failures count."""

    open_seconds: float = 2.0
    """Time until one request may try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLimits:
    """How often is tried again, and how long is waited before."""

    attempts_max: int = 3
    """Times a query is sent in all; mutations are sent once."""

    first_seconds: float = 0.05
    """Longest wait before the second attempt; it doubles for each further one."""

    seconds_max: float = 5.0
    """Longest wait before any attempt."""

    reconnects_max: int = 5
    """Times in a row that a broken subscription is opened anew."""

    steady_seconds: float = 10.0
    """A subscription that lived this long starts to count anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """Bounds of one remote subgraph."""

    seconds_max: float = 2.9
    """Deadline of one fetch, retries included; a little below the engine's own deadline, so
    that the breaker learns of it."""

    response_bytes_max: int = 32 * 1024 * 1024
    """Bytes of one answer, or of one event of a subscription."""

    pool: PoolLimits = field(default_factory=PoolLimits)
    breaker: BreakerLimits = field(default_factory=BreakerLimits)
    retries: RetryLimits = field(default_factory=RetryLimits)

    streams_max: int = 1_000
    """Subscriptions that are open at the same time."""

    subscriptions_per_socket_max: int = 100
    """Subscriptions that share a WebSocket; beyond that one more is opened."""

    socket_idle_seconds: float = 1.0
    """A WebSocket whose last subscription has ended stays open this long."""

    silence_seconds_max: float = 60.0
    """A stream of events that says nothing this long, not even that it lives, is lost."""

    reads_cache_control: bool = False
    """Whether answers say by `Cache-Control` how long they may be kept; for those who keep them."""

    def __post_init__(self) -> None:
        """Refuse bounds of nothing."""
        counts = (
            self.response_bytes_max,
            self.streams_max,
            self.subscriptions_per_socket_max,
            self.pool.connections_max,
            self.retries.attempts_max,
            self.breaker.failures_max,
        )
        assert min(counts) > 0, "a bound of nothing serves nobody"
