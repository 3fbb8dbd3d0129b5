"""What a track must look like, and how its state moves."""

from datetime import UTC, datetime

import pytest

from domain.media import rules
from domain.media.records import PlayableState
from errors import BadInput, Conflict, TooLarge, TrackNotReady
from tests.factories.media import a_draft, a_track

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
FILE = {"source_key": "originals/ab/abc", "source_hash": "abc", "source_bytes": 3}


def test_a_size_is_within_its_bounds() -> None:
    assert rules.checked_size(10, bytes_max=10) == 10
    with pytest.raises(TooLarge):
        rules.checked_size(11, bytes_max=10)
    with pytest.raises(BadInput):
        rules.checked_size(0, bytes_max=10)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("song.flac", "song.flac"), ("../../etc/passwd", "passwd"), ("C:\\music\\a.mp3", "a.mp3")],
)
def test_a_file_name_keeps_no_folders(given, kept) -> None:
    assert rules.checked_file_name(given) == kept


def test_a_file_moves_a_draft_on_and_the_same_file_twice_changes_nothing() -> None:
    received = rules.receive(a_draft(), **FILE)

    assert received == a_draft(state=PlayableState.UPLOADED, **FILE)
    assert rules.receive(received, **FILE) is received
    with pytest.raises(Conflict):
        rules.receive(received, **{**FILE, "source_hash": "other"})


def test_a_failed_track_takes_another_file_or_a_retry() -> None:
    failed = a_track(state=PlayableState.FAILED, failure_code="NOT_AUDIO", failure="No sound.")

    assert rules.receive(failed, **FILE).state is PlayableState.UPLOADED
    retried = rules.retry(failed)
    assert (retried.state, retried.failure_code, retried.failure) == ("UPLOADED", None, None)


@pytest.mark.parametrize("state", [PlayableState.UPLOADED, PlayableState.PROCESSING])
def test_a_track_on_its_way_is_left_as_it_is_by_a_retry(state) -> None:
    track = a_track(state=state)

    assert rules.retry(track) is track


@pytest.mark.parametrize("track", [a_track(), a_draft()])
def test_what_is_ready_or_has_no_file_is_not_retried(track) -> None:
    with pytest.raises(Conflict):
        rules.retry(track)


def test_publishing_keeps_the_first_moment_and_refuses_what_failed() -> None:
    draft = a_draft()

    assert rules.publish(draft, now=NOON).published_at == NOON
    published = a_track()
    assert rules.publish(published, now=NOON) is published
    with pytest.raises(TrackNotReady):
        rules.publish(a_draft(state=PlayableState.FAILED), now=NOON)


def test_public_means_published_and_ready() -> None:
    assert a_track().is_public
    assert not a_track(published_at=None).is_public
    assert not a_track(state=PlayableState.PROCESSING).is_public
