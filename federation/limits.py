"""Every bound of the engine, in one place."""

from dataclasses import dataclass

SUBGRAPHS_MAX = 1_000
"""Subgraphs that one composition takes."""

SUBGRAPH_TOKENS_MAX = 2_000_000
"""Tokens that the parser reads of one subgraph's SDL."""

FIELD_SET_DEPTH_MAX = 20
"""How deep `@key`, `@requires` and `@provides` may nest."""

GUARD_ALTERNATIVES_MAX = 1_000
"""Alternatives of scopes or policies that one element may have once merged."""

SATISFIABILITY_PLACES_MAX = 200_000
"""Places in all possible operations that composition looks at; a place is a type with the
subgraphs it may have been reached in."""

COMPOSITION_ERRORS_MAX = 1_000
"""Errors of one composition that are reported; the rest is dropped."""

SUPERGRAPH_TOKENS_MAX = 5_000_000
"""Tokens that the parser reads of one supergraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """Bounds on one operation, and on what the engine keeps in memory."""

    document_tokens_max: int = 15_000
    """Tokens of one document; the parser stops there."""

    document_depth_max: int = 200
    """Nesting of braces, brackets and parentheses in the text."""

    validation_errors_max: int = 20
    """Validation errors told to the client; then validation stops."""

    comparisons_max: int = 100_000
    """Pairs of fields under one response key, and of fragments at one place, that validation
    would have to compare."""

    selections_max: int = 100_000
    """Selections that are looked at to count those pairs; fragments count wherever they are."""

    message_characters_max: int = 1_000
    """Length of a message about a document or its variables; the rest of what it quotes is cut."""

    variable_values_max: int = 10_000
    """Values in all variables of a request, those in lists and objects included."""

    variable_depth_max: int = 50
    """How deep lists and objects nest in variables."""

    operation_fields_max: int = 10_000
    """Fields of one operation once its fragments are opened."""

    operation_depth_max: int = 50
    """How deep the fields of one operation nest once its fragments are opened."""

    operation_aliases_max: int = 100
    """Aliases of one operation once its fragments are opened."""

    operation_root_fields_max: int = 50
    """Fields at the root of one operation once its fragments are opened."""

    operation_directives_max: int = 500
    """Directives of one operation once its fragments are opened."""

    directives_per_place_max: int = 8
    """Directives on one field, fragment, variable or operation."""

    list_size_max: int | None = 100
    """Items that `first`, `last` and what `@listSize` names as `slicingArguments` may ask for;
    None leaves it to the subgraphs."""

    list_size_assumed: int = 10
    """Items that the estimate of cost takes a list to have that says nothing of its size."""

    operation_cost_max: int | None = None
    """Estimated cost of one operation (`@cost`, `@listSize`); None lets it cost what it will."""

    condition_terms_max: int = 64
    """Combinations of @skip and @include over one field."""

    paths_max: int = 50_000
    """Paths explored before planning gives up with PLAN_TOO_COMPLEX."""

    candidates_max: int = 24
    """Ways to one field that are kept apart; the cheapest stay."""

    choices_max: int = 2_000
    """Combinations of paths compared before the best so far is taken."""

    planning_seconds_max: float = 0.5
    """Processor time that validating and planning one operation may take."""

    plan_cache_entries_max: int = 1_000
    """Plans kept in memory; 0 keeps none."""

    plan_cache_characters_max: int = 1_000_000
    """Length of the documents whose plans are kept; a field of the expanded operation counts
    as much as twenty characters."""

    runs_interpreted: int = 1
    """Runs of one operation before it is compiled."""

    deferred_parts_max: int = 100
    """Parts that one operation may defer; each may be a fetch of its own."""

    label_variants_max: int = 32
    """Sets of active override labels whose planners are kept in memory."""

    plans_pending_max: int = 64
    """Documents that wait to be planned; beyond that, requests are refused."""

    fetch_seconds_max: float = 3.0
    """Time one fetch may take."""

    operation_seconds_max: float = 10.0
    """Time one query or mutation may take."""

    errors_per_fetch_max: int = 100
    """Client paths that one failed fetch reports; then follows a count."""

    context_values_max: int = 1_000
    """Distinct values of `@fromContext` arguments that one fetch may ask with."""

    representations_max: int = 10_000
    """Entities that one fetch may ask for."""
