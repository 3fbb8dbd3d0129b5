"""An idempotency store in memory."""

from web.operations.idempotency import Stored


class FakeIdempotencyStore:
    """Keeps every key; time does not pass here."""

    def __init__(self) -> None:
        self.stored: dict[str, Stored] = {}
        self.times_begun = 0

    async def begin(self, key: str, fingerprint: str) -> Stored | None:
        self.times_begun += 1
        found = self.stored.get(key)
        if found is None:
            self.stored[key] = Stored(fingerprint=fingerprint, answer=None)
        return found

    async def finish(self, key: str, answer: bytes) -> None:
        self.stored[key] = Stored(fingerprint=self.stored[key].fingerprint, answer=answer)

    async def abandon(self, key: str) -> None:
        del self.stored[key]
