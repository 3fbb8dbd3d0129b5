"""Share links: what they open, for whom, how often, and how they end."""

import asyncio

import pytest

from domain.media import share_links as rules
from domain.media.playlists.records import PlaylistPrivacy
from domain.media.share_links import SharedKind, ShareTerms
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import (
    BadInput,
    Forbidden,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    WrongCredentials,
)
from resolvers.media import playlists, share_links, tracks
from schema.ids import print_id
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_track, keep_tracks
from tests.factories.playlists import a_playlist, keep_numbered
from tests.unit.subgraphs.media.executing import run

PLAYLIST, TRACK = SharedKind.PLAYLIST, SharedKind.TRACK
OPEN = """mutation O($input: OpenShareLinkInput!) { openShareLink(input: $input) {
  item { __typename ... on Playlist { title items(first: 5) { nodes { playable { title } } } }
         ... on Track { title state } ... on Album { title } ... on Video { title } }
  sharePass problems { code field } } }"""
SHOWN = """query S($pass: String!) { sharedItem(sharePass: $pass) {
  ... on Playlist { title canEdit changes { nodes { kind } } collaborators { role } } } }"""
CREATE = """mutation C($input: CreateShareLinkInput!) { createShareLink(input: $input) {
  shareLink { id itemId hasPassword uses usesMax } token problems { code field } } }"""
MINE = "{ myShareLinks { nodes { id itemId uses hasPassword revokedAt } } }"


@pytest.fixture
async def made(as_viewer):
    """A private playlist of Anna's: a public track and a draft."""
    await keep_numbered(as_viewer(ANNA), 1)
    await keep_tracks(as_viewer(ANNA), a_track("track-9", published_at=None))
    return await a_playlist(as_viewer(ANNA), 0, 9)


async def link_to(ctx, made, **terms):
    return await share_links.create_link(ctx, PLAYLIST, made.id, ShareTerms(**terms))


@pytest.mark.parametrize(
    ("_case", "viewer", "privacy", "refusal"),
    [
        ("nobody", ANONYMOUS, "PUBLIC", Unauthenticated),
        ("a stranger to what is private", BEN, "PRIVATE", NotFound),
        ("a stranger to what is public", BEN, "PUBLIC", Forbidden),
        ("an admin", ADMIN, "PRIVATE", Forbidden),
    ],
)
async def test_only_its_owner_makes_a_link(
    _case, viewer, privacy, refusal, made, as_viewer
) -> None:
    details = playlists.PlaylistDetails(privacy=PlaylistPrivacy(privacy))
    await playlists.update_playlist(as_viewer(ANNA), made.id, details)

    with pytest.raises(refusal):
        await link_to(as_viewer(viewer), made)


async def test_a_link_opens_one_thing_and_makes_nothing_else_visible(made, as_viewer) -> None:
    _, token = await link_to(as_viewer(ANNA), made)
    nobody = as_viewer(ANONYMOUS)

    opened = (await run(nobody, OPEN, input={"token": token}))["openShareLink"]
    shown = await run(as_viewer(BEN), SHOWN, **{"pass": opened["sharePass"]})

    assert opened["item"]["title"] == "Mornings"
    gaps = [node["playable"] for node in opened["item"]["items"]["nodes"]]
    assert gaps == [{"title": "Song track-0"}, None]
    assert shown == {
        "sharedItem": {
            "title": "Mornings",
            "canEdit": False,
            "changes": None,
            "collaborators": None,
        }
    }
    assert await playlists.find_playlist(as_viewer(ANONYMOUS), made.id) is None
    assert await tracks.find_track(as_viewer(BEN), a_track("track-9").id) is None


async def test_a_draft_is_heard_by_whoever_has_its_link(made, as_viewer) -> None:
    _, token = await share_links.create_link(as_viewer(ANNA), TRACK, "track-9", ShareTerms())

    opened = await run(as_viewer(BEN), OPEN, input={"token": token})

    assert opened["openShareLink"]["item"] == {
        "__typename": "Track",
        "title": "Song track-9",
        "state": "READY",
    }


async def test_uses_are_counted_exactly_however_many_come_at_once(made, as_viewer) -> None:
    link, token = await link_to(as_viewer(ANNA), made, uses_max=3)

    done = await asyncio.gather(
        *(share_links.open_link(as_viewer(BEN), token, None) for _ in range(8)),
        return_exceptions=True,
    )

    assert sum(isinstance(each, share_links.Opened) for each in done) == 3
    assert sum(isinstance(each, NotFound) for each in done) == 5
    (listed,) = (await share_links.list_my_links(as_viewer(ANNA), page_request(9, None))).nodes
    assert (listed.id, listed.uses) == (link.id, 3)


async def test_a_pass_reads_on_without_counting_and_ends(made, as_viewer, outside) -> None:
    _, token = await link_to(as_viewer(ANNA), made, uses_max=1)
    opened = await share_links.open_link(as_viewer(ANONYMOUS), token, None)

    for _ in "ab":
        assert await share_links.find_shared(as_viewer(ANONYMOUS), opened.token) is not None
    outside.clock.advance(seconds=rules.PASS_SECONDS)

    assert await share_links.find_shared(as_viewer(ANONYMOUS), opened.token) is None
    assert await share_links.find_shared(as_viewer(ANONYMOUS), "garbage") is None


async def test_a_link_ends_with_its_days(made, as_viewer, outside) -> None:
    _, token = await link_to(as_viewer(ANNA), made, days=1)
    outside.clock.advance(hours=23, minutes=30)
    opened = await share_links.open_link(as_viewer(BEN), token, None)
    assert (opened.expires_at - outside.clock.now()).total_seconds() == 30 * 60
    outside.clock.advance(minutes=30)

    with pytest.raises(NotFound):
        await share_links.open_link(as_viewer(BEN), token, None)
    assert await share_links.find_shared(as_viewer(BEN), opened.token) is None


async def test_a_revoked_link_takes_its_passes_along(made, as_viewer) -> None:
    link, token = await link_to(as_viewer(ANNA), made)
    opened = await share_links.open_link(as_viewer(BEN), token, None)
    with pytest.raises(NotFound):
        await share_links.revoke_link(as_viewer(BEN), link.id)

    once = await share_links.revoke_link(as_viewer(ANNA), link.id)
    twice = await share_links.revoke_link(as_viewer(ANNA), link.id)

    assert once == twice
    assert await share_links.find_shared(as_viewer(BEN), opened.token) is None
    with pytest.raises(NotFound):
        await share_links.open_link(as_viewer(BEN), token, None)


async def test_a_password_is_asked_for_and_guesses_are_few(made, as_viewer) -> None:
    link, token = await link_to(as_viewer(ANNA), made, uses_max=5, password="open sesame")
    ben = as_viewer(BEN)
    assert link.password_hash != "open sesame"
    await share_links.open_link(ben, token, "open sesame")

    for guess in (None, *(f"guess {n}" for n in range(9))):
        with pytest.raises(WrongCredentials):
            await share_links.open_link(ben, token, guess)
    with pytest.raises(RateLimited):
        await share_links.open_link(ben, token, "open sesame")

    (listed,) = (await share_links.list_my_links(as_viewer(ANNA), page_request(9, None))).nodes
    assert listed.uses == 1


async def test_what_is_gone_is_opened_by_no_link(made, as_viewer) -> None:
    _, token = await link_to(as_viewer(ANNA), made)
    opened = await share_links.open_link(as_viewer(BEN), token, None)
    await playlists.delete_playlist(as_viewer(ANNA), made.id)

    assert await share_links.find_shared(as_viewer(BEN), opened.token) is None
    with pytest.raises(NotFound):
        await share_links.open_link(as_viewer(BEN), token, None)


@pytest.mark.parametrize(
    "terms", [{"days": 0}, {"days": 366}, {"uses_max": 0}, {"password": "abc"}]
)
async def test_bad_terms_make_no_link(terms, made, as_viewer) -> None:
    with pytest.raises(BadInput):
        await link_to(as_viewer(ANNA), made, **terms)

    assert (await share_links.list_my_links(as_viewer(ANNA), page_request(9, None))).nodes == []


async def test_links_are_bounded_and_ended_ones_make_room(made, as_viewer, monkeypatch) -> None:
    monkeypatch.setattr(rules, "LINKS_MAX", 1)
    link, _ = await link_to(as_viewer(ANNA), made)
    with pytest.raises(TooLarge):
        await link_to(as_viewer(ANNA), made)

    await share_links.revoke_link(as_viewer(ANNA), link.id)

    await link_to(as_viewer(ANNA), made)


async def test_passes_of_one_link_are_bounded(made, as_viewer, monkeypatch) -> None:
    monkeypatch.setattr(rules, "PASSES_KEPT_MAX", 2)
    _, token = await link_to(as_viewer(ANNA), made)
    passes = [(await share_links.open_link(as_viewer(BEN), token, None)).token for _ in range(4)]

    shown = [await share_links.find_shared(as_viewer(BEN), each) for each in passes]

    assert sum(each is not None for each in shown) == 2
    assert shown[-1] is not None


async def test_clients_make_and_list_links(made, as_viewer) -> None:
    item = print_id("Playlist", made.id)

    done = await run(as_viewer(ANNA), CREATE, input={"itemId": item, "usesMax": 2})
    bad = await run(as_viewer(ANNA), CREATE, input={"itemId": print_id("User", "ben")})
    mine = await run(as_viewer(ANNA), MINE)

    link = done["createShareLink"]["shareLink"]
    assert (link["itemId"], link["uses"], link["usesMax"]) == (item, 0, 2)
    assert bad["createShareLink"]["problems"] == [{"code": "BAD_INPUT", "field": "itemId"}]
    assert [each["id"] for each in mine["myShareLinks"]["nodes"]] == [link["id"]]
