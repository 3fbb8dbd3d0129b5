"""Global ids of sessions and players."""

from typing import overload

from domain.ids import DeviceId, PlaybackSessionId
from schema.ids import parse_id


def parse_session(text: str) -> PlaybackSessionId:
    """A session's id; raises BadInput."""
    return PlaybackSessionId(parse_id(text, "PlaybackSession"))


@overload
def parse_device(text: str) -> DeviceId: ...
@overload
def parse_device(text: str | None) -> DeviceId | None: ...
def parse_device(text: str | None) -> DeviceId | None:
    """A device's id, if there is one; raises BadInput."""
    return None if text is None else DeviceId(parse_id(text, "Device"))
