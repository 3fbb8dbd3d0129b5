// Questions over HTTP, and what is followed over one graphql-transport-ws socket.

const ENDPOINT = "/graphql";
const WAITS = [0, 1000, 2000, 4000, 8000, 16000, 30000];

export class Refused extends Error {
  constructor(errors) {
    super(errors[0].message);
    this.code = errors[0].code ?? errors[0].extensions?.code;
  }
}

/** The data of an answer; throws Refused for errors and problems alike. */
export async function ask(query, variables = {}) {
  const answer = await fetch(ENDPOINT, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors?.length) throw new Refused(errors);
  for (const payload of Object.values(data)) {
    if (payload?.problems?.length) throw new Refused(payload.problems);
  }
  return data;
}

/** One socket; what is followed is asked for anew after a lost connection. */
class Socket {
  #followed = new Map();
  #socket = null;
  #isOpen = false;
  #failures = 0;
  #lastId = 0;

  follow(query, variables, next) {
    const id = String(++this.#lastId);
    this.#followed.set(id, { query, variables, next });
    if (this.#isOpen) this.#subscribe(id);
    else this.#connect();
    return () => {
      this.#followed.delete(id);
      if (this.#isOpen) this.#send({ id, type: "complete" });
    };
  }

  /** Leave, and come back as whoever is signed in now. */
  restart() {
    this.#socket?.close(1000);
  }

  #connect() {
    if (this.#socket !== null) return;
    const address = new URL(ENDPOINT, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.#socket = new WebSocket(address, "graphql-transport-ws");
    this.#socket.onopen = () => this.#send({ type: "connection_init" });
    this.#socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    this.#socket.onclose = () => this.#comeBack();
  }

  #comeBack() {
    this.#socket = null;
    this.#isOpen = false;
    if (!this.#followed.size) return;
    const wait = WAITS[Math.min(this.#failures++, WAITS.length - 1)];
    setTimeout(() => this.#connect(), wait * (0.5 + Math.random()));
  }

  #hear({ id, type, payload }) {
    if (type === "connection_ack") {
      this.#isOpen = true;
      this.#failures = 0;
      this.#followed.forEach((_, each) => this.#subscribe(each));
    } else if (type === "ping") this.#send({ type: "pong" });
    else if (type === "next" && payload.data) this.#followed.get(id)?.next(payload.data);
    else if (type === "complete" || type === "error") this.#followed.delete(id);
  }

  #subscribe(id) {
    const { query, variables } = this.#followed.get(id);
    this.#send({ id, type: "subscribe", payload: { query, variables } });
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message));
  }
}

const socket = new Socket();

/** Follow a subscription; gives a function that ends it. */
export const follow = (query, variables, next) => socket.follow(query, variables, next);

export const reconnect = () => socket.restart();
