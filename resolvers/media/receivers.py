"""Who takes an arrived file, for each kind of thing that can be played."""

from dataclasses import dataclass
from typing import Final, Protocol

from domain.clock import Clock
from domain.ids import PlayableKey, PlayableKind
from domain.media import rules
from resolvers.context import UseCaseContext
from resolvers.media import receiving
from resolvers.media.releases import MediaWork, save_playable


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


class PlayableReceiver:
    """Files of all kinds become originals alike."""

    async def require_awaited(
        self, ctx: UseCaseContext, playable: PlayableKey, file: ReceivedFile
    ) -> None:
        """As `receiving.require_awaited`."""
        await receiving.require_awaited(
            ctx, playable, source_hash=file.hash, source_bytes=file.size
        )

    async def receive(self, ctx: UseCaseContext, playable: PlayableKey, file: ReceivedFile) -> None:
        """As `receiving.receive`."""
        await receiving.receive(
            ctx,
            playable,
            source_key=file.key,
            source_hash=file.hash,
            source_bytes=file.size,
            source_type=file.type,
        )

    async def refuse(
        self, uow: MediaWork, playable: PlayableKey, clock: Clock, *, code: str, reason: str
    ) -> None:
        """It FAILED, and says why."""
        waiting = await uow.rows.lock_playable(playable)
        if waiting is None:
            return
        refused = rules.refuse(waiting, code=code, reason=reason)
        if refused != waiting:
            await save_playable(uow, refused, clock)


RECEIVERS: Final[dict[PlayableKind, Receiver]] = {
    PlayableKind.TRACK: PlayableReceiver(),
    PlayableKind.VIDEO: PlayableReceiver(),
}
