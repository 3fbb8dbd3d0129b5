// The bar below: what plays, where it stands, and on which device.

import { button, element, minutes } from "./elements.js";

const TICK = 500;

/** Its parts are made once and filled anew, so that nobody loses the key they are about to press. */
export class Bar {
  #isHeld = false;
  #shownDevices = "";

  constructor(place, listen, toggleQueue) {
    this.listen = listen;
    this.place = place;
    this.title = element("b", { class: "title" });
    this.by = element("div", { class: "quiet" });
    this.toggle = button("", () => (listen.isPlaying ? listen.pause() : listen.resume()), { class: "main" });
    this.now = element("time");
    this.length = element("time");
    this.position = element("input", {
      type: "range",
      min: 0,
      step: 1000,
      "aria-label": "Position",
      onpointerdown: () => (this.#isHeld = true),
      onchange: () => this.#seek(),
    });
    this.volume = element("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.05,
      "aria-label": "Volume",
      oninput: () => (listen.volume = Number(this.volume.value)),
    });
    this.devices = element("select", {
      "aria-label": "Device",
      onchange: () => listen.moveTo(this.devices.value),
    });
    this.device = element("label", {}, "Plays on ", this.devices);
    this.queue = button("", toggleQueue);
    this.parts = this.#arranged();
    listen.addEventListener("change", () => this.show());
    setInterval(() => this.#tick(), TICK);
  }

  show() {
    const { current, isPlaying, queue, volume } = this.listen;
    this.place.replaceChildren(...(current === null ? [] : this.parts));
    if (current === null) return;
    document.title = isPlaying ? `${current.title} – Tutti` : "Tutti";
    this.title.textContent = current.title;
    this.by.textContent = current.creator?.name ?? "";
    this.toggle.textContent = isPlaying ? "❚❚" : "▶";
    this.toggle.setAttribute("aria-label", isPlaying ? "Pause" : "Resume");
    this.position.max = current.durationMs ?? 0;
    this.length.textContent = minutes(current.durationMs);
    this.volume.value = volume;
    this.queue.textContent = `Queue (${queue.length})`;
    this.#showDevices();
    this.#tick();
  }

  #arranged() {
    const { listen } = this;
    const keys = [
      button("«", () => listen.previous(), { "aria-label": "Previous" }),
      this.toggle,
      button("»", () => listen.next(), { "aria-label": "Next" }),
    ];
    return [
      element("div", { "aria-label": "Now playing" }, this.title, this.by),
      element(
        "div",
        {},
        element("div", { class: "keys" }, keys),
        element("div", { class: "place" }, this.now, this.position, this.length),
      ),
      element("div", { class: "more" }, this.device, this.volume, this.queue),
    ];
  }

  #showDevices() {
    const { devices, activeDeviceId, deviceId, isHere } = this.listen;
    this.device.hidden = !devices.length;
    this.device.className = isHere ? "" : "elsewhere";
    const known = JSON.stringify(devices);
    if (known !== this.#shownDevices) {
      this.#shownDevices = known;
      const named = ({ id, name }) =>
        element("option", { value: id }, id === deviceId ? `${name} (here)` : name);
      this.devices.replaceChildren(...devices.map(named));
    }
    this.devices.value = activeDeviceId;
  }

  #seek() {
    this.#isHeld = false;
    void this.listen.seek(Number(this.position.value));
  }

  #tick() {
    if (this.listen.current === null) return;
    const { positionMs } = this.listen;
    this.now.textContent = minutes(positionMs);
    if (!this.#isHeld) this.position.value = positionMs;
  }
}
