// What all clients share: what they are given, and a note of what they put on the wire.
import WebSocket from "ws";

// node CLIENT.mjs JSON
export const given = JSON.parse(process.argv[2]);
export const url = `http://${given.address}/graphql`;
export const headers = {
  authorization: `Bearer ${given.token}`,
  "graphql-require-preflight": "1",
};
// For graphql-ws.
export const socketOptions = {
  url: `ws://${given.address}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: headers.authorization },
  retryAttempts: 0,
};
// The house takes no text of a client with this name.
export const heldToItsManifest = { "graphql-client-name": "published" };

let requests = [];

// A fetch that notes the method, and which parts of a request were sent.
export function notingFetch(address, options = {}) {
  const method = options.method ?? "GET";
  requests.push([method, partsOf(new URL(address), options.body)]);
  return fetch(address, options);
}

function partsOf(address, body) {
  if (body instanceof FormData) return [...body.keys()];
  if (typeof body !== "string") return [...address.searchParams.keys()].sort();
  const sent = JSON.parse(body);
  return Array.isArray(sent) ? sent.map(namesIn) : namesIn(sent);
}

function namesIn(sent) {
  return Object.keys(sent)
    .filter((name) => sent[name] !== undefined)
    .sort();
}

// Runs errands one after another; prints what each was told, and what was sent for it.
export async function run(errands) {
  const done = {};
  for (const [name, errand] of Object.entries(errands)) {
    requests = [];
    const told = await errand().catch((error) => ({ failed: error.stack }));
    done[name] = { told, sent: requests };
  }
  process.stdout.write(JSON.stringify(done), () => process.exit(0));
}

// The head of a WAVE file: what a file is, is told from its bytes.
export const SONG = "RIFF$\0\0\0WAVEfmt ";

// Follows a session of playback, and moves it on as soon as the last move was told.
export async function followMoves({ play, follow, pause, end }) {
  const sessionId = await play(given.trackId);
  const moves = [];
  const next = { PLAYING: pause, PAUSED: end };
  await new Promise((resolve, reject) => {
    follow(sessionId, {
      next: ({ playbackMoved: { state, track } }) => {
        if (moves.at(-1)?.[0] === state) return; // urql repeats the last when it ends
        moves.push([state, track.title]);
        next[state]?.(sessionId).catch(reject);
      },
      error: reject,
      complete: resolve,
    });
  });
  return moves;
}
