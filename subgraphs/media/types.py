"""Types of the catalogue: artists, albums, tracks."""

from collections.abc import Sequence

import strawberry

from domain.ids import AlbumId, ArtistId, TrackId
from domain.media import contributors as credited
from domain.media import labels
from domain.media import records as media
from domain.media import teams as team_records
from domain.media.availability import UnavailableReason
from domain.media.lyrics import records as sung
from domain.media.pictures import PictureFormat
from domain.media.releasing import ReleaseStatus, album_status, release_status
from domain.media.streams import StreamQuality
from domain.media.territories import Territories as TerritoriesRecord
from domain.pages import Page, page_request
from resolvers.context import RequestContext
from resolvers.media import (
    albums,
    artists,
    availability,
    covers,
    duplicates,
    genres,
    labelling,
    lyrics,
    streaming,
    teams,
    tracks,
)
from schema.batched import batched, references
from schema.caching import OF_THE_VIEWER, SHORT, good_for
from schema.costs import PAGED, ListSize
from schema.ids import parse_id
from schema.pagination import Connection
from schema.scalars import DateTime
from subgraphs.media.contributor_types import Contributor
from subgraphs.media.genre_types import Genre
from subgraphs.media.lyrics_types import Lyrics
from subgraphs.media.nodes import Node
from subgraphs.media.playable_types import Creator, Playable, Stream
from subgraphs.media.rights_types import TeamMember, Territories, territories_of
from subgraphs.media.sound_types import Sound

strawberry.enum(PictureFormat, description="How a picture is written.")


@strawberry.federation.type(
    keys=["id"], directives=[good_for(SHORT)], description="Whose music it is."
)
class Artist(Node, Creator):
    """An artist."""

    bio: str
    music_brainz_id: str | None
    version: int = strawberry.field(description="Grows with each change; updates name it.")

    @strawberry.field(
        graphql_type=list[TeamMember],
        directives=[OF_THE_VIEWER, ListSize(assumed_size=10)],
        description="Who works for the artist, at most 100; empty for all but owner and team.",
    )
    @batched
    async def team(
        parents: Sequence[media.Artist], ctx: RequestContext
    ) -> list[list[team_records.TeamMember]]:
        """Each artist's team."""
        return await teams.teams_of_artists(ctx, parents)

    @strawberry.field(
        graphql_type=Connection["Album"], directives=[PAGED], description="The newest first."
    )
    @batched
    async def albums(
        parents: Sequence[media.Artist],
        ctx: RequestContext,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[media.Album]]:
        """A page of each artist's albums."""
        keys = [artist.id for artist in parents]
        return await albums.list_albums_of_artists(ctx, keys, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection["Track"], directives=[PAGED], description="The newest first."
    )
    @batched
    async def tracks(
        parents: Sequence[media.Artist],
        ctx: RequestContext,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[media.Track]]:
        """A page of each artist's tracks."""
        keys = [artist.id for artist in parents]
        return await tracks.list_tracks_of_artists(ctx, keys, page_request(first, after))

    @references(lambda text: ArtistId(parse_id(text, "Artist")))
    async def resolve_references(
        keys: Sequence[ArtistId], ctx: RequestContext
    ) -> list[media.Artist | None]:
        """Answer other subgraphs' mentions of artists."""
        return await artists.find_artists(ctx, keys)


@strawberry.federation.type(
    keys=["id"], directives=[good_for(SHORT)], description="Tracks that belong together."
)
class Album(Node):
    """An album; a single is an album of its own."""

    title: str
    release_date: str | None = strawberry.field(description="As printed: year, month or day.")
    released_at: DateTime | None = strawberry.field(
        description="When its first track could be heard by anyone."
    )
    upc: str | None = strawberry.field(description="UPC or EAN, digits alone.")
    music_brainz_id: str | None = strawberry.field(description="Of the release.")
    is_explicit: bool
    release_at: DateTime | None = strawberry.field(description="When it will go out by itself.")
    version: int = strawberry.field(description="Grows with each change; updates name it.")
    created_at: DateTime

    @strawberry.field(graphql_type=ReleaseStatus)
    @batched
    def release_status(parents: Sequence[media.Album], _ctx: RequestContext) -> list[ReleaseStatus]:
        """How far each was let go."""
        return [album_status(album) for album in parents]

    @strawberry.field(graphql_type=Territories | None, description="Null for everywhere.")
    @batched
    def territories(
        parents: Sequence[media.Album], _ctx: RequestContext
    ) -> list[TerritoriesRecord | None]:
        """Where each may be heard."""
        return territories_of([album.territories for album in parents])

    @strawberry.field(graphql_type=Artist)
    @batched
    async def artist(parents: Sequence[media.Album], ctx: RequestContext) -> list[media.Artist]:
        """Whose album each is."""
        return await artists.artists_of(ctx, parents)

    @strawberry.field(graphql_type=str | None, description="Signed; good for a day or more.")
    @batched
    def cover_url(parents: Sequence[media.Album], ctx: RequestContext) -> list[str | None]:
        """The covers' addresses."""
        return albums.picture_urls(ctx, [album.cover_key for album in parents])

    @strawberry.field(
        graphql_type=str | None,
        description=(
            "The cover with at least so many pixels a side, where there are as many: from 64 to "
            "1200. Signed; good for a day or more."
        ),
    )
    @batched
    def cover(
        parents: Sequence[media.Album],
        ctx: RequestContext,
        size: int = 640,
        format: PictureFormat = PictureFormat.WEBP,  # noqa: A002
    ) -> list[str | None]:
        """The covers' addresses at a size."""
        return covers.cover_urls(ctx, parents, size=size, picture_format=format)

    @strawberry.field(
        graphql_type=str | None,
        description="The colour that most of the cover has, as `#rrggbb`.",
    )
    @batched
    def dominant_colour(parents: Sequence[media.Album], _ctx: RequestContext) -> list[str | None]:
        """A ground to show each cover on while it loads."""
        return [album.cover_color for album in parents]

    @strawberry.field(
        graphql_type=Connection["Track"], directives=[PAGED], description="By disc and number."
    )
    @batched
    async def tracks(
        parents: Sequence[media.Album],
        ctx: RequestContext,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[media.Track]]:
        """A page of each album's tracks."""
        keys = [album.id for album in parents]
        return await albums.list_tracks_of_albums(ctx, keys, page_request(first, after))

    @strawberry.field(
        graphql_type=list[Contributor],
        directives=[ListSize(assumed_size=10)],
        description="Who took part, in the order of its owner.",
    )
    @batched
    async def contributors(
        parents: Sequence[media.Album], ctx: RequestContext
    ) -> list[list[credited.Contributor]]:
        """The credits of each."""
        return await labelling.contributors_of(ctx, "Album", parents)

    @references(lambda text: AlbumId(parse_id(text, "Album")))
    async def resolve_references(
        keys: Sequence[AlbumId], ctx: RequestContext
    ) -> list[media.Album | None]:
        """Answer other subgraphs' mentions of albums."""
        return await albums.find_albums(ctx, keys)


@strawberry.type(description="A track that sounds like another.")
class PossibleDuplicate:
    """Which, and how alike."""

    track: "Track"
    similarity: float = strawberry.field(description="From 0.75, alike, to 1, the same.")


@strawberry.federation.type(keys=["id"], directives=[good_for(SHORT)], description="A recording.")
class Track(Sound, Node, Playable):
    """A recording that can be played."""

    track_number: int | None
    disc_number: int | None
    genre: str | None
    year: int | None
    isrc: str | None = strawberry.field(description="Of the recording, without hyphens.")
    iswc: str | None = strawberry.field(description="Of the work, without dots and hyphens.")
    music_brainz_recording_id: str | None
    music_brainz_work_id: str | None
    version_title: str | None = strawberry.field(
        description="What sets the recording apart, such as `Live`."
    )
    language: str | None = strawberry.field(description="Of the words that are sung (BCP 47).")
    is_explicit: bool
    release_at: DateTime | None = strawberry.field(description="When it will go out by itself.")
    version: int = strawberry.field(description="Grows with each change; updates name it.")
    source_type: str | None = strawberry.field(
        description="Media type of the original file, told from its bytes."
    )
    codec: str | None = strawberry.field(description="Of the original file.")
    sample_rate: int | None
    channels: int | None
    bitrate: int | None = strawberry.field(description="Of the original, in bits per second.")
    loudness_lufs: float | None = strawberry.field(description="Integrated (EBU R128).")
    loudness_range: float | None
    true_peak_db: float | None

    @strawberry.field(graphql_type=Artist)
    @batched
    async def artist(parents: Sequence[media.Track], ctx: RequestContext) -> list[media.Artist]:
        """Whose each is."""
        return await artists.artists_of(ctx, parents)

    @strawberry.field(graphql_type=Album)
    @batched
    async def album(parents: Sequence[media.Track], ctx: RequestContext) -> list[media.Album]:
        """The album each is on."""
        return await albums.albums_of(ctx, parents)

    @strawberry.field(
        graphql_type=list[int] | None, description="Peaks from 0 to 255, evenly spread in time."
    )
    @batched
    def waveform(parents: Sequence[media.Track], _ctx: RequestContext) -> list[list[int] | None]:
        """The outlines to draw."""
        return [None if track.waveform is None else list(track.waveform) for track in parents]

    @strawberry.field(graphql_type=ReleaseStatus)
    @batched
    def release_status(parents: Sequence[media.Track], _ctx: RequestContext) -> list[ReleaseStatus]:
        """How far each was let go."""
        return [release_status(track) for track in parents]

    @strawberry.field(
        graphql_type=Territories | None,
        description="Null for everywhere; those of its album hold as well.",
    )
    @batched
    def territories(
        parents: Sequence[media.Track], _ctx: RequestContext
    ) -> list[TerritoriesRecord | None]:
        """Where each may be heard."""
        return territories_of([track.territories for track in parents])

    @strawberry.field(
        graphql_type=bool, directives=[OF_THE_VIEWER], description="Whether I can play it here."
    )
    @batched
    async def is_available(parents: Sequence[media.Track], ctx: RequestContext) -> list[bool]:
        """Whether each can be played where the viewer is."""
        return [reason is None for reason in await availability.reasons_of(ctx, parents)]

    @strawberry.field(
        graphql_type=UnavailableReason | None,
        directives=[OF_THE_VIEWER],
        description="Why I cannot play it here; null where I can.",
    )
    @batched
    async def unavailable_reason(
        parents: Sequence[media.Track], ctx: RequestContext
    ) -> list[UnavailableReason | None]:
        """Why each cannot be played where the viewer is."""
        return await availability.reasons_of(ctx, parents)

    @strawberry.field(
        graphql_type=Stream | None,
        directives=[OF_THE_VIEWER],
        description=(
            "As good as the viewer's plan allows; null where it cannot be played, and "
            "`unavailableReason` says why."
        ),
    )
    @batched
    async def stream(
        parents: Sequence[media.Track],
        ctx: RequestContext,
        quality: StreamQuality = StreamQuality.HIGH,
    ) -> list[streaming.Stream | None]:
        """Where to hear each."""
        return await availability.streams_of(ctx, parents, quality)

    @strawberry.field(
        graphql_type=Lyrics | None,
        description="In this language or a near one; left out: what is really sung.",
    )
    @batched
    async def lyrics(
        parents: Sequence[media.Track], ctx: RequestContext, language: str | None = None
    ) -> list[sung.Lyrics | None]:
        """What is sung in each."""
        return await lyrics.lyrics_of(ctx, parents, language)

    @strawberry.field(
        graphql_type=list[str],
        directives=[ListSize(assumed_size=3)],
        description="In which languages there are lyrics.",
    )
    @batched
    async def lyrics_languages(
        parents: Sequence[media.Track], ctx: RequestContext
    ) -> list[list[str]]:
        """The languages of each."""
        return await lyrics.languages_of(ctx, parents)

    @strawberry.field(
        graphql_type=list[Contributor],
        directives=[ListSize(assumed_size=10)],
        description="Who took part, in the order of its owner.",
    )
    @batched
    async def contributors(
        parents: Sequence[media.Track], ctx: RequestContext
    ) -> list[list[credited.Contributor]]:
        """The credits of each."""
        return await labelling.contributors_of(ctx, "Track", parents)

    @strawberry.field(
        graphql_type=Genre | None, description="The approved genre that `genre` means, if any."
    )
    @batched
    async def known_genre(
        parents: Sequence[media.Track], ctx: RequestContext
    ) -> list[labels.Genre | None]:
        """What each one's own word means."""
        return await genres.genres_of(ctx, parents)

    @references(lambda text: TrackId(parse_id(text, "Track")))
    async def resolve_references(
        keys: Sequence[TrackId], ctx: RequestContext
    ) -> list[media.Track | None]:
        """Answer other subgraphs' mentions of tracks."""
        return await tracks.find_tracks(ctx, keys)

    @strawberry.field(
        graphql_type=list[PossibleDuplicate],
        directives=[OF_THE_VIEWER, ListSize(assumed_size=3)],
        description=(
            "Tracks that sound like this one, the likest first, of those that I may see; for its "
            "owner and for moderators, nothing for others."
        ),
    )
    @batched
    async def possible_duplicates(
        parents: Sequence[media.Track], ctx: RequestContext
    ) -> list[list[duplicates.PossibleDuplicate]]:
        """What sounds like each."""
        return await duplicates.possible_duplicates_of(ctx, parents)
