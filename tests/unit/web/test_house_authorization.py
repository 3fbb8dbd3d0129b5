"""Who a viewer of the house is to the directives of its supergraph."""

from types import SimpleNamespace

import pytest

from domain.ids import UserId
from domain.scopes import SCOPES, scopes_of
from domain.viewer import ANONYMOUS, Role, Viewer
from federation.engine import Caller
from web.guards.house_authorization import HOUSE_AUTHORIZATION


@pytest.mark.parametrize(
    ("roles", "scopes"),
    [
        ({Role.LISTENER}, {"listen"}),
        ({Role.LISTENER, Role.CREATOR}, {"listen", "publish"}),
        ({Role.ADMIN}, {"listen", "publish", "moderate", "administer"}),
        (set(), set()),
    ],
    ids=["listener", "creator", "admin", "nobody"],
)
def test_scopes_follow_from_roles(roles: set[Role], scopes: set[str]) -> None:
    viewer = Viewer(user_id=UserId("anna"), roles=frozenset(roles))

    assert scopes_of(viewer) == scopes
    assert set(SCOPES) == set(Role)


def test_nobody_is_a_stranger_and_an_account_is_authenticated() -> None:
    anna = Viewer(user_id=UserId("anna"), roles=frozenset({Role.CREATOR}))

    assert HOUSE_AUTHORIZATION.caller(SimpleNamespace(viewer=ANONYMOUS)) == Caller()
    assert HOUSE_AUTHORIZATION.caller(SimpleNamespace(viewer=anna)) == Caller(
        is_authenticated=True, scopes=frozenset({"publish"})
    )
