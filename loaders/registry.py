"""All loaders of a request, each made when it is first asked for."""

from collections.abc import Callable
from functools import cached_property

from db.read import Read
from loaders.ai import AiLoaders
from loaders.jobs import JobLoaders
from loaders.media.registry import MediaLoaders
from loaders.nft import NftLoaders
from loaders.royalties import RoyaltiesLoaders
from loaders.social import SocialLoaders
from loaders.users import UsersLoaders


class Loaders:
    """The loaders of each domain; `ctx.loaders.media.track_by_id`."""

    def __init__(self, read: Callable[[str], Read]) -> None:
        self._read = read
        """Reads on a domain's database."""
        self._jobs: dict[str, JobLoaders] = {}

    def jobs(self, domain: str) -> JobLoaders:
        """Loaders over the jobs that run for a domain."""
        if domain not in self._jobs:
            self._jobs[domain] = JobLoaders(self._read(domain))
        return self._jobs[domain]

    @cached_property
    def media(self) -> MediaLoaders:
        """Loaders over media's tables."""
        return MediaLoaders(self._read("media"))

    @cached_property
    def users(self) -> UsersLoaders:
        """Loaders over users' tables."""
        return UsersLoaders(self._read("users"))

    @cached_property
    def social(self) -> SocialLoaders:
        """Loaders over social's tables."""
        return SocialLoaders(self._read("social"))

    @cached_property
    def nft(self) -> NftLoaders:
        """Loaders over nft's tables."""
        return NftLoaders(self._read("nft"))

    @cached_property
    def royalties(self) -> RoyaltiesLoaders:
        """Loaders over royalties' tables."""
        return RoyaltiesLoaders(self._read("royalties"))

    @cached_property
    def ai(self) -> AiLoaders:
        """Loaders over ai's tables."""
        return AiLoaders(self._read("ai"))
