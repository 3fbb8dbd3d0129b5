"""Figures of one process: counted in plain numbers, written out when somebody asks.

A figure is bound once and then costs an addition: the library's own children take a lock and a
look-up for each. Whatever has labels has a bound; beyond it all is counted as `other`.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Final, Generic, TypeVar

from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LONG_SECONDS: Final = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0)
"""For jobs, which take longer than requests."""
SERIES_MAX: Final = 200
OTHER: Final = "other"

Labelled = tuple[Sequence[str], float]
"""The values of the labels, and what was read."""


class Count:
    """How often something happened."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0

    def add(self, times: int = 1) -> None:
        """Count it."""
        self.value += times


class Timings:
    """How long things took: how many took at most so many seconds, and all together."""

    __slots__ = ("_bounds", "counts", "seconds")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """Count one that took so long."""
        self.counts[bisect_left(self._bounds, seconds)] += 1
        self.seconds += seconds

    def copy(self) -> tuple[list[int], float]:
        """What was counted so far."""
        return list(self.counts), self.seconds


FigureT = TypeVar("FigureT", Count, Timings)


class Series(Generic[FigureT]):
    """The figures of one name, by the values of their labels."""

    def __init__(self, make: Callable[[], FigureT], labels: int, series_max: int) -> None:
        self._make: Callable[[], FigureT] = make
        self._other = (OTHER,) * labels
        self._series_max = series_max
        self._found: dict[tuple[str, ...], FigureT] = {}

    def of(self, *values: str) -> FigureT:
        """The figure of these values; keep it where it is needed often."""
        found = self._found.get(values)
        if found is None:
            if len(self._found) >= self._series_max:
                values = self._other
            found = self._found.setdefault(values, self._make())
        return found

    def items(self) -> list[tuple[tuple[str, ...], FigureT]]:
        """All of them, as they are now."""
        return list(self._found.items())


class _Read(Collector):
    """What was read at one moment."""

    def __init__(self, families: Sequence[Callable[[], Metric]]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """The same again, and what the interpreter and the system say of the process."""
        for write in self._families:
            yield write()
        for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
            yield from collector.collect()


class Metrics:
    """All figures of this process, and how they are read.

    fetches = metrics.timings("fetch", "Fetches from subgraphs.", ["subgraph"])
    media = fetches.of("media")
    media.add(0.004)
    """

    def __init__(self) -> None:
        self._families: list[Callable[[], Callable[[], Metric]]] = []
        """Each reads what there is now, and gives what writes it down."""

    def counts(
        self, name: str, about: str, labels: Sequence[str] = (), *, series_max: int = SERIES_MAX
    ) -> Series[Count]:
        """Counters `tutti_<name>_total`."""
        series = Series(Count, len(labels), series_max)

        def read() -> Iterable[Labelled]:
            return [(values, count.value) for values, count in series.items()]

        self.read_counts(name, about, labels, read)
        return series

    def timings(
        self,
        name: str,
        about: str,
        labels: Sequence[str] = (),
        *,
        bounds: Sequence[float] = SECONDS,
        series_max: int = SERIES_MAX,
    ) -> Series[Timings]:
        """Histograms `tutti_<name>_seconds`."""
        series = Series(lambda: Timings(bounds), len(labels), series_max)

        limits = [*map(str, bounds), "+Inf"]

        def read() -> Callable[[], Metric]:
            found = [(values, *timings.copy()) for values, timings in series.items()]

            def write() -> Metric:
                family = HistogramMetricFamily(f"tutti_{name}_seconds", about, labels=labels)
                for values, counts, seconds in found:
                    below = map(float, accumulate(counts))
                    family.add_metric(values, list(zip(limits, below, strict=True)), seconds)
                return family

            return write

        self._families.append(read)
        return series

    def read_counts(
        self, name: str, about: str, labels: Sequence[str], read: Callable[[], Iterable[Labelled]]
    ) -> None:
        """Counters `tutti_<name>_total` that somebody else counts."""
        self._add_read(CounterMetricFamily, name, about, labels, read)

    def read_gauges(
        self, name: str, about: str, labels: Sequence[str], read: Callable[[], Iterable[Labelled]]
    ) -> None:
        """Gauges `tutti_<name>`: what is so at this moment."""
        self._add_read(GaugeMetricFamily, name, about, labels, read)

    async def write(self) -> bytes:
        """All of them in Prometheus' text format: read in the loop, and written in a thread."""
        read = _Read([each() for each in self._families])
        return await asyncio.to_thread(generate_latest, read)

    def _add_read(
        self,
        make: type[CounterMetricFamily | GaugeMetricFamily],
        name: str,
        about: str,
        labels: Sequence[str],
        read: Callable[[], Iterable[Labelled]],
    ) -> None:
        def read_now() -> Callable[[], Metric]:
            found = list(read())

            def write() -> Metric:
                family = make(f"tutti_{name}", about, labels=labels)
                for values, value in found:
                    family.add_metric(values, value)
                return family

            return write

        self._families.append(read_now)
