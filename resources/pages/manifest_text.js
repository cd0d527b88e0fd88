"use strict";
// The text of a manifest as runform.manifest reads it, and cells put into it: all other bytes of it,
// comments, order, line ends and blanks, stay as they are.
const manifestText = (() => {
  // Where Python's str.splitlines ends a line.
  const LINE_END = /(\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029])/;

  // {bom, lines: [[text, end]], header: [name], rows: Map of clip to line}; an Error says in one
  // line why a text is no manifest.
  function parse(text) {
    const bom = text.startsWith("\ufeff") ? "\ufeff" : "";
    const parts = text.slice(bom.length).split(LINE_END);
    const lines = [];
    for (let at = 0; at < parts.length; at += 2) {
      if (at + 1 < parts.length || parts[at]) lines.push([parts[at], parts[at + 1] || ""]);
    }
    const header = lines.length ? cells(lines[0][0]) : [];
    const clipColumn = header.indexOf("clip");
    if (clipColumn < 0) throw new Error("line 1: expected a header with the column clip");
    const rows = new Map();
    lines.forEach(([line], number) => {
      if (number === 0 || !isRow(line)) return;
      const found = cells(line);
      if (found.length !== header.length) {
        throw new Error(
          `line ${number + 1}: expected ${header.length} cells with tabs between, found ${found.length}`,
        );
      }
      if (rows.has(found[clipColumn])) {
        throw new Error(`line ${number + 1}: the clip ${found[clipColumn]} stands twice`);
      }
      rows.set(found[clipColumn], number);
    });
    return { bom, lines, header, rows };
  }

  const cells = (line) => line.split("\t").map((cell) => cell.trim());
  const isRow = (line) => !line.startsWith("#") && cells(line).some((cell) => cell);

  // The cell of a clip; "" where the column or the clip is not there.
  function cell(manifest, clip, column) {
    const at = manifest.header.indexOf(column);
    const line = manifest.rows.get(clip);
    return at < 0 || line === undefined ? "" : cells(manifest.lines[line][0])[at];
  }

  // What becomes of edits {clip, column, was, now} in a manifest: those that can be made, and
  // conflicts, whose cell is neither what it was nor what it is to be (`is`), or whose clip is gone
  // (`is` null).
  function merge(manifest, edits) {
    const made = [];
    const conflicts = [];
    for (const edit of edits) {
      if (!manifest.rows.has(edit.clip)) {
        conflicts.push({ ...edit, is: null });
        continue;
      }
      const is = cell(manifest, edit.clip, edit.column);
      if (is === edit.was || is === edit.now) made.push(edit);
      else conflicts.push({ ...edit, is });
    }
    return { made, conflicts };
  }

  // The text with the edits that `merge` can make; a column that is missing comes last.
  function applied(manifest, edits) {
    const { made } = merge(manifest, edits);
    const lines = manifest.lines.map((line) => [...line]);
    const header = [...manifest.header];
    for (const column of new Set(made.filter((edit) => edit.now).map((edit) => edit.column))) {
      if (header.includes(column)) continue;
      header.push(column);
      lines[0][0] += `\t${column}`;
      for (const number of manifest.rows.values()) lines[number][0] += "\t";
    }
    for (const { clip, column, now } of made) {
      const at = header.indexOf(column);
      if (at < 0) continue;
      const line = lines[manifest.rows.get(clip)];
      const row = line[0].split("\t");
      if (row[at].trim() !== now) row[at] = now;
      line[0] = row.join("\t");
    }
    return manifest.bom + lines.map((line) => line.join("")).join("");
  }

  return { parse, cell, merge, applied };
})();
