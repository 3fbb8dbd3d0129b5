"""Runs the benches: `python -m bench [NAME …] [--rounds N] [--seconds S]`.

Without a name all of them run and `RESULTS.md` is written; with names what they saw is printed.
`python -m bench compare` sets the newest whole run beside `baseline.json`.
"""

import argparse
import sys
import time
from collections.abc import Callable

from bench.contest import Options
from bench.contests import CONTESTS
from bench.home.contest import run_home
from bench.home.growth import run_growth
from bench.memory import run_memory
from bench.peers import peer_versions
from bench.processes import CannotStart
from bench.report import (
    BASELINE,
    NEWEST,
    Section,
    compare_reports,
    keep_report,
    new_report,
    print_section,
    read_report,
)
from bench.subscribers import run_subscribers

BENCHES: dict[str, Callable[[Options], Section]] = {
    **CONTESTS,
    "home": run_home,
    "growth": run_growth,
    "subscribers": run_subscribers,
    "memory": lambda options: run_memory(options.soak_seconds),
}


def main() -> None:
    """Run what was asked for."""
    given = _parser().parse_args()
    if given.names == ["compare"]:
        sys.exit(_compare())
    unknown = sorted(set(given.names) - set(BENCHES))
    if unknown:
        sys.exit(f"no bench is called {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    options = Options(
        rounds=given.rounds,
        seconds=given.seconds,
        warm_seconds=given.warm,
        connections=given.connections,
        soak_seconds=given.soak,
    )
    sections = [_run(name, options) for name in given.names or BENCHES]
    if given.names:
        return
    command = " ".join(["python -m bench", *sys.argv[1:]])
    keep_report(new_report(command, peer_versions(), sections, str(options)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"{', '.join(BENCHES)}, or compare")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of load in one round")
    parser.add_argument("--warm", type=float, default=2.0, help="seconds before the first round")
    parser.add_argument("--soak", type=float, default=60.0, help="seconds at half load")
    parser.add_argument("--connections", type=int, default=16)
    return parser


def _run(name: str, options: Options) -> Section:
    print(f"bench: {name}", file=sys.stderr, flush=True)
    began_at = time.monotonic()
    try:
        section = BENCHES[name](options)
    except (CannotStart, OSError, LookupError, ValueError) as fault:
        section = Section(name=name, title=name.capitalize(), missing={"all": str(fault)})
    took = time.monotonic() - began_at
    print(f"  {took:.0f} s", file=sys.stderr, flush=True)
    print(print_section(section), flush=True)
    for each in section.claims:
        print(f"  {each.text}: {each.measured:.3g}× ({each.verdict})", flush=True)
    return section


def _compare() -> int:
    for path in (BASELINE, NEWEST):
        if not path.exists():
            print(f"there is no {path}: `make bench` writes the newest run,", file=sys.stderr)
            print(f"and one to measure others by is copied to {BASELINE}", file=sys.stderr)
            return 2
    told, has_worse = compare_reports(read_report(BASELINE), read_report(NEWEST))
    print(told)
    return 1 if has_worse else 0


if __name__ == "__main__":
    main()
