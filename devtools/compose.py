"""Composes subgraphs from files: python gateway.py compose --subgraph name=url:file …"""

import sys
from collections.abc import Sequence
from pathlib import Path

from federation.compose.compose import SubgraphSource, compose
from federation.errors import CompositionErrors

SDL_BYTES_MAX = 16 * 1024 * 1024


class SourceError(Exception):
    """A subgraph was not named as it should be, or its file cannot be read."""


def run_compose(subgraphs: Sequence[str], output: Path | None) -> int:
    """Write the supergraph to a file or to stdout; 1 with one line for each error on stderr."""
    try:
        composed = compose([read_source(each) for each in subgraphs])
        for hint in composed.hints:
            print(f"hint: {_one_line(str(hint))}", file=sys.stderr)
        if output is None:
            sys.stdout.write(composed.sdl)
        else:
            output.write_text(composed.sdl)
    except CompositionErrors as errors:
        for error in errors.errors:
            print(_one_line(str(error)), file=sys.stderr)
        return 1
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def read_source(text: str) -> SubgraphSource:
    """Read `name=url:file`, or `name=file` for a subgraph without an address yet.

    Raises:
        SourceError: it is neither, or the file cannot be read.
    """
    name, equals, rest = text.partition("=")
    url, _, file = rest.rpartition(":")
    if not name or not equals or not file or (url and file.startswith("//")):
        raise SourceError(f"{text}: name a subgraph as NAME=URL:FILE")
    path = Path(file)
    try:
        if path.stat().st_size > SDL_BYTES_MAX:
            raise SourceError(f"{path}: larger than {SDL_BYTES_MAX} bytes")
        return SubgraphSource(name=name, url=url, sdl=path.read_text())
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not UTF-8") from error


def _one_line(text: str) -> str:
    return " ".join(text.split())
