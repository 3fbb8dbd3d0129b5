// What is browsed: the front page, an artist, an album, what search found.

import { ALBUM, ARTIST, HOME, SEARCH } from "./documents.js";
import { button, element, minutes } from "./elements.js";
import { ask } from "./graphql.js";

const link = (kind, id) => `#/${kind}/${encodeURIComponent(id)}`;

/** The view of an address: a title and elements; `listen` plays and queues. */
export async function view(path, listen) {
  const [, kind, key] = path.split("/").map(decodeURIComponent);
  if (kind === "artist") return artist(key, listen);
  if (kind === "album") return album(key, listen);
  if (kind === "search") return search(key, listen);
  return home(listen);
}

async function home(listen) {
  const { tracks } = await ask(HOME);
  if (!tracks.nodes.length) {
    return [element("h1", {}, "Nothing to hear yet"), element("p", { class: "quiet" }, "Upload or import music, and it is here.")];
  }
  return [element("h1", {}, "New"), rows(tracks.nodes, listen)];
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

async function search(text, listen) {
  const { nodes } = (await ask(SEARCH, { text })).search;
  const of = (kind) => nodes.filter((each) => each.__typename === kind);
  const section = (title, list, shown) => list.length > 0 && [element("h2", {}, title), shown];
  return [
    element("h1", {}, nodes.length ? `“${text}”` : `Nothing found for “${text}”`),
    section("Tracks", of("Track"), rows(of("Track"), listen)),
    section("Albums", of("Album"), tiles("album", of("Album"), (each) => [each.title, each.artist.name])),
    section("Artists", of("Artist"), tiles("artist", of("Artist"), (each) => [each.name, ""])),
  ].flat();
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

/** Tracks one below the other; one that is played goes on with those after it. */
export function rows(tracks, listen) {
  const list = element("ol", { class: "rows" });
  tracks.forEach((track, place) => {
    const play = () => listen.play(track, tracks.slice(place + 1));
    list.append(
      element(
        "li",
        { "data-id": track.id, "aria-current": listen.current?.id === track.id && "true" },
        button("▶", play, { "aria-label": `Play ${track.title}` }),
        element(
          "span",
          {},
          element("span", { class: "title" }, track.title),
          element("a", { class: "quiet", href: link("artist", track.artist.id) }, track.artist.name),
        ),
        element("span", { class: "quiet" }, minutes(track.durationMs)),
        button("+", () => listen.add(track), { "aria-label": `Queue ${track.title}`, title: "Add to the queue" }),
      ),
    );
  });
  return list;
}
