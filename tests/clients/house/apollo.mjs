// Errands for Apollo Client: node apollo.mjs JSON
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { ApolloClient, HttpLink, InMemoryCache, NetworkStatus } from "@apollo/client";
import { Defer20220824Handler } from "@apollo/client/incremental";
import { BatchHttpLink } from "@apollo/client/link/batch-http";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { generatePersistedQueryIdsFromManifest } from "@apollo/persisted-query-lists";
import UploadHttpLink from "apollo-upload-client/UploadHttpLink.mjs";
import { createClient as createSocket } from "graphql-ws";
import * as documents from "./operations.js";
import { Deferred, UnpublishedPage } from "./unpublished.js";
import { SONG, followMoves, given, headers, notingFetch, run, socketOptions, url } from "./wire.mjs";

const wire = { uri: url, fetch: notingFetch, headers };
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

function clientOf(link, name = "apollo") {
  return new ApolloClient({
    link,
    cache: new InMemoryCache(),
    clientAwareness: { name, version: "1" },
    incrementalHandler: new Defer20220824Handler(),
    defaultOptions: { query: { fetchPolicy: "no-cache" } },
  });
}

async function readPages(client, query = documents.Page) {
  const variables = { first: 2 };
  const first = (await client.query({ query, variables })).data.tracks;
  const after = first.pageInfo.endCursor;
  const second = (await client.query({ query, variables: { ...variables, after } })).data.tracks;
  return [...first.nodes, ...second.nodes].map((each) => each.title);
}

function moves(client) {
  const told = async (mutation, variables) => (await client.mutate({ mutation, variables })).data;
  return followMoves({
    play: async (playableId) =>
      (await told(documents.Play, { playableId })).startPlayback.session.id,
    follow: (sessionId, { next, error, complete }) =>
      client.subscribe({ query: documents.Moves, variables: { sessionId } }).subscribe({
        next: (answer) => (answer.error ? error(answer.error) : next(answer.data)),
        error,
        complete,
      }),
    pause: (sessionId) => told(documents.Pause, { sessionId }),
    end: (sessionId) => told(documents.End, { sessionId }),
  });
}

await run({
  query: () => readPages(clientOf(new HttpLink(wire))),
  get: () => readPages(clientOf(new HttpLink({ ...wire, useGETForQueries: true }))),
  automatic: () => {
    const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
    return readPages(clientOf(persisted.concat(new HttpLink(wire))), UnpublishedPage);
  },
  published: () => {
    const manifest = JSON.parse(readFileSync(given.manifest, "utf8"));
    const ids = generatePersistedQueryIdsFromManifest({ loadManifest: async () => manifest });
    const link = new PersistedQueryLink(ids).concat(new HttpLink(wire));
    return readPages(clientOf(link, "published"));
  },
  batch: async () => {
    const client = clientOf(new BatchHttpLink({ ...wire, batchMax: 3, batchInterval: 5 }));
    const pages = [1, 2, 3].map((first) =>
      client.query({ query: documents.Page, variables: { first } }),
    );
    return (await Promise.all(pages)).map(({ data }) => data.tracks.nodes.length);
  },
  upload: async () => {
    const client = clientOf(new UploadHttpLink(wire));
    const file = new File([SONG], "song.wav");
    const input = { fileName: "song.wav", sizeBytes: file.size, title: "Little Song" };
    const { data } = await client.mutate({ mutation: documents.Bring, variables: { input, file } });
    return { title: data.uploadTrack.track.title, problems: data.uploadTrack.problems };
  },
  defer: () => {
    const client = clientOf(new HttpLink(wire));
    const shown = [];
    return new Promise((resolve, reject) =>
      client.watchQuery({ query: Deferred, variables: { id: given.trackId } }).subscribe({
        next: ({ data, networkStatus }) => {
          if (data) shown.push(Object.keys(data.track).includes("likeCount"));
          if (networkStatus === NetworkStatus.ready) resolve(shown);
        },
        error: reject,
      }),
    );
  },
  multipart: () => moves(clientOf(new HttpLink(wire))),
  socket: () => moves(clientOf(new GraphQLWsLink(createSocket(socketOptions)))),
});
