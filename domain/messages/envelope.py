"""What every message has in common: a versioned name, and who it is for."""

from typing import ClassVar

import msgspec

from domain.messages import channels


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A value that leaves the process; the name carries the domain and the version."""

    name: ClassVar[str]
    """Such as `media.process_track.v1`."""

    @classmethod
    def domain(cls) -> str:
        """The domain that owns the message: the part before the first dot."""
        return cls.name.partition(".")[0]


class Command(Message, frozen=True, kw_only=True):
    """Do this: becomes one job in the database of its domain."""

    queue: ClassVar[str] = "default"
    """Which slots work it: `media` for FFmpeg, `chain`, `model`, or `default`."""

    @property
    def dedupe_key(self) -> str | None:
        """A second command with the same key while one is there changes nothing."""
        return None


class Event(Message, frozen=True, kw_only=True):
    """This happened: kept in the event log, told to other domains and live subscribers."""

    makes_old: ClassVar[bool] = False
    """Whether others may have been told before what is no longer so: gateways that keep answers
    are told of it."""

    @property
    def channel(self) -> str | None:
        """The live channel that carries it, if any."""
        return channels.changes(self.name) if self.makes_old else None
