"""Which steps a file of each kind takes."""

from collections.abc import Mapping

from domain.ids import PlayableKind
from resolvers.media.steps import Pipeline
from resolvers.media.track_steps import TRACK_PIPELINE
from resolvers.media.video_steps import VIDEO_PIPELINE

PIPELINES: Mapping[PlayableKind, Pipeline] = {
    PlayableKind.TRACK: TRACK_PIPELINE,
    PlayableKind.VIDEO: VIDEO_PIPELINE,
}
