// The bar below: what plays, where it stands, and on which device.

import { button, element, minutes } from "./elements.js";

const TICK = 500;

export class Bar {
  #position = element("input", { type: "range", min: 0, step: 1000, "aria-label": "Position" });
  #now = element("time", {});
  #length = element("time", {});
  #isHeld = false;

  constructor(place, listen, toggleQueue) {
    this.place = place;
    this.listen = listen;
    this.toggleQueue = toggleQueue;
    this.#position.addEventListener("pointerdown", () => (this.#isHeld = true));
    this.#position.addEventListener("change", () => {
      this.#isHeld = false;
      void listen.seek(Number(this.#position.value));
    });
    listen.addEventListener("change", () => this.show());
    setInterval(() => this.#tick(), TICK);
  }

  show() {
    const { listen } = this;
    const { current } = listen;
    if (current === null) {
      this.place.replaceChildren();
      return;
    }
    document.title = listen.isPlaying ? `${current.title} – Tutti` : "Tutti";
    this.#position.max = current.durationMs ?? 0;
    this.#length.textContent = minutes(current.durationMs);
    this.place.replaceChildren(this.#what(current), this.#keys(), this.#more());
    this.#tick();
  }

  #tick() {
    if (this.listen.current === null) return;
    const position = this.listen.positionMs;
    this.#now.textContent = minutes(position);
    if (!this.#isHeld) this.#position.value = position;
  }

  #what(current) {
    return element(
      "div",
      { "aria-label": "Now playing" },
      element("b", { class: "title" }, current.title),
      element("div", { class: "quiet" }, current.by ?? ""),
    );
  }

  #keys() {
    const { listen } = this;
    const isPlaying = listen.isPlaying;
    return element(
      "div",
      {},
      element(
        "div",
        { class: "keys" },
        button("«", () => listen.previous(), { "aria-label": "Previous" }),
        button(isPlaying ? "❚❚" : "▶", () => (isPlaying ? listen.pause() : listen.resume()), {
          class: "main",
          "aria-label": isPlaying ? "Pause" : "Resume",
        }),
        button("»", () => listen.next(), { "aria-label": "Next" }),
      ),
      element("div", { class: "place" }, this.#now, this.#position, this.#length),
    );
  }

  #more() {
    const { listen } = this;
    return element(
      "div",
      { class: "more" },
      this.#devices(),
      element("input", {
        type: "range",
        min: 0,
        max: 1,
        step: 0.05,
        value: listen.volume,
        "aria-label": "Volume",
        oninput: ({ target }) => (listen.volume = Number(target.value)),
      }),
      button(`Queue (${listen.queue.length})`, this.toggleQueue),
    );
  }

  #devices() {
    const { listen } = this;
    if (!listen.devices.length) return null;
    const options = listen.devices.map(({ id, name }) =>
      element("option", { value: id, selected: id === listen.activeDeviceId }, id === listen.deviceId ? `${name} (here)` : name),
    );
    const move = ({ target }) => listen.moveTo(target.value);
    return element(
      "label",
      { class: listen.isHere ? "" : "elsewhere" },
      "Plays on ",
      element("select", { onchange: move, "aria-label": "Device" }, options),
    );
  }
}
