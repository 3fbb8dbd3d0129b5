"""The worker's composition: settings → context, tools, queues; heavy imports happen here."""

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

import workers.tasks
from adapters.ml.tools import ModelWorkshop
from adapters.storage.figures import show_damaged_objects
from adapters.telemetry.metrics import Metrics
from domain.media.recordings import Transcoder
from domain.messages.commands import (
    IndexChain,
    LearnWords,
    RankPlays,
    ReleaseDue,
    RotateStorageKeys,
    SweepObjects,
    SweepUploads,
    TrainRecommender,
)
from domain.nft.chain import Chain
from errors import ChainUnavailable
from resolvers.context import UseCaseContext
from settings import Settings
from wiring import model_file, open_use_case_context
from workers.context import Progress, WorkerContext
from workers.figures import JobFigures
from workers.job_rows import ClaimedJob
from workers.registry import REGISTRY, Registry
from workers.runner import MakeContext
from workers.scheduler import Periodic
from workers.worker import Worker, WorkerOptions, open_worker

if TYPE_CHECKING:
    from adapters.chain.client import ChainClient

DEFAULT_SLOTS: Final = 4
CHAIN_SLOTS: Final = 1
MODEL_SLOTS: Final = 1
INDEX_EVERY: Final = timedelta(seconds=5)
LEARN_EVERY: Final = timedelta(minutes=1)
RANK_EVERY: Final = timedelta(minutes=15)
"""A walk of pages keeps its order for two of these at least."""
RELEASE_EVERY: Final = timedelta(minutes=1)
"""Each planned release has a job for its instant; this finds what such a job has missed."""
FIND_ORPHANS_EVERY: Final = timedelta(days=1)
TRAIN_EVERY: Final = timedelta(hours=1)
ROTATE_EVERY: Final = timedelta(hours=24)
SWEEP_EVERY: Final = timedelta(minutes=10)


@asynccontextmanager
async def open_configured_worker(
    settings: Settings, metrics: Metrics | None = None
) -> AsyncIterator[Worker]:
    """The worker that the settings describe, closed again at the end."""
    async with open_use_case_context(settings) as base:
        tools = ConfiguredTools(settings)
        if metrics is not None:
            show_damaged_objects(metrics, base.ports.store)
        opened = open_worker(
            base.databases,
            load_handlers(),
            _context_maker(base, tools),
            base.clock,
            build_options(settings, None if metrics is None else JobFigures(metrics, base.clock)),
        )
        try:
            async with opened as worker:
                yield worker
        finally:
            await tools.close()


def load_handlers() -> Registry:
    """Import every module of tasks; their decorators fill the registry."""
    for module in pkgutil.iter_modules(workers.tasks.__path__):
        importlib.import_module(f"workers.tasks.{module.name}")
    return REGISTRY


def build_options(settings: Settings, figures: JobFigures | None = None) -> WorkerOptions:
    """Slots and periods."""
    periodic = [
        Periodic(command=TrainRecommender(), every=TRAIN_EVERY),
        Periodic(command=LearnWords(), every=LEARN_EVERY),
        Periodic(command=RankPlays(), every=RANK_EVERY),
        Periodic(command=SweepUploads(), every=SWEEP_EVERY),
        Periodic(command=ReleaseDue(), every=RELEASE_EVERY),
        Periodic(command=SweepObjects(), every=FIND_ORPHANS_EVERY),
    ]
    if settings.is_storage_sealed:
        periodic.append(Periodic(command=RotateStorageKeys(), every=ROTATE_EVERY))
    if settings.chain_rpc_url is not None:
        periodic.append(Periodic(command=IndexChain(), every=INDEX_EVERY))
    return WorkerOptions(
        slots={
            "default": DEFAULT_SLOTS,
            "media": settings.transcode_worker_count,
            "chain": CHAIN_SLOTS,
            "model": MODEL_SLOTS,
        },
        redis_url=settings.redis_url,
        periodic=periodic,
        figures=figures,
    )


class ConfiguredTools:
    """`workers.context.Tools`, each made when a task first asks for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._chain: ChainClient | None = None

    @cached_property
    def transcoder(self) -> Transcoder:
        """FFmpeg and its company, working below the data folder."""
        # Loads PyAV, Pillow and numpy.
        from adapters.transcode.transcoder import FfmpegTranscoder

        return FfmpegTranscoder(self._settings.data_dir / "scratch")

    @property
    def chain(self) -> Chain:
        """The chain of the settings.

        Raises:
            ChainUnavailable: none is set.
        """
        if self._chain is None:
            self._chain = self._connect_chain()
        return self._chain

    @property
    def chain_confirmations(self) -> int:
        """Blocks after which a mint is final, its own block counted."""
        return self._settings.chain_confirmations

    @property
    def embedder(self) -> ModelWorkshop:
        """Hears recordings, in a process of its own."""
        return self._workshop

    @property
    def trainer(self) -> ModelWorkshop:
        """Learns from behaviour, in the same process."""
        return self._workshop

    async def close(self) -> None:
        """Close what was made."""
        if self._chain is not None:
            await self._chain.close()
        if "_workshop" in self.__dict__:
            await self._workshop.close()

    @cached_property
    def _workshop(self) -> ModelWorkshop:
        return ModelWorkshop(model_file(self._settings))

    def _connect_chain(self) -> "ChainClient":
        if self._settings.chain_rpc_url is None:
            raise ChainUnavailable("No chain is set; TUTTI_CHAIN_RPC_URL names a node.")
        from adapters.chain.client import ChainClient  # loads web3: only for a worker that mints
        from adapters.chain.keys import load_or_make_key

        secret = self._settings.chain_private_key
        if secret is None:
            key = load_or_make_key(self._settings.data_dir / "chain")
        else:
            key = bytes.fromhex(secret.get_secret_value().removeprefix("0x"))
        return ChainClient(
            self._settings.chain_rpc_url,
            chain_id=self._settings.chain_id,
            key=key,
            contract=self._settings.nft_contract_address,
        )


def _context_maker(base: UseCaseContext, tools: ConfiguredTools) -> MakeContext:
    def make(job: ClaimedJob, reporter: Progress, is_last_attempt: bool) -> WorkerContext:
        return WorkerContext(
            databases=base.databases,
            ports=base.ports,
            limits=base.limits,
            clock=base.clock,
            job_id=job.id,
            tools=tools,
            attempt_number=job.attempts,
            is_last_attempt=is_last_attempt,
            reporter=reporter,
        )

    return make
