"""What stands under a name that the trade gave it: one statement for each kind of name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Integer, Select, Text, bindparam, literal, select, union_all

from db.read import Query, query
from db.tables.media.catalogue import albums, artists, tracks
from domain.media.identifiers import IdentifierKind
from loaders.media.catalogue import album_is_seen, artist_is_seen, track_is_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something that has the name asked for."""

    kind: str
    """Artist, Album or Track."""
    key: str


VALUE = bindparam("value", type_=Text)
BEFORE = bindparam("before", type_=Text)
IS_SEEN = {"Artist": artist_is_seen, "Album": album_is_seen, "Track": track_is_seen}


def _named(kind: str, column: Column[Any]) -> Select[Any]:
    """The visible rows of a table that have the name in this column."""
    table = column.table
    return select(literal(kind).label("kind"), table.c.id.label("key")).where(
        column == VALUE, table.c.id < BEFORE, IS_SEEN[kind](table)
    )


def _page(*parts: Select[Any]) -> Query[Named]:
    """The newest first; what has the name twice is found once."""
    found = union_all(*parts).subquery("found")
    columns = select(found.c.kind, found.c.key).distinct()
    return query(
        columns.order_by(found.c.key.desc()).limit(bindparam("limit", type_=Integer)), Named
    )


NAMED: Final[Mapping[IdentifierKind, Query[Named]]] = {
    IdentifierKind.ISRC: _page(_named("Track", tracks.c.isrc)),
    IdentifierKind.ISWC: _page(_named("Track", tracks.c.iswc)),
    IdentifierKind.UPC: _page(_named("Album", albums.c.upc)),
    IdentifierKind.MUSIC_BRAINZ_ID: _page(
        _named("Artist", artists.c.music_brainz_id),
        _named("Album", albums.c.music_brainz_id),
        _named("Track", tracks.c.music_brainz_recording_id),
        _named("Track", tracks.c.music_brainz_work_id),
    ),
}
"""Pages of what the viewer may see, `before` an id."""
