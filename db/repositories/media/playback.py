"""Playback inside a unit of work: sessions, queues, devices, and what counts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import (
    fetch_records,
    insert_new,
    insert_of,
    insert_record,
    lock_record,
    update_record,
    upsert,
    values_of,
)
from db.tables.media.bookmarks import progress, speeds
from db.tables.media.playback import OPEN, devices, listens, play_queues, playback_sessions, plays
from domain.ids import DeviceId, PlaybackSessionId, UserId
from domain.media.bookmark_records import Progress, Speed
from domain.media.play_queue import PlayQueue
from domain.media.playback_records import Device, Listen, Play, PlaybackSession


class PlaybackRepository:
    """Reads for update and writes of what listeners play.

    All that belongs to a session (its queue, plays, ends) is written under the lock of its row.
    """

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_session(self, session: PlaybackSession, queue: PlayQueue) -> None:
        """Add a session with its queue."""
        await insert_record(self._connection, playback_sessions, session)
        await insert_record(self._connection, play_queues, queue)

    async def lock_session(self, session_id: PlaybackSessionId) -> PlaybackSession | None:
        """A session, held for update."""
        found = await self.lock_sessions([session_id])
        return found[0] if found else None

    async def lock_sessions(
        self, session_ids: Collection[PlaybackSessionId]
    ) -> list[PlaybackSession]:
        """Those of the sessions that are there, held for update.

        Always in the same order, so that two who hold many never wait for each other.
        """
        statement = (
            select(playback_sessions)
            .where(playback_sessions.c.id.in_(sorted(session_ids)))
            .order_by(playback_sessions.c.id)
            .with_for_update(key_share=True)
        )
        return await fetch_records(self._connection, statement, PlaybackSession)

    async def lock_open_sessions(self, user_id: UserId) -> list[PlaybackSession]:
        """The listener's sessions that have not ended, held for update.

        Nobody else opens one before we commit, also where there is none to hold.
        """
        await self.lock_listener(user_id)
        statement = (
            select(playback_sessions)
            .where(playback_sessions.c.user_id == user_id, text(OPEN))
            .order_by(playback_sessions.c.id)
            .with_for_update(key_share=True)
        )
        return await fetch_records(self._connection, statement, PlaybackSession)

    async def lock_listener(self, user_id: UserId) -> None:
        """Let nobody else who asks for this lock go on before we commit."""
        if self._connection.dialect.name == "postgresql":
            listener = func.hashtextextended(user_id, 0)
            await self._connection.execute(select(func.pg_advisory_xact_lock(listener)))

    async def save_session(self, session: PlaybackSession) -> None:
        """Write a moved session."""
        await update_record(self._connection, playback_sessions, session)

    async def save_positions(self, sessions: Sequence[PlaybackSession]) -> None:
        """Write what heartbeats change of many sessions, in one round trip."""
        if not sessions:
            return
        statement = (
            update(playback_sessions)
            .where(playback_sessions.c.id == bindparam("key"))
            .values({name: bindparam(f"new_{name}") for name in POSITION})
        )
        rows = [
            {"key": each.id, **{f"new_{name}": getattr(each, name) for name in POSITION}}
            for each in sessions
        ]
        await self._connection.execute(statement, rows)

    async def get_queue(self, session_id: PlaybackSessionId) -> PlayQueue:
        """A session's queue; whoever changes it holds the session."""
        statement = select(play_queues).where(play_queues.c.session_id == session_id)
        found = await fetch_records(self._connection, statement, PlayQueue)
        assert found, "each session has a queue"
        return found[0]

    async def save_queue(self, queue: PlayQueue) -> None:
        """Write a changed queue."""
        await update_record(self._connection, play_queues, queue, key="session_id")

    async def drop_queue(self, session_id: PlaybackSessionId) -> None:
        """Empty the queue of a session that has ended: nobody asks for it any more."""
        await self._connection.execute(
            update(play_queues)
            .where(play_queues.c.session_id == session_id)
            .values(upcoming=(), history=(), unshuffled=(), operations=())
        )

    async def add_play(self, play: Play) -> bool:
        """Count a play; False when this start was counted before."""
        return await insert_new(self._connection, plays, values_of(play))

    async def count_plays(self, user_id: UserId, playable: str, since: datetime) -> int:
        """How many plays of the same thing by the same listener were counted since then."""
        statement = (
            select(func.count())
            .select_from(plays)
            .where(
                plays.c.user_id == user_id,
                plays.c.playable == playable,
                plays.c.played_at >= since,
            )
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def add_listen(self, listen: Listen) -> bool:
        """Keep how something was left; False when that was kept before."""
        return await insert_new(self._connection, listens, values_of(listen))

    async def save_progress(self, kept: Sequence[Progress]) -> None:
        """Write how far listeners are, in one round trip; an older word overwrites no newer."""
        if not kept:
            return
        by_place = {(each.user_id, each.playable): each for each in kept}
        rows = [values_of(by_place[place]) for place in sorted(by_place)]
        adding = insert_of(self._connection, progress)
        changed = {
            column.name: adding.excluded[column.name]
            for column in progress.c
            if not column.primary_key
        }
        saving = adding.on_conflict_do_update(
            index_elements=["user_id", "playable"],
            set_=changed,
            where=progress.c.updated_at <= adding.excluded.updated_at,
        )
        await self._connection.execute(saving, rows)  # compiled once, however many rows

    async def find_progress(self, user_id: UserId, playable: str) -> Progress | None:
        """How far the listener is in it."""
        statement = select(progress).where(
            progress.c.user_id == user_id, progress.c.playable == playable
        )
        found = await fetch_records(self._connection, statement, Progress)
        return found[0] if found else None

    async def find_speed(self, user_id: UserId, subjects: Sequence[str]) -> int | None:
        """How fast the listener wants it; the last subject that says anything decides."""
        statement = select(speeds.c.subject, speeds.c.percent).where(
            speeds.c.user_id == user_id, speeds.c.subject.in_(subjects)
        )
        rows = await self._connection.execute(statement)
        found: dict[str, int] = {subject: percent for subject, percent in rows}  # noqa: C416
        return next((found[each] for each in reversed(subjects) if each in found), None)

    async def save_speed(self, speed: Speed) -> None:
        """Remember how fast a listener wants something."""
        await upsert(self._connection, speeds, values_of(speed), keys=("user_id", "subject"))

    async def save_device(self, device: Device) -> Device:
        """Add a device, or take over what is new of the one with the same install."""
        await upsert(
            self._connection,
            devices,
            values_of(device),
            keys=("user_id", "install_id"),
            changes={"name": device.name, "kind": device.kind, "seen_at": device.seen_at},
        )
        statement = select(devices).where(
            devices.c.user_id == device.user_id, devices.c.install_id == device.install_id
        )
        return (await fetch_records(self._connection, statement, Device))[0]

    async def lock_device(self, device_id: DeviceId) -> Device | None:
        """A device, held for update."""
        return await lock_record(
            self._connection, select(devices).where(devices.c.id == device_id), Device
        )

    async def rename_device(self, device: Device) -> None:
        """Write a changed device."""
        await update_record(self._connection, devices, device)

    async def delete_device(self, device_id: DeviceId) -> None:
        """Forget a device."""
        await self._connection.execute(delete(devices).where(devices.c.id == device_id))

    async def forget_devices_beyond(self, user_id: UserId, count: int) -> None:
        """Keep the listener's devices that were seen last, and forget all others."""
        kept = (
            select(devices.c.id)
            .where(devices.c.user_id == user_id)
            .order_by(devices.c.seen_at.desc(), devices.c.id.desc())
            .limit(count)
        )
        await self._connection.execute(
            delete(devices).where(devices.c.user_id == user_id, devices.c.id.not_in(kept))
        )


POSITION = (
    "state",
    "position_ms",
    "listened_ms",
    "is_counted",
    "sequence",
    "sleep_at",
    "updated_at",
)
"""What a heartbeat can change of a session."""
