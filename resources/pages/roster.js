"use strict";
// Rows of a roster: sorted, searched, inside a lasso, and their values on a scale.
const roster = (() => {
  // Rows by a column, up or down; blanks last either way, equal ones by clip.
  function sorted(rows, key, down) {
    const of = (row) => (key === "clip" ? row.clip : row.cells[key]);
    const byClip = (a, b) => a.clip.localeCompare(b.clip, "en", { numeric: true });
    return [...rows].sort((a, b) => {
      const [one, other] = [of(a), of(b)];
      if ((one === undefined) !== (other === undefined)) return one === undefined ? 1 : -1;
      let order = 0;
      if (typeof one === "number" && typeof other === "number") order = one - other;
      else if (one !== undefined) order = String(one).localeCompare(String(other), "en", { numeric: true });
      return (down ? -order : order) || byClip(a, b);
    });
  }

  // Rows that hold every word of `text` in their clip or one of their texts.
  function searched(rows, text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return rows.filter(({ clip, cells }) => {
      const all = [clip, ...Object.values(cells).filter((cell) => typeof cell === "string")]
        .join("\n")
        .toLowerCase();
      return words.every((word) => all.includes(word));
    });
  }

  // The values of a class with how often each stands there, most frequent first.
  function classes(rows, key) {
    const counts = new Map();
    for (const { cells } of rows) {
      if (cells[key] !== undefined) counts.set(cells[key], (counts.get(cells[key]) || 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1] || String(a[0]).localeCompare(String(b[0])));
  }

  // Smallest and largest value of a number, 5 % at each end left out; null without one.
  function range(rows, key) {
    const values = rows.map(({ cells }) => cells[key]).filter((value) => value !== undefined);
    if (!values.length) return null;
    values.sort((a, b) => a - b);
    const at = (share) => values[Math.round(share * (values.length - 1))];
    return [at(0.05), at(0.95)];
  }

  // Which of `steps` equal parts of a range a value lies in.
  function part(value, [low, high], steps) {
    if (!(high > low)) return 0;
    return Math.min(Math.max(Math.floor(((value - low) / (high - low)) * steps), 0), steps - 1);
  }

  // Whether a point lies inside a polygon: a ray from it crosses the edge an odd number of times.
  function inside([x, y], polygon) {
    let odd = false;
    polygon.forEach(([x1, y1], corner) => {
      const [x2, y2] = polygon[(corner + 1) % polygon.length];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
    });
    return odd;
  }

  return { sorted, searched, classes, range, part, inside };
})();
