// Prints what urql shows of an operation, step by step: node urql.mjs URL FORMAT DOCUMENT
import { Client, fetchExchange, gql } from "@urql/core";

const [url, , document] = process.argv.slice(2);
const client = new Client({
  url,
  exchanges: [fetchExchange],
  fetchSubscriptions: true,
  preferGetMethod: false,
});
const query = gql(document);
const isSubscription = query.definitions[0].operation === "subscription";
const answers = isSubscription ? client.subscription(query, {}) : client.query(query, {});

const shown = [];
const told = new Promise((resolve, reject) => {
  answers.subscribe(({ data, error, hasNext }) => {
    if (error) reject(error);
    if (hasNext || !isSubscription) shown.push(structuredClone(data)); // its end repeats the last
    if (!hasNext) resolve();
  });
});
await told;
console.log(JSON.stringify(shown));
process.exit(0);
