"use strict";
// The map and the roster: colours, the film of a point, and rows sorted and searched.
(() => {
  const study = JSON.parse(document.getElementById("study").textContent);
  const at = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  // Okabe and Ito's colours, which the colour-blind can tell; the last is for all other classes.
  const CLASSES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#7a7a7a"];
  const RAMP = ["#440154", "#3b528b", "#21918c", "#5ec962", "#d8c100"];
  const column = (key) => study.columns.find((one) => one.key === key);
  const points = new Map();
  let sort = { key: "clip", down: false };

  function text(row, { key, kind, digits }) {
    const cell = row.cells[key];
    if (cell === undefined) return "–";
    return kind === "number" ? cell.toFixed(digits).replace("-", "−") : cell;
  }

  function show(row) {
    const { key, title } = column(at("colour").value);
    at("shown").textContent = `${row.clip}, ${title}: ${text(row, column(key))}`;
    at("open").hidden = !row.page;
    if (row.page) {
      at("open").href = row.page;
      at("open").textContent = `Report of ${row.clip}`;
    }
    const film = at("film");
    at("no-film").hidden = Boolean(row.film);
    film.hidden = !row.film;
    if (row.film && film.getAttribute("src") !== row.film) {
      film.src = row.film;
      film.play().catch(() => {});
    }
    for (const [clip, point] of points) point.classList.toggle("chosen", clip === row.clip);
  }

  function drawMap() {
    const rows = study.rows.filter(({ place }) => place);
    for (const row of rows) {
      const point = document.createElementNS(SVG, "circle");
      point.setAttribute("cx", 16 + 608 * row.place[0]);
      point.setAttribute("cy", 16 + 408 * (1 - row.place[1]));
      point.setAttribute("r", rows.length > 300 ? 4 : 7);
      points.set(row.clip, point);
      let mark = point;
      if (row.page) {
        mark = document.createElementNS(SVG, "a");
        mark.setAttribute("href", row.page);
        mark.setAttribute("tabindex", "-1");
        mark.append(point);
      }
      mark.addEventListener("pointerenter", () => show(row));
      mark.addEventListener("click", () => show(row));
      at("map").append(mark);
    }
  }

  function colour() {
    const { key, kind, digits } = column(at("colour").value);
    const legend = [];
    const fill = new Map();
    if (kind === "number") {
      const range = roster.range(study.rows, key);
      const step = (range[1] - range[0]) / RAMP.length;
      RAMP.forEach((ink, part) => {
        legend.push([ink, `from ${(range[0] + part * step).toFixed(digits)}`]);
      });
      for (const { clip, cells } of study.rows) {
        if (cells[key] !== undefined) fill.set(clip, RAMP[roster.part(cells[key], range, RAMP.length)]);
      }
    } else {
      const classes = roster.classes(study.rows, key);
      const inks = new Map();
      const last = CLASSES.length - 1;
      classes.forEach(([name, count], rank) => {
        inks.set(name, CLASSES[Math.min(rank, last)]);
        if (rank < last) legend.push([CLASSES[rank], `${name} (${count})`]);
      });
      if (classes.length > last) legend.push([CLASSES[last], `${classes.length - last} others`]);
      for (const { clip, cells } of study.rows) fill.set(clip, inks.get(cells[key]));
    }
    for (const [clip, point] of points) {
      if (fill.get(clip)) point.setAttribute("fill", fill.get(clip));
      else point.setAttribute("fill", "none");
    }
    if ([...points.keys()].some((clip) => !fill.get(clip))) legend.push(["none", "not known"]);
    at("legend").replaceChildren(...legend.map(([ink, words]) => {
      const item = document.createElement("li");
      const dot = document.createElementNS(SVG, "svg");
      dot.setAttribute("viewBox", "0 0 12 12");
      const circle = document.createElementNS(SVG, "circle");
      circle.setAttribute("fill", ink);
      for (const [name, size] of [["cx", 6], ["cy", 6], ["r", 5]]) circle.setAttribute(name, size);
      dot.append(circle);
      item.append(dot, words);
      return item;
    }));
  }

  function tabulate() {
    const rows = roster.sorted(roster.searched(study.rows, at("search").value), sort.key, sort.down);
    at("count").textContent = `${rows.length} of ${study.rows.length} clips`;
    const kept = new Set(rows.map(({ clip }) => clip));
    for (const [clip, point] of points) point.classList.toggle("faded", !kept.has(clip));
    for (const head of document.querySelectorAll("th[data-key]")) {
      const chosen = head.dataset.key === sort.key;
      if (chosen) head.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    at("rows").replaceChildren(...rows.map((row) => {
      const line = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      if (row.page) {
        head.append(Object.assign(document.createElement("a"), { href: row.page, textContent: row.clip }));
      } else head.textContent = row.clip;
      line.append(head);
      for (const one of study.columns) {
        const cell = document.createElement("td");
        if (one.kind === "number") cell.className = "num";
        cell.textContent = text(row, one);
        line.append(cell);
      }
      line.addEventListener("pointerenter", () => show(row));
      line.addEventListener("focusin", () => show(row));
      return line;
    }));
  }

  for (const head of document.querySelectorAll("th[data-key] button")) {
    head.addEventListener("click", () => {
      const { key } = head.parentElement.dataset;
      sort = { key, down: sort.key === key && !sort.down };
      tabulate();
    });
  }
  at("search").addEventListener("input", tabulate);
  at("colour").addEventListener("change", colour);
  drawMap();
  colour();
  tabulate();
})();
