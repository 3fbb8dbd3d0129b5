"""Who takes an arrived file, for each kind of thing that can be played."""

from dataclasses import dataclass
from typing import Final, Protocol

from domain.clock import Clock
from domain.ids import PlayableKey, PlayableKind, TrackId
from domain.media import rules
from resolvers.context import UseCaseContext
from resolvers.media import uploads
from resolvers.media.releases import MediaWork, save_track


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file as it is kept, or will be."""

    key: str
    hash: str
    size: int
    type: str
    """Its media type, told from its bytes."""


class Receiver(Protocol):
    """Gives an item its file."""

    async def require_awaited(
        self, ctx: UseCaseContext, playable: PlayableKey, file: ReceivedFile
    ) -> None:
        """Refuse a file before it is stored; raises AppErrors."""
        ...

    async def receive(self, ctx: UseCaseContext, playable: PlayableKey, file: ReceivedFile) -> None:
        """The file lies in the store: hand it over to the workers. Twice is once."""
        ...

    async def refuse(
        self, uow: MediaWork, playable: PlayableKey, clock: Clock, *, code: str, reason: str
    ) -> None:
        """Let the item say why its file was not taken; if it waits for one."""
        ...


class TrackReceiver:
    """Files of tracks."""

    async def require_awaited(
        self, ctx: UseCaseContext, playable: PlayableKey, file: ReceivedFile
    ) -> None:
        """As `uploads.require_awaited`."""
        await uploads.require_awaited(
            ctx, TrackId(playable.id), source_hash=file.hash, source_bytes=file.size
        )

    async def receive(self, ctx: UseCaseContext, playable: PlayableKey, file: ReceivedFile) -> None:
        """As `uploads.receive_file`."""
        await uploads.receive_file(
            ctx,
            TrackId(playable.id),
            source_key=file.key,
            source_hash=file.hash,
            source_bytes=file.size,
            source_type=file.type,
        )

    async def refuse(
        self, uow: MediaWork, playable: PlayableKey, clock: Clock, *, code: str, reason: str
    ) -> None:
        """The track FAILED, and says why."""
        track = await uow.rows.lock_track(TrackId(playable.id))
        if track is None:
            return
        refused = rules.refuse(track, code=code, reason=reason)
        if refused != track:
            await save_track(uow, refused, clock)


RECEIVERS: Final[dict[PlayableKind, Receiver]] = {PlayableKind.TRACK: TrackReceiver()}
