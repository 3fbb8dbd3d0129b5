// What is browsed: the front page, an artist, an album, what search found.

import { ALBUM, ARTIST, CHANNEL, HOME, SEARCH } from "./documents.js";
import { button, element, minutes } from "./elements.js";
import { ask } from "./graphql.js";

const link = (kind, id) => `#/${kind}/${encodeURIComponent(id)}`;

/** The view of an address: a title and elements; `listen` plays and queues. */
export async function view(path, listen) {
  const [, kind, key] = path.split("/").map(decodeURIComponent);
  if (kind === "artist") return artist(key, listen);
  if (kind === "album") return album(key, listen);
  if (kind === "channel") return channel(key, listen);
  if (kind === "search") return search(key, listen);
  return home(listen);
}

async function home(listen) {
  const { tracks, videos } = await ask(HOME);
  if (!tracks.nodes.length && !videos.nodes.length) {
    return [
      element("h1", {}, "Nothing to hear yet"),
      element("p", { class: "quiet" }, "Upload or import music, and it is here."),
    ];
  }
  return [
    element("h1", {}, "New"),
    rows(tracks.nodes, listen),
    section("Videos", videos.nodes, rows(videos.nodes, listen)),
  ].flat();
}

async function artist(id, listen) {
  const found = (await ask(ARTIST, { id })).artist;
  if (found === null) return missing();
  return [
    element("h1", {}, found.name),
    found.bio && element("p", {}, found.bio),
    element("h2", {}, "Albums"),
    element("div", { class: "tiles" }, found.albums.nodes.map((each) => tile("album", each, each.title, each.releaseDate))),
    element("h2", {}, "Tracks"),
    rows(found.tracks.nodes, listen),
  ];
}

async function album(id, listen) {
  const found = (await ask(ALBUM, { id })).album;
  if (found === null) return missing();
  const tracks = found.tracks.nodes;
  return [
    element("h1", {}, found.title),
    element("p", {}, element("a", { href: link("artist", found.artist.id) }, found.artist.name)),
    tracks.length > 0 && button("Play all", () => listen.play(tracks[0], tracks.slice(1))),
    rows(tracks, listen),
  ];
}

async function channel(id, listen) {
  const found = (await ask(CHANNEL, { id })).channel;
  if (found === null) return missing();
  return [
    element("h1", {}, found.name),
    found.description && element("p", {}, found.description),
    rows(found.videos.nodes, listen),
  ];
}

async function search(text, listen) {
  const { nodes } = (await ask(SEARCH, { text })).search;
  const of = (kind) => nodes.filter((each) => each.__typename === kind);
  return [
    element("h1", {}, nodes.length ? `“${text}”` : `Nothing found for “${text}”`),
    section("Tracks", of("Track"), rows(of("Track"), listen)),
    section("Albums", of("Album"), tiles("album", of("Album"), (each) => [each.title, each.artist.name])),
    section("Videos", of("Video"), rows(of("Video"), listen)),
    section("Artists", of("Artist"), tiles("artist", of("Artist"), (each) => [each.name, ""])),
    section("Channels", of("Channel"), tiles("channel", of("Channel"), (each) => [each.name, ""])),
  ].flat();
}

function section(title, list, shown) {
  return list.length > 0 && [element("h2", {}, title), shown];
}

function missing() {
  return [element("h1", {}, "There is no such thing here")];
}

function tiles(kind, list, words) {
  return element("div", { class: "tiles" }, list.map((each) => tile(kind, each, ...words(each))));
}

function tile(kind, { id, coverUrl, imageUrl }, title, below) {
  const picture = coverUrl ?? imageUrl;
  return element(
    "a",
    { class: "tile", href: link(kind, id) },
    picture ? element("img", { class: "cover", src: picture, alt: "", loading: "lazy" }) : element("span", { class: "cover" }),
    element("b", {}, title),
    element("span", {}, below ?? ""),
  );
}

/** Playables one below the other; one that is played goes on with those after it. */
export function rows(playables, listen) {
  const row = (playable, place) =>
    element(
      "li",
      { "data-id": playable.id, "aria-current": listen.current?.id === playable.id && "true" },
      button("▶", () => listen.play(playable, playables.slice(place + 1)), {
        "aria-label": `Play ${playable.title}`,
      }),
      element("span", {}, element("span", { class: "title" }, playable.title), by(playable.creator)),
      element("span", { class: "quiet" }, minutes(playable.durationMs)),
      button("+", () => listen.add(playable), {
        "aria-label": `Queue ${playable.title}`,
        title: "Add to the queue",
      }),
    );
  return element("ol", { class: "rows" }, playables.map(row));
}

function by({ __typename, id, name }) {
  return element("a", { class: "quiet", href: link(__typename.toLowerCase(), id) }, name);
}
