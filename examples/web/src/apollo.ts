// Apollo Client: the catalogue with its cache, deferred parts, and a job followed over HTTP.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { Defer20220824Handler } from "@apollo/client/incremental";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { authorizedFetch } from "./session";
import { client, hashOf, sendsIds, url } from "./wire";

const http = new HttpLink({ uri: url, fetch: authorizedFetch });

const ids = new PersistedQueryLink({ generateHash: hashOf });

export const apollo = new ApolloClient({
  link: sendsIds ? ApolloLink.from([ids, http]) : http,
  clientAwareness: client,
  incrementalHandler: new Defer20220824Handler(),
  cache: new InMemoryCache({
    typePolicies: {
      Query: {
        fields: {
          tracks: {
            keyArgs: false,
            merge: (before, page, { args }) =>
              args?.["after"] == null
                ? page
                : { ...page, nodes: [...(before?.nodes ?? []), ...page.nodes] },
          },
        },
      },
    },
  }),
});
