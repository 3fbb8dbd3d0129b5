"""Our names at the top level are ours alone: none shadows a library."""

import sys
from importlib.metadata import packages_distributions

from tests.architecture.sources import PACKAGES, top_level_modules

OURS = {*PACKAGES, *top_level_modules()}


def test_none_of_our_names_is_of_the_standard_library() -> None:
    assert OURS & sys.stdlib_module_names == set()


def test_none_of_our_names_is_of_an_installed_distribution() -> None:
    theirs = {name.partition("/")[0] for name in packages_distributions()}

    assert "strawberry" in theirs
    assert OURS & theirs == set()
