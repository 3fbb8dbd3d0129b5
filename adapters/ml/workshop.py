"""The process in which torch lives: one request a line on stdin, one reply a line on stdout.

    python -m adapters.ml.workshop
    {"do": "embed", "path": "…"}          → {"embedding": {…}}
    {"do": "train", "interactions": "…"}  → {"training": {…}}

It ends when its stdin does, so it never outlives the worker that started it. A file that
crashes a decoder ends this process and no other.
"""

import sys
from pathlib import Path

import msgspec

from adapters.ml.audio import UnreadableAudio, embed
from adapters.ml.recommender import NothingToLearn, train
from adapters.ml.workshop_messages import EmbedRequest, Reply, TrainRequest
from domain.ai.tools import Embedding, Interaction, Training


def main() -> None:
    """Answer until stdin ends."""
    requests = msgspec.json.Decoder(EmbedRequest | TrainRequest)
    # Replies go to the real stdout; what a library prints there goes to stderr.
    replies = sys.stdout.buffer
    sys.stdout = sys.stderr
    for line in sys.stdin.buffer:
        request = requests.decode(line)
        reply = _embed(request) if isinstance(request, EmbedRequest) else _train(request)
        replies.write(msgspec.json.encode(reply) + b"\n")
        replies.flush()


def _embed(request: EmbedRequest) -> Reply:
    try:
        heard = embed(Path(request.path), request.device)
    except UnreadableAudio as error:
        return Reply(refusal=str(error))
    return Reply(
        embedding=Embedding(
            vector=heard.vector, tempo_bpm=heard.tempo_bpm, key=heard.key, model=heard.model
        )
    )


def _train(request: TrainRequest) -> Reply:
    lines = Path(request.interactions).read_bytes().splitlines()
    decoder = msgspec.json.Decoder(Interaction)
    try:
        version, card = train(
            [decoder.decode(line) for line in lines],
            Path(request.artefact),
            trained_at=request.trained_at,
            device=request.device,
        )
    except NothingToLearn:
        return Reply()
    return Reply(training=Training(version=version, card=msgspec.to_builtins(card)))


if __name__ == "__main__":
    main()
