"""What both composition roots share: settings → databases and ports.

The gateway and the worker differ in what they run, not in what they reach.
"""

import os
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from adapters.broadcast.backend import BusBackend, ReplayLimits
from adapters.broadcast.backends.event_log import EventLogBackend
from adapters.broadcast.backends.redis_streams import RedisStreamsBackend
from adapters.broadcast.bus import Bus
from adapters.broadcast.bus_limits import BusLimits
from adapters.cache.memory import MemoryCache
from adapters.cache.shared import SharedCache
from adapters.cache.store import CacheStore
from adapters.identity.passwords import Argon2Passwords
from adapters.identity.tokens import (
    JwtAccessTokens,
    development_key,
    read_private_key,
    write_once,
)
from adapters.ml.models import ModelServerClient
from adapters.rate_limit.memory import MemoryBuckets
from adapters.rate_limit.shared import SharedBuckets
from adapters.storage.key_ring import GivenKeys, KeyRing, KeysInFolder
from adapters.storage.local import LocalStore
from adapters.storage.rewrapping import Rewrapper
from adapters.storage.s3 import BucketAddress, S3Store
from adapters.storage.sealing import SealedStore
from adapters.storage.signing import UrlSigner
from adapters.storage.store import ByteStore
from db.engine import DOMAINS, Databases
from domain.clock import SystemClock, utc_now
from domain.media.entitlements import UsualPlans
from domain.ports import DirectUploads, Limits, ObjectStore, OperationChecks
from resolvers.context import Ports, UseCaseContext
from resolvers.gathering import Gathering
from settings import Settings

MODEL_FILE = "recommender.bin"
AGES = timedelta(days=36_500)
"""No key is as old; only where there is none, one is made."""
HEARTBEATS_EVERY_SECONDS = 1.0
"""A process writes all heartbeats of this time in one commit; whoever is alone waits for none."""


@asynccontextmanager
async def open_use_case_context(
    settings: Settings,
    domains: Collection[str] = DOMAINS,
    operation_checks: OperationChecks | None = None,
) -> AsyncIterator[UseCaseContext]:
    """Everything a use case of these domains may reach, closed again at the end."""
    prepare_data_folder(settings)
    urls = settings.urls_by_domain()
    databases = Databases({domain: urls[domain] for domain in domains})
    passwords = Argon2Passwords()
    store = build_store(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(databases.close)
        stack.callback(passwords.close)
        buckets = build_buckets(settings)
        stack.push_async_callback(buckets.close)
        bus = await stack.enter_async_context(
            Bus(build_bus_backend(settings, databases), bus_limits(settings))
        )
        yield UseCaseContext(
            databases=databases,
            ports=Ports(
                store=store,
                key_rotation=build_key_rotation(settings, store),
                urls=build_url_signer(settings),
                live=bus,
                heartbeats=Gathering(seconds_min=HEARTBEATS_EVERY_SECONDS),
                models=ModelServerClient(
                    model_socket(settings), timeout_seconds=settings.ai_timeout_seconds
                ),
                passwords=passwords,
                tokens=build_tokens(settings),
                buckets=buckets,
                operation_checks=operation_checks,
                direct_uploads=build_direct_uploads(settings),
            ),
            limits=build_limits(settings),
            clock=SystemClock(),
        )


def prepare_data_folder(settings: Settings) -> None:
    """Make the data folder; raises OSError where that cannot be."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not os.access(settings.data_dir, os.W_OK | os.X_OK):
        raise OSError(
            f"the data folder {settings.data_dir} cannot be written; set TUTTI_DATA_DIR to another"
        )


def build_buckets(settings: Settings) -> MemoryBuckets | SharedBuckets:
    """Where tries are counted: in this process, or in Redis for all of them."""
    return MemoryBuckets() if settings.redis_url is None else SharedBuckets(settings.redis_url)


def build_cache(settings: Settings) -> CacheStore | None:
    """What keeps answers: this process, or Redis for all of them; None where nothing does."""
    if not settings.cache:
        return None
    if settings.redis_url is None:
        return MemoryCache(bytes_max=settings.cache_bytes_max)
    return SharedCache(settings.redis_url, secret=url_signing_key(settings))


def build_bus_backend(settings: Settings, databases: Databases) -> BusBackend:
    """How live messages travel: the databases' event logs, or Redis Streams."""
    if settings.redis_url is not None:
        return RedisStreamsBackend(settings.redis_url)
    logs = [base.path for base in databases.distinct() if base.path is not None]
    return EventLogBackend(logs, bus_path=settings.data_dir / "bus.db")


def bus_limits(settings: Settings) -> BusLimits:
    """How much waits for a subscriber, and how much one is told again who comes back."""
    replay = ReplayLimits(
        messages_max=settings.live_replay_messages, seconds_max=settings.live_replay_seconds
    )
    return BusLimits(mailbox_messages_max=settings.live_mailbox_messages, replay=replay)


def build_store(settings: Settings) -> ObjectStore:
    """Objects in the data folder, or in a bucket of an S3 dialect; sealed, or as they are."""
    inner: ByteStore
    if settings.s3_bucket is None:
        inner = LocalStore(settings.data_dir / "objects")
    else:
        inner = S3Store(bucket_address(settings))
    if not settings.is_storage_sealed:
        return inner
    return SealedStore(
        inner,
        build_key_ring(settings),
        SystemClock(),
        plain_readable=settings.is_plain_readable,
    )


def build_key_ring(settings: Settings) -> KeyRing:
    """The keys of the settings, or those of the data folder, where the first is made now."""
    if settings.storage.keys:
        given = {
            key_id: bytes.fromhex(key.get_secret_value())
            for key_id, key in settings.storage.keys.items()
        }
        return GivenKeys(given, settings.storage.active_key)
    ring = KeysInFolder(settings.data_dir / "keys" / "storage")
    ring.renew(utc_now(), after=AGES)
    return ring


def build_key_rotation(settings: Settings, store: ObjectStore) -> Rewrapper | None:
    """Brings what the store holds under its newest key; None where nothing is sealed."""
    if not isinstance(store, SealedStore):
        return None
    every = timedelta(days=settings.storage.key_days)
    return Rewrapper(store, SystemClock(), renew_after=every)


def build_direct_uploads(settings: Settings) -> DirectUploads | None:
    """Uploads that go past us, into a bucket; None where there is no bucket."""
    if settings.s3_bucket is None:
        return None
    from adapters.storage.presigning import PresignedUploads  # loads boto3

    return PresignedUploads(bucket_address(settings), public_endpoint=settings.s3_public_endpoint)


def bucket_address(settings: Settings) -> BucketAddress:
    """Where the bucket of the settings is; one must be set."""
    assert settings.s3_bucket is not None
    access, secret = settings.s3_access_key, settings.s3_secret_key
    return BucketAddress(
        bucket=settings.s3_bucket,
        endpoint=settings.s3_endpoint,
        access_key_id=None if access is None else access.get_secret_value(),
        secret_access_key=None if secret is None else secret.get_secret_value(),
    )


def build_url_signer(settings: Settings) -> UrlSigner:
    """Signs media URLs."""
    return UrlSigner([url_signing_key(settings)])


def url_signing_key(settings: Settings) -> bytes:
    """A secret that all gateways of a house have; that of development lives in the data folder."""
    if settings.url_signing_key is not None:
        return settings.url_signing_key.get_secret_value().encode()
    return development_secret(settings.data_dir / "keys" / "url-signing.key")


def internal_signing_key(settings: Settings) -> bytes:
    """Signs calls between gateway and subgraphs.

    Raises:
        OSError: production brings its own, and has not.
    """
    if settings.internal_signing_key is not None:
        return settings.internal_signing_key.get_secret_value().encode()
    if not settings.is_development:
        raise OSError("production needs its own TUTTI_INTERNAL_SIGNING_KEY")
    return development_secret(settings.data_dir / "keys" / "internal-signing.key")


def build_tokens(settings: Settings) -> JwtAccessTokens:
    """Issues and verifies access tokens; the development key lives in the data folder."""
    if settings.token_signing_key is not None:
        pem = settings.token_signing_key.get_secret_value().encode()
        return JwtAccessTokens(read_private_key(pem))
    return JwtAccessTokens(development_key(settings.data_dir / "keys" / "token-signing.pem"))


def build_limits(settings: Settings) -> Limits:
    """The bounds that use cases enforce."""
    anywhere = (Path("/"),) if settings.is_development else ()
    return Limits(
        upload_bytes_max=settings.upload_bytes_max,
        stream_url_seconds=settings.stream_url_seconds,
        access_token_seconds=settings.access_token_seconds,
        refresh_token_seconds=settings.refresh_token_seconds,
        import_folder_roots=settings.import_folder_roots or anywhere,
        upload_seconds=settings.upload_seconds,
        storage_bytes_max=settings.storage_bytes_max,
        usual_plans=UsualPlans(
            account=settings.delivery.account_plan, stranger=settings.delivery.stranger_plan
        ),
    )


def model_folder(settings: Settings) -> Path:
    """Where model artefacts are kept."""
    return settings.ai_model_path or settings.data_dir / "models"


def model_file(settings: Settings) -> Path:
    """The recommender's artefact."""
    return model_folder(settings) / MODEL_FILE


def model_socket(settings: Settings) -> Path:
    """Where the model process of this machine listens."""
    return settings.data_dir / "model.sock"


def development_secret(path: Path) -> bytes:
    """A secret in a file; made there, once, whoever comes first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        write_once(path, secrets.token_hex(32).encode())
    return path.read_bytes()
