"""What an account must look like."""

import re

from errors import BadInput

USERNAME = re.compile(r"[a-z0-9][a-z0-9_.-]{1,29}")
EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s.\x00-\x1f]+(\.[^@\s.\x00-\x1f]+)+")
EMAIL_CHARS_MAX = 254
PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 256
NAME_CHARS_MAX = 80
BIO_CHARS_MAX = 2_000


def normal_email(text: str) -> str:
    """An address as we compare it; raises BadInput."""
    email = text.strip().lower()
    if len(email) > EMAIL_CHARS_MAX or not EMAIL.fullmatch(email):
        raise BadInput("This is not an e-mail address.", field="email")
    return email


def normal_username(text: str) -> str:
    """A username as we compare it; raises BadInput."""
    username = text.strip().lower()
    if not USERNAME.fullmatch(username):
        raise BadInput(
            "A username has 2 to 30 letters, digits, dots, dashes or underscores and starts "
            "with a letter or digit.",
            field="username",
        )
    return username


def checked_password(text: str) -> str:
    """A password of allowed length; raises BadInput."""
    if not PASSWORD_CHARS_MIN <= len(text) <= PASSWORD_CHARS_MAX:
        raise BadInput(
            f"A password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters.",
            field="password",
        )
    return text
