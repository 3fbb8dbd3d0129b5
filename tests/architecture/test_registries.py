"""What is registered fits together: subgraphs, messages, and what may be null."""

from collections.abc import Iterator

from graphql import (
    GraphQLNamedType,
    GraphQLOutputType,
    build_schema,
    get_named_type,
    is_interface_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from db.engine import DOMAINS
from devtools.export_schema import FOLDER
from domain.messages import commands, events
from domain.messages.codec import message_types
from domain.messages.envelope import Command, Event
from subgraphs.registry import SUBGRAPHS
from web.caching.cache_invalidation import FOLLOWED
from workers.wiring import load_handlers

ROOTS = ("Query", "Mutation", "Subscription")
OF_THE_FIRST_SLICE = (commands, events)
"""Imported for the messages that they declare."""
HOMES = {
    "Album": "media",
    "Artist": "media",
    "Channel": "media",
    "Job": "media",
    "Video": "media",
    "Playable": "media",
    "Track": "media",
    "User": "users",
    "Comment": "social",
    "Token": "nft",
}
"""Which domain makes the entities that several know."""


def own_messages(base: type[Command] | type[Event]) -> list[type[Command] | type[Event]]:
    """The messages of the product; tests declare some of their own."""
    modules = {module.__name__ for module in OF_THE_FIRST_SLICE}
    return [each for each in message_types(base).values() if each.__module__ in modules]


def test_the_six_domains_have_a_subgraph_each() -> None:
    assert sorted(each.name for each in SUBGRAPHS) == sorted(DOMAINS)


def test_every_command_has_a_handler() -> None:
    registry = load_handlers()

    assert len(own_messages(Command)) >= 7
    assert [each.name for each in own_messages(Command) if registry.find(each.name) is None] == []


def test_every_event_is_heard_by_a_handler_or_live() -> None:
    registry = load_handlers()

    unheard = {
        each.name
        for each in own_messages(Event)
        if not registry.of_event(each.name) and each.channel is Event.channel and not each.makes_old
    }

    assert unheard == set()


def test_every_event_that_makes_something_old_is_followed_by_those_who_keep_it() -> None:
    changes = {each for each in own_messages(Event) if each.makes_old}

    assert set(FOLLOWED.values()) == changes


def test_every_root_field_may_be_null() -> None:
    api = build_schema((FOLDER / "api.graphql").read_text())

    required = [
        f"{root}.{name}"
        for root in ROOTS
        for name, field in api.type_map[root].fields.items()
        if is_non_null_type(field.type)
    ]

    assert required == []


def test_every_field_added_to_a_foreign_entity_may_be_null() -> None:
    added = [
        (f"{domain}: {type_name}.{name}", kind)
        for domain, type_name, name, kind in fields_by_domain()
        if HOMES.get(type_name, domain) != domain and name != "id"
    ]

    assert len(added) >= 10
    assert [field for field, kind in added if is_non_null_type(kind)] == []


def test_every_reference_to_a_foreign_entity_may_be_null() -> None:
    references = [
        (f"{domain}: {type_name}.{name}", kind)
        for domain, type_name, name, kind in fields_by_domain()
        if HOMES.get(get_named_type(kind).name, domain) != domain
        and not is_list_type(getattr(kind, "of_type", kind))
        and not type_name.endswith("Edge")
    ]

    assert len(references) > 10
    assert [field for field, kind in references if is_non_null_type(kind)] == []


def test_each_shared_entity_has_one_home() -> None:
    keyed: dict[str, set[str]] = {}
    for domain, text in subgraph_texts():
        for line in text.splitlines():
            if "@key(" in line:
                keyed.setdefault(line.split()[1], set()).add(domain)

    shared = {name for name, domains in keyed.items() if len(domains) > 1}
    assert shared - set(HOMES) == set()
    assert {name: HOMES[name] in keyed[name] for name in shared} == dict.fromkeys(shared, True)


def subgraph_texts() -> Iterator[tuple[str, str]]:
    for each in SUBGRAPHS:
        yield each.name, each.sdl()


def fields_by_domain() -> Iterator[tuple[str, str, str, GraphQLOutputType]]:
    """(domain, type, field, its type) of every object and interface of every subgraph."""
    for each in SUBGRAPHS:
        for made in each.executable.type_map.values():
            if is_our_type(made):
                for name, field in made.fields.items():
                    yield each.name, made.name, name, field.type


def is_our_type(made: GraphQLNamedType) -> bool:
    is_composite = is_object_type(made) or is_interface_type(made)
    return is_composite and not made.name.startswith("_") and made.name not in ROOTS
