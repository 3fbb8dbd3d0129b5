"""How often a job says how far it is."""

from workers.context import Progress


async def test_a_new_step_is_told_at_once_and_the_rest_now_and_then() -> None:
    told: list[tuple[float, str | None]] = []

    async def tell(fraction: float, step: str | None) -> None:
        told.append((fraction, step))

    progress = Progress(tell, seconds_min=3_600)

    await progress.set(0.0, "probe")
    await progress.set(0.01, "probe")
    await progress.set(0.03, "tags")
    await progress.set(0.04, "tags")

    assert told == [(0.0, "probe"), (0.03, "tags")]
