"""`@link`: which specs a schema uses, and what their elements are called in it.

@link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", {name: "@tag", as: "@t"}])
      identity …………………………………………………………………… version             imports
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    value_from_ast_untyped,
)

from federation.vocabulary.directives import (
    FEDERATION_IDENTITY,
    FEDERATION_ONE,
    SPEC_OF_DIRECTIVE,
    Version,
    directives_of,
)

LINK_IDENTITY = "https://specs.apollo.dev/link"
LINK_VERSION: Version = (1, 0)
JOIN_IDENTITY = "https://specs.apollo.dev/join"
_VERSION = re.compile(r"v(\d{1,6})\.(\d{1,6})")
_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"@?[A-Za-z_][A-Za-z0-9_]*")


class LinkError(Exception):
    """A `@link` that does not follow the spec."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One application of `@link`."""

    url: str
    identity: str
    name: str
    version: Version | None
    alias: str | None = None
    imports: Mapping[str, str] = field(default_factory=dict)
    """Element as the spec calls it (`@key`, `FieldSet`) → its name in this schema."""
    purpose: str | None = None
    node: ConstDirectiveNode

    @property
    def namespace(self) -> str:
        """What stands before `__` in the names of elements that are not imported."""
        return self.alias or self.name

    def directive_name(self, directive: str) -> str:
        """The name in this schema, without `@`."""
        imported = self.imports.get(f"@{directive}")
        if imported is not None:
            return imported[1:]
        if directive == self.name:
            return self.namespace
        return f"{self.namespace}__{directive}"


def find_links(document: DocumentNode) -> tuple[Link, ...]:
    """All links of a schema document, in order.

    Raises:
        LinkError: a link does not follow the spec.
    """
    nodes = [node for node in _schema_directives(document) if _is_link(node)]
    return tuple(_parse_link(node) for node in nodes)


def _schema_directives(document: DocumentNode) -> Iterator[ConstDirectiveNode]:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield from node.directives or ()


def _is_link(node: ConstDirectiveNode) -> bool:
    """`@link` under any name: what counts is a first argument that names a spec."""
    arguments = {argument.name.value for argument in node.arguments or ()}
    return node.name.value == "link" or (
        arguments <= {"url", "as", "for", "import"} and "url" in arguments
    )


def _parse_link(node: ConstDirectiveNode) -> Link:
    arguments = {
        argument.name.value: value_from_ast_untyped(argument.value)
        for argument in node.arguments or ()
    }
    url = arguments.get("url")
    if not isinstance(url, str) or not url:
        raise LinkError("INVALID_LINK_DIRECTIVE_USAGE", "@link needs a url that is a string")
    unknown = sorted(set(arguments) - {"url", "as", "for", "import"})
    if unknown:
        raise LinkError(
            "INVALID_LINK_DIRECTIVE_USAGE",
            f'@link to "{url}" has unknown argument "{unknown[0]}"',
        )
    _check_alias(url, arguments.get("as"))
    identity, name, version = _split_url(url)
    return Link(
        url=url,
        identity=identity,
        name=name,
        version=version,
        alias=arguments.get("as"),
        imports=_parse_imports(url, arguments.get("import")),
        purpose=arguments.get("for"),
        node=node,
    )


def _check_alias(url: str, alias: object) -> None:
    if alias is None:
        return
    if not isinstance(alias, str) or not _ALIAS.fullmatch(alias) or "__" in alias:
        raise LinkError("INVALID_LINK_DIRECTIVE_USAGE", f'@link to "{url}" as "{alias}", no name')


def _split_url(url: str) -> tuple[str, str, Version | None]:
    parts = url.rstrip("/").split("/")
    match = _VERSION.fullmatch(parts[-1])
    if match is None:
        if identity_is_known(url):
            raise LinkError("INVALID_LINK_IDENTIFIER", f'"{url}" names no version')
        return url, parts[-1], None
    if len(parts) < 2 or not parts[-2]:
        raise LinkError("INVALID_LINK_IDENTIFIER", f'"{url}" names no spec')
    return "/".join(parts[:-1]), parts[-2], (int(match[1]), int(match[2]))


def identity_is_known(identity: str) -> bool:
    """Whether the spec is one the engine gives a meaning to."""
    known = {FEDERATION_IDENTITY, LINK_IDENTITY, JOIN_IDENTITY, *SPEC_OF_DIRECTIVE.values()}
    return identity.rstrip("/") in known


def _parse_imports(url: str, imports: object) -> dict[str, str]:
    if imports is None:
        return {}
    if not isinstance(imports, list):
        raise LinkError("INVALID_LINK_DIRECTIVE_USAGE", f'@link to "{url}" imports no list')
    names: dict[str, str] = {}
    for entry in imports:
        element, local = _parse_import(url, entry)
        names[element] = local
    return names


def _parse_import(url: str, entry: object) -> tuple[str, str]:
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise LinkError(
            "INVALID_LINK_DIRECTIVE_USAGE",
            f'@link to "{url}" imports {entry!r}, which is neither a name nor {{name, as}}',
        )
    element: str = entry["name"]
    local = entry.get("as") or element
    if not _NAME.fullmatch(element) or not isinstance(local, str):
        raise LinkError("INVALID_LINK_DIRECTIVE_USAGE", f'@link to "{url}" imports "{element}"')
    if element.startswith("@") != local.startswith("@"):
        raise LinkError(
            "INVALID_LINK_DIRECTIVE_USAGE",
            f'@link to "{url}" imports "{element}" as "{local}":'
            " both must begin with @, or neither",
        )
    return element, local


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectiveNames:
    """How one subgraph spells the directives of the federation specs."""

    version: Version
    local: Mapping[str, str]
    """Name in the spec → name in the subgraph."""
    canonical: Mapping[str, str]
    """Name in the subgraph → name in the spec."""
    type_names: frozenset[str] = frozenset()
    """Types of the specs, as the subgraph calls them."""


def resolve_names(links: tuple[Link, ...]) -> DirectiveNames:
    """Names by the links of a subgraph; without a federation link it is Federation 1."""
    federation = next((link for link in links if link.identity == FEDERATION_IDENTITY), None)
    if federation is None:
        version = FEDERATION_ONE
        local = {name: name for name in directives_of(version)}
    else:
        version = federation.version or FEDERATION_ONE
        local = {name: federation.directive_name(name) for name in directives_of(version)}
    for link in links:
        for directive, identity in SPEC_OF_DIRECTIVE.items():
            if link.identity == identity:
                local[directive] = link.directive_name(directive)
    return DirectiveNames(
        version=version,
        local=local,
        canonical={spelled: name for name, spelled in local.items()},
        type_names=frozenset(
            spelled
            for link in links
            if identity_is_known(link.identity)
            for element, spelled in link.imports.items()
            if not element.startswith("@")
        ),
    )
