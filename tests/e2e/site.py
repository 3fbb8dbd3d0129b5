"""A data folder and databases on which real processes run."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert

from adapters.identity.passwords import Argon2Passwords
from db.engine import DOMAINS, Databases
from db.repositories.media.catalogue import MediaRepository
from db.rows import values_of
from db.tables import social
from db.tables.media import catalogue
from domain.clock import SystemClock
from domain.ids import ArtistId, TrackId, UserId
from domain.messages.envelope import Command
from domain.social.records import KnownPlayable
from domain.viewer import Role
from resolvers.context import Ports, UseCaseContext
from resolvers.users.accounts import register_account
from schema.ids import print_id
from tests.e2e.processes import ROOT, Gateway, Process, Worker, clean_environment
from tests.factories.media import a_track, an_album, an_artist
from tests.fakes.ports import FakeModels, MemoryBus, MemoryStore

ProcessT = TypeVar("ProcessT", bound=Process)
PASSWORD = "correct horse"
WAITING = TrackId("waiting")


@dataclass
class Site:
    """Starts gateways and workers of one profile, and ends them all."""

    folder: Path
    settings: dict[str, str]
    database_url: str
    processes: list[Process] = field(default_factory=list)

    @property
    def is_embedded(self) -> bool:
        return "redis_url" not in self.settings

    @property
    def waiting_track_id(self) -> str:
        """The global id of the track of `release_waiting`."""
        return print_id("Track", WAITING)

    def gateway(self, **more: str) -> Gateway:
        """A gateway that answers."""
        return self._kept(Gateway(self.folder, **{**self.settings, **more}))

    def worker(self) -> Worker | None:
        """A worker of its own; embedded, the gateway has one already."""
        return None if self.is_embedded else self._kept(Worker(self.folder, **self.settings))

    def run_command(self, *arguments: str) -> str:
        """Run a command of gateway.py that must succeed; what it prints."""
        settings = {"data_dir": str(self.folder), **self.settings}
        done = subprocess.run(
            [sys.executable, "gateway.py", *arguments],
            cwd=ROOT,
            env=clean_environment(**settings),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def close(self) -> None:
        """End what still runs."""
        for process in self.processes:
            process.end()

    async def add_account(self, name: str, *roles: Role) -> UserId:
        """An account with roles that nobody gives over the API."""
        async with self.context() as ctx:
            account = await register_account(
                ctx,
                email=f"{name}@tutti.example",
                username=name,
                password=PASSWORD,
                roles=(Role.LISTENER, *roles),
            )
        return account.id

    async def send(self, command: Command, *, owner: UserId) -> None:
        """Queue a command of the media domain past the API."""
        async with self.context() as ctx, ctx.unit_of_work(MediaRepository) as uow:
            await uow.send(command, owner_id=owner)
            await uow.commit()

    async def release_waiting(self, owner: UserId) -> None:
        """A finished track of the owner's that was not let go yet, of an artist known already."""
        databases = Databases(dict.fromkeys(DOMAINS, self.database_url))
        ids = {"artist_id": ArtistId("artist-1"), "owner_id": owner}
        rows = (
            (catalogue.artists, an_artist(owner_id=owner, name="The Larks")),
            (catalogue.albums, an_album(**ids, title="First Light", released_at=None)),
            (catalogue.tracks, a_track(WAITING, **ids, published_at=None)),
        )
        known = KnownPlayable(
            playable="Track:older",
            artist_id="artist-1",
            owner_id=owner,
            is_public=True,
            version=1,
        )
        async with databases.of("media").engine.begin() as connection:
            for table, record in (*rows, (social.known_playables, known)):
                await connection.execute(insert(table).values(**values_of(record)))
        await databases.close()

    @asynccontextmanager
    async def context(self) -> AsyncIterator[UseCaseContext]:
        """What use cases reach past the API: the databases, and nothing else that is real."""
        databases = Databases(dict.fromkeys(DOMAINS, self.database_url))
        passwords = Argon2Passwords()
        ports = Ports(
            store=MemoryStore(),
            urls=None,
            live=MemoryBus(),
            models=FakeModels(),
            passwords=passwords,
            tokens=None,
        )
        yield UseCaseContext(databases=databases, ports=ports, limits=None, clock=SystemClock())
        passwords.close()
        await databases.close()

    def _kept(self, process: ProcessT) -> ProcessT:
        self.processes.append(process)
        return process
