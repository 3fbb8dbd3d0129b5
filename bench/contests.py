"""The contests over the library's data: which operation, who answers it, what is claimed."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bench.contest import (
    COLUMNS,
    Contest,
    Contestant,
    Json,
    Options,
    Standing,
    claim,
    front_ratio,
    hold,
    rows,
    total_ratio,
)
from bench.contestants import (
    APOLLO,
    BYTES,
    HIVE_JS,
    HIVE_RUST,
    MONOLITH,
    REMOTE,
    REMOTE_BATCHED,
    ROUTE,
    TUTTI,
    TUTTI_MONOLITH,
    TUTTI_PLAIN,
)
from bench.data import BOOKS, CLUBS, PEOPLE
from bench.load import LoadGenerator
from bench.processes import ROOT, Servers
from bench.report import Claim, Section

OPERATIONS = ROOT / "bench" / "operations"
FEW = (ROUTE, TUTTI, MONOLITH, BYTES)
IN_PROCESS = (*FEW, TUTTI_MONOLITH, TUTTI_PLAIN)
BEHIND_A_GATEWAY = (TUTTI, REMOTE, REMOTE_BATCHED, HIVE_RUST, HIVE_JS, APOLLO)
HAS_EAGER_TASKS = sys.version_info >= (3, 12)
"""Unmodified resolvers run in tasks, which begin at once from Python 3.12 on."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What is claimed of two contestants: how many times our CPU the other takes."""

    text: str
    other: Contestant
    ours: Contestant
    goal: float | None = None
    floor: float | None = None
    is_front_alone: bool = False
    is_at_most: bool = False

    def measured(self, standing: Standing) -> Claim | None:
        """The claim; None where one of the two did not take part."""
        if not {self.other.name, self.ours.name} <= standing.rounds.keys():
            return None
        ratio = front_ratio if self.is_front_alone else total_ratio
        return claim(
            self.text,
            ratio(standing, self.other.name, self.ours.name),
            goal=self.goal,
            floor=self.floor,
            is_at_most=self.is_at_most,
        )


def run_contest(
    name: str, title: str, contest: Contest, compared: Sequence[Compared], options: Options
) -> Section:
    """Hold one contest and write down how it ended."""
    with Servers() as servers, LoadGenerator() as load:
        standing = hold(contest, servers, load, options)
    claims = [each.measured(standing) for each in compared]
    return Section(
        name=name,
        title=title,
        columns=COLUMNS,
        table=rows(standing),
        claims=[each for each in claims if each is not None],
        notes=[f"{options}", *limit_notes(standing, compared)],
        missing=standing.missing,
    )


def limit_notes(standing: Standing, compared: Sequence[Compared]) -> list[str]:
    """How far any server of this kind could come: the socket and the HTTP cost what they cost."""
    if not {MONOLITH.name, BYTES.name} <= standing.rounds.keys():
        return []
    most, _ = total_ratio(standing, MONOLITH.name, BYTES.name)
    told = [f"prepared bytes alone reach {most:.1f}× vs the monolith: nothing here can reach more"]
    told += [
        f"so the goal of {each.goal:g}× lies beyond what any server of this kind can do"
        for each in compared
        if each.other is MONOLITH and each.goal is not None and each.goal > most
    ]
    return told


def _contest(
    name: str,
    operation: str,
    variables: Callable[[int], Json],
    contestants: Sequence[Contestant] = FEW,
) -> Contest:
    return Contest(
        name=name,
        document=(OPERATIONS / f"{name}.graphql").read_text(),
        operation_name=operation,
        variables=variables,
        contestants=contestants,
    )


CLASSIC = _contest("classic", "Classic", lambda n: {"club": n}, IN_PROCESS)
WIDE = _contest("classic", "Classic", lambda n: {"club": CLUBS + n}, IN_PROCESS)
LIST = _contest("list", "List", lambda n: {"club": CLUBS + n})
SMALL = _contest("small", "Small", lambda n: {"id": f"p{n}"})
PAGE = _contest("page", "Page", lambda n: {"id": f"p{CLUBS * PEOPLE + n * PEOPLE}"})
JOINED = _contest("joined", "Joined", lambda n: {"id": f"b{n}"})
MUTATION = _contest(
    "mutation", "Rate", lambda n: {"id": f"b{n % (CLUBS * BOOKS)}", "stars": 1 + n % 5}
)
REMOTES = _contest("classic", "Classic", lambda n: {"club": n}, BEHIND_A_GATEWAY)


def _beside_the_monolith(
    what: str, goal: float | None = None, floor: float | None = None
) -> Compared:
    text = f"in process, {what}, vs Strawberry monolith tuned + gc"
    return Compared(text=text, other=MONOLITH, ours=TUTTI, goal=goal, floor=floor)


def _beside_the_route(what: str, goal: float | None = None, floor: float | None = None) -> Compared:
    text = f"our CPU over that of a naive hand-written route, {what}"
    return Compared(text=text, other=TUTTI, ours=ROUTE, goal=goal, floor=floor, is_at_most=True)


def _beside_bytes(what: str) -> Compared:
    text = f"our CPU over that of prepared bytes, which nothing can undercut, {what}"
    return Compared(text=text, other=TUTTI, ours=BYTES, is_at_most=True)


IN_CLASSIC = (
    _beside_the_monolith("classic query", 50, 25),
    Compared(
        text="the monolith's unmodified resolvers and DataLoaders on our executor, vs the same",
        other=MONOLITH,
        ours=TUTTI_MONOLITH,
        goal=8 if HAS_EAGER_TASKS else 4,
        floor=3,
    ),
    Compared(text="the same, as four unmodified subgraphs", other=MONOLITH, ours=TUTTI_PLAIN),
    _beside_the_route("classic query", 1.5, 3),
)
IN_REMOTE = (
    Compared(
        text="in process, total, vs hive-rust with the same data in subgraph servers",
        other=HIVE_RUST,
        ours=TUTTI,
        goal=70,
        floor=40,
    ),
    *(
        Compared(
            text=f"remote, gateway alone, same subgraphs, vs {peer.name}",
            other=peer,
            ours=REMOTE,
            goal=goal,
            floor=floor,
            is_front_alone=True,
        )
        for peer, goal, floor in ((HIVE_RUST, 5, 3), (HIVE_JS, 8, 5), (APOLLO, 10, 6))
    ),
    *(
        Compared(
            text=f"remote, our executor in the subgraphs too, total, vs {peer.name}",
            other=peer,
            ours=REMOTE_BATCHED,
            goal=goal,
            floor=floor,
        )
        for peer, goal, floor in ((HIVE_RUST, 10, 6), (APOLLO, 20, 12))
    ),
)
ON_WIDE_DATA = (
    _beside_the_monolith("classic query on wide data"),
    _beside_the_route("classic query on wide data"),
)
IN_LIST = (_beside_the_monolith("210-object list, wide data", 30, 15),)
IN_SMALL = (
    _beside_the_monolith("small query", 8, 5),
    _beside_the_route("small query"),
    _beside_bytes("small query"),
)
IN_PAGE = (_beside_the_monolith("page of five objects over four subgraphs"),)
IN_JOINED = (_beside_the_monolith("small query over two subgraphs"),)
IN_MUTATION = (
    _beside_the_monolith("mutation over three subgraphs"),
    _beside_bytes("mutation over three subgraphs"),
)

CONTESTS: dict[str, Callable[[Options], Section]] = {
    name: partial(run_contest, name, title, contest, compared)
    for name, title, contest, compared in (
        ("classic", "The classic query: 389 objects, 28 different ones", CLASSIC, IN_CLASSIC),
        ("wide", "The same on wide data: 210 different ones", WIDE, ON_WIDE_DATA),
        ("list", "A list of 210 objects, all different", LIST, IN_LIST),
        ("small", "One object of one subgraph", SMALL, IN_SMALL),
        ("page", "A page of five objects of four subgraphs", PAGE, IN_PAGE),
        ("joined", "One object of two subgraphs", JOINED, IN_JOINED),
        ("mutation", "A write, read back over three subgraphs", MUTATION, IN_MUTATION),
        ("remote", "The classic query behind gateways of others", REMOTES, IN_REMOTE),
    )
}
