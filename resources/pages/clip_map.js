"use strict";
// The map and the roster: colours, the film of a point, a lasso, and rows sorted and searched.
(() => {
  const study = JSON.parse(document.getElementById("study").textContent);
  const at = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  // Okabe and Ito's colours, which the colour-blind can tell; the last is for all other classes.
  const CLASSES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#7a7a7a"];
  const RAMP = ["#440154", "#3b528b", "#21918c", "#5ec962", "#d8c100"];
  const column = (key) => study.columns.find((one) => one.key === key);
  const points = new Map();
  const lines = new Map(); // clip -> its row in the table, made once
  const LASSO_FROM = 6; // units of the map; a shorter drag is a click
  const ROWS = 150; // of the table, until somebody scrolls on
  let kept = []; // rows of the table, in its order
  let lasso = null; // corners of the loop being drawn
  let chosen = null; // clips inside the last one; null: all
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

  const onMap = ({ place: [x, y] }) => [16 + 608 * x, 16 + 408 * (1 - y)];

  function drawMap() {
    const rows = study.rows.filter(({ place }) => place);
    for (const row of rows) {
      const point = document.createElementNS(SVG, "circle");
      const [x, y] = onMap(row);
      point.setAttribute("cx", x);
      point.setAttribute("cy", y);
      point.setAttribute("r", rows.length > 300 ? 4 : 7);
      points.set(row.clip, point);
      let mark = point;
      if (row.page) {
        mark = document.createElementNS(SVG, "a");
        mark.setAttribute("href", row.page);
        mark.setAttribute("tabindex", "-1");
        mark.append(point);
      }
      mark.addEventListener("pointerenter", () => { if (!lasso) show(row); });
      mark.addEventListener("click", () => show(row));
      at("map").insertBefore(mark, at("lasso"));
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

  // A drag over the map draws a loop; a finger does so only when asked to, since it scrolls too.
  function lassoing() {
    const map = at("map");
    let dragged = false;
    const place = (event) => {
      const point = new DOMPoint(event.clientX, event.clientY);
      const { x, y } = point.matrixTransform(map.getScreenCTM().inverse());
      return [x, y];
    };
    const long = () => lasso && lasso.some(([x, y]) => Math.hypot(x - lasso[0][0], y - lasso[0][1]) > LASSO_FROM);
    map.addEventListener("dragstart", (event) => event.preventDefault()); // points are links
    map.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || (event.pointerType === "touch" && !map.classList.contains("drawing"))) return;
      lasso = [place(event)];
      dragged = false;
    });
    addEventListener("pointermove", (event) => {
      if (!lasso) return;
      lasso.push(place(event));
      if (long()) at("lasso").setAttribute("points", lasso.join(" "));
    });
    addEventListener("pointerup", () => {
      if (long()) {
        const loop = lasso;
        const within = study.rows.filter((row) => row.place && roster.inside(onMap(row), loop));
        choose(new Set(within.map(({ clip }) => clip)));
        dragged = true;
      }
      lasso = null;
    });
    // The click that ends a drag opens no report.
    map.addEventListener("click", (event) => {
      if (dragged) event.preventDefault();
      if (dragged) event.stopPropagation();
    }, true);
    addEventListener("pointercancel", () => { lasso = null; });
    at("draw").addEventListener("click", () => {
      const drawing = map.classList.toggle("drawing");
      at("draw").setAttribute("aria-pressed", String(drawing));
    });
    at("all").addEventListener("click", () => {
      at("search").value = "";
      choose(null);
    });
  }

  function choose(clips) {
    chosen = clips;
    if (!clips) at("lasso").setAttribute("points", "");
    tabulate();
  }

  function tabulate() {
    const found = roster.searched(study.rows, at("search").value);
    const within = found.filter(({ clip }) => !chosen || chosen.has(clip));
    const rows = roster.sorted(within, sort.key, sort.down);
    at("count").textContent = `${rows.length} of ${study.rows.length} clips`;
    at("all").disabled = !chosen && !at("search").value;
    at("list").value = rows.map(({ clip }) => clip).join("\n");
    const clips = new Set(rows.map(({ clip }) => clip));
    for (const [clip, point] of points) point.classList.toggle("faded", !clips.has(clip));
    for (const head of document.querySelectorAll("th[data-key]")) {
      const chosen = head.dataset.key === sort.key;
      if (chosen) head.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    kept = rows;
    at("rows").replaceChildren();
    more();
  }

  // The next rows of those kept, each time as many as there are: a table of thousands takes long to
  // lay out, and is laid out as a whole each time.
  function more() {
    const rows = at("rows");
    const from = rows.children.length;
    rows.append(...kept.slice(from, from + Math.max(ROWS, from)).map(lineOf));
    at("more").hidden = rows.children.length >= kept.length;
  }

  function lineOf(row) {
    if (!lines.has(row.clip)) {
      const line = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      if (row.page) {
        head.append(Object.assign(document.createElement("a"), { href: row.page, textContent: row.clip }));
      } else head.textContent = row.clip;
      line.append(head);
      for (const one of study.columns.filter(({ listed }) => listed)) {
        const cell = document.createElement("td");
        if (one.kind === "number") cell.className = "num";
        cell.textContent = text(row, one);
        line.append(cell);
      }
      line.addEventListener("pointerenter", () => show(row));
      line.addEventListener("focusin", () => show(row));
      lines.set(row.clip, line);
    }
    return lines.get(row.clip);
  }

  for (const head of document.querySelectorAll("th[data-key] button")) {
    head.addEventListener("click", () => {
      const { key } = head.parentElement.dataset;
      sort = { key, down: sort.key === key && !sort.down };
      tabulate();
    });
  }
  at("search").addEventListener("input", tabulate);
  at("more").addEventListener("click", more);
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) more(); },
    { root: document.querySelector(".roster"), rootMargin: "600px" }).observe(at("more"));
  at("colour").addEventListener("change", colour);
  at("copy").addEventListener("click", () => {
    at("list").select();
    document.execCommand("copy"); // works from a file, where navigator.clipboard may not
    at("count").textContent += ", copied";
  });
  drawMap();
  lassoing();
  colour();
  tabulate();
})();
