"""Who asks, as the gateway tells its own subgraphs: in a signed header."""

from dataclasses import dataclass

import orjson

from db.idempotency import Attempt
from domain.ids import SessionId, UserId
from domain.viewer import ANONYMOUS, Role, Viewer
from resolvers.context import RequestContext

SESSION_HEADER = "tutti-session"
"""On the way back: the browser's new access token, or nothing to take it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldViewer:
    """The viewer of one operation, and what else its answer depends on."""

    viewer: Viewer
    base_url: str = ""
    country: str | None = None
    attempt: Attempt | None = None

    @classmethod
    def nobody(cls) -> "ToldViewer":
        """Nobody was told of."""
        return cls(viewer=ANONYMOUS)


def write_viewer(ctx: RequestContext) -> bytes:
    """The same bytes for the same viewer, so that equal calls meet."""
    viewer = ctx.viewer
    told: dict[str, object] = {
        "user": viewer.user_id,
        "session": viewer.session_id,
        "roles": sorted(viewer.roles),
        "partner": viewer.partner_id,
        "baseUrl": ctx.base_url,
        "country": ctx.country,
    }
    if ctx.attempt is not None:
        told["attempt"] = {"key": ctx.attempt.key, "id": ctx.attempt.id}
    return orjson.dumps(told)


def read_viewer(text: bytes | str) -> ToldViewer:
    """What `write_viewer` wrote; the signature was checked before.

    Raises:
        ValueError: it is something else.
    """
    told = orjson.loads(text)
    if not isinstance(told, dict):
        raise ValueError("a viewer is told as an object")
    user, session, attempt = told.get("user"), told.get("session"), told.get("attempt")
    return ToldViewer(
        viewer=Viewer(
            user_id=None if user is None else UserId(user),
            session_id=None if session is None else SessionId(session),
            roles=frozenset(Role(each) for each in told.get("roles", ())),
            partner_id=told.get("partner"),
        ),
        base_url=told.get("baseUrl", ""),
        country=told.get("country"),
        attempt=None if attempt is None else Attempt(key=attempt["key"], id=attempt["id"]),
    )
