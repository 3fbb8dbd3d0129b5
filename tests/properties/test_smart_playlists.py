"""What the rules' statement finds is what a plain walk over the catalogue finds."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from db.rows import values_of
from db.tables.media.playback import playback_sessions, plays
from domain.ids import UserId
from domain.media.playback_records import PlaybackSession
from domain.media.playlists.smart_rules import (
    AllOf,
    AnyOf,
    ArtistIn,
    Between,
    Explicit,
    GenreIn,
    LanguageIn,
    NotOf,
    Rule,
    SmartRules,
    SmartSort,
    Within,
    checked_rules,
    rule_values,
    rules_of,
)
from domain.media.records import PlayableState, Track
from loaders.media.smart_playlists import ascii_lower, evaluate
from tests.conftest import ANNA
from tests.factories.media import a_track, an_album, an_artist, keep
from tests.factories.playback import a_session

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
GENRES = (None, "Jazz", "jazz", "Musique Élec", "MUSIQUE ÉLEC", "Rock")
LANGUAGES = (None, "de", "pt-BR", "en")
TITLES = ("Zebra", "apple", "Äpfel", "日本", "Apple", "zebra", "É" * 80)
Played = dict[str, list[datetime]]


def some_tracks(rng: random.Random) -> list[Track]:
    return [
        a_track(
            f"track-{number:02d}",
            title=rng.choice(TITLES),
            artist_id=rng.choice(["artist-1", "artist-2"]),
            genre=rng.choice(GENRES),
            language=rng.choice(LANGUAGES),
            year=rng.choice([None, 1959, 1999, 2025]),
            duration_ms=rng.choice([None, 60_000, 180_000]),
            is_explicit=rng.random() < 0.4,
            state=rng.choice([PlayableState.READY] * 5 + [PlayableState.PROCESSING]),
            published_at=rng.choice([None, *(NOW - timedelta(days=n) for n in (1, 1, 20, 400))]),
            created_at=NOW - timedelta(days=rng.choice([0, 10, 10, 500])),
            deleted_at=rng.choice([None] * 6 + [NOW]),
        )
        for number in range(40)
    ]


def a_rule(rng: random.Random, depth: int = 3) -> Rule:
    def some(values: tuple[Any, ...]) -> tuple[str, ...]:
        return tuple(rng.sample([each for each in values if each], rng.randint(1, 2)))

    if depth > 1 and rng.random() < 0.6:
        several = tuple(a_rule(rng, depth - 1) for _ in range(rng.randint(0, 3)))
        return rng.choice([AllOf(several), AnyOf(several), NotOf(a_rule(rng, depth - 1))])
    of = rng.choice(["year", "duration_ms", "play_count"])
    bound = rng.choice([0, 1, 2, 1959, 2000, 60_000])
    within = rng.choice(["released", "added", "played"])
    return rng.choice(
        [
            GenreIn(some(GENRES)),
            LanguageIn(some(LANGUAGES)),
            ArtistIn(("artist-1",)),
            Explicit(rng.random() < 0.5),
            Between(of, least=bound),
            Between(of, least=1, most=bound),
            Between(of, most=bound),
            Within(within, rng.choice([1, 10, 30, 450])),
        ]
    )


def holds(rule: Rule, track: Track, heard: list[datetime]) -> bool:
    """The plain meaning of a rule."""
    match rule:
        case AllOf():
            return all(holds(each, track, heard) for each in rule.rules)
        case AnyOf():
            return any(holds(each, track, heard) for each in rule.rules)
        case NotOf():
            return not holds(rule.rule, track, heard)
        case GenreIn():
            return ascii_lower(track.genre or "") in map(ascii_lower, rule.values)
        case LanguageIn():
            return track.language in rule.values
        case ArtistIn():
            return track.artist_id in rule.values
        case Explicit():
            return track.is_explicit is rule.value
        case Between():
            figures = {"play_count": len(heard), "year": track.year}
            found = figures.get(rule.of, track.duration_ms)
            least, most = rule.least or 0, float("inf") if rule.most is None else rule.most
            return found is not None and least <= found <= most
        case Within():
            last = max(heard, default=None)
            instants = {"released": track.published_at, "added": track.created_at}
            at = instants.get(rule.of, last)
            return at is not None and at >= NOW - timedelta(days=rule.days)


def place(sort: SmartSort, track: Track, heard: list[datetime]) -> Any:
    match sort:
        case SmartSort.RELEASED:
            return track.published_at
        case SmartSort.ADDED:
            return track.created_at
        case SmartSort.TITLE:
            return track.title[:64].encode()
        case SmartSort.YEAR:
            return track.year or 0
        case SmartSort.DURATION:
            return track.duration_ms or 0
        case SmartSort.PLAY_COUNT:
            return len(heard)
        case SmartSort.LAST_PLAYED:
            return max(heard, default=datetime(1970, 1, 1, tzinfo=UTC))


def found_plainly(smart: SmartRules, tracks: list[Track], played: Played) -> list[str]:
    kept = [
        (place(smart.sort, track, played.get(track.id, [])), track.id)
        for track in tracks
        if track.is_public and holds(smart.rule, track, played.get(track.id, []))
    ]
    return [key for _, key in sorted(kept, reverse=smart.is_descending)][: smart.limit]


async def write(ctx: Any, rng: random.Random, tracks: list[Track]) -> Played:
    """The catalogue, and plays: Anna's, private ones of hers, and somebody else's."""
    await keep(ctx, an_artist(), an_artist("artist-2"), an_album(), *tracks)
    session = a_session()
    played: Played = {}
    rows = []
    for number in range(60):
        track, user = rng.choice(tracks), rng.choice(["anna", "anna", "ben"])
        is_private, at = rng.random() < 0.2, NOW - timedelta(days=rng.choice([0, 5, 29, 31]))
        rows.append(a_play(number, session, track, user, at, is_private=is_private))
        if user == "anna" and not is_private:
            played.setdefault(track.id, []).append(at)
    async with ctx.databases.of("media").engine.begin() as connection:
        await connection.execute(insert(playback_sessions).values(**values_of(session)))
        await connection.execute(insert(plays), rows)
    return played


def a_play(
    number: int,
    session: PlaybackSession,
    track: Track,
    user: str,
    at: datetime,
    *,
    is_private: bool,
) -> dict[str, Any]:
    return {
        "id": f"play-{number}",
        "session_id": session.id,
        "start_number": number,
        "playable": f"Track:{track.id}",
        "artist_id": track.artist_id,
        "user_id": UserId(user),
        "listened_ms": 60_000,
        "is_private": is_private,
        "played_at": at,
    }


@pytest.mark.parametrize("seed", range(3))
async def test_rules_find_in_the_database_what_they_find_in_a_plain_list(seed, as_viewer) -> None:
    rng = random.Random(seed)
    ctx = as_viewer(ANNA)
    tracks = some_tracks(rng)
    played = await write(ctx, rng, tracks)

    for _ in range(60):
        smart = SmartRules(
            rule=a_rule(rng),
            sort=rng.choice(list(SmartSort)),
            is_descending=rng.random() < 0.5,
            limit=rng.choice([3, 100]),
        )
        assert rules_of(rule_values(checked_rules(smart))) == smart
        hits = await evaluate(ctx.read("media"), smart, user_id="anna", now=NOW)
        assert [hit.id for hit in hits] == found_plainly(smart, tracks, played), smart
