// The queue beside the view: what comes next, each entry to be moved or taken out.

import { button, element, minutes } from "./elements.js";

export function showQueue(place, listen) {
  const entries = listen.queue;
  place.replaceChildren(
    element("h2", {}, "Next"),
    entries.length
      ? element("ol", { class: "rows" }, entries.map((entry, at) => row(entry, at, listen)))
      : element("p", { class: "quiet" }, "Nothing is queued."),
  );
}

function row({ id, playable }, at, listen) {
  return element(
    "li",
    { "data-id": id },
    button("↑", () => listen.moveUp(at), { "aria-label": `Move ${playable.title} up`, disabled: at === 0 }),
    element("span", { class: "title" }, playable.title),
    element("span", { class: "quiet" }, minutes(playable.durationMs)),
    button("✕", () => listen.remove(at), { "aria-label": `Remove ${playable.title}` }),
  );
}
