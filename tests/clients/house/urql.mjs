// Errands for urql: node urql.mjs JSON
import { createHash } from "node:crypto";
import {
  Client,
  createRequest,
  fetchExchange,
  makeOperation,
  subscriptionExchange,
} from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient as createStream } from "graphql-sse";
import { createClient as createSocket } from "graphql-ws";
import { take, toPromise } from "wonka";
import * as documents from "./operations.js";
import { Deferred, UnpublishedPage } from "./unpublished.js";
import {
  SONG,
  followMoves,
  given,
  headers,
  heldToItsManifest,
  notingFetch,
  run,
  socketOptions,
  url,
} from "./wire.mjs";

const heldOptions = { fetchOptions: { headers: { ...headers, ...heldToItsManifest } } };
const sha256 = async (text) => createHash("sha256").update(text).digest("hex");

function clientOf(exchanges, options = {}) {
  const fetchOptions = { headers };
  return new Client({
    url,
    exchanges,
    fetch: notingFetch,
    fetchOptions,
    preferGetMethod: false,
    ...options,
  });
}

function overTransport(subscribe) {
  const forwardSubscription = ({ query, variables }) => ({
    subscribe: (sink) => ({ unsubscribe: subscribe({ query, variables }, sink) }),
  });
  return clientOf([subscriptionExchange({ forwardSubscription }), fetchExchange]);
}

async function dataOf(answer) {
  const { data, error } = await answer;
  if (error) throw error;
  return data;
}

function readPages(client, document = documents.Page) {
  return joinPages((variables) => dataOf(client.query(document, variables)));
}

async function joinPages(readPage) {
  const first = (await readPage({ first: 2 })).tracks;
  const after = first.pageInfo.endCursor;
  const second = (await readPage({ first: 2, after })).tracks;
  return [...first.nodes, ...second.nodes].map((each) => each.title);
}

function moves(client) {
  const told = (document, variables) => dataOf(client.mutation(document, variables));
  return followMoves({
    play: async (playableId) =>
      (await told(documents.Play, { playableId })).startPlayback.session.id,
    follow: (sessionId, { next, error, complete }) =>
      client.subscription(documents.Moves, { sessionId }).subscribe((answer) => {
        if (answer.error) return error(answer.error);
        if (answer.data) next(answer.data);
        if (answer.hasNext === false) complete();
      }),
    pause: (sessionId) => told(documents.Pause, { sessionId }),
    end: (sessionId) => told(documents.End, { sessionId }),
  });
}

await run({
  query: () => readPages(clientOf([fetchExchange])),
  get: () => readPages(clientOf([fetchExchange], { preferGetMethod: "force" })),
  automatic: () => {
    const persisted = persistedExchange({
      generateHash: sha256,
      preferGetForPersistedQueries: true,
    });
    return readPages(clientOf([persisted, fetchExchange]), UnpublishedPage);
  },
  published: () => {
    const persisted = persistedExchange({
      enforcePersistedQueries: true,
      generateHash: async () => given.hash,
      preferGetForPersistedQueries: false,
    });
    return readPages(clientOf([persisted, fetchExchange], heldOptions));
  },
  named: () => {
    // As a build does that leaves the texts out of the bundle; urql then sends `documentId`.
    const document = { kind: "Document", definitions: [], documentId: `sha256:${given.hash}` };
    const client = clientOf([fetchExchange], heldOptions);
    const { context } = client.createRequestOperation("query", createRequest(documents.Page, {}));
    return joinPages((variables) => {
      const operation = makeOperation("query", createRequest(document, variables), context);
      return dataOf(toPromise(take(1)(client.executeRequestOperation(operation))));
    });
  },
  upload: async () => {
    const file = new File([SONG], "song.wav");
    const input = { fileName: "song.wav", sizeBytes: file.size, title: "Little Song" };
    const data = await dataOf(clientOf([fetchExchange]).mutation(documents.Bring, { input, file }));
    return { title: data.uploadTrack.track.title, problems: data.uploadTrack.problems };
  },
  defer: () => {
    const client = clientOf([fetchExchange]);
    const shown = [];
    return new Promise((resolve, reject) =>
      client.query(Deferred, { id: given.trackId }).subscribe(({ data, error, hasNext }) => {
        if (error) reject(error);
        shown.push(Object.keys(data.track).includes("likeCount"));
        if (!hasNext) resolve(shown);
      }),
    );
  },
  fetched: () => moves(clientOf([fetchExchange], { fetchSubscriptions: true })),
  socket: () => {
    const socket = createSocket(socketOptions);
    return moves(overTransport((request, sink) => socket.subscribe(request, sink)));
  },
  sse: () => {
    const stream = createStream({ url, headers, retryAttempts: 0 });
    return moves(overTransport((request, sink) => stream.subscribe(request, sink)));
  },
});
