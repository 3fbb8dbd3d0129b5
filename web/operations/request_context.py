"""Credentials → Viewer → RequestContext: who asks, and what their use cases may reach."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie

from db.idempotency import Attempt
from domain.media.territories import country_or_none
from domain.viewer import ANONYMOUS, Viewer
from errors import Unauthenticated
from resolvers.context import SESSION_COOKIE, RequestContext, UseCaseContext
from resolvers.users.sessions import identify
from web.guards.partner_keys import PartnerKeys
from web.operations.idempotency import owned_key
from web.wire.client_request import ClientRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextFactory:
    """Opens a request's context; the front calls it once for each operation."""

    base: UseCaseContext
    base_url: str
    """Scheme and authority that go before signed paths."""
    cookie_seconds_max: int
    is_cookie_secure: bool
    """Off only where development runs over plain HTTP."""
    country_header: str | None = None
    """Where our own proxies tell the viewer's country; others were stripped of it before."""
    partners: PartnerKeys | None = None
    """Whose API keys are; None where nobody has one."""

    def __call__(self, client: ClientRequest) -> AbstractAsyncContextManager[RequestContext]:
        """Check the credentials and open the context.

        Raises:
            Unauthenticated: the bearer token or the API key does not hold.
            Forbidden: the API key may not be used from this address.
        """
        return self._open(client)

    @asynccontextmanager
    async def _open(self, client: ClientRequest) -> AsyncIterator[RequestContext]:
        viewer = await self._viewer(client)
        if client.api_key is not None and self.partners is not None:
            partner = self.partners.find_partner(client.api_key, client.client_host)
            viewer = replace(viewer, partner_id=None if partner is None else partner.id)
        ctx = RequestContext(
            databases=self.base.databases,
            ports=self.base.ports,
            limits=self.base.limits,
            clock=self.base.clock,
            attempt=_attempt(client, viewer),
            viewer=viewer,
            request_id=client.request_id,
            user_agent=client.user_agent,
            base_url=self.base_url,
            country=self._country(client),
            bookmark=client.bookmark,
        )
        try:
            yield ctx
        finally:
            ctx.forget_loaded()  # whoever still holds the context holds no rows
        for name, value in ctx.response_cookies.items():
            client.answer_headers.append(("set-cookie", self._cookie(name, value)))

    async def _viewer(self, client: ClientRequest) -> Viewer:
        if client.bearer_token is not None:
            return await identify(self.base, client.bearer_token)
        cookie = client.cookies.get(SESSION_COOKIE)
        if cookie is None:
            return ANONYMOUS
        try:
            return await identify(self.base, cookie)
        except Unauthenticated:
            return ANONYMOUS  # else a browser with an old cookie could never log in again

    def _country(self, client: ClientRequest) -> str | None:
        if self.country_header is None:
            return None
        return country_or_none(client.headers.get(self.country_header))

    def _cookie(self, name: str, value: str | None) -> str:
        cookie = SimpleCookie({name: value or ""})
        morsel = cookie[name]
        morsel["path"] = "/"
        morsel["httponly"] = True
        morsel["samesite"] = "Lax"
        morsel["secure"] = self.is_cookie_secure
        morsel["max-age"] = 0 if value is None else self.cookie_seconds_max
        return morsel.OutputString()


def _attempt(client: ClientRequest, viewer: Viewer) -> Attempt | None:
    if client.idempotency_key is None:
        return None
    return Attempt(key=owned_key(viewer.user_id or "", client.idempotency_key))
