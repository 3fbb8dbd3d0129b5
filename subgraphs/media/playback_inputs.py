"""Inputs of playback: what players tell, and what remote controls ask for."""

import strawberry

from subgraphs.media.playback_enums import DeviceKind, QueuePlace, RepeatMode

OPERATION = "Made by the client, once for this change: 8 to 64 letters, digits, - and _ (a UUID)."
ENTRY_BEFORE = "Behind which entry, with the place AFTER; where it is gone, the end."


@strawberry.input
class StartPlaybackInput:
    """What to play."""

    playable_id: strawberry.ID
    is_private: bool = strawberry.field(
        default=False, description="Keeps it out of history and recommendations."
    )
    queue: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="What comes next, at most 500."
    )
    device_id: strawberry.ID | None = strawberry.field(
        default=None, description="Which of my devices makes the sound."
    )
    position_ms: int = strawberry.field(
        default=0, description="Where to begin, such as myProgress of what I take up again."
    )


@strawberry.input
class HeartbeatInput:
    """Where the player stands; send it every ten seconds or so."""

    session_id: strawberry.ID
    position_ms: int
    device_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Which device says so; refused with DEVICE_NOT_ACTIVE once it plays elsewhere.",
    )


@strawberry.input
class PausePlaybackInput:
    """Stop the music."""

    session_id: strawberry.ID
    position_ms: int | None = strawberry.field(
        default=None, description="Where it stopped; counts what was heard up to there."
    )


@strawberry.input
class ResumePlaybackInput:
    """Go on."""

    session_id: strawberry.ID


@strawberry.input
class SeekPlaybackInput:
    """Leap to a position."""

    session_id: strawberry.ID
    position_ms: int
    from_position_ms: int | None = strawberry.field(
        default=None, description="Where it was left; counts what was heard up to there."
    )


@strawberry.input
class SetVolumeInput:
    """Louder or softer."""

    session_id: strawberry.ID
    volume: int = strawberry.field(description="0 to 100.")


@strawberry.input
class SetSleepTimerInput:
    """When to pause by itself; neither of both: not at all."""

    session_id: strawberry.ID
    seconds: int | None = strawberry.field(
        default=None, description="After so many seconds, up to a day."
    )
    after_entry: bool = strawberry.field(
        default=False, description="At the end of what plays then."
    )


@strawberry.input
class EndPlaybackInput:
    """End a session for good."""

    session_id: strawberry.ID
    position_ms: int | None = strawberry.field(
        default=None, description="Where it was left; counts what was heard up to there."
    )


@strawberry.input
class NextInQueueInput:
    """Begin the next entry."""

    session_id: strawberry.ID
    position_ms: int | None = strawberry.field(
        default=None, description="Where the one before was left; counts what was heard of it."
    )
    from_entry_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Go on only where this entry still plays, so that a repetition skips nothing.",
    )


@strawberry.input
class PreviousInQueueInput:
    """Go back to what was played before."""

    session_id: strawberry.ID
    position_ms: int | None = strawberry.field(
        default=None, description="Where it was left; counts what was heard of it."
    )
    from_entry_id: strawberry.ID | None = strawberry.field(
        default=None, description="Go back only where this entry still plays."
    )


@strawberry.input
class SetQueueInput:
    """What comes next, in order, in place of all that was to come."""

    session_id: strawberry.ID
    playable_ids: list[strawberry.ID]


@strawberry.input
class AddToQueueInput:
    """Add what shall come; entry n of it is called `<operationId>.<n>`."""

    session_id: strawberry.ID
    operation_id: str = strawberry.field(description=OPERATION)
    playable_ids: list[strawberry.ID]
    place: QueuePlace = QueuePlace.LAST
    after_entry_id: strawberry.ID | None = strawberry.field(default=None, description=ENTRY_BEFORE)


@strawberry.input
class MoveInQueueInput:
    """Put entries elsewhere, together and in the order named."""

    session_id: strawberry.ID
    operation_id: str = strawberry.field(description=OPERATION)
    entry_ids: list[strawberry.ID]
    place: QueuePlace
    after_entry_id: strawberry.ID | None = strawberry.field(default=None, description=ENTRY_BEFORE)


@strawberry.input
class RemoveFromQueueInput:
    """Take entries out."""

    session_id: strawberry.ID
    operation_id: str = strawberry.field(description=OPERATION)
    entry_ids: list[strawberry.ID]


@strawberry.input
class ClearQueueInput:
    """Take out all that I have seen; what another device added since then stays."""

    session_id: strawberry.ID
    operation_id: str = strawberry.field(description=OPERATION)
    seen_sequence: int = strawberry.field(description="The session's sequence as I saw it last.")


@strawberry.input
class ShuffleQueueInput:
    """Draw another order of what is to come, or bring the one before back."""

    session_id: strawberry.ID
    operation_id: str = strawberry.field(description=OPERATION)
    is_shuffled: bool
    seed: int | None = strawberry.field(
        default=None, description="The same seed draws the same order of the same entries."
    )


@strawberry.input
class SetRepeatInput:
    """What comes behind the end."""

    session_id: strawberry.ID
    repeat: RepeatMode


@strawberry.input
class RegisterDeviceInput:
    """A player that is there."""

    install_id: str = strawberry.field(
        description="Made by the client once, when it was installed, and kept: a UUID does."
    )
    name: str
    kind: DeviceKind = DeviceKind.OTHER


@strawberry.input
class RenameDeviceInput:
    """What to call a player of mine."""

    device_id: strawberry.ID
    name: str


@strawberry.input
class ForgetDeviceInput:
    """Which player of mine is gone."""

    device_id: strawberry.ID


@strawberry.input
class TransferPlaybackInput:
    """Where to play on."""

    device_id: strawberry.ID
    position_ms: int | None = strawberry.field(
        default=None, description="Where the device before stopped; left out: by the clock."
    )
