"""Inputs of the users subgraph."""

import strawberry


@strawberry.input
class RegisterInput:
    """A new account."""

    email: str
    username: str
    password: str = strawberry.field(description="8 to 256 characters.")
    display_name: str | None = None


@strawberry.input
class LoginInput:
    """Credentials."""

    email: str
    password: str
    cookie: bool = strawberry.field(
        default=False, description="Also set the access token as an HttpOnly cookie (browsers)."
    )


@strawberry.input
class UpdateProfileInput:
    """What is left out stays as it is."""

    display_name: str | None = None
    bio: str | None = None
