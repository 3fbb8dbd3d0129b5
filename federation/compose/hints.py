"""Hints: remarks of composition that are no errors."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One remark, with a code that the field knows."""

    code: str
    message: str
    subgraphs: tuple[str, ...] = ()
    coordinate: str = ""

    def __str__(self) -> str:
        """Show one line: code and remark."""
        return f"{self.code}: {self.message}"
