"""The keys that stored media are sealed under."""

from domain.ports import Rewrapped
from resolvers.context import UseCaseContext


async def rotate_storage_keys(ctx: UseCaseContext) -> Rewrapped | None:
    """Bring all data keys under the newest key, made anew where it is due; None without sealing.

    Safe to run twice, or side by side; one that was stopped goes on where it was.

    Raises:
        StorageUnavailable: the store does not answer.
    """
    rotation = ctx.ports.key_rotation
    return None if rotation is None else await rotation.rotate()
