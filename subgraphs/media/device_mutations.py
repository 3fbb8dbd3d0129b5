"""Root mutations of the media subgraph: players of a listener."""

import strawberry

from resolvers.media import devices
from schema.info import Info
from schema.problems import with_problems
from subgraphs.media.playback_ids import parse_device
from subgraphs.media.playback_inputs import (
    ForgetDeviceInput,
    RegisterDeviceInput,
    RenameDeviceInput,
    TransferPlaybackInput,
)
from subgraphs.media.playback_payloads import DevicePayload, ForgetDevicePayload, PlaybackPayload


@strawberry.type
class DeviceMutation:
    """My players, and which of them plays."""

    @strawberry.mutation(
        graphql_type=DevicePayload | None,
        description="Make a player of mine known, or say that it is there again.",
    )
    @staticmethod
    @with_problems(DevicePayload)
    async def register_device(info: Info, input: RegisterDeviceInput) -> DevicePayload:  # noqa: A002
        """Register a player, once for each install."""
        device = await devices.register_device(
            info.context, input.install_id, name=input.name, kind=input.kind
        )
        return DevicePayload(device=device)

    @strawberry.mutation(
        graphql_type=DevicePayload | None,
        description="Call a player of mine something else.",
    )
    @staticmethod
    @with_problems(DevicePayload)
    async def rename_device(info: Info, input: RenameDeviceInput) -> DevicePayload:  # noqa: A002
        """Rename a player."""
        device = await devices.rename_device(
            info.context, parse_device(input.device_id), name=input.name
        )
        return DevicePayload(device=device)

    @strawberry.mutation(
        graphql_type=ForgetDevicePayload | None,
        description="Forget a player of mine.",
    )
    @staticmethod
    @with_problems(ForgetDevicePayload)
    async def forget_device(info: Info, input: ForgetDeviceInput) -> ForgetDevicePayload:  # noqa: A002
        """Forget a player; twice is once."""
        await devices.forget_device(info.context, parse_device(input.device_id))
        return ForgetDevicePayload()

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Play on there: the device before hears that it must stop.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def transfer_playback(info: Info, input: TransferPlaybackInput) -> PlaybackPayload:  # noqa: A002
        """Hand what plays over to another player."""
        session = await devices.transfer_playback(
            info.context, parse_device(input.device_id), position_ms=input.position_ms
        )
        return PlaybackPayload(session=session)
