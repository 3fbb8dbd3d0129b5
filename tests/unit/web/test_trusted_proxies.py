"""Who may say from which country a request comes."""

import pytest

from web.serving.trusted_proxies import believing_proxies


@pytest.mark.parametrize(
    ("_case", "peer", "told"),
    [
        ("our proxy", "10.0.0.9", "DE"),
        ("anyone else", "203.0.113.7", None),
        ("nobody known", None, None),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_only_our_proxies_tell_countries(_case, peer, told, kind) -> None:
    seen = []

    async def app(scope, receive, send) -> None:
        seen.append(dict(scope["headers"]))

    wrapped = believing_proxies(app, ["10.0.0.0/8"], ["cf-ipcountry"])
    headers = [(b"CF-IPCountry".lower(), b"DE"), (b"accept", b"*/*")]
    client = None if peer is None else (peer, 1)
    scope = {"type": kind, "headers": headers, "client": client, "scheme": "http"}
    await wrapped(scope, None, None)

    assert seen[0].get(b"cf-ipcountry", b"").decode() == (told or "")
    assert seen[0][b"accept"] == b"*/*"


def test_without_proxies_the_app_stands_alone() -> None:
    async def app(scope, receive, send) -> None: ...

    assert believing_proxies(app, [], []) is app
