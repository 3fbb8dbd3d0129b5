// Where the boxes of a plan stand, and when each fetch began and ended. No DOM in here.

export const BOX = { width: 236, height: 80, gapX: 76, gapY: 16, top: 44, left: 20 };

// What waits for nothing stands in column 0, all else one right of what it waits for.
function columnsOf(fetches) {
  const byId = new Map(fetches.map((fetch) => [fetch.id, fetch]));
  const columns = new Map();
  const columnOf = (id) => {
    if (!columns.has(id)) {
      const befores = byId.get(id).after.filter((before) => byId.has(before));
      columns.set(id, 1 + Math.max(-1, ...befores.map(columnOf)));
    }
    return columns.get(id);
  };
  for (const { id } of fetches) columnOf(id);
  return columns;
}

const mean = (numbers) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

// Each column is sorted by where its boxes' predecessors stand, and moved beside them.
export function layOut(fetches) {
  const columns = columnsOf(fetches);
  const places = new Map();
  const count = 1 + Math.max(-1, ...columns.values());
  const step = BOX.height + BOX.gapY;
  for (let column = 0; column < count; column += 1) {
    const members = fetches
      .filter(({ id }) => columns.get(id) === column)
      .map((fetch) => {
        const befores = fetch.after.filter((id) => places.has(id));
        return { fetch, wish: befores.length ? mean(befores.map((id) => places.get(id).y)) : null };
      })
      .sort((one, two) => (one.wish ?? 0) - (two.wish ?? 0) || one.fetch.id - two.fetch.id);
    let y = BOX.top - step;
    const rows = members.map(({ wish }) => (y = Math.max(y + step, wish ?? 0)));
    const drift = mean(members.map(({ wish }, row) => rows[row] - (wish ?? rows[row])));
    const shift = Math.min(drift, rows[0] - BOX.top);
    members.forEach(({ fetch }, row) =>
      places.set(fetch.id, {
        column,
        x: BOX.left + column * (BOX.width + BOX.gapX),
        y: rows[row] - shift,
      }),
    );
  }
  const bottom = Math.max(BOX.top, ...[...places.values()].map(({ y }) => y + BOX.height));
  return {
    places,
    columns: count,
    width: 2 * BOX.left + count * BOX.width + Math.max(0, count - 1) * BOX.gapX,
    height: bottom + BOX.left,
  };
}

// A fetch begins when the last one it waits for has ended. The chain that ends last is the
// slowest: whoever wants the operation faster begins there.
export function timeFetches(fetches, ran) {
  const times = new Map();
  const byId = new Map(fetches.map((fetch) => [fetch.id, fetch]));
  const timeOf = (id) => {
    if (!times.has(id)) {
      const befores = byId.get(id).after.filter((before) => byId.has(before)).map(timeOf);
      const last = befores.reduce((a, b) => (a && a.end >= b.end ? a : b), null);
      const begin = last?.end ?? 0;
      const end = begin + (ran.get(id)?.milliseconds ?? 0);
      times.set(id, { id, begin, end, last: last?.id ?? null });
    }
    return times.get(id);
  };
  for (const { id } of fetches) timeOf(id);
  const slowest = new Set();
  const didRun = [...times.values()].filter(({ id }) => ran.has(id));
  let at = didRun.reduce((a, b) => (a && a.end >= b.end ? a : b), null);
  const total = at?.end ?? 0;
  while (at) {
    slowest.add(at.id);
    at = at.last === null ? null : times.get(at.last);
  }
  return { times, slowest, total };
}
