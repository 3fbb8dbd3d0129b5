"""Root mutations of the users subgraph."""

from typing import Annotated

import strawberry

from resolvers.users import accounts, sessions
from schema.info import Info
from schema.problems import with_problems
from subgraphs.users.client_mutations import ClientMutation
from subgraphs.users.inputs import LoginInput, RegisterInput, UpdateProfileInput
from subgraphs.users.payloads import LogoutPayload, SessionPayload, UpdateProfilePayload


@strawberry.type
class Mutation(ClientMutation):
    """What users can be told."""

    @strawberry.mutation(graphql_type=SessionPayload | None, description="Make an account.")
    @staticmethod
    @with_problems(SessionPayload)
    async def register(info: Info, input: RegisterInput) -> SessionPayload:  # noqa: A002
        """Make an account and log in."""
        account = await accounts.register_account(
            info.context,
            email=input.email,
            username=input.username,
            password=input.password,
            display_name=input.display_name,
        )
        return _session(await sessions.open_session(info.context, account))

    @strawberry.mutation(graphql_type=SessionPayload | None, description="Open a session.")
    @staticmethod
    @with_problems(SessionPayload)
    async def login(info: Info, input: LoginInput) -> SessionPayload:  # noqa: A002
        """Open a session by e-mail and password."""
        opened = await sessions.log_in(info.context, email=input.email, password=input.password)
        if input.cookie:
            info.context.set_session_cookie(opened.access_token)
        return _session(opened)

    @strawberry.mutation(
        graphql_type=SessionPayload | None, description="Trade a refresh token for new tokens."
    )
    @staticmethod
    @with_problems(SessionPayload)
    async def refresh_session(
        info: Info,
        refresh_token: str,
        cookie: Annotated[bool, strawberry.argument(description="As that of login.")] = False,
    ) -> SessionPayload:
        """Renew a session."""
        renewed = await sessions.renew_session(info.context, refresh_token=refresh_token)
        if cookie:
            info.context.set_session_cookie(renewed.access_token)
        return _session(renewed)

    @strawberry.mutation(graphql_type=LogoutPayload | None, description="End this session.")
    @staticmethod
    @with_problems(LogoutPayload)
    async def logout(info: Info) -> LogoutPayload:
        """End the viewer's session at once."""
        info.context.set_session_cookie(None)
        return LogoutPayload(was_logged_in=await sessions.log_out(info.context))

    @strawberry.mutation(graphql_type=UpdateProfilePayload | None, description="Change my profile.")
    @staticmethod
    @with_problems(UpdateProfilePayload)
    async def update_profile(
        info: Info,
        input: UpdateProfileInput,  # noqa: A002
    ) -> UpdateProfilePayload:
        """Change the viewer's profile."""
        return UpdateProfilePayload(
            me=await accounts.update_profile(
                info.context, display_name=input.display_name, bio=input.bio
            )
        )


def _session(opened: sessions.LoggedIn) -> SessionPayload:
    return SessionPayload(
        access_token=opened.access_token,
        refresh_token=opened.refresh_token,
        me=opened.account,
    )
