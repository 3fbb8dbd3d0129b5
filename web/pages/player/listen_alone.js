// Listening without an account: the queue lives in this tab, and nobody else hears of it.

import { STREAM } from "./documents.js";
import { ask } from "./graphql.js";

let lastEntry = 0;

export class ListenAlone extends EventTarget {
  current = null;
  queue = [];
  devices = [];
  isHere = true;
  #history = [];
  #volume = 1;

  constructor(sound) {
    super();
    this.sound = sound;
    this.#hear("play", () => this.#changed());
    this.#hear("pause", () => this.#changed());
    this.#hear("ended", () => this.next());
  }

  get isPlaying() {
    return this.sound.isPlaying;
  }

  get positionMs() {
    return this.sound.positionMs;
  }

  get volume() {
    return this.#volume;
  }

  set volume(part) {
    this.#volume = this.sound.volume = part;
  }

  async play(playable, after = []) {
    if (this.current !== null) this.#history.push(this.current);
    this.queue = after.map(entry);
    await this.#begin(playable);
  }

  async add(playable) {
    this.queue.push(entry(playable));
    this.#changed();
  }

  async remove(at) {
    this.queue.splice(at, 1);
    this.#changed();
  }

  async moveUp(at) {
    this.queue.splice(at - 1, 0, ...this.queue.splice(at, 1));
    this.#changed();
  }

  async pause() {
    this.sound.pause();
  }

  async resume() {
    await this.sound.play();
  }

  async seek(positionMs) {
    this.sound.seek(positionMs);
    this.#changed();
  }

  async next() {
    const following = this.queue.shift();
    if (following === undefined) {
      this.sound.pause();
      return;
    }
    this.#history.push(this.current);
    await this.#begin(following.playable);
  }

  async previous() {
    const before = this.#history.pop();
    if (before === undefined) {
      await this.seek(0);
      return;
    }
    this.queue.unshift(entry(this.current));
    await this.#begin(before);
  }

  /** Stop, and hear of nothing any more. */
  close() {
    this.sound.close();
    this.#closed.abort();
  }

  #closed = new AbortController();

  #hear(name, work) {
    this.sound.addEventListener(name, work, { signal: this.#closed.signal });
  }

  async #begin(playable) {
    this.current = playable;
    this.#changed();
    const { node } = await ask(STREAM, { id: playable.id });
    if (node?.stream == null || this.current.id !== playable.id) return;
    this.sound.prepare(node.stream.adaptiveUrl);
    await this.sound.begin(0);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function entry(playable) {
  return { id: String(++lastEntry), playable };
}
