"""The name and version by which a client is known."""

import re

from errors import BadInput

CLIENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@/+-]{0,63}")
"""Both the name and the version of a client."""


def checked_client(text: str, *, field: str) -> str:
    """A client's name or version.

    Raises:
        BadInput: it is empty, too long, or has odd characters.
    """
    if CLIENT.fullmatch(text) is None:
        raise BadInput(
            f"The {field} has 1 to 64 letters, digits, spaces and . _ @ / + - and begins with a "
            "letter or digit.",
            field=field,
        )
    return text
