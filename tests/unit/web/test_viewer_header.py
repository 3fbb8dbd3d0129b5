"""What a gateway tells its own subgraphs of the caller."""

from dataclasses import replace

from db.idempotency import Attempt
from tests.conftest import ANNA
from web.guards.viewer_header import read_viewer, write_viewer


def test_the_viewer_and_the_run_of_a_key_arrive_as_they_were(as_viewer) -> None:
    attempt = Attempt(key="k")

    told = read_viewer(write_viewer(replace(as_viewer(ANNA), attempt=attempt)))

    assert (told.viewer, told.attempt) == (ANNA, attempt)


def test_equal_callers_are_told_in_equal_bytes(as_viewer) -> None:
    assert write_viewer(as_viewer(ANNA)) == write_viewer(as_viewer(ANNA))
    assert read_viewer(write_viewer(as_viewer(ANNA))).attempt is None
