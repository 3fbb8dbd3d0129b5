// Draws a plan: fetches as boxes, what waits for what as arrows.

import { BOX, layOut, timeFetches } from "./layout.js";

const SVG = "http://www.w3.org/2000/svg";
const TINTS = 8;
const PATH_LENGTH = 28;

export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function makeSvg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function printMilliseconds(milliseconds) {
  const digits = milliseconds < 10 ? 1 : 0;
  return `${milliseconds.toFixed(digits)} ms`;
}

// One tint for each subgraph, the same wherever it stands.
export function tintsOf(fetches) {
  const names = [...new Set(fetches.map(({ subgraph }) => subgraph))].sort();
  return new Map(names.map((name, place) => [name, `tint-${place % TINTS}`]));
}

// `ran` maps ids to what `extensions.explain` told; null before the operation has run.
export function drawPlan(plan, ran, select) {
  const { places, columns, width, height } = layOut(plan.fetches);
  const timing = timeFetches(plan.fetches, ran ?? new Map());
  const tints = tintsOf(plan.fetches);
  const canvas = make("div", { className: "canvas" });
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.append(drawArrows(plan.fetches, places, ran === null ? null : timing, width, height));
  for (let column = 0; column < columns; column += 1) canvas.append(drawHeading(column));
  for (const fetch of plan.fetches) {
    const box = drawBox(fetch, ran, timing, tints.get(fetch.subgraph));
    const place = places.get(fetch.id);
    box.style.left = `${place.x}px`;
    box.style.top = `${place.y}px`;
    box.addEventListener("click", () => select(fetch.id));
    for (const [event, isLit] of [["pointerenter", true], ["pointerleave", false]]) {
      box.addEventListener(event, () => light(canvas, fetch.id, isLit));
    }
    canvas.append(box);
  }
  return canvas;
}

export function markChosen(canvas, id) {
  for (const box of canvas.querySelectorAll(".fetch")) {
    box.setAttribute("aria-pressed", String(box.dataset.id === String(id)));
  }
  for (const arrow of canvas.querySelectorAll(".arrow")) {
    const isNear = [arrow.dataset.from, arrow.dataset.to].includes(String(id));
    arrow.classList.toggle("is-chosen", isNear);
  }
}

function light(canvas, id, isLit) {
  for (const arrow of canvas.querySelectorAll(".arrow")) {
    const isNear = [arrow.dataset.from, arrow.dataset.to].includes(String(id));
    arrow.classList.toggle("is-lit", isLit && isNear);
  }
}

function drawHeading(column) {
  const heading = make("h2", { className: "wave", textContent: `Wave ${column + 1}` });
  heading.style.left = `${BOX.left + column * (BOX.width + BOX.gapX)}px`;
  return heading;
}

function drawArrows(fetches, places, timing, width, height) {
  const head = makeSvg("path", { d: "M 0 0 L 8 4 L 0 8 z" });
  const marker = makeSvg(
    "marker",
    {
      id: "head",
      orient: "auto",
      markerUnits: "userSpaceOnUse",
      viewBox: "0 0 8 8",
      refX: 7,
      refY: 4,
      markerWidth: 9,
      markerHeight: 9,
    },
    head,
  );
  const marks = makeSvg("defs", {}, marker);
  const picture = makeSvg("svg", { width, height, "aria-hidden": "true" }, marks);
  for (const fetch of fetches) {
    for (const before of fetch.after.filter((id) => places.has(id))) {
      const isSlow = timing?.slowest.has(fetch.id) && timing.times.get(fetch.id).last === before;
      const arrow = makeSvg("path", {
        class: isSlow ? "arrow is-slow" : "arrow",
        d: curve(places.get(before), places.get(fetch.id)),
        "marker-end": "url(#head)",
        "data-from": before,
        "data-to": fetch.id,
      });
      picture.append(arrow);
    }
  }
  return picture;
}

function curve(from, to) {
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x - 3, to.y + BOX.height / 2];
  const bend = Math.min(60, Math.max(28, (x2 - x1) / 2));
  return `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`;
}

function drawBox(fetch, ran, timing, tint) {
  const told = ran?.get(fetch.id);
  const isIdle = ran !== null && told === undefined;
  const isSlow = told !== undefined && timing.slowest.has(fetch.id);
  return make(
    "button",
    {
      type: "button",
      className: ["fetch", tint, isIdle ? "is-idle" : "", isSlow ? "is-slow" : ""].join(" "),
      title: fetch.path || fetch.fields.join(", "),
      "data-id": fetch.id,
      "aria-pressed": "false",
    },
    make(
      "span",
      { className: "name" },
      make("b", { textContent: fetch.subgraph }),
      make("span", { className: "number", textContent: `#${fetch.id}` }),
    ),
    make("span", { className: "path", textContent: where(fetch) }),
    make("span", { className: "told", textContent: tell(fetch, told, isIdle) }),
    drawSpan(told, timing, fetch.id),
  );
}

// The end of a path tells most; a fetch that adds at several shows the first. Where it adds
// at the root, its fields say more.
function where({ path, fields }) {
  if (!path) return fields.join(", ") || "the root";
  const [first, ...others] = path.split(", ");
  const more = others.length ? ` +${others.length}` : "";
  const room = PATH_LENGTH - more.length;
  if (first.length <= room) return first + more;
  const end = first.slice(1 - room);
  return `…${end.slice(end.indexOf(".") + 1)}${more}`;
}

function tell(fetch, told, isIdle) {
  if (told) {
    const count = told.representations;
    const asked = count ? ` · ${count} ${count === 1 ? "entity" : "entities"}` : "";
    return printMilliseconds(told.milliseconds) + asked;
  }
  if (isIdle) return "did not run";
  return fetch.condition ? `if ${fetch.condition}` : fetch.keys.join(", ") || "from the root";
}

// When, within the whole operation, this fetch ran.
function drawSpan(told, timing, id) {
  if (!told || timing.total === 0) return null;
  const { begin, end } = timing.times.get(id);
  const bar = make("span", { className: "bar" });
  bar.style.left = `${(100 * begin) / timing.total}%`;
  bar.style.width = `max(2px, ${(100 * (end - begin)) / timing.total}%)`;
  return make("span", { className: "span" }, bar);
}
