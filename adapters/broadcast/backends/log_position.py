"""Where a reader of the event logs stands, as a text that says nothing to anybody else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from adapters.broadcast.backend import MessagesLost

TEXT: Final = re.compile(r"[0-9a-f]{1,16}-[0-9a-f]{1,15}(?:\.[0-9a-f]{1,16}-[0-9a-f]{1,15}){0,15}")


def place_of(inode: int, sequence: int) -> str:
    """The name of one row of one log file."""
    return f"{inode:x}-{sequence:x}"


@dataclass(frozen=True, slots=True)
class LogPosition:
    """The sequence read last in each log file, by inode: a replaced file is another one.

    {17: 255, 18: 3}   ↔   "11-ff.12-3"
    """

    sequences: Mapping[int, int]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a position that a client gives back.

        Raises:
            MessagesLost: it is not one of ours.
        """
        if TEXT.fullmatch(text) is None:
            raise MessagesLost("this is no position in the event log")
        pairs = (place.split("-") for place in text.split("."))
        return cls({int(inode, 16): int(sequence, 16) for inode, sequence in pairs})

    def at(self, inode: int, sequence: int) -> "LogPosition":
        """This position, moved on in one log."""
        return LogPosition({**self.sequences, inode: sequence})

    def __str__(self) -> str:
        return ".".join(place_of(*each) for each in self.sequences.items())
