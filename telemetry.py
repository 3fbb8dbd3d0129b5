"""Logs, metrics and traces of every process, as the settings say.

Logs are one JSON object a line, with time, level and request id, and with the ids of the trace
where the request has one.
"""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog
from pydantic import SecretStr

if TYPE_CHECKING:
    from adapters.telemetry.metrics import Metrics
    from adapters.telemetry.tracing import Tracing


class Wanted(Protocol):
    """What is to be measured and traced, as the settings say it."""

    @property
    def metrics_host(self) -> str:
        """Where figures are shown."""
        ...

    @property
    def metrics_port(self) -> int | None:
        """None: nothing is measured."""
        ...

    @property
    def metrics_token(self) -> SecretStr | None:
        """None: whoever reaches the port may read."""
        ...

    @property
    def otlp_endpoint(self) -> str | None:
        """None: nothing is traced."""
        ...

    @property
    def trace_ratio(self) -> float:
        """The part of requests that are traced."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """What this process measures and traces."""

    metrics: "Metrics | None" = None
    """None: nothing is measured."""
    tracing: "Tracing | None" = None
    """None: nothing is traced."""


SILENT = Telemetry()


@asynccontextmanager
async def open_telemetry(
    wanted: Wanted, *, service: str, is_asked_only: bool = False
) -> AsyncIterator[Telemetry]:
    """Measure and trace until left; libraries are loaded only for what is wanted.

    With `is_asked_only` nothing is traced but what a caller wants to have traced.

    Raises:
        OSError: the metrics port cannot be had.
    """
    metrics, tracing = None, None
    async with AsyncExitStack() as stack:
        if wanted.metrics_port is not None:
            from adapters.telemetry.metrics import Metrics
            from adapters.telemetry.metrics_server import MetricsAddress, showing_metrics

            metrics, token = Metrics(), wanted.metrics_token
            address = MetricsAddress(
                host=wanted.metrics_host,
                port=wanted.metrics_port,
                token=None if token is None else token.get_secret_value(),
            )
            port = await stack.enter_async_context(showing_metrics(metrics, address))
            log = structlog.get_logger(__name__)
            log.info("metrics_are_shown", address=f"http://{wanted.metrics_host}:{port}/metrics")
        if wanted.otlp_endpoint is not None:
            from adapters.telemetry.otlp import sending_traces

            ratio = 0.0 if is_asked_only else wanted.trace_ratio
            sending = sending_traces(wanted.otlp_endpoint, service=service, ratio=ratio)
            tracing = stack.enter_context(sending)
        yield Telemetry(metrics=metrics, tracing=tracing)


def configure_logs(*, service: str, is_readable: bool) -> None:
    """Set up structlog and the standard library's logging alike.

    Args:
        service: stands on each line, such as `gateway`.
        is_readable: text for people instead of JSON.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        lambda _logger, _name, line: {"service": service, **line},
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # others print local values
        )
        if is_readable
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
