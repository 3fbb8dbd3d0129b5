// Prints what Apollo Client shows of an operation, step by step: node apollo.mjs URL FORMAT DOCUMENT
import { ApolloClient, HttpLink, InMemoryCache, NetworkStatus, gql } from "@apollo/client/core/index.js";
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental";

const [uri, format, document] = process.argv.slice(2);
const Handler = format === "newer" ? GraphQL17Alpha9Handler : Defer20220824Handler;
const client = new ApolloClient({
  link: new HttpLink({ uri }),
  cache: new InMemoryCache({ addTypename: false }),
  incrementalHandler: new Handler(),
});
const query = gql(document);
const isSubscription = query.definitions[0].operation === "subscription";
const answers = isSubscription ? client.subscribe({ query }) : client.watchQuery({ query });

const shown = [];
const told = new Promise((resolve, reject) => {
  answers.subscribe({
    next: ({ data, networkStatus }) => {
      if (data) shown.push(data);
      if (networkStatus === NetworkStatus.ready) resolve();
    },
    error: reject,
    complete: resolve,
  });
});
await told;
console.log(JSON.stringify(shown));
process.exit(0);
