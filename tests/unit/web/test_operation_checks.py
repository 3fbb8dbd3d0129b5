"""What is published is checked as it would be when it is run."""

from domain.users.manifests import ManifestEntry
from tests.fakes.operation_checks import checks_of

ALIASES = " ".join(f"a{number}: hello" for number in range(101))


async def test_an_operation_that_asks_for_too_much_is_not_published() -> None:
    bodies = ("{ hello }", f"{{ {ALIASES} }}", "{ hello " + "@skip(if: false) " * 9 + "}")
    entries = [ManifestEntry(id=str(place), body=body) for place, body in enumerate(bodies)]

    checked = await checks_of().check(entries)

    assert [[fault.code for fault in each.faults] for each in checked] == [
        [],
        ["TOO_MANY_ROOT_FIELDS"],
        ["TOO_MANY_DIRECTIVES"],
    ]


async def test_an_operation_that_defers_is_published_and_one_that_streams_is_not() -> None:
    bodies = ("{ ... @defer { hello } }", "{ ... @stream { hello } }")
    entries = [ManifestEntry(id=str(place), body=body) for place, body in enumerate(bodies)]

    deferring, streaming = await checks_of().check(entries)

    assert deferring.faults == []
    assert "Unknown directive '@stream'" in streaming.faults[0].message
