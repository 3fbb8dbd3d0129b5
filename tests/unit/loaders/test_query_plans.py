"""Lists are read by an index on what they ask for and its order, on both databases."""

import sqlite3
from collections.abc import Mapping
from typing import Any

import asyncpg
import pytest
from sqlalchemy import insert

from db.engine import Database, Databases
from db.read import Query
from db.rows import values_of
from db.tables.media import catalogue
from domain.media.identifiers import IdentifierKind
from loaders.ai import HISTORY_OF_USER, POPULAR, NeighboursByPlayable
from loaders.jobs import UnfinishedJobByDedupeKey
from loaders.media.bookmarks import CONTINUED_OF_USER, BookmarksByPlayable, ProgressByPlayable
from loaders.media.catalogue import (
    PUBLIC_TRACKS,
    TRACKS_OF_OWNER,
    AlbumsByArtistId,
    TracksByAlbumId,
    TracksByArtistId,
)
from loaders.media.changes import CATALOG_CHANGES
from loaders.media.downloads import CHANGED_DOWNLOADS, EXPIRED_DOWNLOADS
from loaders.media.feeds import NEW_OF_GENRE, NEW_OF_KIND, PLACES, TASTES
from loaders.media.identifiers import NAMED
from loaders.media.labels import (
    CATEGORIES,
    GENRES,
    PLAYABLES_OF_CATEGORY,
    PLAYABLES_OF_TAG,
    CategoriesByPlayable,
    ContributorsBySubject,
    GenreByName,
)
from loaders.media.lyrics import LyricsByTrackId
from loaders.media.playback import (
    OPEN_SESSION_OF_USER,
    SESSIONS_BY_ID,
    QueueBySessionId,
)
from loaders.media.playlists import (
    CHANGES_SINCE,
    FOLLOWED_OF_USER,
    INVITATIONS_OF_USER,
    PLAYLISTS_OF_COLLABORATOR,
    PLAYLISTS_OF_OWNER,
    PUBLIC_PLAYLISTS,
    ChangesByPlaylistId,
    CollaboratorsByPlaylistId,
    ItemsByPlaylistId,
    RoleByPlaylistId,
)
from loaders.media.share_links import LINK_BY_TOKEN, LINKS_OF_OWNER, PASS_BY_TOKEN
from loaders.media.streams import StreamByPlayable
from loaders.media.uploads import STORAGE_OF_OWNER, UPLOAD_BY_ID
from loaders.media.videos import (
    CHANNEL_BY_HANDLE,
    CHANNELS_OF_OWNER,
    PUBLIC_VIDEOS,
    VIDEOS_OF_OWNER,
    VideosByChannelId,
)
from loaders.nft import ABANDONED, TOKENS_OF_CREATOR, FinalTokensByTrackId
from loaders.royalties import BALANCE_OF_ACCOUNT, PLAYS_OF_LINE, STATEMENT_LINES
from loaders.social import (
    FOLLOWS_OF_USER,
    LIKES_OF_USER,
    NOTIFICATIONS_OF_USER,
    NOTIFICATIONS_SINCE,
    UNREAD_COUNT,
    CommentsByPlayable,
    LikeByPlayable,
    PlayableStatsByKey,
)
from loaders.users import UserById
from tests.factories.media import a_track, an_album, an_artist

Queries = Mapping[str, Query[Any]]

LONG = 5_000
STEPS_PER_TICK, TICKS_MAX = 100, 80
"""To sort an album of that length SQLite would take some hundred thousand steps."""

LISTS = {
    "public tracks": (PUBLIC_TRACKS, "ix_tracks_public"),
    "new tracks and videos": (NEW_OF_KIND[None], "ix_videos_public"),
    "new tracks of a genre": (NEW_OF_GENRE, "ix_tracks_public_genre"),
    "a list of a snapshot": (PLACES, "pk_feed_places"),
    "a listener's tastes": (TASTES, "pk_listener_tastes"),
    "tracks of an owner": (TRACKS_OF_OWNER, "ix_tracks_owner_id_id"),
    "albums of artists": (AlbumsByArtistId.query, "ix_albums_artist_id_id"),
    "tracks of artists": (TracksByArtistId.query, "ix_tracks_artist_id_id"),
    "tracks of albums": (TracksByAlbumId.query, "ix_tracks_place_on_album"),
    "public videos": (PUBLIC_VIDEOS, "ix_videos_public"),
    "videos of an owner": (VIDEOS_OF_OWNER, "ix_videos_owner_id_id"),
    "videos of channels": (VideosByChannelId.query, "ix_videos_channel_id_id"),
    "channels of an owner": (CHANNELS_OF_OWNER, "ix_channels_owner_id_id"),
    "public playlists": (PUBLIC_PLAYLISTS, "ix_playlists_public"),
    "playlists of an owner": (PLAYLISTS_OF_OWNER, "ix_playlists_owner_id_id"),
    "playlists of a guest": (PLAYLISTS_OF_COLLABORATOR, "ix_playlist_collaborators_user_id"),
    "playlists that one keeps": (FOLLOWED_OF_USER, "ix_playlist_followers_user_id"),
    "invitations": (INVITATIONS_OF_USER, "ix_playlist_invitations_user_id"),
    "items of playlists": (ItemsByPlaylistId.query, "ix_playlist_items_order"),
    "change logs": (ChangesByPlaylistId.query, "ix_playlist_changes_version"),
    "changes since one": (CHANGES_SINCE, "ix_playlist_changes_version"),
    "what is continued": (CONTINUED_OF_USER, "ix_progress_continued"),
    "bookmarks": (BookmarksByPlayable.query, "ix_bookmarks_place"),
    "changed downloads": (CHANGED_DOWNLOADS, "ix_downloads_change"),
    "expired downloads": (EXPIRED_DOWNLOADS, "ix_downloads_expiry"),
    "share links of an owner": (LINKS_OF_OWNER, "ix_share_links_owner_id_id"),
    "genres in a state": (GENRES, "ix_genres_state"),
    "categories": (CATEGORIES, "categories"),
    "what is in a category": (PLAYABLES_OF_CATEGORY, "ix_playable_categories_category_id"),
    "what has a tag": (PLAYABLES_OF_TAG, "ix_playable_tags_tag"),
    "credits": (ContributorsBySubject.query, "pk_contributors"),
    "the open session": (OPEN_SESSION_OF_USER, "ix_playback_sessions_open"),
    "comments": (CommentsByPlayable.query, "ix_comments_playable"),
    "likes of a user": (LIKES_OF_USER, "ix_likes_user_id"),
    "follows of a user": (FOLLOWS_OF_USER, "ix_follows_user_id"),
    "notifications": (NOTIFICATIONS_OF_USER, "ix_notifications_user_id"),
    "notifications since one": (NOTIFICATIONS_SINCE, "ix_notifications_user_id"),
    "tokens of a creator": (TOKENS_OF_CREATOR, "ix_tokens_creator_id"),
    "tokens of tracks": (FinalTokensByTrackId.query, "ix_tokens_track_id"),
    "neighbours": (NeighboursByPlayable.query, "ix_ai_neighbours_score"),
    "what is popular": (POPULAR, "ix_ai_playables_popularity"),
    "what changed since": (CATALOG_CHANGES, "ix_catalog_changes_sequence"),
    "what is called so by an ISRC": (NAMED[IdentifierKind.ISRC], "ix_tracks_isrc"),
    "what is called so by an ISWC": (NAMED[IdentifierKind.ISWC], "ix_tracks_iswc"),
    "what is called so by a UPC": (NAMED[IdentifierKind.UPC], "ix_albums_upc"),
    "works by MusicBrainz": (
        NAMED[IdentifierKind.MUSIC_BRAINZ_ID],
        "ix_tracks_music_brainz_work_id",
    ),
    "a listener's history": (HISTORY_OF_USER, "ix_ai_tastes_last_at"),
}
"""What is read in the order of its index, and that index."""

ENTRIES = {
    "a channel by its handle": (CHANNEL_BY_HANDLE, "uq_channels_handle"),
    "an upload": (UPLOAD_BY_ID, "pk_file_uploads"),
    "room reserved": (STORAGE_OF_OWNER, "ix_file_uploads_reserved"),
    "room used": (STORAGE_OF_OWNER, "ix_tracks_owner_id"),
    "users by id": (UserById.query, "pk_users"),
    "sessions by id": (SESSIONS_BY_ID, "pk_playback_sessions"),
    "queues of sessions": (QueueBySessionId.query, "pk_play_queues"),
    "how far a listener is": (ProgressByPlayable.query, "pk_progress"),
    "who works on playlists": (CollaboratorsByPlaylistId.query, "pk_playlist_collaborators"),
    "one's place in playlists": (RoleByPlaylistId.query, "playlist_collaborators"),
    "genres by name": (GenreByName.query, "genres"),
    "categories of things": (CategoriesByPlayable.query, "playable_categories"),
    "lyrics of tracks": (LyricsByTrackId.query, "pk_lyrics"),
    "what was made of files": (StreamByPlayable.query, "pk_streams"),
    "a share link": (LINK_BY_TOKEN, "share_links"),
    "a pass": (PASS_BY_TOKEN, "pk_share_passes"),
    "who may see a playable": (PlayableStatsByKey.query, "pk_known_playables"),
    "counters of a playable": (PlayableStatsByKey.query, "pk_playable_stats"),
    "likes by user and playable": (LikeByPlayable.query, "pk_likes"),
    "jobs under way": (UnfinishedJobByDedupeKey.query, "uq_jobs_dedupe_key"),
    "unread notifications": (UNREAD_COUNT, "ix_notifications_unread"),
    "abandoned tokens": (ABANDONED, "ix_tokens_unsettled"),
    "a balance": (BALANCE_OF_ACCOUNT, "ix_postings_account"),
    "lines of a statement": (STATEMENT_LINES, "ix_postings_account"),
    "plays of a line": (PLAYS_OF_LINE, "ix_royalty_plays_entry_id"),
}
"""What is looked up by an index, in any order."""


async def test_lists_and_entries_are_read_by_their_index(databases: Databases) -> None:
    database = databases.of("media")
    explain = explain_sqlite if database.path is not None else explain_postgres

    plans = await explain(database, {name: query for name, (query, _) in (LISTS | ENTRIES).items()})

    missed = {
        name: plans[name]
        for name, (_, index) in (LISTS | ENTRIES).items()
        if not any(uses(step, index) for step in plans[name])
    }
    assert missed == {}


@pytest.mark.parametrize("profile", ["embedded"])
async def test_no_table_is_read_as_a_whole(databases: Databases) -> None:
    plans = await explain_sqlite(
        databases.of("media"), {name: query for name, (query, _) in (LISTS | ENTRIES).items()}
    )

    whole = {
        name: step
        for name, steps in plans.items()
        for step in steps
        if step.startswith("SCAN ") and "VIRTUAL TABLE" not in step and "subquery" not in step
    }
    # The first read what a subquery found; the last an index that holds few of the rows.
    inner = {f"SCAN anon_{number}" for number in (1, 2, 3)}
    small = {*inner, "SCAN found", "SCAN tokens USING INDEX ix_tokens_unsettled"}
    assert set(whole.values()) <= small


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_page_of_a_long_album_costs_few_steps(databases: Databases) -> None:
    await write_album(databases, LONG)
    compiled = TracksByAlbumId.query.compiled("sqlite")
    first = {"disc": -1, "number": -1, "id": "", "limit": 11, "param_1": 0}
    values = {"keys": '["album-1"]', "owner_id": "", "sees_all": False} | first
    ticks = []

    connection = sqlite3.connect(databases.of("media").path)
    connection.set_progress_handler(lambda: ticks.append(1), STEPS_PER_TICK)
    rows = connection.execute(compiled.sql, values | compiled.constants).fetchall()
    connection.close()

    assert len(rows) == 11
    assert len(ticks) < TICKS_MAX


def uses(step: str, index: str) -> bool:
    """Whether a step of a plan looks into an index; SQLite names its own for primary keys."""
    own = index.replace("pk_", "sqlite_autoindex_")
    return any(f"{name} " in f"{step} " or f"{name}_" in step for name in (index, own))


async def explain_sqlite(database: Database, queries: Queries) -> dict[str, list[str]]:
    connection = sqlite3.connect(database.path)
    plans = {}
    for name, query in queries.items():
        compiled = query.compiled("sqlite")
        rows = connection.execute(
            f"EXPLAIN QUERY PLAN {compiled.sql}", dict.fromkeys(compiled.parameters)
        )
        plans[name] = [row[3] for row in rows]
    connection.close()
    return plans


async def explain_postgres(database: Database, queries: Queries) -> dict[str, list[str]]:
    """Plans for any values; on empty tables only a ban makes it use an index."""
    connection = await asyncpg.connect(database.url.replace("+asyncpg", ""))
    await connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    plans = {}
    for number, (name, query) in enumerate(queries.items()):
        compiled = query.compiled("postgresql")
        await connection.execute(f"PREPARE asked_{number} AS {compiled.sql}")
        given = ", ".join("NULL" for _ in compiled.parameters)
        rows = await connection.fetch(
            f"EXPLAIN EXECUTE asked_{number}" + (f" ({given})" if given else "")
        )
        plans[name] = [row[0].strip() for row in rows]
    await connection.close()
    return plans


async def write_album(databases: Databases, length: int) -> None:
    rows = [
        values_of(a_track(f"t{n:05d}", disc_number=n // 100, track_number=n % 100))
        for n in range(length)
    ]
    async with databases.of("media").engine.begin() as connection:
        await connection.execute(insert(catalogue.artists), [values_of(an_artist())])
        await connection.execute(insert(catalogue.albums), [values_of(an_album())])
        for start in range(0, length, 500):
            await connection.execute(insert(catalogue.tracks), rows[start : start + 500])
