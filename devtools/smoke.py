"""Runs every example operation against a running server: `make smoke URL=http://…`.

Variables come from what the server itself answers; what is changed is changed by an account
made for the run, so the demo stays as it was.
"""

import argparse
import asyncio
import io
import json
import math
import secrets
import struct
import sys
import tempfile
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import websockets

from web.documents.persisted_documents import read_folder

FOLDER = Path(__file__).parent.parent / "examples" / "operations"
PASSWORD = "tutti-demo"  # noqa: S105  (development only, and documented)
DEMO = ("demo", "studio", "admin")
SECONDS_MAX = 30.0
RATE = 8_000
QUIET_SECONDS = 0.5
"""A subscription that has not failed by then waits for something to happen."""

Json = dict[str, Any]


class Failed(Exception):
    """An example did not do what it says."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """An example, who runs it, with which variables, and what later steps take from it."""

    name: str
    by: str | None = None
    variables: Callable[["Run"], Json] = lambda _run: {}
    keep: Callable[["Run", Json], None] = lambda _run, _data: None


@dataclass(kw_only=True)
class Run:
    """One walk over the examples."""

    url: str
    folder: str
    """What importFolder is asked to import; a folder of the server's machine."""
    documents: dict[str, str]
    client: httpx.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)
    """Access tokens by person."""
    known: dict[str, str] = field(default_factory=dict)
    """Ids and other values from the answers so far."""
    shares: list[Json] = field(default_factory=list)

    async def do(self, step: Step) -> None:
        """Run one example; raises Failed."""
        document, variables = self.documents[step.name], step.variables(self)
        if "\nsubscription " in document:
            await self._subscribe(document, variables, step.by)
            return
        data = await self._ask(document, variables, step.by)
        step.keep(self, data)

    async def _ask(self, document: str, variables: Json, by: str | None) -> Json:
        token = self.tokens.get(by or "")
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        body = {"query": document, "variables": variables}
        response = await self.client.post("/graphql", json=body, headers=headers)
        answer = response.json()
        if answer.get("errors"):
            raise Failed(json.dumps(answer["errors"][0], ensure_ascii=False))
        data: Json = answer["data"]
        for value in data.values():
            if isinstance(value, dict) and value.get("problems"):
                raise Failed(json.dumps(value["problems"], ensure_ascii=False))
        return data

    async def _subscribe(self, document: str, variables: Json, by: str | None) -> None:
        """Wait for a first event; where nothing happens it is enough not to be refused."""
        parts = urlsplit(self.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        address = urlunsplit((scheme, parts.netloc, "/graphql", "", ""))
        credentials = {"authorization": f"Bearer {self.tokens[by or '']}"}
        payload = {"query": document, "variables": variables}
        async with websockets.connect(
            address, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": credentials}))
            acknowledged = json.loads(await socket.recv())
            if acknowledged["type"] != "connection_ack":
                raise Failed(f"the socket was not acknowledged: {acknowledged}")
            start = {"id": "1", "type": "subscribe", "payload": payload}
            await socket.send(json.dumps(start))
            try:
                async with asyncio.timeout(QUIET_SECONDS):
                    message = json.loads(await socket.recv())
            except TimeoutError:
                return
        if message["type"] != "next" or message["payload"].get("errors"):
            raise Failed(json.dumps(message, ensure_ascii=False))

    async def put(self, url: str, data: bytes) -> None:
        """Send a draft's file to where its upload says; raises Failed."""
        response = await self.client.put(url, content=data)
        if response.status_code != httpx.codes.ACCEPTED:
            raise Failed(f"the upload was refused: {response.text}")


def a_tone(seconds: int) -> bytes:
    """A tone as a WAV file; another one at each call."""
    frequency = 220 + secrets.randbelow(660)
    angles = (2 * math.pi * frequency * tick / RATE for tick in range(seconds * RATE))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, RATE, 0, "NONE", ""))
        writer.writeframes(b"".join(struct.pack("<h", int(9_000 * math.sin(a))) for a in angles))
    return file.getvalue()


SOUND = a_tone(seconds=2)


def _from(*names: str, **renamed: str) -> Callable[[Run], Json]:
    """Variables that have the names of values known from earlier answers, or others."""
    wanted = {**{name: name for name in names}, **renamed}
    return lambda run: {variable: run.known[name] for variable, name in wanted.items()}


def _is(**values: Any) -> Callable[[Run], Json]:
    return lambda _run: values


def _keep_login(name: str) -> Callable[[Run, Json], None]:
    def keep(run: Run, data: Json) -> None:
        run.tokens[name] = data["login"]["accessToken"]
        run.known[f"{name}Id"] = data["login"]["me"]["user"]["id"]
        run.known["refreshToken"] = data["login"]["refreshToken"]

    return keep


def _keep_registered(run: Run, data: Json) -> None:
    run.tokens["guest"] = data["register"]["accessToken"]
    run.known["refreshToken"] = data["register"]["refreshToken"]


def _keep_renewed(run: Run, data: Json) -> None:
    run.tokens["guest"] = data["refreshSession"]["accessToken"]


def _keep_home(run: Run, data: Json) -> None:
    tracks = data["tracks"]["nodes"]
    if len(tracks) < 2:
        raise Failed("the catalogue has fewer than two public tracks; is the demo ready?")
    run.known["title"] = tracks[0]["title"]
    run.known["trackId"] = tracks[0]["id"]
    run.known["otherTrackId"] = tracks[1]["id"]
    run.known["artistId"] = tracks[0]["artist"]["id"]
    run.known["albumId"] = tracks[0]["album"]["id"]


def _keep_own(run: Run, data: Json) -> None:
    ready = [each for each in data["myTracks"]["nodes"] if each["isPublic"]]
    if not ready:
        raise Failed("the studio has no public track; is the demo ready?")
    run.known["ownTrackId"] = ready[-1]["id"]


def _keep_shares(run: Run, data: Json) -> None:
    split = data["track"]["split"] or {"shares": []}
    run.shares = [
        {"payeeId": share["payee"]["id"], "basisPoints": share["basisPoints"]}
        for share in split["shares"]
    ]


def _keep_session(run: Run, data: Json) -> None:
    run.known["sessionId"] = data["startPlayback"]["session"]["id"]


def _keep_device(run: Run, data: Json) -> None:
    run.known["deviceId"] = data["registerDevice"]["device"]["id"]


def _keep_comment(run: Run, data: Json) -> None:
    run.known["commentId"] = data["addComment"]["comment"]["id"]


def _keep_upload(run: Run, data: Json) -> None:
    run.known["uploadUrl"] = data["uploadTrack"]["uploadUrl"]


def _keep_channel(run: Run, data: Json) -> None:
    run.known["channelId"] = data["createChannel"]["channel"]["id"]


def _keep_video(run: Run, data: Json) -> None:
    run.known["videoId"] = data["uploadVideo"]["video"]["id"]


def _keep_import(run: Run, data: Json) -> None:
    run.known["jobId"] = data["importFolder"]["job"]["id"]


def _registration(_run: Run) -> Json:
    name = f"smoke-{secrets.token_hex(6)}"
    return {"email": f"{name}@tutti.example", "username": name, "password": secrets.token_hex(12)}


def _login(name: str) -> Step:
    variables = _is(email=f"{name}@tutti.example", password=PASSWORD)
    return Step(name="login", variables=variables, keep=_keep_login(name))


STEPS = (
    *(_login(name) for name in DEMO),
    Step(name="register", variables=_registration, keep=_keep_registered),
    Step(name="refresh_session", variables=_from("refreshToken"), keep=_keep_renewed),
    Step(name="home", by="guest", keep=_keep_home),
    Step(name="me", by="guest"),
    Step(name="update_profile", by="guest", variables=_is(bio="Here for a minute.")),
    Step(name="search", by="guest", variables=_from(text="title")),
    Step(name="track", by="guest", variables=_from(id="trackId")),
    Step(name="album", by="guest", variables=_from(id="albumId")),
    Step(name="artist", by="guest", variables=_from(id="artistId")),
    Step(name="node", by="guest", variables=_from(id="trackId")),
    Step(name="stream", by="guest", variables=_from(id="trackId")),
    Step(name="similar", by="guest", variables=_from(id="trackId")),
    Step(name="recommendations", by="demo"),
    Step(
        name="start_playback",
        by="guest",
        variables=lambda run: {
            "playableId": run.known["trackId"],
            "queue": [run.known["otherTrackId"]],
            "isPrivate": True,
        },
        keep=_keep_session,
    ),
    Step(name="playback_moved", by="guest", variables=_from("sessionId")),
    Step(
        name="heartbeat",
        by="guest",
        variables=lambda run: {"sessionId": run.known["sessionId"], "positionMs": 100},
    ),
    Step(name="pause", by="guest", variables=_from("sessionId")),
    Step(name="resume", by="guest", variables=_from("sessionId")),
    Step(
        name="seek",
        by="guest",
        variables=lambda run: {"sessionId": run.known["sessionId"], "positionMs": 1_000},
    ),
    Step(name="next", by="guest", variables=_from("sessionId")),
    Step(
        name="set_queue",
        by="guest",
        variables=lambda run: {
            "sessionId": run.known["sessionId"],
            "playableIds": [run.known["trackId"]],
        },
    ),
    Step(
        name="add_to_queue",
        by="guest",
        variables=lambda run: {
            "sessionId": run.known["sessionId"],
            "operationId": secrets.token_hex(8),
            "playableIds": [run.known["otherTrackId"]],
        },
    ),
    Step(
        name="register_device",
        by="guest",
        variables=lambda _run: {"installId": secrets.token_hex(8), "name": "Smoke test"},
        keep=_keep_device,
    ),
    Step(name="transfer_playback", by="guest", variables=_from("deviceId")),
    Step(name="my_playback_moved", by="guest"),
    Step(name="continue_listening", by="guest"),
    Step(name="end_playback", by="guest", variables=_from("sessionId")),
    Step(name="like", by="guest", variables=_from(playableId="trackId")),
    Step(name="unlike", by="guest", variables=_from(playableId="trackId")),
    Step(name="follow", by="guest", variables=_from("artistId")),
    Step(name="unfollow", by="guest", variables=_from("artistId")),
    Step(
        name="add_comment",
        by="guest",
        variables=lambda run: {"playableId": run.known["trackId"], "body": "It works."},
        keep=_keep_comment,
    ),
    Step(name="delete_comment", by="guest", variables=_from("commentId")),
    Step(name="notifications", by="demo"),
    Step(name="notification_received", by="guest"),
    Step(name="mark_read", by="guest"),
    Step(
        name="upload_track",
        by="studio",
        variables=_is(fileName="smoke.wav", sizeBytes=len(SOUND), title="Smoke test"),
        keep=_keep_upload,
    ),
    Step(name="my_tracks", by="studio", keep=_keep_own),
    Step(name="publish_track", by="studio", variables=_from(trackId="ownTrackId")),
    Step(name="track", by="studio", variables=_from(id="ownTrackId"), keep=_keep_shares),
    Step(
        name="create_channel",
        by="studio",
        variables=_is(name="Smoke", handle="smoke"),
        keep=_keep_channel,
    ),
    Step(
        name="upload_video",
        by="studio",
        variables=lambda run: {
            "channelId": run.known["channelId"],
            "fileName": "smoke.mp4",
            "sizeBytes": 1,
            "title": "Smoke test",
        },
        keep=_keep_video,
    ),
    Step(name="video", by="studio", variables=_from(id="videoId")),
    Step(
        name="set_split",
        by="studio",
        variables=lambda run: {"trackId": run.known["ownTrackId"], "shares": run.shares},
    ),
    Step(
        name="statement",
        by="studio",
        variables=lambda _run: {"period": f"{datetime.now(UTC):%Y-%m}"},
    ),
    Step(name="mint_track", by="studio", variables=_from(trackId="ownTrackId")),
    Step(name="tokens", by="studio", variables=_from(trackId="ownTrackId")),
    Step(
        name="import_folder",
        by="admin",
        variables=lambda run: {"folder": run.folder},
        keep=_keep_import,
    ),
    Step(name="job", by="admin", variables=_from(id="jobId")),
    Step(name="job_progressed", by="admin", variables=_from(id="jobId")),
    Step(name="logout", by="guest"),
)
"""In an order in which each step finds what it needs."""


async def smoke(url: str, folder: str) -> list[str]:
    """Run all examples; the names of those that failed."""
    failed: list[str] = []
    documents = read_folder(FOLDER)
    unknown = sorted(set(documents) - {step.name for step in STEPS})
    for name in unknown:
        print(f"FAILED  {name}: no step runs it; add one to devtools/smoke.py")
    async with httpx.AsyncClient(base_url=url, timeout=SECONDS_MAX) as client:
        run = Run(url=url, folder=folder, documents=documents, client=client)
        for step in STEPS:
            try:
                async with asyncio.timeout(SECONDS_MAX):
                    await run.do(step)
                    if step.name == "upload_track":
                        await run.put(run.known["uploadUrl"], SOUND)
                print(f"ok      {step.name}")
            except KeyError as error:
                failed.append(step.name)
                print(f"FAILED  {step.name}: an earlier example did not give {error}")
            except (Failed, OSError, ValueError, TypeError, httpx.HTTPError) as error:
                failed.append(step.name)
                print(f"FAILED  {step.name}: {error or type(error).__name__}")
    return failed + unknown


def main() -> None:
    """Run all examples and say how it went."""
    parser = argparse.ArgumentParser(description="Run every example operation.")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--folder", help="a folder of the server's machine for importFolder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        failed = asyncio.run(smoke(given.url.rstrip("/"), given.folder or empty))
    if failed:
        sys.exit(f"{len(failed)} examples failed: {', '.join(failed)}")
    print(f"all {len(STEPS)} steps passed")


if __name__ == "__main__":
    main()
