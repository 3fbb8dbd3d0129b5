"""What kept answers are tagged with, and patterns that name many of them."""

import re

from errors import BadInput

PATTERN = re.compile(r"[\w.:=-]{0,200}(?:\*[\w.:=-]{0,200}){0,4}")
CHARACTERS_MAX = 200


def require_pattern(text: str) -> str:
    """A pattern of tags, such as `Track`, `Track:*`, `Query.search` or `*` for all.

    Raises:
        BadInput: it is empty, too long, or has more than four `*` or odd characters.
    """
    if not text or len(text) > CHARACTERS_MAX or PATTERN.fullmatch(text) is None:
        raise BadInput(
            "A pattern has 1 to 200 letters, digits and `_.:=-`, and up to four `*` for any text.",
            field="pattern",
        )
    return text
