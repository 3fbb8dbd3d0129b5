"""What a partner's keys are used for, for people: a page, and the same as a CSV file.

GET  /partners/usage       a form for the key; with X-API-Key, or ?partner= of an admin, the page
POST /partners/usage       the page; the key is in the form, never in an address
…    /partners/usage.csv   all rows, as they are read
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from hashlib import sha256
from html import escape
from typing import NamedTuple
from urllib.parse import parse_qs

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from domain.users.partner_usage import (
    ROWS_TOLD_MAX,
    PartnerAccount,
    QuotaStanding,
    ToldUse,
    csv_head,
    csv_lines,
)
from domain.users.usage import DAYS_DEFAULT
from errors import AppError, BadInput
from resolvers.users.partner_usage import export_partner_uses, read_partner_account
from web.operations.front_parts import FrontParts
from web.wire.client_request import ClientRequest, read_client_request, read_headers
from web.wire.error_response import http_status
from web.wire.refusals import BodyTooLarge, RequestTimedOut

PAGE_PATH = "/partners/usage"
FILE_PATH = "/partners/usage.csv"
FORM_BYTES_MAX = 4_096
FORM_FIELDS_MAX = 10
STYLE = (
    "body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:left}"
    "tr:nth-child(even){background:#f2f2f2}input{font:inherit}"
)
_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
}
FORM = f"""<form method="post" action="{PAGE_PATH}">
<p><label>API key <input type="password" name="key" required autocomplete="off"></label>
<label>Days <input type="number" name="days" value="{DAYS_DEFAULT}" min="1" max="180"></label>
<button>Show</button> <button formaction="{FILE_PATH}">CSV</button></p></form>"""


class _Asked(NamedTuple):
    """Who asks, of whom, and over how many days."""

    client: ClientRequest
    partner: str | None
    days: int

    @property
    def is_nobody(self) -> bool:
        """Whether neither a key nor a name was sent."""
        return self.client.api_key is None and self.partner is None


class PartnerPages:
    """Answers below /partners; counted for addresses alone, so that who used all up may look."""

    def __init__(self, parts: FrontParts) -> None:
        self._parts = parts

    def routes(self) -> list[BaseRoute]:
        """Where they stand in the URL table."""
        return [
            Route(PAGE_PATH, self._page, methods=["GET", "POST"]),
            Route(FILE_PATH, self._file, methods=["GET", "POST"]),
        ]

    async def _page(self, http: Request) -> Response:
        try:
            asked = await self._read(http)
            if asked.is_nobody:
                return _html("")
            async with self._parts.make_context(asked.client) as ctx:
                account = await read_partner_account(ctx, partner=asked.partner, days=asked.days)
        except AppError as error:
            return _html(f"<p>{escape(error.message)}</p>", status=http_status(error))
        return _html(_account(account))

    async def _file(self, http: Request) -> Response:
        try:
            asked = await self._read(http)
            lines = self._lines(asked)
            first = await anext(lines)
        except AppError as error:
            return Response(
                f"{error.code}: {error.message}\n",
                http_status(error),
                HEADERS,
                "text/plain; charset=utf-8",
            )
        told = {"content-disposition": 'attachment; filename="usage.csv"'}
        return StreamingResponse(
            _behind(first, lines), 200, HEADERS | told, "text/csv; charset=utf-8; header=present"
        )

    async def _lines(self, asked: _Asked) -> AsyncGenerator[str, None]:
        """The file in pieces; whoever may not have it is refused before the first."""
        async with self._parts.make_context(asked.client) as ctx:
            pages = export_partner_uses(ctx, partner=asked.partner, days=asked.days)
            async with aclosing(pages):
                first: list[ToldUse] = await anext(pages, [])
                yield csv_head() + csv_lines(first)
                async for page in pages:
                    yield csv_lines(page)

    async def _read(self, http: Request) -> _Asked:
        """Read address, headers and form.

        Raises:
            AppError: the client comes too often, or the form is none.
        """
        client = read_client_request(
            http.scope,
            read_headers(http.scope),
            transport="http",
            allowed_origins=self._parts.allowed_origins,
        )
        self._parts.admit(client)
        client = replace(client, is_counted=True)  # who looks how a quota stands takes none of it
        sent = dict(http.query_params)
        sent.pop("key", None)  # an address is written into logs and histories
        if http.method == "POST":
            sent |= await self._form(http)
            client = replace(client, api_key=sent.get("key") or client.api_key)
        try:
            days = int(sent.get("days") or DAYS_DEFAULT)
        except ValueError:
            raise BadInput("`days` is a number.", field="days") from None
        return _Asked(client, sent.get("partner"), days)

    async def _form(self, http: Request) -> dict[str, str]:
        body = b""
        try:
            async with asyncio.timeout(self._parts.limits.body_seconds_max):
                async for chunk in http.stream():
                    body += chunk
                    if len(body) > FORM_BYTES_MAX:
                        raise BodyTooLarge("The form is too long.", bytes_max=FORM_BYTES_MAX)
            fields = parse_qs(body.decode(), max_num_fields=FORM_FIELDS_MAX)
        except TimeoutError:
            raise RequestTimedOut("The form took too long to come.") from None
        except ValueError:
            raise BadInput("This is no form.") from None
        return {name: values[0] for name, values in fields.items()}


async def _behind(first: str, rest: AsyncGenerator[str, None]) -> AsyncIterator[str]:
    async with aclosing(rest):
        yield first
        async for each in rest:
            yield each


def _html(inner: str, *, status: int = 200) -> Response:
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>API usage</title>'
        f"<style>{STYLE}</style><h1>API usage</h1>{FORM}{inner}</html>"
    )
    return Response(page, status, HEADERS, "text/html; charset=utf-8")


def _account(account: PartnerAccount) -> str:
    plan = "none" if account.plan is None else account.plan.name
    uses = [_use(use) for use in account.uses]
    more = f"<p>The first {ROWS_TOLD_MAX} rows; the file has all.</p>"
    return "".join(
        (
            f"<h2>{escape(account.partner)}</h2><p>Plan: {escape(plan)}</p>",
            _table(
                ("period", "key", "plan", "limit", "taken", "resets at"),
                [_quota(each) for each in account.quotas],
            ),
            _table(("day", "key", "operation", "status", "count"), uses),
            more if len(uses) == ROWS_TOLD_MAX else "",
        )
    )


def _quota(quota: QuotaStanding) -> tuple[object, ...]:
    ends = quota.resets_at.isoformat(timespec="minutes")
    return (quota.period, quota.key_id or "all", quota.plan, quota.limit, quota.taken, ends)


def _use(use: ToldUse) -> tuple[object, ...]:
    operation = use.operation or "(free text)"
    return (use.day.date(), f"{use.prefix}…", operation, use.status, use.count)


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    if not rows:
        return ""
    names = "".join(f"<th>{name}</th>" for name in head)
    cells = ("".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<table><tr>{names}</tr>{body}</table>"
