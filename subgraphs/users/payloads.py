"""Payloads of the users subgraph."""

import strawberry

from domain.users import records as users
from schema.problems import Problem, problems_field
from subgraphs.users.types import Me


@strawberry.type(description="A session, or why there is none.")
class SessionPayload:
    """The answer to register, login and refreshSession."""

    access_token: str | None = strawberry.field(
        default=None, description="Send it as `Authorization: Bearer …`; short-lived."
    )
    refresh_token: str | None = strawberry.field(default=None, description="Good for one renewal.")
    me: users.Account | None = strawberry.field(graphql_type=Me | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class LogoutPayload:
    """The answer to logout."""

    was_logged_in: bool = False
    problems: list[Problem] = problems_field()


@strawberry.type
class UpdateProfilePayload:
    """The answer to updateProfile."""

    me: users.Account | None = strawberry.field(graphql_type=Me | None, default=None)
    problems: list[Problem] = problems_field()
