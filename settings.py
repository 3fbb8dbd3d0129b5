"""Everything that differs between two deployments, and nothing else."""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    Field,
    IPvAnyNetwork,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from db.engine import DOMAINS
from media_settings import DeliverySettings, StorageSettings

ORIGIN = re.compile(r"https?://[a-z0-9.\[\]:-]+")
"""As browsers write it: in lower case, without a path."""


class Rates(BaseModel, frozen=True, extra="forbid"):
    """Requests in a minute; 0 for as many as they like."""

    address: int = Field(default=6_000, ge=0)
    """From one address, or one IPv6 network."""

    user: int = Field(default=3_000, ge=0)
    """Of one account."""

    partner: int = Field(default=6_000, ge=0)
    """Of one partner, whichever of its keys it uses."""

    sandbox: int = Field(default=60, ge=0)
    """Of one partner with its sandbox keys."""

    partners: dict[str, int] = {}
    """Of partners whose plan says otherwise, by name: TUTTI_RATES__PARTNERS={"acme": 60000}"""


class Settings(BaseSettings):
    """Read once, by composition roots only; `TUTTI_` before each name."""

    model_config = SettingsConfigDict(
        env_prefix="TUTTI_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    environment: Literal["development", "production"] = "development"
    """production refuses default secrets and hides what helps developers."""

    host: str = "127.0.0.1"
    """The address to listen on."""

    port: int = Field(default=8000, ge=0, le=65_535)
    """The port to listen on."""

    workers: int = Field(default=1, ge=1, le=64)
    """Gateway processes that serve the port together; one for each core is plenty."""

    public_url: str | None = None
    """Scheme and authority under which clients reach us; by default host and port."""

    allowed_origins: tuple[str, ...] = ()
    """Origins (scheme://host[:port]) of front ends on other hosts, whose pages may ask with the
    viewer's cookies; development allows those of this machine as well."""

    schema_public: bool | None = None
    """Whether callers who are not logged in may introspect, read /schema.graphql, be told what is
    wrong with a document, and meet the explorer; by default in development only."""

    data_dir: Path = Path("var")
    """Database, objects, chain and keys of the embedded profile."""

    database_url: str | None = None
    """SQLite (sqlite+aiosqlite:///…) or PostgreSQL (postgresql+asyncpg://…); by default a
    SQLite file in the data folder."""

    database_urls: dict[str, str] = {}
    """A database of its own for a domain: TUTTI_DATABASE_URLS__NFT=…"""

    subgraph_urls: dict[str, str] = {}
    """A subgraph in a process of its own: TUTTI_SUBGRAPH_URLS__NFT=http://…/graphql"""

    internal_signing_key: SecretStr | None = None
    """Secret for calls between gateway and subgraphs, 32 characters or more. Development makes
    one in the data folder."""

    redis_url: str | None = None
    """Set with PostgreSQL (distributed profile); unset with SQLite (embedded profile)."""

    token_signing_key: SecretStr | None = None
    """Ed25519 private key in PEM form. Development makes one in the data folder."""

    url_signing_key: SecretStr | None = None
    """Secret for media URLs, 32 characters or more. Development makes one."""

    s3_endpoint: str | None = None
    """An S3 dialect's endpoint; unset keeps objects in the data folder."""

    s3_public_endpoint: str | None = None
    """The same as clients reach it, for what they send there directly; by default the endpoint."""

    s3_bucket: str | None = Field(
        default=None, validation_alias=AliasChoices("TUTTI_S3_BUCKET", "S3_BUCKET_NAME")
    )
    """The bucket; `gateway.py migrate` makes it where it is missing."""

    s3_access_key: SecretStr | None = None
    """Access key id."""

    s3_secret_key: SecretStr | None = None
    """Secret access key."""

    storage: StorageSettings = StorageSettings()
    """How objects are sealed where they lie: TUTTI_STORAGE__KEYS=…"""

    delivery: DeliverySettings = DeliverySettings()
    """What listeners are given: TUTTI_DELIVERY__ACCOUNT_PLAN=…"""

    chain_rpc_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("TUTTI_CHAIN_RPC_URL", "BLOCKCHAIN_PROVIDER"),
    )
    """A JSON-RPC node; unset starts the embedded EVM."""

    chain_private_key: SecretStr | None = None
    """The minting account's key; the embedded EVM has one of its own."""

    chain_id: int = Field(default=88_884, ge=1)
    """Which chain the node serves; the default is the embedded EVM's."""

    chain_confirmations: int = Field(default=1, ge=1, le=1_000)
    """Blocks after which a mint is final, its own block counted."""

    nft_contract_address: str | None = Field(
        default=None,
        validation_alias=AliasChoices("TUTTI_NFT_CONTRACT_ADDRESS", "NFT_CONTRACT_ADDRESS"),
    )
    """The deployed contract; unset deploys one on first use."""

    ai_model_path: Path | None = Field(
        default=None, validation_alias=AliasChoices("TUTTI_AI_MODEL_PATH", "AI_MODEL_PATH")
    )
    """Folder of model artefacts; by default `models` in the data folder."""

    ai_timeout_seconds: float = Field(
        default=30.0,
        gt=0,
        le=300,
        validation_alias=AliasChoices("TUTTI_AI_TIMEOUT", "AI_TIMEOUT"),
    )
    """How long a recommendation may take before popularity answers; reads 30s, 500ms, 2."""

    transcode_worker_count: int = Field(
        default=2,
        ge=1,
        le=64,
        validation_alias=AliasChoices("TUTTI_TRANSCODE_WORKER_COUNT", "TRANSCODE_WORKER_COUNT"),
    )
    """FFmpeg processes at once in one worker."""

    upload_bytes_max: int = Field(default=2 * 1024**3, ge=1)
    """Largest file that may be uploaded."""

    upload_seconds: int = Field(default=7 * 86_400, ge=3_600, le=30 * 86_400)
    """How long a file that was announced is waited for, and may come in pieces."""

    storage_bytes_max: int = Field(default=200 * 1024**3, ge=1)
    """Bytes of originals that an account may keep, unless it has a limit of its own."""

    import_folder_roots: tuple[Path, ...] = ()
    """importFolder reads below these; in development anywhere when empty."""

    stream_url_seconds: int = Field(default=6 * 3600, ge=60, le=7 * 86_400)
    """How long a stream URL is good."""

    access_token_seconds: int = Field(default=15 * 60, ge=60, le=3600)
    """How long an access token is good."""

    refresh_token_seconds: int = Field(default=7 * 86_400, ge=3600)
    """How long a session lives without renewal."""

    live_mailbox_messages: int = Field(default=256, ge=1, le=10_000)
    """Live messages that wait for one slow subscriber before the oldest go and it is told so."""

    live_replay_messages: int = Field(default=1_000, ge=1, le=10_000)
    """Missed messages that a subscriber who comes back is told at most; more is a gap."""

    live_replay_seconds: float = Field(default=600.0, gt=0, le=86_400)
    """Age of the oldest missed message that is told again."""

    cache: bool = True
    """Keep answers for as long as the schema says (`@cacheControl`), and forget them when what they
    show changes: in Redis for all gateways where there is one, else in each process."""

    cache_bytes_max: int = Field(default=32 * 1024**2, ge=1024**2)
    """Bytes of answers that one process keeps in its memory."""

    cached_subgraphs: frozenset[str] = frozenset()
    """Subgraphs whose entities are kept as well, each under its key: those that run elsewhere."""

    fetch_seconds_max: float = Field(default=3.0, gt=0)
    """Deadline of one fetch from a subgraph."""

    operation_seconds_max: float = Field(default=10.0, gt=0)
    """Deadline of one operation."""

    operation_cost_max: int = Field(default=20_000, ge=1)
    """Estimated cost of one operation, by the schema's `@cost` and `@listSize`."""

    drain_seconds: float | None = Field(default=None, ge=0, le=300)
    """Time between SIGTERM and the end of listening, in which /ready says 503 and clients are sent
    elsewhere; by default 5 in production, none in development."""

    metrics_host: str = "127.0.0.1"
    """Where figures are shown; production wants a token for anything but this machine."""

    metrics_port: int | None = Field(default=None, ge=0, le=65_535)
    """The port of /metrics, never that of clients; unset measures nothing. Of several processes
    of one start each has its own, from this one on."""

    metrics_token: SecretStr | None = None
    """Asked for by /metrics as `Authorization: Bearer …`."""

    otlp_endpoint: str | None = Field(default=None, pattern=r"^https?://")
    """A receiver of traces by OTLP over HTTP, as http://127.0.0.1:4318; unset traces nothing."""

    trace_ratio: float = Field(default=0.01, ge=0, le=1)
    """The part of requests that are traced."""

    trace_callers: tuple[IPvAnyNetwork, ...] = ()
    """Addresses or networks of services of ours, whose `traceparent` is believed."""

    rates: Rates | None = None
    """How often clients may ask; by default not limited in development."""

    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of our own proxies; only they are believed about whom they ask for
    (X-Forwarded-For, X-Forwarded-Proto)."""

    country_header: str | None = Field(default=None, pattern=r"^[a-z0-9-]{1,64}$")
    """Header, in lower case, in which our proxies tell a viewer's country (ISO 3166-1 alpha-2),
    such as cf-ipcountry; from anyone but trusted_proxies it is dropped. Unset: none is known."""

    batch_operations_max: int = Field(default=0, ge=0, le=100)
    """Operations that one request may hold as a JSON array; 0 takes no arrays."""

    persisted_documents: Path | None = None
    """Manifest file: id → document; by default examples/operations/manifest.json."""

    persisted_only: frozenset[str] = frozenset()
    """Names of clients that may run published operations only, by their ids; "*" for all."""

    automatic_persisted_queries: bool = True
    """Keep what Apollo's clients send with a hash, so that they need not send it again."""

    demo: bool = True
    """Make a small demo catalogue on first start; in development only."""

    @property
    def grace_seconds(self) -> float:
        """Time between SIGTERM and the end of listening."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return 0.0 if self.is_development else 5.0

    @property
    def request_rates(self) -> Rates | None:
        """How often clients may ask; None for as often as they like."""
        return Rates() if self.rates is None and not self.is_development else self.rates

    @field_validator("ai_timeout_seconds", mode="before")
    @classmethod
    def _read_duration(cls, value: object) -> object:
        text = str(value).strip()
        if text.endswith("ms"):
            return float(text[:-2]) / 1000
        return float(text[:-1]) if text.endswith("s") else value

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if ORIGIN.fullmatch(origin) is None:
                raise ValueError(f"TUTTI_ALLOWED_ORIGINS: {origin!r} is no https://host[:port]")
        return origins

    @model_validator(mode="after")
    def _is_one_of_two_profiles(self) -> Self:
        urls = self.urls_by_domain().values()
        kinds = {url.partition("+")[0].partition(":")[0] for url in urls}
        if not kinds <= {"sqlite", "postgresql"} or len(kinds) != 1:
            raise ValueError(f"databases must be all SQLite or all PostgreSQL, not {kinds}")
        if set(self.database_urls) - set(DOMAINS):
            raise ValueError(f"TUTTI_DATABASE_URLS knows only the domains {DOMAINS}")
        if set(self.subgraph_urls) - set(DOMAINS):
            raise ValueError(f"TUTTI_SUBGRAPH_URLS knows only the domains {DOMAINS}")
        if self.cached_subgraphs - set(DOMAINS):
            raise ValueError(f"TUTTI_CACHED_SUBGRAPHS knows only the domains {DOMAINS}")
        if (kinds == {"postgresql"}) != (self.redis_url is not None):
            raise ValueError(
                "two profiles only: SQLite without TUTTI_REDIS_URL (embedded), or PostgreSQL "
                "with TUTTI_REDIS_URL (distributed)"
            )
        return self

    @model_validator(mode="after")
    def _production_brings_its_secrets(self) -> Self:
        if self.environment == "production":
            secrets: dict[str, SecretStr | None] = {
                "TUTTI_TOKEN_SIGNING_KEY": self.token_signing_key,
                "TUTTI_URL_SIGNING_KEY": self.url_signing_key,
            }
            if self.subgraph_urls:
                secrets["TUTTI_INTERNAL_SIGNING_KEY"] = self.internal_signing_key
            if self.storage.sealed is not False and not self.storage.keys:
                secrets["TUTTI_STORAGE__KEYS (or TUTTI_STORAGE__SEALED=false)"] = None
            missing = [name for name, value in secrets.items() if value is None]
            if missing:
                raise ValueError(f"production needs its own {' and '.join(missing)}")
            is_local = self.metrics_host in ("127.0.0.1", "::1")
            if self.metrics_port is not None and not is_local and self.metrics_token is None:
                raise ValueError("production shows metrics to others with a TUTTI_METRICS_TOKEN")
        if self.url_signing_key is not None and len(self.url_signing_key.get_secret_value()) < 32:
            raise ValueError("TUTTI_URL_SIGNING_KEY has 32 characters or more")
        internal = self.internal_signing_key
        if internal is not None and len(internal.get_secret_value()) < 32:
            raise ValueError("TUTTI_INTERNAL_SIGNING_KEY has 32 characters or more")
        return self

    @property
    def is_storage_sealed(self) -> bool:
        """True where objects are encrypted where they lie."""
        if self.storage.sealed is not None:
            return self.storage.sealed
        return bool(self.storage.keys) or (self.is_development and self.is_embedded)

    @property
    def is_plain_readable(self) -> bool:
        """True where objects are given out that were never sealed."""
        plain = self.storage.plain_readable
        return self.is_development if plain is None else plain

    @property
    def is_development(self) -> bool:
        """True where developers' conveniences are on."""
        return self.environment == "development"

    @property
    def is_schema_public(self) -> bool:
        """True where callers who are not logged in may learn of the schema."""
        return self.is_development if self.schema_public is None else self.schema_public

    @property
    def is_embedded(self) -> bool:
        """True on SQLite, where one machine does everything."""
        return self.redis_url is None

    def urls_by_domain(self) -> dict[str, str]:
        """Each domain's database."""
        default = self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'tutti.db'}"
        return {domain: self.database_urls.get(domain, default) for domain in DOMAINS}
