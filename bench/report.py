"""What a run measured, as values, as the page `RESULTS.md`, and beside an earlier run."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "bench" / "RESULTS.md"
BASELINE = ROOT / "bench" / "baseline.json"
NEWEST = ROOT / "var" / "bench" / "newest.json"
LIBRARIES = ("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "uvloop", "orjson")
WORSE_BY = 0.10
"""How much a ratio may differ from run to run before it counts as changed."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Something said of the project, what it should be, and what was measured."""

    text: str
    goal: float | None = None
    """None: it is only told, for nobody set a goal."""
    floor: float | None = None
    """Not below; for claims that are better the smaller they are, not above."""
    measured: float
    spread: tuple[float, float]
    """The smallest and the largest of the rounds."""
    is_at_most: bool = False

    @property
    def verdict(self) -> str:
        """Where it stands."""
        if self.goal is None or self.floor is None:
            return "no goal was set"
        if self._reaches(self.goal):
            return "met"
        return "above the floor, below the goal" if self._reaches(self.floor) else "NOT met"

    def _reaches(self, bound: float) -> bool:
        return self.measured <= bound if self.is_at_most else self.measured >= bound


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One bench: what it claims, what it saw, and what could not run."""

    name: str
    title: str
    columns: list[str] = []
    table: list[list[str]] = []
    claims: list[Claim] = []
    notes: list[str] = []
    missing: dict[str, str] = {}
    """Contestants that did not run, and why."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run."""

    date: str
    command: str
    machine: str
    versions: dict[str, str]
    sections: list[Section]


def new_report(
    command: str, peers: Mapping[str, str], sections: Sequence[Section], rounds: str
) -> Report:
    """Put the machine and the versions to what was measured."""
    versions = {"Python": platform.python_version()}
    versions.update({name: version(name) for name in LIBRARIES})
    versions.update(peers)
    return Report(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        command=f"{command} ({rounds})",
        machine=f"{os.cpu_count()} cores, {_processor()}, {platform.system()}",
        versions=versions,
        sections=list(sections),
    )


def read_report(path: Path) -> Report:
    """Read one that was kept."""
    return msgspec.json.decode(path.read_bytes(), type=Report)


def keep_report(report: Report) -> None:
    """Write the page, and the values for a later comparison."""
    NEWEST.parent.mkdir(parents=True, exist_ok=True)
    NEWEST.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))
    PAGE.write_text(print_report(report))


def print_report(report: Report) -> str:
    """The page."""
    parts = [
        "# Results\n",
        "Written by `make bench`; [README.md](README.md) says what is measured and how.\n",
        f"- {report.date}, `{report.command}`",
        f"- machine: {report.machine}",
        "- " + ", ".join(f"{name} {number}" for name, number in report.versions.items()) + "\n",
        "## Claims\n",
        _table(
            CLAIM_COLUMNS, [_claim_row(each) for part in report.sections for each in part.claims]
        ),
    ]
    parts += [print_section(section) for section in report.sections]
    return "\n".join(parts)


def print_section(section: Section) -> str:
    """One bench."""
    parts = [f"\n## {section.title} (`{section.name}`)\n"]
    if section.table:
        parts.append(_table(section.columns, section.table))
    parts += [f"- {note}" for note in section.notes]
    parts += [f"- did not run: {name} ({reason})" for name, reason in section.missing.items()]
    return "\n".join(parts) + "\n"


CLAIM_COLUMNS = ("claim", "goal", "not below", "measured", "rounds", "verdict")


def _claim_row(claim: Claim) -> list[str]:
    low, high = claim.spread
    return [
        claim.text,
        _bound(claim, claim.goal),
        _bound(claim, claim.floor),
        f"**{claim.measured:.3g}×**",
        f"{low:.3g}–{high:.3g}",
        claim.verdict,
    ]


def _bound(claim: Claim, bound: float | None) -> str:
    sign = "≤" if claim.is_at_most else "≥"
    return "–" if bound is None else f"{sign} {bound:g}×"


def _table(columns: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [tuple(columns)]
    lines += [tuple("---" for _ in lines[0]), *(tuple(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def compare_reports(before: Report, now: Report) -> tuple[str, bool]:
    """Each claim then and now, and whether one of them became worse."""
    known = {each.text: each for section in before.sections for each in section.claims}
    rows, has_worse = [], False
    for claim in (each for section in now.sections for each in section.claims):
        old = known.get(claim.text)
        if old is None:
            rows.append([claim.text, "–", f"{claim.measured:.3g}×", "new"])
            continue
        change = claim.measured / old.measured - 1
        is_worse = (change if claim.is_at_most else -change) > WORSE_BY
        has_worse |= is_worse
        told = f"{change:+.0%}" + (" worse" if is_worse else "")
        rows.append([claim.text, f"{old.measured:.3g}×", f"{claim.measured:.3g}×", told])
    head = f"before: {before.date} on {before.machine}\nnow: {now.date} on {now.machine}\n\n"
    return head + _table(("claim", "before", "now", "change"), rows), has_worse


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
