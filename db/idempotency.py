"""Mutations that are repeated by key: marked where they took effect, their answers kept a day.

begin ──── the mutation's own transaction ────┬──── finish
claim      mark + rows + outbox, one commit   │     answer
                                              └─ died here: the mark tells its repetition
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import Database
from db.rows import insert_new
from db.tables.platform import idempotent_answers
from domain.clock import Clock
from errors import AlreadyDone

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run of a mutation that came with a key."""

    key: str
    """The key, hashed with its viewer."""
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    """Tells this run from others with the same key."""


async def mark(connection: AsyncConnection, attempt: Attempt, *, now: datetime) -> None:
    """Note that this run has its effect in this transaction; the note is kept or lost with it.

    Raises:
        AlreadyDone: another run with the same key has taken effect.
    """
    table = idempotent_answers
    key = f"{attempt.key}.done"
    values = {"key": key, "fingerprint": attempt.id, "answer": None, "created_at": now}
    if await insert_new(connection, table, values):
        return
    found = await connection.execute(select(table.c.fingerprint).where(table.c.key == key))
    if found.scalar_one_or_none() != attempt.id:
        raise AlreadyDone(
            "The first request with this Idempotency-Key took effect; look at what it did."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is known of a key that was used before."""

    fingerprint: str
    answer: bytes | None
    """None while the first request still runs."""


class DatabaseAnswers:
    """Keys, what they were used for, and the answers given; shared by all processes.

    Answers may hold tokens: they lie sealed, and whoever reads the table alone reads none.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        secret: bytes,
        claim_seconds: float,
        answer_seconds: float,
    ) -> None:
        self._database = database
        self._clock = clock
        self._seal = AESGCM(hmac.digest(secret, b"idempotent answers", "sha256"))
        self._claim = timedelta(seconds=claim_seconds)
        self._keep = timedelta(seconds=answer_seconds)

    async def begin(self, key: str, fingerprint: str) -> Stored | None:
        """Claim a key in one step: None means that the caller has it now and must run."""
        now = self._clock.now()
        table = idempotent_answers
        async with self._database.engine.begin() as connection:
            await connection.execute(
                delete(table).where(
                    table.c.key == key,
                    or_(
                        table.c.created_at < now - self._keep,
                        table.c.answer.is_(None) & (table.c.created_at < now - self._claim),
                    ),
                )
            )
            values = {"key": key, "fingerprint": fingerprint, "answer": None, "created_at": now}
            if await insert_new(connection, table, values):
                return None
            row = (
                await connection.execute(
                    select(table.c.fingerprint, table.c.answer).where(table.c.key == key)
                )
            ).one()
            return Stored(fingerprint=row.fingerprint, answer=self._opened(key, row.answer))

    async def finish(self, key: str, answer: bytes) -> None:
        """Keep the answer of a claimed key."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._seal.encrypt(nonce, answer, key.encode())
        async with self._database.engine.begin() as connection:
            await connection.execute(
                update(idempotent_answers)
                .where(idempotent_answers.c.key == key)
                .values(answer=sealed)
            )

    async def abandon(self, key: str) -> None:
        """Give a claimed key back: nothing happened, so a repetition may run."""
        async with self._database.engine.begin() as connection:
            await connection.execute(
                delete(idempotent_answers).where(
                    idempotent_answers.c.key == key, idempotent_answers.c.answer.is_(None)
                )
            )

    def _opened(self, key: str, sealed: bytes | None) -> bytes | None:
        """An answer as it was given.

        Raises:
            AlreadyDone: it was sealed with another secret.
        """
        if sealed is None:
            return None
        try:
            return self._seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key.encode())
        except InvalidTag as error:
            raise AlreadyDone("The answer to this Idempotency-Key cannot be read.") from error
