"""What players ask of a recording's sound."""

from collections.abc import Sequence

import strawberry

from domain.media import recordings
from domain.media import records as media
from domain.media.stream_records import StreamFacts
from domain.media.streams import Family
from resolvers.context import RequestContext
from resolvers.media import sound
from schema.batched import batched

strawberry.enum(Family, description="Codecs that a player takes or leaves; all take AAC.")


@strawberry.type(
    description="One quality of a stream. Counted in samples at its own rate, it decodes to "
    "`delay`, then `sampleCount`, then `padding`: play only what is in the middle."
)
class Rendition:
    """One quality of a stream."""

    name: str = strawberry.field(description="Such as `low`; names its folder.")
    family: Family
    codecs: str = strawberry.field(description="As in CODECS of a playlist (RFC 6381).")
    peak_bits: int = strawberry.field(description="Bits per second of its busiest stretch.")
    average_bits: int = strawberry.field(description="Bits per second over all of it.")
    sample_rate: int
    channels: int
    bit_depth: int | None = strawberry.field(description="Null where the codec has none.")
    delay: int = strawberry.field(description="Samples before the sound: encoder delay.")
    padding: int = strawberry.field(description="Samples behind it.")
    sample_count: int = strawberry.field(description="Samples of the sound itself.")


@strawberry.type
class Sound:
    """The fields of whatever was recorded."""

    @strawberry.field(
        graphql_type=list[Rendition],
        description="The qualities it is streamed in; empty until it is READY.",
    )
    @batched
    async def renditions(
        parents: Sequence[media.Track], ctx: RequestContext
    ) -> list[list[recordings.Rendition]]:
        """The qualities of each."""
        return await sound.renditions_of(ctx, parents)

    @strawberry.field(
        graphql_type=int | None,
        description="Samples of the original at `sampleRate`, without what its encoder added.",
    )
    @batched
    async def sample_count(parents: Sequence[media.Track], ctx: RequestContext) -> list[int | None]:
        """The true length of each."""
        return [_samples(each) for each in await sound.streams_of(ctx, parents)]

    @strawberry.field(
        graphql_type=int | None,
        description="Samples before the sound in the original, where its file says so.",
    )
    @batched
    async def encoder_delay(
        parents: Sequence[media.Track], ctx: RequestContext
    ) -> list[int | None]:
        """What to cut off at the beginning of each original."""
        return [_delay(each) for each in await sound.streams_of(ctx, parents)]

    @strawberry.field(
        graphql_type=int | None,
        description="Samples behind the sound in the original, where its file says so.",
    )
    @batched
    async def encoder_padding(
        parents: Sequence[media.Track], ctx: RequestContext
    ) -> list[int | None]:
        """What to cut off at the end of each original."""
        return [_padding(each) for each in await sound.streams_of(ctx, parents)]

    @strawberry.field(
        graphql_type=float | None,
        description="Decibels to turn it by, to stand at -18 LUFS (ReplayGain 2.0). Null for "
        "silence. Turn up no further than `truePeakDb` allows.",
    )
    @batched
    def track_gain_db(parents: Sequence[media.Track], _ctx: RequestContext) -> list[float | None]:
        """The gain of each."""
        return sound.track_gains(parents)

    @strawberry.field(
        graphql_type=float | None,
        description="The same for its album as a whole, so that quiet tracks stay quiet.",
    )
    @batched
    async def album_gain_db(
        parents: Sequence[media.Track], ctx: RequestContext
    ) -> list[float | None]:
        """The gain of each one's album."""
        return await sound.album_gains(ctx, parents)


def _samples(stream: StreamFacts | None) -> int | None:
    return None if stream is None else stream.sample_count


def _delay(stream: StreamFacts | None) -> int | None:
    return None if stream is None else stream.encoder_delay


def _padding(stream: StreamFacts | None) -> int | None:
    return None if stream is None else stream.encoder_padding
