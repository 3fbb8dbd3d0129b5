"""Players of a listener, and playing on another one."""

from collections.abc import Sequence
from dataclasses import replace

from db.repositories.media.playback import PlaybackRepository
from domain.ids import DeviceId, new_id
from domain.media import playback as rules
from domain.media.operation_ids import checked_operation
from domain.media.playback_records import Device, DeviceKind, PlaybackSession
from domain.pages import Page, PageRequest, before_instant, build_page, instant_cursor
from domain.policies.media import may_see_device, require_own_device
from domain.text import checked_text
from errors import NotFound
from loaders.media.playback import DEVICES_OF_USER
from resolvers.context import RequestContext
from resolvers.media.playback import find_my_playback
from resolvers.media.playback_work import find_played, save, settle, tell

DEVICES_MAX = 50
"""Of one listener; the one that was not seen for longest makes room."""
NAME_CHARS_MAX = 100


async def find_devices(
    ctx: RequestContext, device_ids: Sequence[DeviceId | None]
) -> list[Device | None]:
    """The viewer's own devices by their ids."""
    known = [key for key in device_ids if key is not None]
    rows = await ctx.loaders.media.device_by_id.load_all(known)
    found = {row.id: row for row in rows if row is not None and may_see_device(ctx.viewer, row)}
    return [None if key is None else found.get(key) for key in device_ids]


async def are_active(ctx: RequestContext, devices: Sequence[Device]) -> list[bool | None]:
    """Whether what the viewer plays now sounds from each."""
    session = await find_my_playback(ctx)
    active = None if session is None else session.device_id
    return [device.id == active for device in devices]


async def list_my_devices(ctx: RequestContext, page: PageRequest) -> Page[Device]:
    """The viewer's players, those seen last first.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    user_id = ctx.viewer.require_user_id()
    at, key = before_instant(page)
    rows = await ctx.read("media").fetch(
        DEVICES_OF_USER, user_id=user_id, at=at, id=key, limit=page.first + 1
    )
    return build_page(rows, page, lambda device: (instant_cursor(device.seen_at), device.id))


async def register_device(
    ctx: RequestContext, install_id: str, *, name: str, kind: DeviceKind
) -> Device:
    """Make a player known, or say that it is there again; one for each install.

    Raises:
        Unauthenticated: nobody is logged in.
        BadInput: the install or the name is not of its form.
    """
    user_id = ctx.viewer.require_user_id()
    checked_operation(install_id, field="installId")
    now = ctx.clock.now()
    device = Device(
        id=DeviceId(new_id()),
        user_id=user_id,
        install_id=install_id,
        name=_checked_name(name),
        kind=kind,
        created_at=now,
        seen_at=now,
    )
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        await uow.rows.lock_listener(user_id)
        kept = await uow.rows.save_device(device)
        await uow.rows.forget_devices_beyond(user_id, DEVICES_MAX)
        await uow.commit()
    ctx.loaders.media.device_by_id.clear(kept.id)
    return kept


async def rename_device(ctx: RequestContext, device_id: DeviceId, *, name: str) -> Device:
    """Call a player something else.

    Raises:
        NotFound: the viewer has no such device.
        BadInput: the name is too short or too long.
    """
    checked = _checked_name(name)
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        device = require_own_device(ctx.viewer, await uow.rows.lock_device(device_id))
        renamed = replace(device, name=checked)
        await uow.rows.rename_device(renamed)
        await uow.commit()
    ctx.loaders.media.device_by_id.clear(device_id)
    return renamed


async def forget_device(ctx: RequestContext, device_id: DeviceId) -> None:
    """Forget a player; one that is forgotten already, or is another's, is left as it is.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    ctx.viewer.require_user_id()
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        device = await uow.rows.lock_device(device_id)
        if device is None or not may_see_device(ctx.viewer, device):
            return
        await uow.rows.delete_device(device_id)
        await uow.commit()
    ctx.loaders.media.device_by_id.clear(device_id)


async def transfer_playback(
    ctx: RequestContext, device_id: DeviceId, *, position_ms: int | None = None
) -> PlaybackSession:
    """Let what plays go on elsewhere: the device before hears that it must stop.

    With the position where the device before stopped, what was heard up to there counts; without
    one it goes on where the clock says.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: the viewer has no such device, or plays nothing.
        BadInput: it cannot stand there.
    """
    user_id = ctx.viewer.require_user_id()
    now = ctx.clock.now()
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        sessions = await uow.rows.lock_open_sessions(user_id)
        require_own_device(ctx.viewer, await uow.rows.lock_device(device_id))
        if not sessions:
            raise NotFound("Nothing plays that could go on elsewhere.", field="deviceId")
        session = sessions[-1]
        played = await find_played(ctx, session.playable)
        settled = await settle(uow, session, played, now=now, position_ms=position_ms)
        position = rules.position_at(settled, now, played.duration_ms)
        moved = rules.transfer(settled, now=now, device_id=device_id, position_ms=position)
        if moved == session:
            return session
        await save(uow, moved, played)
        await uow.commit()
    await tell(ctx, moved)
    return moved


def _checked_name(name: str) -> str:
    return checked_text(name, field="name", chars_min=1, chars_max=NAME_CHARS_MAX)
