"""What a use case gets: databases, ports, clock; a request adds who asks and its loaders."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from db.engine import Databases
from db.idempotency import Attempt
from db.read import CountedRead, Read
from db.unit_of_work import Repository, UnitOfWork
from domain.clock import Clock
from domain.messages.bookmark import Bookmark
from domain.ports import (
    AccessTokens,
    DirectUploads,
    KeyRotation,
    Limits,
    LiveBus,
    ModelClient,
    ObjectStore,
    OperationChecks,
    PasswordHasher,
    UrlSigner,
)
from domain.rate_limits import Buckets
from domain.viewer import ANONYMOUS, Viewer
from errors import DirectUploadUnavailable
from loaders.registry import Loaders
from resolvers.gathering import Gathering

RepoT = TypeVar("RepoT", bound=Repository)

SESSION_COOKIE = "tutti_session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The outside systems of one process."""

    store: ObjectStore
    urls: UrlSigner
    live: LiveBus
    models: ModelClient
    passwords: PasswordHasher
    tokens: AccessTokens
    heartbeats: Gathering[Any, Any] = field(default_factory=Gathering)
    """Writes what players tell, that of many at once."""
    buckets: Buckets | None = None
    """None where nobody logs in: in a worker."""
    operation_checks: OperationChecks | None = None
    """None where no operations are published: in a worker."""
    direct_uploads: DirectUploads | None = None
    """None where objects lie on a disk."""
    key_rotation: KeyRotation | None = None
    """None where objects are not sealed."""

    def require_direct_uploads(self) -> DirectUploads:
        """The bucket that clients may upload to, past us.

        Raises:
            DirectUploadUnavailable: there is none.
        """
        if self.direct_uploads is None:
            raise DirectUploadUnavailable("Files are not sent to a bucket here.")
        return self.direct_uploads


@dataclass(frozen=True, kw_only=True)
class UseCaseContext:
    """What every use case may reach, in a request or in a worker."""

    databases: Databases
    ports: Ports
    limits: Limits
    clock: Clock
    attempt: Attempt | None = None
    """Set where a mutation came with an Idempotency-Key."""

    def read(self, domain: str) -> Read:
        """Reads on a domain's database."""
        return self.databases.of(domain).read

    def unit_of_work(self, repository: type[RepoT]) -> UnitOfWork[RepoT]:
        """One transaction on the repository's domain."""
        database = self.databases.of(repository.domain)
        return UnitOfWork(repository, database, self.clock, attempt=self.attempt)


@dataclass(frozen=True, kw_only=True)
class RequestContext(UseCaseContext):
    """A use case's context for one request: adds the viewer and fresh loaders."""

    viewer: Viewer = ANONYMOUS
    request_id: str = ""
    user_agent: str = ""
    """What the client calls itself; bots play without counting."""
    base_url: str = ""
    """Scheme and authority under which the client reached us; goes before signed paths."""
    country: str | None = None
    """Where the viewer is (ISO 3166-1 alpha-2), as our own proxy has it; None where unknown."""
    response_cookies: dict[str, str | None] = field(default_factory=dict)
    """HttpOnly cookies that the answer sets; None takes one back."""
    bookmark: Bookmark = field(default_factory=Bookmark)
    """Where a subscription stands among the events that it tells."""
    _reads: dict[str, CountedRead] = field(default_factory=dict, init=False, repr=False)

    def read(self, domain: str) -> CountedRead:
        """Reads on a domain's database, counted."""
        found = self._reads.get(domain)
        if found is None:
            found = self._reads[domain] = CountedRead(super().read(domain))
        return found

    @property
    def statement_count(self) -> int:
        """How many read statements this request has taken so far."""
        return sum(read.statements for read in self._reads.values())

    @cached_property
    def loaders(self) -> Loaders:
        """This request's loaders."""
        return Loaders(self.read)

    def forget_loaded(self) -> None:
        """Start the next event of a subscription with fresh loaders: rows have moved on."""
        self.__dict__.pop("loaders", None)

    def set_session_cookie(self, access_token: str | None) -> None:
        """Let the answer set (or take back) the browser's access token."""
        self.response_cookies[SESSION_COOKIE] = access_token
