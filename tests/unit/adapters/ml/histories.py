"""Made-up listeners with tastes."""

import random

from domain.ai.tools import Interaction

ROCK = [f"rock-{number}" for number in range(12)]
JAZZ = [f"jazz-{number}" for number in range(12)]
HIT = "hit"


def two_tastes(users: int = 60, items_each: int = 6) -> list[Interaction]:
    """Half love rock, half love jazz, and everyone has heard the hit first."""
    chance = random.Random(5)
    told: list[Interaction] = []
    for number in range(users):
        taste = ROCK if number % 2 == 0 else JAZZ
        heard = [HIT, *chance.sample(taste, items_each)]
        told.extend(
            Interaction(user=f"user-{number:03}", item=item, at=float(at))
            for at, item in enumerate(heard)
        )
    return told
