"""The settings of how media are stored and handed out; `settings.py` reads them with the others."""

import re
from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from domain.media.entitlements import ListenerPlan

KEY = re.compile(r"[0-9a-fA-F]{64}")
KEY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class StorageSettings(BaseModel, frozen=True, extra="forbid"):
    """How objects are sealed where they lie; `TUTTI_STORAGE__` before each name."""

    sealed: bool | None = None
    """Encrypt objects (AES-256-GCM); by default with keys, and in development on SQLite."""

    keys: dict[str, SecretStr] = {}
    """Keys that objects are sealed under, by id, each 64 hexadecimal digits:
    TUTTI_STORAGE__KEYS={"2026-11": "…"}. Development makes them in the data folder."""

    key: str | None = None
    """Id of the key for new objects, where there are several; the others open older ones."""

    key_days: int = Field(default=90, ge=1, le=3_650)
    """Age at which a key of the data folder is renewed, and all objects come under the new one."""

    plain_readable: bool | None = None
    """Give out objects that were stored before anything was sealed; by default in development."""

    @property
    def active_key(self) -> str:
        """Id of the key for new objects; empty where it cannot be told."""
        only = next(iter(self.keys)) if len(self.keys) == 1 else ""
        return self.key or only

    @model_validator(mode="after")
    def _keys_are_keys(self) -> Self:
        for key_id, key in self.keys.items():
            if KEY_ID.fullmatch(key_id) is None:
                raise ValueError("an id has 1 to 64 of A-Z, a-z, 0-9, - and _")
            if KEY.fullmatch(key.get_secret_value()) is None:
                raise ValueError(f"the key {key_id} has 64 hexadecimal digits")
        if self.keys and self.active_key not in self.keys:
            raise ValueError("TUTTI_STORAGE__KEY names one of the keys, for new objects")
        return self


class DeliverySettings(BaseModel, frozen=True, extra="forbid"):
    """What listeners are given; `TUTTI_DELIVERY__` before each name."""

    account_plan: ListenerPlan = ListenerPlan.PRO
    """Of accounts that have chosen no plan: free, premium or pro."""

    stranger_plan: ListenerPlan = ListenerPlan.PRO
    """Of who is not logged in."""
