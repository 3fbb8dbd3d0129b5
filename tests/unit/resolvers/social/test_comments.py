"""Comments."""

import pytest

from db.read import StatementCount
from domain.pages import PageRequest, page_request
from domain.viewer import ANONYMOUS
from errors import BadInput, Forbidden, NotFound, Unauthenticated
from resolvers.social import comments, likes
from resolvers.social.projections import keep_track
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.social import a_track_change, track_key


async def bodies(ctx, track="t1") -> list[str]:
    (page,) = await comments.list_comments(ctx, [track_key(track)], PageRequest(first=100))
    return [comment.body for comment in page.nodes]


async def test_comments_come_newest_first_with_their_number(as_viewer) -> None:
    await comments.add_comment(as_viewer(BEN), track_key(), body=" first ")
    await comments.add_comment(as_viewer(ANNA), track_key(), body="second")

    assert await bodies(as_viewer()) == ["second", "first"]
    assert await comments.count_comments(as_viewer(), [track_key()]) == [2]


@pytest.mark.parametrize(
    ("_case", "body"), [("empty", "  "), ("too long", "x" * 2001), ("a NUL", "a\x00b")]
)
async def test_a_bad_body_is_refused(_case, body, as_viewer) -> None:
    with pytest.raises(BadInput):
        await comments.add_comment(as_viewer(BEN), track_key(), body=body)

    assert await bodies(as_viewer()) == []


@pytest.mark.parametrize(
    ("_case", "viewer", "edit", "delete"),
    [
        ("nobody", ANONYMOUS, Unauthenticated, Unauthenticated),
        ("a stranger", ANNA, Forbidden, Forbidden),
        ("its author", BEN, None, None),
        ("a moderator", MODERATOR, Forbidden, None),
        ("an admin", ADMIN, Forbidden, None),
    ],
)
async def test_who_may_change_and_delete_a_comment(_case, viewer, edit, delete, as_viewer) -> None:
    comment = await comments.add_comment(as_viewer(BEN), track_key(), body="hello")

    if edit is None:
        edited = await comments.edit_comment(as_viewer(viewer), comment.id, body="changed")
        assert edited.edited_at is not None
    else:
        with pytest.raises(edit):
            await comments.edit_comment(as_viewer(viewer), comment.id, body="changed")
    assert await bodies(as_viewer()) == ["changed" if edit is None else "hello"]

    if delete is None:
        await comments.delete_comment(as_viewer(viewer), comment.id)
        assert await bodies(as_viewer()) == []
        assert await comments.count_comments(as_viewer(), [track_key()]) == [0]
    else:
        with pytest.raises(delete):
            await comments.delete_comment(as_viewer(viewer), comment.id)
        assert await comments.count_comments(as_viewer(), [track_key()]) == [1]


async def test_a_deleted_comment_is_gone_for_good(as_viewer) -> None:
    comment = await comments.add_comment(as_viewer(BEN), track_key(), body="hello")
    await comments.delete_comment(as_viewer(BEN), comment.id)

    with pytest.raises(NotFound):
        await comments.delete_comment(as_viewer(BEN), comment.id)

    assert await comments.count_comments(as_viewer(), [track_key()]) == [0]
    assert await comments.find_comment(as_viewer(), comment.id) is None


@pytest.mark.parametrize(
    ("_case", "viewer", "is_seen"),
    [
        ("nobody", ANONYMOUS, False),
        ("a stranger", BEN, False),
        ("its owner", ANNA, True),
        ("a moderator", MODERATOR, False),
        ("an admin", ADMIN, True),
    ],
)
async def test_what_is_said_of_a_draft_is_hidden_with_it(_case, viewer, is_seen, as_viewer) -> None:
    comment = await comments.add_comment(as_viewer(ANNA), track_key("draft"), body="soon")
    ctx = as_viewer(viewer)

    found = await comments.find_comment(ctx, comment.id)
    (page,) = await comments.list_comments(ctx, [track_key("draft")], PageRequest())

    assert (found is not None) is (page is not None) is is_seen
    assert await comments.count_comments(ctx, [track_key("draft")]) == [1 if is_seen else None]
    assert await likes.count_likes(ctx, [track_key("draft")]) == [0 if is_seen else None]


async def test_pages_of_many_tracks_take_two_statements(as_viewer) -> None:
    for number in range(30):
        await keep_track(as_viewer(), a_track_change(f"n{number}"))
        for text in ("a", "b", "c"):
            await comments.add_comment(as_viewer(BEN), track_key(f"n{number}"), body=text)
    ctx = as_viewer()
    before = StatementCount.total

    pages = await comments.list_comments(
        ctx, [track_key(f"n{number}") for number in range(30)], PageRequest(first=2)
    )

    counts = await comments.count_comments(ctx, [track_key(f"n{number}") for number in range(30)])

    assert StatementCount.total - before == 2, "the counters come with who may see them"
    assert counts == [3] * 30
    assert [[each.body for each in page.nodes] for page in pages] == [["c", "b"]] * 30
    assert all(page.page_info.has_next_page for page in pages)


async def test_a_page_goes_on_where_the_last_one_ended(as_viewer) -> None:
    for text in ("a", "b", "c"):
        await comments.add_comment(as_viewer(BEN), track_key(), body=text)
    (first,) = await comments.list_comments(as_viewer(), [track_key()], PageRequest(first=2))
    await comments.add_comment(as_viewer(BEN), track_key(), body="late")

    (rest,) = await comments.list_comments(
        as_viewer(), [track_key()], page_request(2, first.page_info.end_cursor)
    )

    assert [comment.body for comment in rest.nodes] == ["a"]
