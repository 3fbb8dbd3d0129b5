"""A catalogue that social knows of."""

import pytest

from resolvers.social.projections import keep_track
from tests.factories.social import a_track_change


@pytest.fixture(autouse=True)
async def _known_tracks(as_viewer) -> None:
    await keep_track(as_viewer(), a_track_change("t1"))
    await keep_track(as_viewer(), a_track_change("draft", artist_id="a2", is_public=False))
