// Listening with an account: the server holds the session, this tab is one of its devices.
//
//   a command ──▶ mutation ──▶ session on the server ──▶ every tab hears where it stands
//                                                         └▶ the active one sounds so
//
// Nothing is kept here that the server does not say; so two tabs cannot drift apart.

import * as documents from "./documents.js";
import { ask, follow } from "./graphql.js";

const HEARTBEAT_SECONDS = 10;
const DRIFT_MS = 1500;
const INSTALL = "tutti.install";

export class ListenTogether extends EventTarget {
  current = null;
  queue = [];
  devices = [];
  deviceId = null;
  #session = null;
  #sounding = null;
  #clockSkewMs = Infinity;
  #closed = new AbortController();
  #unfollow = null;
  #ready;

  constructor(sound) {
    super();
    this.sound = sound;
    const { signal } = this.#closed;
    sound.addEventListener("ended", () => this.isHere && this.next(), { signal });
    const beating = setInterval(() => this.#beat(), HEARTBEAT_SECONDS * 1000);
    signal.addEventListener("abort", () => clearInterval(beating));
    this.#ready = this.#begin();
  }

  get isPlaying() {
    return this.#session?.state === "PLAYING";
  }

  get isHere() {
    return this.#session?.device?.id === this.deviceId;
  }

  get activeDeviceId() {
    return this.#session?.device?.id ?? null;
  }

  get positionMs() {
    if (this.#session === null) return 0;
    if (this.isHere && this.#sounding === this.#session.entryId) return this.sound.positionMs;
    return this.#positionByClock();
  }

  get volume() {
    return (this.#session?.volume ?? 100) / 100;
  }

  set volume(part) {
    this.sound.volume = part;
    const volume = Math.round(part * 100);
    if (this.#session !== null) void this.#tell(documents.SET_VOLUME, { volume });
  }

  async play(playable, after = []) {
    await this.#ready;
    await this.#run(documents.START_PLAYBACK, {
      playableId: playable.id,
      queue: after.map(({ id }) => id),
      deviceId: this.deviceId,
    });
  }

  async add(playable) {
    if (this.#session === null) await this.play(playable);
    else await this.#change(documents.ADD_TO_QUEUE, { playableIds: [playable.id] });
  }

  async remove(at) {
    await this.#change(documents.REMOVE_FROM_QUEUE, { entryIds: [this.queue[at].id] });
  }

  async moveUp(at) {
    const above = this.queue[at - 2];
    await this.#change(documents.MOVE_IN_QUEUE, {
      entryIds: [this.queue[at].id],
      place: above ? "AFTER" : "NEXT",
      afterEntryId: above?.id,
    });
  }

  async pause() {
    if (this.isHere) this.sound.pause();
    await this.#tell(documents.PAUSE_PLAYBACK, this.#here());
  }

  async resume() {
    await this.#tell(documents.RESUME_PLAYBACK);
    if (this.isHere) await this.sound.play();
  }

  async seek(positionMs) {
    await this.#tell(documents.SEEK_PLAYBACK, { positionMs });
  }

  async next() {
    await this.#tell(documents.NEXT_IN_QUEUE, { ...this.#here(), fromEntryId: this.#session.entryId });
  }

  async previous() {
    await this.#tell(documents.PREVIOUS_IN_QUEUE, { ...this.#here(), fromEntryId: this.#session.entryId });
  }

  async moveTo(deviceId) {
    await this.#run(documents.TRANSFER_PLAYBACK, { deviceId, ...this.#here() });
  }

  /** Leave: this tab falls silent, the session stays on the server. */
  close() {
    this.#closed.abort();
    this.#unfollow?.();
    this.sound.close();
  }

  async #begin() {
    const registered = await ask(documents.REGISTER_DEVICE, { installId: installId(), name: deviceName() });
    this.deviceId = registered.registerDevice.device.id;
    if (this.#closed.signal.aborted) return;
    this.#unfollow = follow(documents.MY_PLAYBACK_MOVED, {}, (data) => this.#hear(data.myPlaybackMoved));
    await this.#findDevices();
  }

  async #findDevices() {
    this.devices = (await ask(documents.MY_DEVICES)).myDevices.nodes;
    this.#changed();
  }

  /** A command of this session. */
  async #tell(document, given = {}) {
    if (this.#session === null) return;
    await this.#run(document, { sessionId: this.#session.id, ...given });
  }

  /** A change of the queue, called by a name that makes a repetition harmless. */
  async #change(document, given) {
    await this.#tell(document, { operationId: crypto.randomUUID(), ...given });
  }

  async #run(document, variables) {
    const [payload] = Object.values(await ask(document, variables));
    this.#hear(payload.session);
  }

  #here() {
    return this.isHere ? { positionMs: this.sound.positionMs } : {};
  }

  #hear(session) {
    if (session == null || this.#closed.signal.aborted) return;
    const known = this.#session;
    const isOld = known?.id === session.id ? session.sequence <= known.sequence : known?.startedAt > session.startedAt;
    if (isOld) return;
    this.#clockSkewMs = Math.min(this.#clockSkewMs, Date.now() - Date.parse(session.updatedAt));
    this.#session = session.state === "ENDED" ? null : session;
    this.current = this.#session?.playable ?? null;
    this.queue = this.#session ? session.queue.filter(({ playable }) => playable !== null) : [];
    if (this.#session && !this.devices.some(({ id }) => id === session.device?.id)) void this.#findDevices();
    void this.#follow();
    this.#changed();
  }

  /** Let this tab sound as the session says. */
  async #follow() {
    const session = this.#session;
    if (session?.playable?.stream == null) {
      this.#sounding = null;
      this.sound.close();
      return;
    }
    this.sound.volume = session.volume / 100;
    if (!this.isHere) {
      this.#sounding = null;
      this.sound.rest();
      this.sound.prepare(session.playable.stream.adaptiveUrl);
      return;
    }
    const position = this.#positionByClock();
    if (this.#sounding !== session.entryId) {
      this.#sounding = session.entryId;
      this.sound.prepare(session.playable.stream.adaptiveUrl);
      const sounds = await this.sound.begin(position, this.isPlaying);
      if (!sounds) this.dispatchEvent(new CustomEvent("silent"));
      return;
    }
    if (Math.abs(this.sound.positionMs - position) > DRIFT_MS) this.sound.seek(position);
    if (this.isPlaying) await this.sound.play();
    else this.sound.pause();
  }

  #positionByClock() {
    const { state, positionMs, updatedAt, speed, playable } = this.#session;
    const since = state === "PLAYING" ? Date.now() - this.#clockSkewMs - Date.parse(updatedAt) : 0;
    return Math.min(positionMs + Math.max(0, since) * speed, playable?.durationMs ?? Infinity);
  }

  #beat() {
    if (!this.isHere || !this.isPlaying || !this.sound.isPlaying) return;
    const beat = { ...this.#here(), deviceId: this.deviceId };
    this.#tell(documents.HEARTBEAT, beat).catch(() => {}); // the next one says it again
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** Each tab is a device of its own, and stays the same one when it is loaded anew. */
function installId() {
  const known = sessionStorage.getItem(INSTALL) ?? crypto.randomUUID();
  sessionStorage.setItem(INSTALL, known);
  return known;
}

function deviceName() {
  const browser = /(Firefox|Edg|Chrome|Safari)/.exec(navigator.userAgent)?.[1] ?? "Browser";
  return `${browser} ${installId().slice(0, 4)}`;
}
