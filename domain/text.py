"""Bounds on the text that people type."""

from errors import BadInput


def checked_text(text: str, *, field: str, chars_max: int, chars_min: int = 0) -> str:
    """Trimmed text within its bounds.

    Raises:
        BadInput: it is too short or too long, or holds a NUL.
    """
    trimmed = text.strip()
    if not chars_min <= len(trimmed) <= chars_max or "\x00" in trimmed:
        raise BadInput(f"{field} has {chars_min} to {chars_max} characters.", field=field)
    return trimmed
