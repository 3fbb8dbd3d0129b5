"""Inputs of those who edit the catalogue."""

from typing import Any

import strawberry

from domain.media.editing import Changes

KEEP = strawberry.UNSET
"""What is left out of an update stays as it is; null takes it away where it may be missing."""

WHERE = "Where it may be heard; null for everywhere."
VERSION = "The version that you saw; CONFLICT when it has moved on since."


def given(source: Any, *names: str) -> Changes:
    """What an input names of these fields."""
    values = {name: getattr(source, name) for name in names}
    return {name: value for name, value in values.items() if value is not KEEP}


@strawberry.input
class CatalogueIdentifierInput:
    """One name that the trade gives; give exactly one."""

    isrc: str | None = None
    iswc: str | None = None
    upc: str | None = strawberry.field(default=None, description="A UPC or EAN.")
    music_brainz_id: str | None = strawberry.field(
        default=None, description="Of an artist, release, recording or work."
    )


@strawberry.input(description="Where something may be heard; give one of the lists.")
class TerritoriesInput:
    """Countries where, or where not."""

    includes: list[str] = strawberry.field(
        default_factory=list, description="In these countries only (ISO 3166-1 alpha-2)."
    )
    excludes: list[str] = strawberry.field(
        default_factory=list, description="Everywhere but in these."
    )


@strawberry.input
class CreateArtistInput:
    """An artist of mine to be."""

    name: str
    bio: str | None = KEEP
    music_brainz_id: str | None = KEEP


@strawberry.input(description="What is left out stays; null takes away what may be missing.")
class UpdateArtistInput:
    """A change of an artist."""

    artist_id: strawberry.ID
    version: int = strawberry.field(description=VERSION)
    name: str | None = KEEP
    bio: str | None = KEEP
    music_brainz_id: str | None = KEEP


@strawberry.input
class CreateAlbumInput:
    """An album to be, of an artist that I own or edit."""

    artist_id: strawberry.ID
    title: str
    release_date: str | None = strawberry.field(
        default=KEEP, description="As printed: year, month or day, such as 2026-01-31."
    )
    upc: str | None = KEEP
    music_brainz_id: str | None = KEEP
    is_explicit: bool | None = KEEP
    territories: TerritoriesInput | None = strawberry.field(default=KEEP, description=WHERE)


@strawberry.input(description="What is left out stays; null takes away what may be missing.")
class UpdateAlbumInput:
    """A change of an album."""

    album_id: strawberry.ID
    version: int = strawberry.field(description=VERSION)
    title: str | None = KEEP
    release_date: str | None = strawberry.field(
        default=KEEP, description="As printed: year, month or day, such as 2026-01-31."
    )
    upc: str | None = KEEP
    music_brainz_id: str | None = KEEP
    is_explicit: bool | None = KEEP
    territories: TerritoriesInput | None = strawberry.field(default=KEEP, description=WHERE)


@strawberry.input(description="What is left out stays; null takes away what may be missing.")
class UpdateTrackInput:
    """A change of a track."""

    track_id: strawberry.ID
    version: int = strawberry.field(description=VERSION)
    title: str | None = KEEP
    version_title: str | None = strawberry.field(
        default=KEEP, description="What sets the recording apart, such as `Live`."
    )
    artist_id: strawberry.ID | None = strawberry.field(
        default=None, description="Another artist of the same owner's."
    )
    album_id: strawberry.ID | None = strawberry.field(
        default=None, description="Another album of the same owner's."
    )
    disc_number: int | None = KEEP
    track_number: int | None = KEEP
    year: int | None = KEEP
    genre: str | None = KEEP
    language: str | None = strawberry.field(
        default=KEEP, description="Of the words that are sung, such as `en` or `pt-BR` (BCP 47)."
    )
    tags: list[str] | None = strawberry.field(default=KEEP, description="At most 30.")
    is_explicit: bool | None = KEEP
    territories: TerritoriesInput | None = strawberry.field(default=KEEP, description=WHERE)
    isrc: str | None = KEEP
    iswc: str | None = KEEP
    music_brainz_recording_id: str | None = KEEP
    music_brainz_work_id: str | None = KEEP


@strawberry.input
class DeleteArtistInput:
    """Which artist goes, with all albums and tracks."""

    artist_id: strawberry.ID
    version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input
class DeleteAlbumInput:
    """Which album goes, with its tracks."""

    album_id: strawberry.ID
    version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input
class DeleteTrackInput:
    """Which track goes."""

    track_id: strawberry.ID
    version: int | None = strawberry.field(default=None, description=VERSION)
