// The plan page: reads the explorer's current operation, draws its plan, runs it on demand.

import { drawPlan, make, markChosen, printMilliseconds } from "./drawing.js";
import { timeFetches } from "./layout.js";

const settings = JSON.parse(document.getElementById("settings").textContent);
const find = (id) => document.getElementById(id);
const JSON_TYPE = "application/json";
const state = { plan: null, ran: null, response: null, chosen: null, tab: "plan", turn: 0 };

// The explorer that opened this page tells what its editors hold; else what it kept.
function readOperation() {
  try {
    const told = window.opener?.tuttiOperation?.();
    if (told?.query) return told;
  } catch {
    // The page that opened this one is none of ours.
  }
  return {
    query: localStorage.getItem("graphiql:query") || settings.defaultQuery,
    variables: localStorage.getItem("graphiql:variables") || "",
  };
}

function fillForm({ query, variables, headers, operationName }) {
  find("query").value = query;
  find("variables").value = variables || "";
  find("headers").value = headers || "";
  find("operation-name").value = operationName || "";
}

class Trouble extends Error {}

function readJson(id, what) {
  const text = find(id).value.trim();
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Trouble(`${what} must be a JSON object.`);
  }
}

const readDocument = () => ({
  query: find("query").value,
  operationName: find("operation-name").value.trim() || null,
});

async function post(address, headers, body) {
  const answer = await fetch(address, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": JSON_TYPE, ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const isJson = (answer.headers.get("content-type") || "").startsWith(JSON_TYPE);
  return { isOk: answer.ok, text, json: isJson ? JSON.parse(text) : null };
}

async function explain(accept, more) {
  const answer = await post("/explain", { accept }, { ...readDocument(), ...more });
  if (answer.isOk) return answer;
  const [first] = answer.json?.errors || [{ message: answer.text }];
  const [place] = first.locations || [];
  throw new Trouble(place ? `Line ${place.line}: ${first.message}` : first.message);
}

async function draw() {
  const turn = (state.turn += 1);
  await guard(async () => {
    const { json } = await explain(JSON_TYPE, {});
    if (turn !== state.turn) return;
    Object.assign(state, { plan: json, ran: null, response: null, chosen: null });
    if (["fetch", "response"].includes(state.tab)) state.tab = "plan";
    show();
  });
}

async function run() {
  await draw();
  const { turn, plan } = state;
  if (plan === null || !find("trouble").hidden) return;
  if (plan.kind === "subscription") {
    complain("A subscription is drawn, but not run here: the explorer shows its events.");
    return;
  }
  await guard(async () => {
    const headers = { accept: JSON_TYPE, "tutti-explain": "plan", ...readJson("headers", "Headers") };
    const body = { ...readDocument(), variables: readJson("variables", "Variables") };
    const { json } = await post("/graphql", headers, body);
    if (turn !== state.turn) return;
    state.response = json;
    state.ran = new Map((json.extensions?.explain?.fetches || []).map((told) => [told.id, told]));
    if (json.errors) state.tab = "response";
    show();
  });
}

async function guard(work) {
  complain("");
  document.body.classList.add("is-busy");
  try {
    await work();
  } catch (error) {
    complain(error instanceof Trouble ? error.message : `It did not work: ${error.message}`);
  } finally {
    document.body.classList.remove("is-busy");
  }
}

function complain(text) {
  find("trouble").textContent = text;
  find("trouble").hidden = !text;
}

function show() {
  find("drawing").replaceChildren(drawPlan(state.plan, state.ran, choose));
  find("summary").replaceChildren(...summarise());
  showTabs();
}

const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

function summarise() {
  const { kind, name, fetches } = state.plan;
  const subgraphs = new Set(fetches.map(({ subgraph }) => subgraph)).size;
  const waves = document.querySelectorAll(".wave").length;
  const told = [
    [name ? `${kind} ${name}` : kind],
    [count(fetches.length, "fetch", "fetches")],
    [count(subgraphs, "subgraph", "subgraphs")],
    [count(waves, "wave", "waves")],
  ];
  if (state.ran) {
    const { total } = timeFetches(fetches, state.ran);
    told.push([`slowest chain ${printMilliseconds(total)}`, "is-slow"]);
    const errors = state.response.errors?.length || 0;
    if (errors) told.push([count(errors, "error", "errors"), "is-trouble"]);
  }
  return told.map(([textContent, className = ""]) => make("span", { textContent, className }));
}

function choose(id) {
  state.chosen = id;
  state.tab = "fetch";
  showTabs();
}

function showTabs() {
  const tabs = [...settings.phases].reverse();
  if (state.response) tabs.unshift("response");
  if (state.chosen !== null) tabs.unshift("fetch");
  find("tabs").replaceChildren(
    ...tabs.map((name) => {
      const isShown = name === state.tab;
      const text = name === "fetch" ? `fetch #${state.chosen}` : name;
      const tab = make("button", { type: "button", role: "tab", textContent: text });
      tab.setAttribute("aria-selected", String(isShown));
      tab.dataset.tab = name;
      tab.addEventListener("click", () => {
        state.tab = name;
        showTabs();
      });
      return tab;
    }),
  );
  markChosen(find("drawing"), state.chosen);
  showDetails();
}

async function showDetails() {
  const { tab, turn } = state;
  const panel = find("details");
  panel.dataset.shows = "";
  if (tab === "fetch") panel.replaceChildren(...describeFetch());
  else if (tab === "response") panel.replaceChildren(printed(JSON.stringify(state.response, null, 2)));
  else {
    panel.replaceChildren();
    await guard(async () => {
      const { text } = await explain("text/plain", { phase: tab });
      if (tab === state.tab && turn === state.turn) panel.replaceChildren(printed(text));
    });
  }
  if (tab === state.tab) panel.dataset.shows = tab;
}

const printed = (text) => make("pre", { textContent: text });

function describeFetch() {
  const fetch = state.plan.fetches.find(({ id }) => id === state.chosen);
  const told = state.ran?.get(fetch.id);
  const facts = [
    ["Subgraph", fetch.subgraph],
    ["Adds at", fetch.path || "the root"],
    ["Depth", String(fetch.depth)],
    ["Waits for", fetch.after.map((id) => `#${id}`).join(", ") || "nothing"],
    ["Entities by", fetch.keys.join(", ")],
    ["Only if", fetch.condition],
    ["Took", told && printMilliseconds(told.milliseconds)],
    ["Entities asked for", told && String(told.representations)],
  ].filter(([, value]) => value);
  const list = facts.map(([term, value]) =>
    make("div", {}, make("dt", { textContent: term }), make("dd", { textContent: value })),
  );
  return [make("dl", {}, ...list), printed(fetch.operation)];
}

function followTheme() {
  const theme = localStorage.getItem("graphiql:theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
}

find("draw").addEventListener("click", draw);
find("operation").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
find("operation").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
});
followTheme();
fillForm(readOperation());
draw();
