// Puts the page together: the address chooses the view, the account chooses how one listens.

import { Account } from "./account.js";
import { Bar } from "./bar.js";
import { element } from "./elements.js";
import { ListenAlone } from "./listen_alone.js";
import { ListenTogether } from "./listen_together.js";
import { showQueue } from "./queue.js";
import { Sound } from "./sound.js";
import { view } from "./views.js";

const TROUBLE_SECONDS = 6;
const SEARCH_WAITS = 250;
const part = (id) => document.getElementById(id);

const sound = new Sound(part("picture"));
let listen = null;
let bar = null;

async function showView() {
  const shown = location.hash.slice(1) || "/";
  try {
    const parts = await view(shown, listen);
    if ((location.hash.slice(1) || "/") !== shown) return; // somebody has gone on meanwhile
    part("view").replaceChildren(...parts.filter(Boolean));
  } catch (error) {
    part("view").replaceChildren(element("h1", {}, "This cannot be shown now"));
    tell(error);
  }
}

function listenAs(user) {
  listen?.close();
  part("view").replaceChildren(); // what it shows plays by who listened before
  listen = reporting(user === null ? new ListenAlone(sound) : new ListenTogether(sound));
  bar = new Bar(part("bar"), listen, toggleQueue);
  listen.addEventListener("change", showChange);
  listen.addEventListener("silent", () => tell("Click Resume to listen here."));
  bar.show();
  showChange();
}

/** The same, whose failures are told to whoever looks. */
function reporting(listening) {
  return new Proxy(listening, {
    get(target, name) {
      const found = target[name];
      if (typeof found !== "function") return found;
      return (...given) => {
        const result = found.apply(target, given);
        return result instanceof Promise ? result.catch(tell) : result;
      };
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

function showChange() {
  showQueue(part("queue"), listen);
  part("picture").hidden = listen.current?.__typename !== "Video" || !listen.isHere;
  for (const row of part("view").querySelectorAll(".rows li")) {
    row.toggleAttribute("aria-current", row.dataset.id === listen.current?.id);
  }
}

function toggleQueue() {
  part("queue").hidden = !part("queue").hidden;
}

let silence = null;

function tell(error) {
  const place = part("trouble");
  place.textContent = error.message ?? String(error);
  place.hidden = false;
  clearTimeout(silence);
  silence = setTimeout(() => (place.hidden = true), TROUBLE_SECONDS * 1000);
}

let typing = null;

part("search-text").addEventListener("input", ({ target }) => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const text = target.value.trim();
    location.hash = text ? `/search/${encodeURIComponent(text)}` : "/";
  }, SEARCH_WAITS);
});
part("search").addEventListener("submit", (event) => event.preventDefault());
sound.addEventListener("trouble", ({ detail }) => tell(`This cannot be played: ${detail}`));
addEventListener("hashchange", showView);

const account = new Account(
  part("account"),
  async (user) => {
    listenAs(user);
    await showView();
  },
  tell,
);
void account.begin();
