"""Refuses what a foreign page can make a browser send without asking us first."""

from collections.abc import Container, Mapping

from web.wire.client_request import is_from_elsewhere
from web.wire.media_types import EVENT_STREAM, GRAPHQL_RESPONSE, JSON, MULTIPART
from web.wire.refusals import CsrfRefused
from web.wire.request_body import read_content_type, require_json_in_utf8

PREFLIGHT_HEADERS = (
    "apollo-require-preflight",
    "graphql-require-preflight",
    "x-apollo-operation-name",
    "x-requested-with",
)

ANSWER_NAMES = (JSON, GRAPHQL_RESPONSE, EVENT_STREAM, MULTIPART)


def require_preflight(headers: Mapping[str, str]) -> None:
    """Refuse a form that any page can send without asking, whoever seems to have sent it.

    Raises:
        CsrfRefused: no header on it forces a preflight.
    """
    if not any(name in headers for name in PREFLIGHT_HEADERS):
        raise CsrfRefused("Forms need the header GraphQL-Require-Preflight, with any value.")


def require_own_page(headers: Mapping[str, str], allowed_origins: Container[str]) -> None:
    """Refuse a GET that a foreign page may have sent; a POST of JSON always asks first.

    Some browsers have let pages send odd content types by GET without asking, so a type proves
    nothing, except for the one that always makes them ask.

    Raises:
        CsrfRefused: no header on it forces a preflight.
        UnsupportedMediaType: it is said to have a body that is not JSON in UTF-8.
    """
    if is_from_elsewhere(headers, allowed_origins) or _is_undecided(headers):
        has_header = any(name in headers for name in PREFLIGHT_HEADERS)
        if not has_header and read_content_type(headers).name != JSON:
            raise CsrfRefused("Requests from other origins need GraphQL-Require-Preflight.")
    if "content-type" in headers:
        require_json_in_utf8(headers)


def require_purpose(headers: Mapping[str, str]) -> None:
    """Refuse a GET that says nothing of GraphQL, as what a page embeds or a link leads to.

    Cookies or not, any page could let its visitors send it, and see by its time or size what came.

    Raises:
        CsrfRefused: Accept names no type of ours, and no header on it forces a preflight.
    """
    accept = headers.get("accept", "").lower()
    is_named = any(name in accept for name in ANSWER_NAMES)
    if not is_named and not any(name in headers for name in PREFLIGHT_HEADERS):
        raise CsrfRefused(f"Name {JSON} in Accept, or send GraphQL-Require-Preflight.")


def _is_undecided(headers: Mapping[str, str]) -> bool:
    """Whether a browser without fetch metadata may have sent its cookies for any page."""
    return "cookie" in headers and "origin" not in headers and "sec-fetch-site" not in headers
