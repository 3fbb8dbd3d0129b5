"""Checks what a subgraph links: known specs, in known versions, each of them once."""

from collections import Counter
from collections.abc import Sequence

from federation.compose.findings import Findings
from federation.vocabulary.directives import FEDERATION_IDENTITY, FEDERATION_VERSION_MAX
from federation.vocabulary.link import LINK_IDENTITY, LINK_VERSION, Link, resolve_names


def check_links(subgraph: str, links: Sequence[Link], findings: Findings) -> bool:
    """Note the first fault of the links; say whether there is none."""
    fault = _find_fault(links)
    if fault is not None:
        findings.error(fault[0], fault[1], subgraphs=[subgraph])
    return fault is None


def _find_fault(links: Sequence[Link]) -> tuple[str, str] | None:
    counts = Counter(link.identity for link in links)
    for link in links:
        if link.identity not in {FEDERATION_IDENTITY, LINK_IDENTITY}:
            continue
        if counts[link.identity] > 1:
            return "INVALID_LINK_DIRECTIVE_USAGE", f'"{link.identity}" is linked more than once'
        if link.identity == LINK_IDENTITY and link.version != LINK_VERSION:
            return "UNKNOWN_LINK_VERSION", f'"{link.url}" is no known version of the link spec'
        if link.identity == FEDERATION_IDENTITY:
            fault = _find_federation_fault(link)
            if fault is not None:
                return fault
    return None


def _find_federation_fault(link: Link) -> tuple[str, str] | None:
    version = link.version or (0, 0)
    if version[0] not in {1, 2} or version > FEDERATION_VERSION_MAX:
        return (
            "UNKNOWN_FEDERATION_LINK_VERSION",
            f'"{link.url}" is no known version of Federation',
        )
    known = resolve_names((link,)).local
    for element in link.imports:
        if element.startswith("@") and element[1:] not in known:
            return (
                "INVALID_LINK_DIRECTIVE_USAGE",
                f'"{link.url}" has no element "{element}" to import',
            )
    return None
