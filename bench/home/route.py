"""The home screen by hand: prepared statements on asyncpg, plain dicts, orjson.

It keeps to what the house keeps to: a domain reads its own tables alone, for each may live in
a database of its own. So there are eight statements and no join from one domain to another.
"""

from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.home.database import database_url
from domain.pages import before_instant, instant_cursor, page_request, print_cursor
from domain.royalties.records import CURRENCY
from domain.royalties.rules import MINOR_UNITS_PER_MILLE
from schema.ids import print_id

TRACKS = """
    SELECT t.id, t.title, t.duration_ms, t.owner_id, t.published_at,
           a.id AS artist_id, a.name, b.id AS album_id, b.title AS album_title
    FROM tracks t JOIN artists a ON a.id = t.artist_id JOIN albums b ON b.id = t.album_id
    WHERE t.published_at IS NOT NULL AND t.state = 'READY' AND (t.published_at, t.id) < ($1, $2)
    ORDER BY t.published_at DESC, t.id DESC LIMIT $3
"""
FOLLOWERS = "SELECT artist_id, follower_count FROM artist_stats WHERE artist_id = ANY($1::text[])"
STATS = """
    SELECT playable, like_count, comment_count
    FROM playable_stats JOIN known_playables USING (playable)
    WHERE is_public AND playable = ANY($1::text[])
"""
COMMENTS = """
    SELECT p.playable, c.body, c.author_id
    FROM unnest($1::text[]) AS p(playable) CROSS JOIN LATERAL (
        SELECT body, author_id, id FROM comments
        WHERE playable = p.playable AND deleted_at IS NULL ORDER BY id DESC LIMIT 2
    ) c ORDER BY c.id DESC
"""
TOKENS = """
    SELECT t.track_id, k.id, k.token_number
    FROM unnest($1::text[]) AS t(track_id) CROSS JOIN LATERAL (
        SELECT id, token_number FROM tokens
        WHERE track_id = t.track_id AND state = 'FINAL' ORDER BY id LIMIT 1
    ) k
"""
SIMILAR = """
    SELECT p.playable, n.neighbour, n.score
    FROM unnest($1::text[]) AS p(playable) CROSS JOIN LATERAL (
        SELECT neighbour, score FROM ai_neighbours JOIN ai_playables a ON a.playable = neighbour
        WHERE ai_neighbours.playable = p.playable AND a.is_public ORDER BY score DESC LIMIT 3
    ) n ORDER BY n.score DESC
"""
TITLES = """
    SELECT id, title FROM tracks
    WHERE published_at IS NOT NULL AND state = 'READY' AND id = ANY($1::text[])
"""
PEOPLE = "SELECT id, username, display_name FROM users WHERE id = ANY($1::text[])"
Rows = list[Any]
Json = dict[str, Any]


def home_route() -> Starlette:
    """The application."""
    pools: list[Any] = []

    async def respond(request: Request) -> Response:
        if not pools:
            pools.append(await asyncpg.create_pool(database_url(), min_size=10, max_size=10))
        variables = orjson.loads(await request.body())["variables"]
        async with pools[0].acquire() as connection:
            data = await _home(connection, **variables)
        return Response(orjson.dumps({"data": data}), media_type="application/json")

    return Starlette(routes=[Route("/graphql", respond, methods=["POST"])])


async def _home(connection: Any, first: int, after: str) -> Json:
    place = before_instant(page_request(first, after))
    rows: Rows = await connection.fetch(TRACKS, *place, first + 1)
    page = rows[:first]
    keys = [row["id"] for row in page]
    playables = [f"Track:{key}" for key in keys]
    followers = dict(await connection.fetch(FOLLOWERS, [row["artist_id"] for row in page]))
    stats = {row["playable"]: row for row in await connection.fetch(STATS, playables)}
    comments = _grouped(await connection.fetch(COMMENTS, playables), "playable")
    tokens = _grouped(await connection.fetch(TOKENS, keys), "track_id")
    similar: Rows = await connection.fetch(SIMILAR, playables)
    near = [row["neighbour"].removeprefix("Track:") for row in similar]
    titles = dict(await connection.fetch(TITLES, near))
    wanted = {row["owner_id"] for row in page}
    wanted.update(row["author_id"] for group in comments.values() for row in group)
    people = {row["id"]: row for row in await connection.fetch(PEOPLE, list(wanted))}
    neighbours = _grouped(similar, "playable")
    nodes = [
        {
            **_track(row, followers),
            **_said(stats[playable], comments.get(playable, []), people, row["owner_id"]),
            "tokens": {"nodes": [_token(each) for each in tokens.get(row["id"], [])]},
            "similar": [_similar(each, titles) for each in neighbours.get(playable, [])],
        }
        for row, playable in zip(page, playables, strict=True)
    ]
    end = print_cursor((instant_cursor(page[-1]["published_at"]), page[-1]["id"]))
    rate = {"minorUnits": str(MINOR_UNITS_PER_MILLE), "currency": CURRENCY}
    page_info = {"hasNextPage": len(rows) > first, "endCursor": end}
    return {
        "tracks": {"nodes": nodes, "pageInfo": page_info},
        "royaltyPerThousandPlays": rate,
    }


def _grouped(rows: Rows, key: str) -> dict[str, Rows]:
    groups: dict[str, Rows] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def _track(row: Any, followers: dict[str, int]) -> Json:
    artist_id = row["artist_id"]
    return {
        "id": print_id("Track", row["id"]),
        "title": row["title"],
        "durationMs": row["duration_ms"],
        "artist": {
            "id": print_id("Artist", artist_id),
            "name": row["name"],
            "followerCount": followers.get(artist_id, 0),
        },
        "album": {"id": print_id("Album", row["album_id"]), "title": row["album_title"]},
    }


def _said(stats: Any, comments: Rows, people: dict[str, Any], owner_id: str) -> Json:
    owner = people[owner_id]
    return {
        "owner": {"username": owner["username"], "displayName": owner["display_name"]},
        "likeCount": stats["like_count"],
        "commentCount": stats["comment_count"],
        "comments": {
            "nodes": [
                {
                    "body": each["body"],
                    "author": {"displayName": people[each["author_id"]]["display_name"]},
                }
                for each in comments
            ]
        },
    }


def _token(row: Any) -> Json:
    number = str(row["token_number"])
    return {"id": print_id("Token", row["id"]), "state": "FINAL", "tokenId": number}


def _similar(row: Any, titles: dict[str, str]) -> Json:
    key = row["neighbour"].removeprefix("Track:")
    return {
        "score": row["score"],
        "item": {"id": print_id("Track", key), "title": titles[key]},
    }
