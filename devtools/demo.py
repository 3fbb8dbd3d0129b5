"""Walks the main job on a folder of music, through the public API alone.

    make demo MUSIC=folder

Log in, import, wait for the workers, ask for the home screen, search, stream and decode every
track, play one. Each step is printed with its answer; the exit code says whether all went well.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from blake3 import blake3

from devtools.demo_operations import (
    END,
    HEARTBEAT,
    IMPORT,
    JOB,
    LOGIN,
    SEARCH,
    START,
    STREAM,
    TRACKS,
)
from devtools.demo_player import PlaybackFailed, play_stream
from domain.media.file_names import is_audio_name

ROOT = Path(__file__).parent.parent
HOME = ROOT / "examples" / "operations" / "home.graphql"
URL = "http://127.0.0.1:8000"
IMPORT_SECONDS_MAX = 3_600
POLL_SECONDS = 0.5
ACCOUNTS_SECONDS_MAX = 60.0
QUIET_SECONDS = 10.0
"""A folder that was imported before adds no track; so long we wait for one."""
TRIES_MAX = 10
PASSING = {"SUBGRAPH_TIMEOUT", "DEADLINE_EXCEEDED", "DATABASE_BUSY", "OVERLOADED"}
"""Codes after which a query is asked again."""
PAGE = 100
PAGES_MAX = 1_000
LENGTH_TOLERANCE_SECONDS = 0.1
LISTEN_SECONDS_MAX = 8
ANSWER_CHARS_MAX = 600

Json = dict[str, Any]
"""Answers are shown and picked from, not modelled."""


class WalkFailed(Exception):
    """A step did not go as it must; the message says which."""


@dataclass(slots=True)
class Walk:
    """One walk: the server, and who walks."""

    client: httpx.AsyncClient
    email: str
    password: str
    steps: int = 0

    def say(self, title: str, answer: object) -> None:
        """Print a step with its answer, cut to what one reads."""
        self.steps += 1
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        if len(text) > ANSWER_CHARS_MAX:
            text = f"{text[:ANSWER_CHARS_MAX]} … ({len(text)} characters)"
        print(f"\n{self.steps}. {title}\n   {text}", flush=True)

    async def ask(self, document: str, **variables: object) -> Json:
        """The data of an operation.

        Raises:
            WalkFailed: it answered with errors.
        """
        result = await self._post(document, variables)
        for _ in range(TRIES_MAX):
            if document.lstrip().startswith("mutation") or not _codes(result) & PASSING:
                break
            await asyncio.sleep(POLL_SECONDS)  # a machine at its limits: asking again is safe
            result = await self._post(document, variables)
        if "UNAUTHENTICATED" in _codes(result):  # access tokens are short-lived
            await self.log_in()
            result = await self._post(document, variables)
        if result.get("errors"):
            raise WalkFailed(f"the server answered {json.dumps(result['errors'])[:500]}")
        data: Json = result["data"]
        return data

    async def tell(self, document: str, field: str, **variables: object) -> Json:
        """The payload of a mutation.

        Raises:
            WalkFailed: it answered with errors or problems.
        """
        payload: Json = (await self.ask(document, **variables))[field]
        if payload["problems"]:
            raise WalkFailed(f"{field} answered {payload['problems']}")
        return payload

    async def log_in(self) -> Json:
        """Take a new access token; the payload of login."""
        self.client.headers.pop("authorization", None)
        payload = await self.tell(LOGIN, "login", email=self.email, password=self.password)
        self.client.headers["authorization"] = f"Bearer {payload['accessToken']}"
        return payload

    async def _post(self, document: str, variables: Json) -> Json:
        body = {"query": document, "variables": variables}
        answer: Json = (await self.client.post("/graphql", json=body)).json()
        return answer


def _codes(result: Json) -> set[str]:
    errors = result.get("errors") or ()
    return {str(error.get("extensions", {}).get("code")) for error in errors}


async def walk_main_job(walk: Walk, music: Path) -> None:
    """Every step in order.

    Raises:
        WalkFailed: a step did not go as it must.
    """
    payload = await _first_log_in(walk)
    walk.say(f"login as {walk.email}", {"me": payload["me"], "accessToken": "…"})
    tracks = await _import(walk, music)
    ready = [track for track in tracks if track["state"] == "READY"]
    await _home(walk)
    if not ready:
        raise WalkFailed("no track is READY")
    await _search(walk, ready[0])
    await _stream_all(walk, ready)
    await _refuse(walk, ready[0])
    await _play(walk, min(ready, key=lambda track: int(track["durationMs"])))


async def _first_log_in(walk: Walk) -> Json:
    """Log in; a server that starts for the first time makes its accounts in a while."""
    deadline = time.monotonic() + ACCOUNTS_SECONDS_MAX
    while True:
        try:
            return await walk.log_in()
        except WalkFailed as error:
            if "WRONG_CREDENTIALS" not in str(error) or time.monotonic() > deadline:
                raise
            await asyncio.sleep(POLL_SECONDS)


async def _import(walk: Walk, music: Path) -> list[Json]:
    """Import the folder and wait until every file has become a track that came to its end."""
    files = await asyncio.to_thread(_audio_files, music)
    before = {track["id"] for track in await _my_tracks(walk)}
    payload = await walk.tell(IMPORT, "importFolder", folder=str(music))
    walk.say(f"import {music} ({len(files)} audio files)", payload["job"])
    await _finish_job(walk, str(payload["job"]["id"]))
    tracks = await _wait_for_tracks(walk, before, expected=len(set(files.values())))
    new = [track for track in tracks if track["id"] not in before]
    walk.say("the workers are done", _count_states(tracks) | {"new": len(new)})
    for track in tracks:
        print(f"   {_described(track)}")
    if new and len(new) < len(set(files.values())):
        known = len(set(files.values())) - len(new)
        print(f"   imported before: {known} of the folder's files")
    return tracks


def _audio_files(folder: Path) -> dict[Path, str]:
    """The folder's recordings with the hash of their content."""
    found = (path for path in folder.rglob("*") if path.is_file() and is_audio_name(path.name))
    return {path: blake3(path.read_bytes()).hexdigest() for path in sorted(found)}


async def _finish_job(walk: Walk, job_id: str) -> None:
    async with asyncio.timeout(IMPORT_SECONDS_MAX):
        while True:
            job = (await walk.ask(JOB, id=job_id))["job"]
            if job["state"] == "DONE":
                return
            if job["state"] == "DEAD":
                raise WalkFailed(f"the import gave up: {job['error']}")
            await asyncio.sleep(POLL_SECONDS)


async def _wait_for_tracks(walk: Walk, before: set[str], *, expected: int) -> list[Json]:
    """Wait until all tracks have ended and no more are to come."""
    changed_at, last = time.monotonic(), -1
    async with asyncio.timeout(IMPORT_SECONDS_MAX):
        while True:
            tracks = await _my_tracks(walk)
            ended = sum(track["state"] in {"READY", "FAILED"} for track in tracks)
            if ended != last:
                changed_at, last = time.monotonic(), ended
                print(f"   {ended} of {len(tracks)} tracks done", flush=True)
            is_quiet = time.monotonic() - changed_at > QUIET_SECONDS
            is_complete = len(tracks) - len(before) >= expected
            if ended == len(tracks) and (is_complete or is_quiet):
                return tracks
            await asyncio.sleep(POLL_SECONDS)


async def _my_tracks(walk: Walk) -> list[Json]:
    tracks: list[Json] = []
    after: str | None = None
    for _ in range(PAGES_MAX):
        page = (await walk.ask(TRACKS, first=PAGE, after=after))["myTracks"]
        tracks += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    return tracks


def _count_states(tracks: list[Json]) -> dict[str, int]:
    states = [str(track["state"]) for track in tracks]
    return {state: states.count(state) for state in sorted(set(states))}


def _described(track: Json) -> str:
    name = f"{track['artist']['name']} – {track['title']}"
    if track["state"] != "READY":
        return f"{track['state']:<7}{name}: {track['failure']} ({track['failureCode']})"
    facts = f"{track['durationMs'] / 1000:.3f} s, {track['codec']} {track['sampleRate']} Hz"
    loudness = f"{track['loudnessLufs']:.1f} LUFS, {len(track['waveform'])} peaks"
    return f"{track['state']:<7}{name} [{track['album']['title']}]: {facts}, {loudness}"


async def _home(walk: Walk) -> None:
    if not HOME.exists():
        walk.say("home screen", "there is no examples/operations/home.graphql")
        return
    walk.say("home screen (one query, all subgraphs)", await walk.ask(HOME.read_text()))


async def _search(walk: Walk, track: Json) -> None:
    found = (await walk.ask(SEARCH, text=track["title"]))["search"]["nodes"]
    walk.say(f"search “{track['title']}”", found)
    if not any(each["id"] == track["id"] for each in found):
        raise WalkFailed("search does not find a track by its title")


async def _stream_all(walk: Walk, ready: list[Json]) -> None:
    """Download and decode each track; its length must be that of the original."""
    walk.say("stream every READY track: all renditions, end to end", f"{len(ready)} tracks")
    failures = 0
    for track in ready:
        stream = (await walk.ask(STREAM, id=track["id"]))["track"]["stream"]
        with tempfile.TemporaryDirectory() as folder:
            try:
                played = await play_stream(walk.client, stream["adaptiveUrl"], Path(folder))
            except PlaybackFailed as error:
                failures += 1
                print(f"   FAILED {track['title']}: {error}", flush=True)
                continue
        wrong = [
            f"{playlist} {seconds:.3f} s"
            for playlist, seconds in played.seconds.items()
            if abs(seconds - track["durationMs"] / 1000) >= LENGTH_TOLERANCE_SECONDS
        ]
        failures += bool(wrong)
        longest = max(played.seconds.values())
        verdict = f"WRONG LENGTH {wrong}" if wrong else "ok"
        print(
            f"   {verdict}  {track['title']}: {len(played.seconds)} renditions,"
            f" {played.files} files, {played.size / 1e6:.1f} MB,"
            f" {longest:.3f} s of {track['durationMs'] / 1000:.3f} s",
            flush=True,
        )
    if failures:
        raise WalkFailed(f"{failures} streams do not play as they must")


async def _refuse(walk: Walk, track: Json) -> None:
    """A part of a file on request; nothing for an address that was tampered with."""
    url = str((await walk.ask(STREAM, id=track["id"]))["track"]["stream"]["url"])
    part = await walk.client.get(url, headers={"range": "bytes=0-6"})
    tampered = await walk.client.get(_tampered(url))
    answer = {
        "range": [part.status_code, part.headers.get("content-range"), part.text],
        "tampered": [tampered.status_code, tampered.json()["errors"][0]["extensions"]["code"]],
    }
    walk.say("a range, and a tampered address", answer)
    if (part.status_code, tampered.status_code) != (206, 403):
        raise WalkFailed("ranges or signatures are not honoured")


def _tampered(url: str) -> str:
    """The same address with an expiry ten times as far away."""
    head, separator, tail = url.partition("/media/")
    return f"{head}{separator}1{tail}"


async def _play(walk: Walk, track: Json) -> None:
    """Listen to the shortest track in real time; half of it makes the play count."""
    payload = await walk.tell(START, "startPlayback", id=track["id"])
    session = payload["session"]
    walk.say(f"play “{track['title']}”", session)
    seconds = min(LISTEN_SECONDS_MAX, int(track["durationMs"] / 2000) + 1)
    position = 0
    for second in range(1, seconds + 1):
        await asyncio.sleep(1)
        position = second * 1000
        beat = await walk.tell(HEARTBEAT, "heartbeat", id=session["id"], at=position)
    walk.say(f"heard {seconds} s", beat["session"])
    end = await walk.tell(END, "endPlayback", id=session["id"], at=position)
    walk.say("end", end["session"])


async def walk(url: str, music: Path, email: str, password: str) -> None:
    """Walk the main job; leave with a message where it cannot go on."""
    started = time.monotonic()
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        steps = Walk(client, email, password)
        try:
            await walk_main_job(steps, music)
        except (WalkFailed, TimeoutError) as error:
            sys.exit(f"\nthe walk ended at step {steps.steps}: {error or 'it took too long'}")
        except httpx.TransportError as error:
            sys.exit(f"no server answers at {url}: {error}; start one with `make run`")
    print(f"\nall went well, in {time.monotonic() - started:.0f} s")


def main() -> None:
    """Walk with what the command line says."""
    parser = argparse.ArgumentParser(prog="devtools.demo", description=__doc__.splitlines()[0])
    parser.add_argument("music", help="a folder of the machine that the workers run on")
    parser.add_argument("--url", default=URL)
    parser.add_argument("--email", default="admin@tutti.example", help="an admin's")
    parser.add_argument("--password", default="tutti-demo")
    given = parser.parse_args()
    music = Path(given.music).resolve()
    if not given.music or not music.is_dir():
        sys.exit("make demo MUSIC=folder: there is no such folder")
    asyncio.run(walk(given.url, music, given.email, given.password))


if __name__ == "__main__":
    main()
