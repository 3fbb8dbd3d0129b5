"""Log-in, renewal and log-out."""

import asyncio

import pytest
from sqlalchemy import update

from db.read import StatementCount
from db.tables.users import users
from domain.viewer import Role, Viewer
from errors import (
    EmailTaken,
    RateLimited,
    SessionEnded,
    Unauthenticated,
    UsernameTaken,
    WrongCredentials,
)
from resolvers.users import accounts, sessions


@pytest.fixture
async def nora(as_viewer):
    return await accounts.register_account(
        as_viewer(), email="Nora@Example.com", username="Nora", password="correct horse"
    )


async def test_a_login_gives_tokens_that_identify_the_account(as_viewer, nora) -> None:
    opened = await sessions.log_in(
        as_viewer(), email=" nora@example.COM ", password="correct horse"
    )

    viewer = await sessions.identify(as_viewer(), opened.access_token)

    assert viewer.user_id == nora.id
    assert {role.value for role in viewer.roles} == {"listener"}


@pytest.mark.parametrize(
    ("_case", "email", "password"),
    [
        ("a wrong password", "nora@example.com", "wrong horse"),
        ("an unknown address", "nobody@example.com", "correct horse"),
        ("no address at all", "", "correct horse"),
        ("what no database takes", "nora\x00@example.com", "correct horse"),
    ],
)
async def test_wrong_credentials_say_no_more_than_that(
    _case, email, password, as_viewer, nora
) -> None:
    with pytest.raises(WrongCredentials) as refusal:
        await sessions.log_in(as_viewer(), email=email, password=password)

    assert refusal.value.message == "E-mail and password do not match."


async def test_guessing_at_a_password_ends_soon(as_viewer, nora) -> None:
    for _ in range(sessions.LOG_IN_TRIES.tokens):
        with pytest.raises(WrongCredentials):
            await sessions.log_in(as_viewer(), email="nora@example.com", password="wrong horse")

    with pytest.raises(RateLimited) as refusal:
        await sessions.log_in(as_viewer(), email=" NORA@example.com", password="correct horse")

    assert refusal.value.details["retry_after_seconds"] == 30


async def test_only_guesses_that_fail_count(as_viewer, nora) -> None:
    for _ in range(3):
        for _ in range(sessions.LOG_IN_TRIES.tokens - 1):
            with pytest.raises(WrongCredentials):
                await sessions.log_in(as_viewer(), email="nora@example.com", password="wrong")
        await sessions.log_in(as_viewer(), email="nora@example.com", password="correct horse")


async def test_a_logout_ends_the_session_at_once(as_viewer, nora) -> None:
    opened = await sessions.log_in(as_viewer(), email="nora@example.com", password="correct horse")
    viewer = await sessions.identify(as_viewer(), opened.access_token)

    assert await sessions.log_out(as_viewer(viewer)) is True

    with pytest.raises(Unauthenticated):
        await sessions.identify(as_viewer(), opened.access_token)
    with pytest.raises(SessionEnded):
        await sessions.renew_session(as_viewer(), refresh_token=opened.refresh_token)


async def test_an_expired_access_token_is_refused(as_viewer, nora, outside) -> None:
    opened = await sessions.log_in(as_viewer(), email="nora@example.com", password="correct horse")
    outside.clock.advance(seconds=901)

    with pytest.raises(Unauthenticated, match="expired"):
        await sessions.identify(as_viewer(), opened.access_token)


async def test_a_refresh_token_used_twice_ends_the_whole_session(as_viewer, nora) -> None:
    opened = await sessions.log_in(as_viewer(), email="nora@example.com", password="correct horse")
    renewed = await sessions.renew_session(as_viewer(), refresh_token=opened.refresh_token)

    with pytest.raises(SessionEnded):
        await sessions.renew_session(as_viewer(), refresh_token=opened.refresh_token)

    with pytest.raises(SessionEnded):
        await sessions.renew_session(as_viewer(), refresh_token=renewed.refresh_token)


@pytest.mark.parametrize(
    ("_case", "email", "username", "refusal"),
    [
        ("the address in other case", "NORA@example.com", "other", EmailTaken),
        ("the name in other case", "other@example.com", "NORA", UsernameTaken),
    ],
)
async def test_a_taken_address_or_name_is_refused(
    _case, email, username, refusal, as_viewer, nora
) -> None:
    with pytest.raises(refusal):
        await accounts.register_account(
            as_viewer(), email=email, username=username, password="correct horse"
        )


async def test_nobody_is_logged_out_of_nothing(as_viewer) -> None:
    assert await sessions.log_out(as_viewer(Viewer())) is False


async def test_a_refresh_token_that_no_database_takes_is_no_token(as_viewer) -> None:
    with pytest.raises(SessionEnded):
        await sessions.renew_session(as_viewer(), refresh_token="a\x00b.secret")


async def test_many_are_asked_for_with_one_statement_and_each_gets_its_answer(
    as_viewer, nora
) -> None:
    tokens = [
        (await sessions.log_in(as_viewer(), email="nora@example.com", password="correct horse"))
        for _ in range(2)
    ]
    ended, open_ = [await sessions.identify(as_viewer(), opened.access_token) for opened in tokens]
    checks = sessions.OpenSessions(as_viewer())
    await asyncio.gather(checks.require_open(ended), checks.require_open(open_))
    await sessions.log_out(as_viewer(ended))

    before = StatementCount.total
    asked = [checks.require_open(viewer) for viewer in [ended, open_] * 50 + [Viewer()]]
    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert StatementCount.total == before + 1
    assert [type(answer) for answer in answers] == [Unauthenticated, type(None)] * 50 + [type(None)]


async def test_a_token_of_other_roles_is_good_no_more_and_a_new_one_is(
    as_viewer, nora, databases
) -> None:
    opened = await sessions.log_in(as_viewer(), email="nora@example.com", password="correct horse")
    viewer = await sessions.identify(as_viewer(), opened.access_token)
    checks = sessions.OpenSessions(as_viewer())
    await checks.require_open(viewer)

    async with databases.of("users").engine.begin() as connection:
        await connection.execute(update(users).values(roles=["listener", "moderator"]))

    with pytest.raises(Unauthenticated, match="roles"):
        await checks.require_open(viewer)
    with pytest.raises(Unauthenticated, match="roles"):
        await sessions.identify(as_viewer(), opened.access_token)
    renewed = await sessions.renew_session(as_viewer(), refresh_token=opened.refresh_token)
    again = await sessions.identify(as_viewer(), renewed.access_token)
    assert again.roles == {Role.LISTENER, Role.MODERATOR}
