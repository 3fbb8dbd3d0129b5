"""The long proofs: `make prove [ONLY=kill]` runs them and writes docs/proof.md.

A proof is a selection of tests, run with more rounds than the suite does; what they measured
stands in their properties and goes into the table as it is. A failed proof is written down too.
"""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "proof.md"
BEGIN, END = "<!-- proofs -->", "<!-- end of proofs -->"
PROOF_SECONDS_MAX = 4 * 3600


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A claim, and the tests that show it."""

    claim: str
    target: str
    tests: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


ROUNDS = {"TUTTI_PROVE_ROUNDS": "20", "TUTTI_KILL_ROUNDS": "20"}
ON_TIME = {"TUTTI_PROVE_DURATIONS": "1"}
"""Tests hold their bounds on time to the millisecond; beside other tests they are generous."""
KILLS = "tests/proofs/test_kills.py::test_every_job_ends_once_whatever_is_killed"
RESUMED = "tests/proofs/test_resume_kills.py::test_no_event_is_lost_without_a_marker"
PLAYBACK = (
    "tests/proofs/test_playback_load.py::test_every_play_counts_once_whatever_gateway_is_killed"
)
KILLED = "every job ends once, minted = asked, ledger balanced, no orphan files"

PROOFS = (
    *(
        Proof(
            claim=f"kill -9 of the {victim} in mid-transcode and mid-mint, {profile}, 20 times",
            target=KILLED,
            tests=(f"{KILLS}[{profile}-{victim}]",),
            environment=ROUNDS,
        )
        for profile in ("embedded", "distributed")
        for victim in ("worker", "evm", "gateway")
    ),
    Proof(
        claim="a mint killed at random, worker and node, both profiles, 20 times each",
        target="tokens minted = tokens asked for",
        tests=("tests/integration/minting",),
        environment=ROUNDS,
    ),
    Proof(
        claim="copies of recordings, in other codecs, cut, shifted or softer, are found",
        target="every copy is found, nothing else is",
        tests=("tests/integration/media/test_fingerprints.py",),
        environment=ON_TIME,
    ),
    Proof(
        claim="every recording of the shared data is processed",
        target="READY, with playlists in which the checker of RFC 8216 finds nothing",
        tests=("tests/integration/media/test_real_recordings.py",),
        environment=ON_TIME,
    ),
    Proof(
        claim="playback goes on in another browser tab, from the choice to its sound",
        target="within 300 ms; queue edits of both converge",
        tests=("tests/e2e/test_player_page.py::test_two_tabs_hand_over_and_edit_one_queue",),
        environment=ON_TIME,
    ),
    Proof(
        claim="SIGTERM of one of two gateways under load, at once and after a grace of 2 s",
        target="every request is answered, every stream and socket goes on at the other",
        tests=("tests/proofs/test_drain.py",),
        environment={"TUTTI_PROVE_ROUNDS": "5"},
    ),
    *(
        Proof(
            claim=f"{count} subscribers, 10 kills of gateways, 5 of Redis ({how})",
            target="events lost without a marker = 0",
            tests=(f"{RESUMED}[{case}]",),
            environment={"TUTTI_PROVE_SUBSCRIBERS": count, "TUTTI_PROVE_RESUME_KILLS": "10"},
        )
        for count, how, case in (
            ("100", "embedded: there is none", "embedded-"),
            ("1000", "appendfsync always", "distributed-always"),
            ("1000", "appendfsync everysec", "distributed-everysec"),
        )
    ),
    *(
        Proof(
            claim=f"{sessions} playback sessions, a heartbeat each 10 s, {profile}, 3 kills",
            target="every play counted once; nothing acknowledged is lost",
            tests=(f"{PLAYBACK}[{profile}]",),
            environment={
                "TUTTI_PROVE_SESSIONS": sessions,
                "TUTTI_PROVE_BEATS": "12",
                "TUTTI_PROVE_BEAT_SECONDS": "10",
                "TUTTI_PROVE_PLAYBACK_KILLS": "3",
            },
        )
        for profile, sessions in (("embedded", "1000"), ("distributed", "10000"))
    ),
    Proof(
        claim="50 events a second reach two gateways",
        target="p99 within 200 ms of the commit",
        tests=(
            "tests/integration/workers/test_live_latency.py",
            "tests/integration/broadcast/test_event_log.py",
        ),
        environment=ON_TIME,
    ),
    Proof(
        claim="a subgraph that hangs or drips, alone and under load; planning beside requests",
        target="the deadline + 50 ms; 99 % of the loop's turns within 50 ms",
        tests=(
            "tests/unit/federation/transport/test_http.py",
            "tests/integration/federation/test_failing_subgraph.py",
            "tests/federation/test_engine.py",
        ),
        environment=ON_TIME,
    ),
    Proof(
        claim="home screen over 100 and 10,000 tracks, pages of 10 and 100",
        target="the same number of statements; one fetch for each subgraph and wave",
        tests=("tests/e2e/test_statements.py",),
    ),
    *(
        Proof(
            claim=f"search over 1,000,000 titles, {profile}",
            target="suggestions p99 < 20 ms; the rest as measured (p50/p99, the quicker of two)",
            tests=("tests/proofs/test_search.py", "-k", profile),
            environment={"TUTTI_PROVE_TITLES": "1000000"},
        )
        for profile in ("embedded", "distributed")
    ),
    Proof(
        claim="federated answers beside a monolith's, deferred beside whole ones, fresh cases",
        target="equal, or refused alike",
        tests=("tests/properties",),
        environment={"TUTTI_PROVE_FRESH": "1"},
    ),
    Proof(
        claim="compiled answers beside graphql-core's, 50,000 random cases",
        target="data equal byte for byte, errors as a multiset; no task left, no call twice",
        tests=("tests/federation/differential/test_compiled_equals_reference.py",),
        environment={"TUTTI_DIFFERENTIAL_CASES": "50000"},
    ),
    Proof(
        claim="small mistakes in what generates code: a null check, a type switch, part of a key",
        target="each is noticed by the random cases",
        tests=("tests/proofs/test_mutants.py",),
        environment={"TUTTI_PROVE_MUTANTS": "1"},
    ),
    Proof(
        claim="attack tools against production (TUTTI_GRAPHQL_COP: a checkout of graphql-cop)",
        target="graphql-cop: 0 findings; clairvoyance: nothing; schemathesis: 10,000 cases, no 5xx",
        tests=("tests/proofs/test_attack_tools.py",),
        environment={"TUTTI_PROVE_TOOLS": "1"},
    ),
    Proof(
        claim="graphql-conformance's execution cases (TUTTI_CONFORMANCE: a checkout)",
        target="2,816 of 2,816, compiled and through the engine",
        tests=("tests/proofs/test_conformance.py",),
    ),
)


def main(only: str) -> None:
    """Run the proofs whose claim holds the word, and write the table."""
    rows = [_row(proof) for proof in PROOFS if only in proof.claim]
    if not rows:
        sys.exit(f"no proof speaks of {only!r}")
    _write(rows)
    if any("FAILED" in row for row in rows):
        sys.exit(1)


def _row(proof: Proof) -> str:
    print(f"proving: {proof.claim}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-o", "junit_family=xunit1"]
        command += ["--junitxml", str(report), *proof.tests]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **proof.environment},
            timeout=PROOF_SECONDS_MAX,
            check=False,
        )
        measured = _measured(report) if report.exists() else "no report"
    verdict = measured if done.returncode == 0 else f"FAILED: {measured}"
    return f"| {proof.claim} | {proof.target} | {verdict} |"


def _measured(report: Path) -> str:
    suite = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314  (our own file)
    assert suite is not None
    count = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
    told = [
        each.get("value", "") for each in suite.iter("property") if each.get("name") == "measured"
    ]
    bad = count["failures"] + count["errors"]
    summary = f"{count['tests'] - bad - count['skipped']} of {count['tests']} tests passed"
    if count["skipped"]:
        summary += f", {count['skipped']} skipped"
    return "; ".join([*told, f"{summary} in {float(suite.get('time', '0')):.0f} s"])


def _write(rows: list[str]) -> None:
    """Replace the rows of the same claims; the rest of the page stays."""
    page = TARGET.read_text()
    head, _, rest = page.partition(BEGIN)
    table, _, tail = rest.partition(END)
    claims = {row.split("|")[1] for row in rows}
    kept = [
        line
        for line in table.splitlines()
        if line.startswith("| ") and line.split("|")[1] not in {*claims, " claim "}
    ]
    order = {f" {proof.claim} ": place for place, proof in enumerate(PROOFS)}
    lines = sorted([*kept, *rows], key=lambda line: order.get(line.split("|")[1], len(order)))
    stamp = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    TARGET.write_text(
        f"{head}{BEGIN}\nLast run: {stamp}.\n\n| claim | target | measured |\n|---|---|---|\n"
        + "\n".join(lines)
        + f"\n{END}{tail}"
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
