// Errands for Relay: node relay.mjs JSON; `texts` and `ids` are what relay-compiler wrote.
import { join } from "node:path";
import { createClient as createSocket } from "graphql-ws";
import { meros } from "meros/browser";
import RelayRuntime from "relay-runtime";
import {
  followMoves,
  given,
  headers,
  heldToItsManifest,
  notingFetch,
  run,
  socketOptions,
  url,
} from "./wire.mjs";

const { Environment, Network, Observable, RecordSource, Store } = RelayRuntime;
const {
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getSingularSelector,
  requestSubscription,
} = RelayRuntime;

const socket = createSocket(socketOptions);

// An artefact has the operation's text, or its id where the compiler wrote a manifest.
function bodyOf({ id, text }, variables) {
  return id === null ? { query: text, variables } : { doc_id: id, variables };
}

function ask(params, variables) {
  return Observable.create((sink) => {
    deliver(params, variables, sink).then(sink.complete, sink.error);
  });
}

async function deliver(params, variables, sink) {
  const response = await notingFetch(url, {
    method: "POST",
    headers: {
      ...headers,
      ...(params.id === null ? {} : heldToItsManifest),
      accept: "multipart/mixed;deferSpec=20220824, application/json",
      "content-type": "application/json",
    },
    body: JSON.stringify(bodyOf(params, variables)),
  }).then(meros);
  if (response instanceof Response) return sink.next(await response.json());
  for await (const { body } of response) {
    for (const part of body.incremental ?? [body]) {
      sink.next({ ...part, extensions: { is_final: !body.hasNext } });
    }
  }
}

function follow(params, variables) {
  const payload = { query: "", ...bodyOf(params, variables) }; // graphql-ws wants a text, if empty
  return Observable.create((sink) => socket.subscribe(payload, sink));
}

function environmentOf() {
  return new Environment({
    network: Network.create(ask, follow),
    store: new Store(new RecordSource()),
  });
}

async function artefact(folder, name) {
  return (await import(join(folder, `operations${name}.graphql.js`))).default;
}

async function readPages(folder) {
  const environment = environmentOf();
  const query = await artefact(folder, "PageQuery");
  const first = createOperationDescriptor(query, { first: 2 });
  const read = () => environment.lookup(first.fragment).data.tracks;
  environment.retain(first);
  await fetchQuery(environment, query, { first: 2 }).toPromise();
  const after = read().pageInfo.endCursor;
  await fetchQuery(environment, query, { first: 2, after }).toPromise();
  return read().edges.map(({ node }) => node.title); // the store has put both together
}

function moves(folder) {
  const environment = environmentOf();
  const told = async (name, variables) => {
    const mutation = await artefact(folder, name);
    return new Promise((resolve, reject) => {
      const onCompleted = (data, errors) => (errors ? reject(errors) : resolve(data));
      commitMutation(environment, { mutation, variables, onCompleted, onError: reject });
    });
  };
  return followMoves({
    play: async (playableId) =>
      (await told("PlayMutation", { playableId })).startPlayback.session.id,
    follow: async (sessionId, { next, error, complete }) =>
      requestSubscription(environment, {
        subscription: await artefact(folder, "MovesSubscription"),
        variables: { sessionId },
        onNext: next,
        onError: error,
        onCompleted: complete,
      }),
    pause: (sessionId) => told("PauseMutation", { sessionId }),
    end: (sessionId) => told("EndMutation", { sessionId }),
  });
}

async function deferred(folder) {
  const environment = environmentOf();
  const query = await artefact(folder, "DeferredQuery");
  const likes = await artefact(folder, "_likes");
  const shown = [];
  await new Promise((resolve, reject) =>
    fetchQuery(environment, query, { id: given.trackId }).subscribe({
      next: ({ track }) => {
        const { data } = environment.lookup(getSingularSelector(likes, track));
        shown.push(typeof data.likeCount === "number");
      },
      error: reject,
      complete: resolve,
    }),
  );
  return shown;
}

await run({
  query: () => readPages(given.texts),
  "query, published": () => readPages(given.ids),
  defer: () => deferred(given.texts),
  "defer, published": () => deferred(given.ids),
  socket: () => moves(given.texts),
  "socket, published": () => moves(given.ids),
});
