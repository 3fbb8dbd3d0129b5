"""Short ways to compose small subgraphs and to look at what came out."""

from federation.compose.compose import Composed, SubgraphSource, compose
from federation.errors import CompositionError, CompositionErrors

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key",'
    ' "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject",'
    ' "@inaccessible", "@tag", "@extends", "@authenticated", "@requiresScopes", "@policy",'
    ' "@cost", "@listSize", "@composeDirective", "@context", "@fromContext"])\n'
)


def compose_two(**subgraphs: str) -> Composed:
    """Compose subgraphs of Federation 2, given by name; the link is added to each."""
    return compose_plain(**{name: LINK + sdl for name, sdl in subgraphs.items()})


def compose_plain(**subgraphs: str) -> Composed:
    """Compose subgraphs as they stand."""
    return compose([SubgraphSource(name=name, sdl=sdl) for name, sdl in subgraphs.items()])


def refusals(**subgraphs: str) -> list[CompositionError]:
    """Why subgraphs of Federation 2 do not compose; nothing, when they do."""
    return plain_refusals(**{name: LINK + sdl for name, sdl in subgraphs.items()})


def plain_refusals(**subgraphs: str) -> list[CompositionError]:
    """Why subgraphs do not compose as they stand."""
    try:
        compose_plain(**subgraphs)
    except CompositionErrors as failure:
        return list(failure.errors)
    return []


def block(composed: Composed, name: str) -> str:
    """The definition of one type, or one directive (`@name`), in the supergraph's text."""
    for text in composed.sdl.split("\n\n"):
        lines = [line for line in text.split("\n") if line and not line.startswith('"""')]
        if lines and name in lines[0].split("(")[0].split()[1:2]:
            return text.strip()
    return ""
