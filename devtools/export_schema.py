"""Write schema/sdl (subgraphs, supergraph, what clients see) and docs/errors.md."""

import sys
from pathlib import Path

from graphql import lexicographic_sort_schema, print_schema

from devtools.export_errors import TARGET, error_page
from federation.compose.compose import SubgraphSource, compose
from federation.errors import CompositionErrors
from federation.supergraph.api_schema import build_api_schema
from subgraphs.registry import SUBGRAPHS

FOLDER = Path(__file__).parent.parent / "schema" / "sdl"


def schema_files() -> dict[str, str]:
    """File name → text; raises CompositionErrors."""
    files = {f"{each.name}.graphql": each.sdl() for each in SUBGRAPHS}
    composed = compose(
        [SubgraphSource(name=each.name, url="", sdl=each.sdl()) for each in SUBGRAPHS]
    )
    files["supergraph.graphql"] = composed.sdl
    api = build_api_schema(composed.sdl)
    files["api.graphql"] = print_schema(lexicographic_sort_schema(api)) + "\n"
    return files


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    try:
        files = schema_files()
    except CompositionErrors as errors:
        sys.exit("\n".join(str(error) for error in errors.errors))
    for name, text in files.items():
        (FOLDER / name).write_text(text)
    TARGET.write_text(error_page())
    print(f"wrote {len(files)} files to {FOLDER}")


if __name__ == "__main__":
    main()
