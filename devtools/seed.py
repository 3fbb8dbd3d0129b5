"""The demo: a small catalogue of our own making, people who like it, and what follows from it.

It goes through the same use cases as everybody else, so the worker has real work: reading,
transcoding, minting, learning, paying. Each step looks first whether it was done, so a run that
was cut short is taken up again.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from db.read import fetch_one
from db.repositories.media.catalogue import MediaRepository
from devtools.demo_music import write_demo_music
from devtools.demo_score import PIECES
from domain.ids import ArtistId, PlayableKey, PlayableKind
from domain.media.records import PlayableState, Track
from domain.messages.commands import ImportFolder
from domain.pages import PageRequest
from domain.royalties.records import Share
from domain.users.records import Account
from domain.viewer import Role, Viewer
from errors import AppError, NotFound, TrackNotReady
from loaders.users import ACCOUNT_BY_EMAIL
from resolvers.ai.training import request_training
from resolvers.context import RequestContext, UseCaseContext
from resolvers.media.heartbeats import report_position
from resolvers.media.playback import end_playback, start_playback
from resolvers.media.tracks import list_my_tracks, list_tracks
from resolvers.nft.tokens import list_tokens_of_tracks, mint_track
from resolvers.royalties.splits import find_visible_splits, set_split
from resolvers.social.comments import add_comment, list_comments
from resolvers.social.follows import follow_artist
from resolvers.social.likes import like_playable
from resolvers.users.accounts import register_account
from settings import Settings
from wiring import open_use_case_context

PASSWORD = "tutti-demo"  # noqa: S105  (development only, and documented)
SECONDS_MAX = 300.0
POLL_SECONDS = 0.25
TOKENS = 3

PEOPLE = (
    ("studio", "Studio Tutti", (Role.LISTENER, Role.CREATOR)),
    ("demo", "Demo Listener", (Role.LISTENER,)),
    ("admin", "Operations", (Role.LISTENER, Role.ADMIN)),
    ("mara", "Mara", (Role.LISTENER,)),
    ("jonas", "Jonas", (Role.LISTENER,)),
    ("yuki", "Yuki", (Role.LISTENER,)),
)


@dataclass
class PastClock:
    """A clock that starts in the past and is moved by hand: listening takes no time here."""

    instant: datetime

    def now(self) -> datetime:
        """The moment it stands at."""
        return self.instant


async def seed(base: UseCaseContext, music: Path) -> None:
    """Make the demo; doing it again changes nothing."""
    accounts = await make_accounts(base)
    viewers = {name: _viewer(account) for name, account in accounts.items()}
    studio = _as(base, viewers["studio"])

    await _import(studio, music)
    tracks = await _ready_tracks(studio, expected=len(PIECES))
    await _mint(studio, tracks)
    await _share(studio, tracks, accounts["mara"])
    await _listen(base, viewers, tracks)
    await _react(base, viewers, tracks)
    await request_training(_as(base, viewers["admin"]))


async def make_accounts(base: UseCaseContext) -> dict[str, Account]:
    """The demo's accounts by name, made where they are missing."""
    return {name: await _account(base, name, title, roles) for name, title, roles in PEOPLE}


async def hear_tracks(base: UseCaseContext, email: str, *, count: int) -> None:
    """Let an account hear the newest public tracks, each to its end."""
    account = await fetch_one(base.read("users"), ACCOUNT_BY_EMAIL, email=email)
    assert account is not None, email
    clock = PastClock(datetime.now(UTC))
    ctx = _as(base, _viewer(account), clock)
    page = await list_tracks(ctx, PageRequest(first=count))
    for track in page.nodes:
        await _hear(ctx, clock, track)


async def _account(base: UseCaseContext, name: str, title: str, roles: tuple[Role, ...]) -> Account:
    email = f"{name}@tutti.example"
    found = await fetch_one(base.read("users"), ACCOUNT_BY_EMAIL, email=email)
    return found or await register_account(
        base, email=email, username=name, password=PASSWORD, display_name=title, roles=roles
    )


def _viewer(account: Account) -> Viewer:
    return Viewer(user_id=account.id, roles=account.role_set)


def _as(base: UseCaseContext, viewer: Viewer, clock: PastClock | None = None) -> RequestContext:
    return RequestContext(
        databases=base.databases,
        ports=base.ports,
        limits=base.limits,
        clock=clock or base.clock,
        viewer=viewer,
    )


async def _import(studio: RequestContext, music: Path) -> None:
    page = await list_my_tracks(studio, PageRequest(first=1))
    if page.nodes:
        return
    user_id = studio.viewer.require_user_id()
    async with studio.unit_of_work(MediaRepository) as uow:
        command = ImportFolder(folder=str(music), owner_id=user_id)
        await uow.send(command, owner_id=user_id)
        await uow.commit()


async def _ready_tracks(studio: RequestContext, *, expected: int) -> list[Track]:
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            page = await list_my_tracks(studio, PageRequest(first=100))
            ended = [each for each in page.nodes if each.state in _ENDED]
            if len(ended) >= expected:
                return [each for each in ended if each.state is PlayableState.READY]
            await asyncio.sleep(POLL_SECONDS)


_ENDED = (PlayableState.READY, PlayableState.FAILED)


async def _mint(studio: RequestContext, tracks: list[Track]) -> None:
    for track in tracks[:TOKENS]:
        (page,) = await list_tokens_of_tracks(studio, [track.id], PageRequest(first=1))
        if not page.nodes:
            await _until_known(partial(mint_track, studio, track.id, royalty_bps=500))


async def _share(studio: RequestContext, tracks: list[Track], partner: Account) -> None:
    owner = studio.viewer.require_user_id()
    shares = [
        Share(payee_id=owner, basis_points=7_000),
        Share(payee_id=partner.id, basis_points=3_000),
    ]
    for track in tracks[:4]:
        (split,) = await find_visible_splits(studio, [track.id])
        if split is None or split.version == 0:
            await _until_known(partial(set_split, studio, track.id, shares))


async def _listen(base: UseCaseContext, viewers: dict[str, Viewer], tracks: list[Track]) -> None:
    """Each listener hears tracks of the last days; some more often than others."""
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for place, name in enumerate(("demo", "mara", "jonas", "yuki")):
        clock = PastClock(max(start - timedelta(hours=place + 1), _month_start(start)))
        ctx = _as(base, viewers[name], clock)
        for turn in range(2):
            for offset, track in enumerate(tracks):
                if (offset + place + turn) % (place + 2) == 0:
                    await _hear(ctx, clock, track)


def _month_start(day: datetime) -> datetime:
    return day.replace(day=1)


async def _hear(ctx: RequestContext, clock: PastClock, track: Track) -> None:
    session = await start_playback(ctx, track.playable, is_private=False)
    heard = 0
    duration = track.duration_ms or 0
    while heard < duration:
        step = min(10_000, duration - heard)
        clock.instant += timedelta(milliseconds=step)
        heard += step
        await report_position(ctx, session.id, position_ms=heard)
    await end_playback(ctx, session.id)


async def _react(base: UseCaseContext, viewers: dict[str, Viewer], tracks: list[Track]) -> None:
    artists = list(dict.fromkeys(ArtistId(track.artist_id) for track in tracks))
    for place, name in enumerate(("demo", "mara", "jonas", "yuki")):
        ctx = _as(base, viewers[name])
        for artist_id in artists[place % 2 :]:
            await _until_known(partial(follow_artist, ctx, artist_id))
        for track in tracks[place :: place + 1]:
            key = PlayableKey(PlayableKind.TRACK, track.id)
            await _until_known(partial(like_playable, ctx, key))
    mara = _as(base, viewers["mara"])
    key = PlayableKey(PlayableKind.TRACK, tracks[0].id)
    (said,) = await list_comments(mara, [key], PageRequest(first=1))
    if said is None or not said.nodes:
        await add_comment(mara, key, body="On repeat since this morning.")


async def _until_known(act: Callable[[], Awaitable[object]]) -> None:
    """Try again while the other domain has not yet heard of the track."""
    for _ in range(int(SECONDS_MAX / POLL_SECONDS)):
        try:
            await act()
        except (NotFound, TrackNotReady):
            await asyncio.sleep(POLL_SECONDS)
        else:
            return
    raise TimeoutError("the demo's tracks did not become known everywhere in time")


async def main() -> None:
    """Make the demo in the data folder, once."""
    settings = Settings()
    done = settings.data_dir / "demo.done"
    if done.exists():
        print("demo ready", flush=True)
        return
    music = settings.data_dir.absolute() / "demo-music"
    await asyncio.to_thread(write_demo_music, music)
    async with open_use_case_context(settings) as base:
        await seed(base, music)
    done.touch()
    print("demo ready", flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (AppError, TimeoutError) as error:
        sys.exit(f"the demo could not be made: {error}")
