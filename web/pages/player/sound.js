// The one element that sounds: a stream through hls.js, or by the browser itself where it can.

import Hls from "./hls.min.mjs";

const HLS_TYPE = "application/vnd.apple.mpegurl";
const ENDED_WITHIN = 0.5;

export class Sound extends EventTarget {
  #element;
  #hls = null;
  #url = null;
  #begin = 0;

  constructor(picture) {
    super();
    this.#element = document.createElement("video");
    this.#element.playsInline = true;
    this.#element.preload = "auto";
    picture.append(this.#element);
    for (const name of ["play", "pause", "waiting", "playing", "ended", "timeupdate"]) {
      this.#element.addEventListener(name, () => this.dispatchEvent(new Event(name)));
    }
    this.#element.addEventListener("error", () => this.#fail());
  }

  get positionMs() {
    return Math.round((this.#element.readyState ? this.#element.currentTime : this.#begin) * 1000);
  }

  get isPlaying() {
    return !this.#element.paused && !this.#element.ended;
  }

  get isAtEnd() {
    const { ended, duration, currentTime } = this.#element;
    return ended || (duration > 0 && duration - currentTime < ENDED_WITHIN);
  }

  set volume(part) {
    this.#element.volume = Math.min(1, Math.max(0, part));
  }

  set speed(times) {
    this.#element.playbackRate = times;
    this.#element.defaultPlaybackRate = times;
  }

  /** Make a stream ready: its playlist is read, and nothing of its sound. */
  prepare(url) {
    if (this.#url === url) return;
    this.close();
    this.#url = url;
    if (!Hls.isSupported() && this.#element.canPlayType(HLS_TYPE)) {
      this.#element.src = url;
      return;
    }
    this.#hls = new Hls({ enableWorker: false, autoStartLoad: false });
    this.#hls.on(Hls.Events.ERROR, (_, { fatal, type, details }) => fatal && this.#fail(type, details));
    this.#hls.loadSource(url);
    this.#hls.attachMedia(this.#element);
  }

  /** Sound from a position of the prepared stream; false where a click has to come first. */
  async begin(positionMs, isPlaying = true) {
    this.#begin = positionMs / 1000;
    this.#hls?.startLoad(this.#begin);
    if (this.#element.readyState || this.#hls === null) this.#element.currentTime = this.#begin;
    if (isPlaying) return this.play();
    this.pause();
    return true;
  }

  /** Fall silent, and keep the stream ready. */
  rest() {
    this.#element.pause();
    this.#hls?.stopLoad();
  }

  close() {
    this.#element.pause();
    this.#hls?.destroy();
    this.#hls = null;
    this.#url = null;
    this.#element.removeAttribute("src");
    this.#element.load();
  }

  /** Browsers let nothing sound before a first click; false says that this is so. */
  async play() {
    try {
      await this.#element.play();
      return true;
    } catch (refusal) {
      if (refusal.name === "AbortError") return true; // another stream was opened meanwhile
      return false;
    }
  }

  pause() {
    this.#element.pause();
  }

  seek(positionMs) {
    this.#begin = positionMs / 1000;
    if (this.#element.readyState) this.#element.currentTime = this.#begin;
  }

  #fail(type = "media", details = "") {
    this.dispatchEvent(new CustomEvent("trouble", { detail: `${type} ${details}`.trim() }));
  }
}
