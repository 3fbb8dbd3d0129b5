"""Names that clients give to what they do, so that doing it again does nothing."""

import re
from typing import Final

from errors import BadInput

OPERATION_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


def checked_operation(operation_id: str | None, *, field: str = "operationId") -> None:
    """Refuse what is no name of an operation: 8 to 64 letters, digits, `-` and `_`.

    Raises:
        BadInput: it is none.
    """
    if operation_id is not None and not OPERATION_ID.fullmatch(operation_id):
        raise BadInput(f"{field} has 8 to 64 letters, digits, - and _; a UUID does.", field=field)
