// urql: subscriptions over a WebSocket, and files that come with a mutation.
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient } from "graphql-ws";
import {
  Client,
  cacheExchange,
  fetchExchange,
  subscriptionExchange,
  type ExecutionResult,
  type SubscriptionForwarder,
} from "urql";
import { authorizedFetch, currentToken } from "./session";
import { client, hashOf, sendsIds, socketUrl, url } from "./wire";

const socket = createClient({
  url: socketUrl,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  // Asked for each connection, so one that was closed with its token (4403) comes back with a new.
  connectionParams: async () => ({
    authorization: `Bearer ${await currentToken()}`,
    "graphql-client-name": client.name,
    "graphql-client-version": client.version,
  }),
});

// After a lost connection the socket sends its requests again, with the last position that each
// was told: what happened meanwhile comes first. Who asks for positions is told the first, too.
const forwardSubscription: SubscriptionForwarder = ({ query = "", variables, extensions }) => ({
  subscribe(sink) {
    const resume = {};
    const request = { query, variables, extensions: { ...extensions, resume } };
    const unsubscribe = socket.subscribe<Record<string, unknown>, { resume?: object }>(request, {
      ...sink,
      next(answer) {
        Object.assign(resume, answer.extensions?.resume);
        sink.next(answer as ExecutionResult);
      },
    });
    return { unsubscribe };
  },
});

const ids = persistedExchange({
  enforcePersistedQueries: true,
  enableForMutation: true,
  enableForSubscriptions: true,
  preferGetForPersistedQueries: false,
  generateHash: async (_text, document) => hashOf(document),
});

export const urql = new Client({
  url,
  fetch: authorizedFetch,
  preferGetMethod: false,
  exchanges: [
    cacheExchange,
    ...(sendsIds ? [ids] : []),
    fetchExchange,
    subscriptionExchange({ forwardSubscription }),
  ],
});
