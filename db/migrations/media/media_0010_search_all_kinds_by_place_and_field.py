"""search all kinds by place and field: numbers are places, words say where they stand."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from domain.media.search_text import fold_words, text_key
from domain.media.search_tokens import index_tokens, search_key

revision = "media_0010"
down_revision = "media_0009"
branch_labels = None
depends_on = None

ROWS_MAX = 500
FOLDED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEXEMES = sa.Text().with_variant(TSVECTOR(), "postgresql")
UNCOUNTED, PAST = sa.text("NOT is_counted"), sa.text("until < 2147483647")
LIVE = 2147483647
SHOWN = f"is_public AND until = {LIVE}"
NEWEST = 16 * 2**48
"""Behind the last number of the bucket that nobody has played."""

SQLITE_INDEX = (
    """
    CREATE VIRTUAL TABLE search_lexemes USING fts5(
        words, content='search_entries', content_rowid='number', detail=none, columnsize=0,
        tokenize="unicode61 remove_diacritics 0 tokenchars ':'", prefix='3 4 5 6'
    )
    """,
    """
    CREATE TRIGGER search_entries_added AFTER INSERT ON search_entries BEGIN
        INSERT INTO search_lexemes (rowid, words) VALUES (new.number, new.words);
    END
    """,
    """
    CREATE TRIGGER search_entries_changed AFTER UPDATE OF number, words ON search_entries
    WHEN old.words <> new.words OR old.number <> new.number BEGIN
        INSERT INTO search_lexemes (search_lexemes, rowid, words)
        VALUES ('delete', old.number, old.words);
        INSERT INTO search_lexemes (rowid, words) VALUES (new.number, new.words);
    END
    """,
    """
    CREATE TRIGGER search_entries_removed AFTER DELETE ON search_entries BEGIN
        INSERT INTO search_lexemes (search_lexemes, rowid, words)
        VALUES ('delete', old.number, old.words);
    END
    """,
)
"""The index keeps no copy of the text; triggers hold it to the rows. The names of fields and
marks are part of the lexemes, so prefixes of one to four letters have three to six."""

OLD_SQLITE_INDEX = (
    """
    CREATE VIRTUAL TABLE search_words USING fts5(
        words, content='search_entries', content_rowid='number',
        tokenize='unicode61 remove_diacritics 0', prefix='2 3'
    )
    """,
    """
    CREATE TRIGGER search_entries_added AFTER INSERT ON search_entries BEGIN
        INSERT INTO search_words (rowid, words) VALUES (new.number, new.words);
    END
    """,
    """
    CREATE TRIGGER search_entries_changed AFTER UPDATE OF words ON search_entries
    WHEN old.words <> new.words BEGIN
        INSERT INTO search_words (search_words, rowid, words)
        VALUES ('delete', old.number, old.words);
        INSERT INTO search_words (rowid, words) VALUES (new.number, new.words);
    END
    """,
    """
    CREATE TRIGGER search_entries_removed AFTER DELETE ON search_entries BEGIN
        INSERT INTO search_words (search_words, rowid, words)
        VALUES ('delete', old.number, old.words);
    END
    """,
)

FOUND = {
    "Artist": """
        SELECT id AS key, owner_id, name AS title, '' AS artist, '' AS album, NULL AS genre,
            NULL AS year, NULL AS language, FALSE AS is_explicit, NULL AS duration_ms,
            released_at IS NOT NULL AS is_public
        FROM artists WHERE deleted_at IS NULL AND id > :after ORDER BY id LIMIT :rows
    """,
    "Album": """
        SELECT albums.id AS key, albums.owner_id, title, artists.name AS artist, '' AS album,
            NULL AS genre, NULL AS year, NULL AS language, is_explicit, NULL AS duration_ms,
            albums.released_at IS NOT NULL AND withdrawn_at IS NULL AS is_public
        FROM albums JOIN artists ON artists.id = artist_id
        WHERE albums.deleted_at IS NULL AND albums.id > :after ORDER BY albums.id LIMIT :rows
    """,
    "Track": """
        SELECT tracks.id AS key, tracks.owner_id, tracks.title, artists.name AS artist,
            albums.title AS album, genre, year, language, tracks.is_explicit,
            duration_ms, published_at IS NOT NULL AND state = 'READY' AS is_public
        FROM tracks
        JOIN artists ON artists.id = tracks.artist_id JOIN albums ON albums.id = album_id
        WHERE tracks.deleted_at IS NULL AND tracks.id > :after ORDER BY tracks.id LIMIT :rows
    """,
    "Channel": """
        SELECT id AS key, owner_id, name AS title, handle AS artist, '' AS album,
            description AS rest, NULL AS genre, NULL AS year, NULL AS language,
            FALSE AS is_explicit, NULL AS duration_ms, TRUE AS is_public
        FROM channels WHERE id > :after ORDER BY id LIMIT :rows
    """,
    "Video": """
        SELECT videos.id AS key, videos.owner_id, title, channels.name AS artist, '' AS album,
            tags || ' ' || videos.description AS rest, NULL AS genre, NULL AS year, language,
            is_explicit, duration_ms, published_at IS NOT NULL AND state = 'READY' AS is_public
        FROM videos JOIN channels ON channels.id = channel_id
        WHERE deleted_at IS NULL AND videos.id > :after ORDER BY videos.id LIMIT :rows
    """,
}
"""What there is to find, by id."""


def upgrade() -> None:
    """Make the change."""
    _drop_old()
    entries = op.create_table(
        "search_entries",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", FOLDED, nullable=False),
        sa.Column("words", LEXEMES, nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("genre_key", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("language_key", sa.Text(), nullable=True),
        sa.Column("is_explicit", sa.Boolean(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("is_counted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("key", "kind", "until", name=op.f("uq_search_entries_key_kind_until")),
    )
    op.create_index("ix_search_entries_title_key", "search_entries", ["title_key", "number"])
    for name, column, where in (("uncounted", "number", UNCOUNTED), ("past", "until", PAST)):
        op.create_index(
            f"ix_search_entries_{name}",
            "search_entries",
            [column],
            unique=False,
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_table(
        "search_generations",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search_generations")),
    )
    op.create_table(
        "search_words",
        sa.Column("word", FOLDED, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("titles", sa.Integer(), nullable=False),
        sa.Column("firsts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_words")),
    )
    op.create_table(
        "search_pieces",
        sa.Column("piece", FOLDED, nullable=False),
        sa.Column("word", FOLDED, nullable=False),
        sa.PrimaryKeyConstraint("piece", "word", name=op.f("pk_search_pieces")),
        sqlite_with_rowid=False,
    )
    for chars in (1, 2, 3, 5):
        op.execute(
            f"CREATE INDEX ix_search_entries_begin_{chars} ON search_entries"
            f" (substr(title_key, 1, {chars}), number) WHERE {SHOWN}"
        )
    for chars in (1, 2, 3):
        op.execute(
            f"CREATE INDEX ix_search_words_begin_{chars} ON search_words"
            f" (substr(word, 1, {chars}), entries)"
        )
    number = _fill(entries)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_search_entries_words ON search_entries USING gin (words)")
        op.execute(f"CREATE SEQUENCE search_numbers START {NEWEST - number + 1}")
    else:
        for statement in SQLITE_INDEX:
            op.execute(statement)
        op.execute("INSERT INTO search_lexemes (search_lexemes) VALUES ('rebuild')")


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE search_numbers")
    else:
        _drop_triggers()
        op.execute("DROP TABLE search_lexemes")
    for name in ("pieces", "words", "generations"):
        op.drop_table(f"search_{name}")
    op.drop_table("search_entries")
    _make_old()


def _drop_old() -> None:
    """Nothing is lost: entries are made of the rows they stand for."""
    if op.get_bind().dialect.name != "postgresql":
        _drop_triggers()
        op.execute("DROP TABLE search_words")
    op.drop_table("search_entries")


def _drop_triggers() -> None:
    for name in ("added", "changed", "removed"):
        op.execute(f"DROP TRIGGER search_entries_{name}")


def _things() -> Iterator[list[dict[str, object]]]:
    """All that there is, in slices."""
    for kind, statement in FOUND.items():
        after = ""
        while True:
            rows = op.get_bind().execute(sa.text(statement), {"after": after, "rows": ROWS_MAX})
            some = [{**row, "kind": kind} for row in rows.mappings()]
            if not some:
                break
            yield some
            after = str(some[-1]["key"])


def _fill(entries: sa.Table) -> int:
    """An entry for each thing; the lowest number given."""
    number = NEWEST
    for things in _things():
        numbers = range(number - 1, number - 1 - len(things), -1)
        rows = [_entry(thing, each) for thing, each in zip(things, numbers, strict=True)]
        op.bulk_insert(entries, rows)
        number = numbers[-1]
    return number


def _entry(thing: dict[str, object], number: int) -> dict[str, object]:
    title, artist, album = (str(thing[name]) for name in ("title", "artist", "album"))
    genre = None if not thing["genre"] else text_key(str(thing["genre"]))
    language = str(thing["language"] or "").partition("-")[0].lower()[:3] or None
    lexemes = [
        *(f"f:{word}" for word in index_tokens(title)[:1]),
        *(f"t:{word}" for word in index_tokens(title)),
        *(f"a:{word}" for word in index_tokens(artist)),
        *(f"b:{word}" for word in index_tokens(album)),
        *(f"r:{word}" for word in index_tokens(f"{thing.get('rest', '')} {genre or ''}")),
        f"k:{str(thing['kind']).lower()}",
        "p:1" if thing["is_public"] else f"o:{_letters(str(thing['owner_id']))}",
        f"x:{int(bool(thing['is_explicit']))}",
    ]
    if genre:
        lexemes.append(f"g:{_letters(genre)}")
    if isinstance(thing["year"], int):
        lexemes.append(f"d:{thing['year'] // 10}")
    if language:
        lexemes.append(f"l:{_letters(language)}")
    if isinstance(thing["duration_ms"], int):
        lexemes.append(f"m:{min(thing['duration_ms'] // 60_000, 60)}")
    is_postgres = op.get_bind().dialect.name == "postgresql"
    return {
        "number": number,
        "kind": thing["kind"],
        "key": thing["key"],
        "since": 0,
        "until": LIVE,
        "title": title,
        "title_key": search_key(title),
        "words": " ".join(f"'{each}'" if is_postgres else each for each in lexemes),
        "owner_id": thing["owner_id"],
        "is_public": bool(thing["is_public"]),
        "genre_key": genre,
        "year": thing["year"],
        "language_key": language,
        "is_explicit": bool(thing["is_explicit"]),
        "duration_ms": thing["duration_ms"],
        "is_counted": False,
    }


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _make_old() -> None:
    entries = op.create_table(
        "search_entries",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_search_entries_kind_key")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_search_entries_words ON search_entries"
            " USING gin (array_to_tsvector(string_to_array(words, ' ')))"
        )
    else:
        for statement in OLD_SQLITE_INDEX:
            op.execute(statement)
    for things in _things():
        op.bulk_insert(entries, [_old_entry(thing) for thing in things])


def _old_entry(thing: dict[str, object]) -> dict[str, object]:
    texts = [str(thing[name]) for name in ("title", "artist", "album")]
    return {
        "kind": thing["kind"],
        "key": thing["key"],
        "title_key": text_key(texts[0]),
        "words": " ".join(dict.fromkeys(word for text in texts for word in fold_words(text))),
        "owner_id": thing["owner_id"],
        "is_public": bool(thing["is_public"]),
    }
