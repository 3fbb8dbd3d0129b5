"""kill -9 in mid-transcode and in mid-mint: every job ends once.

Twice for each process in the suite; `make prove` does it twenty times.
"""

import asyncio
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import imageio_ffmpeg
import pytest
from sqlalchemy import func, select

from adapters.chain.client import ChainClient
from adapters.chain.keys import load_or_make_key
from adapters.storage.store import BESIDE
from db.engine import Databases
from db.tables.media.catalogue import tracks
from db.tables.media.playback import plays
from db.tables.nft import tokens
from db.tables.platform import jobs
from db.tables.royalties import ledger_entries, postings, royalty_plays
from devtools.seed import PASSWORD, hear_tracks, make_accounts
from domain.messages.commands import IndexChain
from errors import ChainUnavailable
from settings import Settings
from tests.databases import REDIS_URL
from tests.proofs.processes import Api, Deployment, deployed
from wiring import open_use_case_context
from workers.wiring import build_options

ROUNDS = int(os.environ.get("TUTTI_PROVE_ROUNDS", "1"))
TRACKS_A_ROUND = 2
TOKENS_A_ROUND = 2
END_SECONDS_MAX = 240.0
POLL_SECONDS = 0.02
PERIODIC = {each.command.name for each in build_options(Settings()).periodic} | {IndexChain.name}
"""What the clock sends again and again: one of these may always be under way."""
OF_OTHERS = ("covers/", "nft/", "metadata/", "ipfs/", "_seal/")
"""Prefixes of what the check for orphans does not look at."""

pytestmark = pytest.mark.slow

UPLOAD = """mutation Upload($fileName: String!, $sizeBytes: ByteCount!) {
  uploadTrack(input: {fileName: $fileName, sizeBytes: $sizeBytes, artistName: "Kill Test"}) {
    uploadUrl track { id } problems { code message } } }"""
PUBLISH = """mutation Publish($id: ID!) {
  publishTrack(input: {trackId: $id}) { problems { code message } } }"""
TRACK = "query Track($id: ID!) { track(id: $id) { state failure } }"
MINT = """mutation Mint($id: ID!) {
  mintTrack(input: {trackId: $id, royaltyBasisPoints: 500}) {
    token { id } job { id } problems { code message } } }"""
TOKEN = "query Token($id: ID!) { token(id: $id) { state } }"


@pytest.fixture
def deployment(profile: str, database_url: str, tmp_path: Path) -> Iterator[Deployment]:
    settings = {}
    if profile == "distributed":
        settings = {"TUTTI_DATABASE_URL": database_url, "TUTTI_REDIS_URL": REDIS_URL}
    with deployed(profile, tmp_path, settings) as opened:
        asyncio.run(_make_accounts(opened))
        yield opened


@pytest.mark.parametrize("victim", ["worker", "evm", "gateway"])
def test_every_job_ends_once_whatever_is_killed(
    victim: str,
    deployment: Deployment,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    api = Api(deployment)
    api.log_in("studio@tutti.example", PASSWORD)
    first = _upload(api, _tone(tmp_path, 0, 0))
    _wait(api, TRACK, first, "track", "READY")
    uploaded, minted = [first], []

    for number in range(1, ROUNDS + 1):
        tones = [_tone(tmp_path, number, place) for place in range(TRACKS_A_ROUND)]
        uploaded += [_upload(api, tone) for tone in tones]
        minted += [_mint(api, first) for _ in range(TOKENS_A_ROUND)]
        asyncio.run(_hear(deployment))
        _wait_for_middle(api, uploaded[-1], minted[-1])
        deployment.kill(victim)
        for track in uploaded[-TRACKS_A_ROUND:]:
            _wait(api, TRACK, track, "track", "READY")
        for token in minted[-TOKENS_A_ROUND:]:
            _wait(api, TOKEN, token, "token", "FINAL")

    deployment.wait_ready()
    found = asyncio.run(_examine(deployment))
    record_property(
        "measured",
        f"{ROUNDS} kills, {len(uploaded)} tracks READY, {len(minted)} tokens asked, "
        f"{found['minted on the chain']} minted, ledger sum {found['ledger sum']}",
    )
    assert found == {
        "tracks": {"READY": len(uploaded)},
        "tokens": {"FINAL": len(minted)},
        "minted on the chain": len(minted),
        "unfinished or dead jobs": 0,
        "ledger sum": 0,
        "crooked entries": 0,
        "plays that did not reach the ledger": 0,
        "orphans": [],
        "missing": [],
    }


def _tone(folder: Path, number: int, place: int) -> Path:
    """A recording that no other round has."""
    path = folder / f"tone-{number}-{place}.flac"
    hertz = 200 + number * 10 + place * 5
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i",
            f"sine=frequency={hertz}:duration=20", "-metadata", f"title=Tone {hertz}", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


def _upload(api: Api, path: Path) -> str:
    data = path.read_bytes()
    answer = api.ask(UPLOAD, fileName=path.name, sizeBytes=len(data))["uploadTrack"]
    assert answer["problems"] == []
    for _ in range(50):
        try:
            put = httpx.put(answer["uploadUrl"], content=data, timeout=30)
        except httpx.HTTPError:
            time.sleep(0.2)
            continue
        assert put.status_code in (202, 409), put.text
        break
    track = str(answer["track"]["id"])
    assert api.ask(PUBLISH, id=track)["publishTrack"]["problems"] == []
    return track


def _mint(api: Api, track: str) -> str:
    for _ in range(1_200):
        try:
            answer = api.ask(MINT, id=track)["mintTrack"]
        except AssertionError:
            time.sleep(0.1)
            continue
        assert answer["problems"] == []
        return str(answer["token"]["id"])
    raise AssertionError("the track did not become known to nft in time")


def _wait_for_middle(api: Api, track: str, token: str) -> None:
    """Until both kinds of work are under way, and then a moment of chance."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        state = api.ask(TRACK, id=track)["track"]["state"]
        token_state = api.ask(TOKEN, id=token)["token"]["state"]
        if state != "UPLOADED" or token_state != "PREPARED":
            break
        time.sleep(POLL_SECONDS)
    time.sleep(random.uniform(0, 0.6))


def _wait(api: Api, document: str, key: str, field: str, state: str) -> None:
    deadline = time.monotonic() + END_SECONDS_MAX
    answer: dict[str, Any] = {}
    while time.monotonic() < deadline:
        answer = api.ask(document, id=key)[field]
        if answer["state"] == state:
            return
        assert answer["state"] != "FAILED", answer
        time.sleep(0.1)
    raise AssertionError(f"{key} never came to {state}: {answer}\n{api.deployment.logs()}")


def _settings(deployment: Deployment) -> Settings:
    names = {
        "TUTTI_DATA_DIR": "data_dir",
        "TUTTI_DATABASE_URL": "database_url",
        "TUTTI_REDIS_URL": "redis_url",
    }
    given = {names[name]: value for name, value in deployment.environment.items() if name in names}
    return Settings(**given)


async def _make_accounts(deployment: Deployment) -> None:
    async with open_use_case_context(_settings(deployment)) as base:
        await make_accounts(base)


async def _hear(deployment: Deployment) -> None:
    """Let a listener play what is public: plays that must reach the ledger."""
    async with open_use_case_context(_settings(deployment)) as base:
        await hear_tracks(base, "demo@tutti.example", count=3)


async def _examine(deployment: Deployment) -> dict[str, Any]:
    """Everything that a lost or doubled job would leave behind."""
    databases = Databases(_settings(deployment).urls_by_domain())
    try:
        await _until_all_ended(databases)
        async with databases.of("media").engine.connect() as connection:
            counted = (await connection.execute(select(func.count()).select_from(plays))).scalar()
            kept = await connection.execute(select(func.count()).select_from(royalty_plays))
            found: dict[str, Any] = {
                "tracks": await _by_state(connection, tracks),
                "tokens": await _by_state(connection, tokens),
                "unfinished or dead jobs": await _not_done(connection),
                "ledger sum": int(
                    (await connection.execute(select(func.sum(postings.c.amount)))).scalar() or 0
                ),
                "crooked entries": len(
                    (
                        await connection.execute(
                            select(ledger_entries.c.id)
                            .join(postings, postings.c.entry_id == ledger_entries.c.id)
                            .group_by(ledger_entries.c.id)
                            .having(func.sum(postings.c.amount) != 0)
                        )
                    ).all()
                ),
                "plays that did not reach the ledger": int(counted or 0) - int(kept.scalar() or 0),
            }
            wanted = await _wanted_objects(connection)
    finally:
        await databases.close()
    found["minted on the chain"] = await _minted(deployment)
    stored = _stored(deployment)
    found["orphans"] = sorted(k for k in stored if not any(_is_of(k, each) for each in wanted))
    found["missing"] = sorted(each for each in wanted if not any(_is_of(k, each) for k in stored))
    return found


async def _until_all_ended(databases: Databases) -> None:
    deadline = time.monotonic() + END_SECONDS_MAX
    while time.monotonic() < deadline:
        async with databases.of("media").engine.connect() as connection:
            if await _not_done(connection) == 0:
                return
        await asyncio.sleep(0.2)


async def _not_done(connection: Any) -> int:
    """Jobs that did not end well, but for those that the clock sends again and again."""
    statement = (
        select(func.count())
        .select_from(jobs)
        .where(jobs.c.state != "done", jobs.c.name.not_in(PERIODIC))
    )
    return int((await connection.execute(statement)).scalar() or 0)


async def _by_state(connection: Any, table: Any) -> dict[str, int]:
    statement = select(table.c.state, func.count()).group_by(table.c.state)
    return {str(state): int(count) for state, count in await connection.execute(statement)}


async def _minted(deployment: Deployment) -> int:
    """Tokens that the contract itself counts."""
    if "evm" in deployment.processes:
        url = deployment.environment["TUTTI_CHAIN_RPC_URL"]
    else:
        command = Path(f"/proc/{deployment.find_child('evm')}/cmdline").read_bytes().split(b"\0")
        url = f"http://127.0.0.1:{int(command[command.index(b'--port') + 1])}"
    settings = _settings(deployment)
    key = load_or_make_key(settings.data_dir / "chain")
    client = ChainClient(url, chain_id=settings.chain_id, key=key, contract=None)
    deadline = time.monotonic() + END_SECONDS_MAX
    try:
        while True:
            try:
                await client.ensure_contract()
                return await client.tokens_minted()
            except ChainUnavailable:  # the last kill may have been a moment ago
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
    finally:
        await client.close()


async def _wanted_objects(connection: Any) -> set[str]:
    """Originals and stream folders that the catalogue speaks of."""
    rows = await connection.execute(select(tracks.c.source_key, tracks.c.hls_key))
    wanted: set[str] = set()
    for source, hls in rows:
        wanted |= {source, str(Path(hls).parent)}
    return wanted


def _stored(deployment: Deployment) -> set[str]:
    """Keys of the originals and streams that lie in the store, and of half-written files."""
    root = _settings(deployment).data_dir / "objects"
    files = (path for path in root.rglob("*") if path.is_file())
    keys = {BESIDE.sub("", str(path.relative_to(root))) for path in files}
    return {key for key in keys if not key.startswith(OF_OTHERS)}


def _is_of(key: str, wanted: str) -> bool:
    return key == wanted or key.startswith(f"{wanted}/")
