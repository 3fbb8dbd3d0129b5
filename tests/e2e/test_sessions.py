"""Log-in from register to log-out, by token and by cookie."""

import pytest

from tests.e2e.house import PASSWORD, House, error_codes, example, problem_codes

WHO = "{ me { email } }"
COOKIE_LOGIN = """
mutation ($email: String!, $password: String!) {
  login(input: { email: $email, password: $password, cookie: true }) { problems { code } }
}
"""


async def test_a_session_from_its_first_moment_to_its_last(house: House) -> None:
    given = {"email": "New@Tutti.example", "username": "newcomer", "password": PASSWORD}

    registered = (await house.data(example("register"), given))["register"]
    first = registered["refreshToken"]
    renewed = (await house.data(example("refresh_session"), {"refreshToken": first}))[
        "refreshSession"
    ]
    bearer = {"authorization": f"Bearer {renewed['accessToken']}"}
    me = await house.ask(WHO, headers=bearer)
    out = await house.ask(example("logout"), headers=bearer)
    after = await house.ask(WHO, headers=bearer)
    again = await house.ask(example("refresh_session"), {"refreshToken": renewed["refreshToken"]})

    assert registered["me"]["roles"] == ["LISTENER"]
    assert me == {"data": {"me": {"email": "new@tutti.example"}}}
    assert out["data"]["logout"]["wasLoggedIn"] is True
    assert error_codes(after) == ["UNAUTHENTICATED"]
    assert problem_codes(again, "refreshSession") == ["SESSION_ENDED"]


async def test_a_refresh_token_used_twice_ends_the_session(house: House) -> None:
    given = {"email": "a@tutti.example", "username": "someone", "password": PASSWORD}
    first = (await house.data(example("register"), given))["register"]
    stolen = {"refreshToken": first["refreshToken"]}

    owner = (await house.data(example("refresh_session"), stolen))["refreshSession"]
    thief = await house.ask(example("refresh_session"), stolen)
    after = await house.ask(WHO, headers={"authorization": f"Bearer {owner['accessToken']}"})

    assert problem_codes(thief, "refreshSession") == ["SESSION_ENDED"]
    assert error_codes(after) == ["UNAUTHENTICATED"]


async def test_an_access_token_ends_by_itself(house: House) -> None:
    ben = await house.join("ben")

    house.outside.clock.advance(seconds=901)
    answer = await house.ask(WHO, by=ben)

    assert error_codes(answer) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_browser_is_known_by_its_cookie_on_our_pages_only(house: House) -> None:
    ben = await house.join("ben")
    variables = {"email": ben.email, "password": PASSWORD}

    login = await house.client.post(
        "/graphql", json={"query": COOKIE_LOGIN, "variables": variables}
    )
    ours = await house.ask(WHO, headers={"origin": "http://tutti.test"})
    foreign = await house.ask(WHO, headers={"origin": "http://elsewhere.test"})

    cookie = login.headers["set-cookie"]
    assert cookie.startswith("tutti_session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert ours == {"data": {"me": {"email": "ben@tutti.example"}}}
    assert foreign == {"data": {"me": None}}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "taken@tutti.example"}, "EMAIL_TAKEN"),
        ({"username": "taken"}, "USERNAME_TAKEN"),
        ({"password": "short"}, "BAD_INPUT"),
        ({"email": "no address"}, "BAD_INPUT"),
        ({"username": "no name!"}, "BAD_INPUT"),
    ],
)
async def test_an_account_that_cannot_be_made_is_told(
    house: House, change: dict[str, str], code: str
) -> None:
    await house.join("taken")
    given = {"email": "new@tutti.example", "username": "newcomer", "password": PASSWORD}

    answer = await house.ask(example("register"), {**given, **change})

    assert problem_codes(answer, "register") == [code]
    assert answer["data"]["register"]["accessToken"] is None
