// Follows operations with a real client: `node live.mjs CLIENT ADDRESS TOKEN DOCUMENT…`.
// Prints, as JSON, what each operation was told, in its order.
import { createClient as createSocket } from "graphql-ws";
import { createClient as createStream } from "graphql-sse";
import WebSocket from "ws";

const [kind, address, token, ...documents] = process.argv.slice(2);
const authorization = `Bearer ${token}`;

const clients = {
  "graphql-ws": () =>
    createSocket({
      url: `ws://${address}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      keepAlive: 20,
      retryAttempts: 0,
    }),
  "graphql-sse": () =>
    createStream({ url: `http://${address}/graphql`, headers: { authorization }, retryAttempts: 0 }),
  "graphql-sse, one connection": () =>
    createStream({
      singleConnection: true,
      url: `http://${address}/graphql/stream`,
      headers: { authorization },
      retryAttempts: 0,
    }),
};

const client = clients[kind]();

function follow(query) {
  return new Promise((resolve) => {
    const told = [];
    client.subscribe(
      { query },
      {
        next: (answer) => told.push(answer),
        error: (error) => resolve([...told, { failed: Array.isArray(error) ? error : String(error) }]),
        complete: () => resolve(told),
      },
    );
  });
}

const told = await Promise.all(documents.map(follow));
await client.dispose();
console.log(JSON.stringify(told));
process.exit(0);
