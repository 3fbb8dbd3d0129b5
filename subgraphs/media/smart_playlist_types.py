"""Inputs and mutations of smart playlists."""

from typing import Any

import strawberry

from domain.media.playlists.rules import PlaylistDetails
from domain.media.playlists.smart_rules import (
    DEPTH_MAX,
    AllOf,
    AnyOf,
    ArtistIn,
    Between,
    Explicit,
    GenreIn,
    LanguageIn,
    NotOf,
    Rule,
    SmartRules,
    SmartSort,
    Within,
)
from errors import TooLarge
from resolvers.media import smart_playlists
from schema.ids import parse_id
from schema.info import Info
from schema.problems import with_problems
from subgraphs.media.playlist_enums import PlaylistPrivacy
from subgraphs.media.playlist_mutations import playlist_key
from subgraphs.media.playlist_payloads import PlaylistPayload

strawberry.enum(SmartSort, description="By what a smart playlist is put into order.")


@strawberry.input
class NumberRangeInput:
    """Both bounds are included; one of them may be left out."""

    least: int | None = None
    most: int | None = None


@strawberry.input(one_of=True, description="One condition, or several put together.")
class PlaylistRuleInput:
    """A rule; at most 50 of them, five deep."""

    all: list["PlaylistRuleInput"] | None = strawberry.field(
        default=strawberry.UNSET, description="Each of them holds."
    )
    any: list["PlaylistRuleInput"] | None = strawberry.field(
        default=strawberry.UNSET, description="At least one of them holds."
    )
    not_: "PlaylistRuleInput | None" = strawberry.field(
        default=strawberry.UNSET, name="not", description="It does not hold."
    )
    genre: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="One of these; A to Z may be large or small."
    )
    language: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Sung in one of these (BCP 47)."
    )
    artist_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="By one of these."
    )
    explicit: bool | None = strawberry.UNSET
    year: NumberRangeInput | None = strawberry.UNSET
    duration_ms: NumberRangeInput | None = strawberry.UNSET
    play_count: NumberRangeInput | None = strawberry.field(
        default=strawberry.UNSET, description="How often whoever looks has played it."
    )
    released_within_days: int | None = strawberry.UNSET
    added_within_days: int | None = strawberry.UNSET
    played_within_days: int | None = strawberry.field(
        default=strawberry.UNSET, description="When whoever looks has played it last."
    )


@strawberry.input
class SmartRulesInput:
    """What a smart playlist holds, in which order, and how many at most."""

    rule: PlaylistRuleInput
    sort: SmartSort = SmartSort.RELEASED
    is_descending: bool = True
    limit: int = strawberry.field(default=100, description="At most 500.")


@strawberry.input
class CreateSmartPlaylistInput:
    """A playlist whose items are found by rules."""

    title: str
    description: str = ""
    privacy: PlaylistPrivacy = PlaylistPrivacy.PRIVATE
    rules: SmartRulesInput


@strawberry.input
class SetPlaylistRulesInput:
    """Other rules for a smart playlist of mine."""

    playlist_id: strawberry.ID
    rules: SmartRulesInput


@strawberry.type
class SmartPlaylistMutation:
    """What smart playlists are told."""

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None,
        description=(
            "Make a playlist whose items are found by rules, among what anyone may hear, each "
            "time that somebody looks."
        ),
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def create_smart_playlist(
        info: Info,
        input: CreateSmartPlaylistInput,  # noqa: A002
    ) -> PlaylistPayload:
        """Make a smart playlist."""
        details = PlaylistDetails(
            title=input.title, description=input.description, privacy=input.privacy
        )
        made = await smart_playlists.create_smart_playlist(
            info.context, details, _rules(input.rules)
        )
        return PlaylistPayload(playlist=made)

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None,
        description="Let other rules say what is in a smart playlist of mine.",
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def set_playlist_rules(info: Info, input: SetPlaylistRulesInput) -> PlaylistPayload:  # noqa: A002
        """Change the rules."""
        key = playlist_key(input.playlist_id)
        changed = await smart_playlists.set_rules(info.context, key, _rules(input.rules))
        return PlaylistPayload(playlist=changed)


def _rules(given: SmartRulesInput) -> SmartRules:
    return SmartRules(
        rule=_rule(given.rule, 1),
        sort=given.sort,
        is_descending=given.is_descending,
        limit=given.limit,
    )


def _rule(given: PlaylistRuleInput, depth: int) -> Rule:
    """One input as a rule; raises TooLarge where it is nested too deep."""
    if depth > DEPTH_MAX:
        raise TooLarge(f"Rules are {DEPTH_MAX} deep at most.", field="rule")
    ((name, value),) = [
        (name, value) for name, value in vars(given).items() if value is not strawberry.UNSET
    ]
    rule: Rule = _RULES[name](value, depth + 1)
    return rule


def _several(values: list[PlaylistRuleInput], depth: int) -> tuple[Rule, ...]:
    return tuple(_rule(each, depth) for each in values)


def _between(of: str) -> Any:
    return lambda value, _depth: Between(of, value.least, value.most)


def _within(of: str) -> Any:
    return lambda days, _depth: Within(of, days)


_RULES: dict[str, Any] = {
    "all": lambda values, depth: AllOf(_several(values, depth)),
    "any": lambda values, depth: AnyOf(_several(values, depth)),
    "not_": lambda value, depth: NotOf(_rule(value, depth)),
    "genre": lambda values, _depth: GenreIn(tuple(values)),
    "language": lambda values, _depth: LanguageIn(tuple(values)),
    "artist_ids": lambda values, _depth: ArtistIn(
        tuple(parse_id(each, "Artist") for each in values)
    ),
    "explicit": lambda value, _depth: Explicit(value),
    "year": _between("year"),
    "duration_ms": _between("duration_ms"),
    "play_count": _between("play_count"),
    "released_within_days": _within("released"),
    "added_within_days": _within("added"),
    "played_within_days": _within("played"),
}
