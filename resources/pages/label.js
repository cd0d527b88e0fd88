"use strict";
// The page on which clips are labelled. What somebody says is kept in the browser at once; the
// manifest is written when it is downloaded. What others or the program said is never shown.
(() => {
  const study = JSON.parse(document.getElementById("study").textContent);
  const CYCLE = ["", "yes", "no", "unsure"];
  const SPEEDS = [1, 0.5, 0.25];
  const INITIALS = /^[A-Z][A-Z0-9]{0,7}$/;
  const at = (id) => document.getElementById(id);
  const film = at("film");
  let manifest = manifestText.parse(study.manifest);
  let current = null; // position in study.clips
  let visited = [];
  let speed = 0;

  // What the browser keeps: initials, edits by clip and column, and the history for undo.
  const store = {
    memory: null, // what the browser could not save; a full one still reads what it had
    read() {
      const empty = { labeller: "", edits: {}, history: [] };
      if (this.memory) return this.memory;
      try {
        return { ...empty, ...JSON.parse(localStorage.getItem(study.key) || "{}") };
      } catch {
        return empty;
      }
    },
    // Reads first, so that two tabs do not undo each other's labels.
    change(how) {
      const state = this.read();
      how(state);
      try {
        localStorage.setItem(study.key, JSON.stringify(state));
        this.memory = null;
      } catch {
        this.memory = state;
      }
      at("unkept").hidden = !this.memory;
    },
  };
  const keyOf = (clip, column) => `${clip}\t${column}`;
  const labeller = () => store.read().labeller;
  const columnOf = (name, who = labeller()) => `${name}@${who}`;

  function edits() {
    return Object.entries(store.read().edits).map(([key, edit]) => {
      const [clip, column] = key.split("\t");
      return { clip, column, ...edit };
    });
  }

  function opinion(clip, column, state = store.read()) {
    const edit = state.edits[keyOf(clip, column)];
    return edit ? edit.now : manifestText.cell(manifest, clip, column);
  }

  function put(state, clip, column, now) {
    const was = manifestText.cell(manifest, clip, column);
    if (now === was) delete state.edits[keyOf(clip, column)];
    else state.edits[keyOf(clip, column)] = { was, now };
  }

  function say(text) {
    at("status").textContent = text;
  }

  function cycle(name) {
    if (!labeller()) return askInitials();
    const clip = study.clips[current].clip;
    const column = columnOf(name);
    const before = opinion(clip, column);
    const now = CYCLE[(CYCLE.indexOf(before) + 1) % CYCLE.length];
    store.change((state) => {
      put(state, clip, column, now);
      state.history.push({ clip, column, before });
    });
    say(`${titleOf(name)}: ${now || "no label"}`);
    show();
  }

  function undo() {
    const last = store.read().history.at(-1);
    if (!last) return say("Nothing to undo.");
    store.change((state) => {
      state.history.pop();
      put(state, last.clip, last.column, last.before);
    });
    const position = study.clips.findIndex(({ clip }) => clip === last.clip);
    if (position >= 0 && position !== current) open(position);
    const name = last.column.split("@")[0];
    say(`Undone: ${last.clip}, ${titleOf(name)}: ${last.before || "no label"}`);
    show();
  }

  const titleOf = (name) => study.deficiencies.find((one) => one.name === name)?.title || name;

  function isLabelled(clip, state = store.read()) {
    const who = state.labeller;
    return study.deficiencies.some(({ name }) => opinion(clip, columnOf(name, who), state));
  }

  function nextOpen(from) {
    const state = store.read();
    const count = study.clips.length;
    for (let step = 1; step <= count; step += 1) {
      const position = (from + step) % count;
      if (!isLabelled(study.clips[position].clip, state)) return position;
    }
    return null;
  }

  function next() {
    const position = nextOpen(current);
    visited.push(current);
    if (position === null) {
      open((current + 1) % study.clips.length);
      return say("You have labelled every clip. This is the next one all the same.");
    }
    open(position);
    return say(`Clip ${study.clips[position].clip}`);
  }

  function previous() {
    if (!visited.length) return say("No clip before this one.");
    open(visited.pop());
    return say(`Clip ${study.clips[current].clip}`);
  }

  function open(position) {
    current = position;
    const { clip, film: file, reason, runner, view } = study.clips[current];
    at("clip").textContent = clip;
    const facts = [runner !== clip && `runner ${runner}`, view && `view: ${view}`];
    at("about").textContent = facts.filter(Boolean).join(" · ");
    at("jump").value = String(current);
    at("no-film").hidden = Boolean(file);
    at("no-film").textContent = file ? "" : `There is no film of this clip: ${reason}`;
    film.hidden = !file;
    for (const button of document.querySelectorAll("[data-film]")) button.disabled = !file;
    if (file) film.src = file;
    else film.removeAttribute("src");
    film.load();
    play();
    show();
  }

  function play() {
    film.playbackRate = SPEEDS[speed];
    if (film.hasAttribute("src")) film.play().catch(() => {});
  }

  function pause() {
    if (film.paused) play();
    else film.pause();
  }

  function changeSpeed() {
    speed = (speed + 1) % SPEEDS.length;
    film.playbackRate = SPEEDS[speed];
    say(`Speed ${["1", "1/2", "1/4"][speed]}`);
    show();
  }

  // To the middle of the frame before or after, round the ends of the clip.
  function step(by) {
    if (!film.hasAttribute("src") || !(film.duration > 0)) return;
    film.pause();
    const { fps } = study.clips[current];
    const frames = Math.max(1, Math.round(film.duration * fps));
    const frame = Math.floor(film.currentTime * fps + 1e-3) + by;
    film.currentTime = (((frame % frames) + frames) % frames + 0.5) / fps;
  }

  function show() {
    const state = store.read();
    const { clip } = study.clips[current];
    for (const { name, title } of study.deficiencies) {
      const now = state.labeller ? opinion(clip, columnOf(name, state.labeller), state) : "";
      const button = at(`of-${name}`);
      button.dataset.opinion = now;
      button.querySelector("b").textContent = now || "–";
      button.setAttribute("aria-label", `${title}: ${now || "no label"}`);
    }
    at("speed").textContent = `Speed ${["1", "½", "¼"][speed]}`;
    showCounts(state);
    showConflicts();
  }

  function showCounts(state) {
    const mine = study.clips.filter(({ clip }) => isLabelled(clip, state));
    const who = state.labeller ? `by ${state.labeller}` : "by you";
    at("count").textContent = `${mine.length} of ${study.clips.length} clips labelled ${who}`;
    at("progress").max = study.clips.length;
    at("progress").value = mine.length;
    const open = Object.keys(state.edits).length;
    at("unsaved").textContent = open
      ? `${open} label${open === 1 ? "" : "s"} in this browser that ${study.name} does not have yet.`
      : `${study.name} has every label of this browser.`;
    const unused = mine.filter(({ used }) => !used).map(({ clip }) => clip);
    at("unused").hidden = !unused.length;
    at("unused").textContent =
      `Labelled, but in none of the sets labelled and test: ${unused.slice(0, 8).join(", ")}` +
      `${unused.length > 8 ? ` and ${unused.length - 8} more` : ""}. The study uses these labels ` +
      "once the column sets says so.";
    for (const [position, option] of [...at("jump").options].entries()) {
      const { clip } = study.clips[position];
      const text = `${isLabelled(clip, state) ? "✓ " : ""}${clip}`;
      if (option.textContent !== text) option.textContent = text;
    }
  }

  function showConflicts() {
    const { conflicts } = manifestText.merge(manifest, edits());
    at("conflicts").hidden = !conflicts.length;
    const rows = conflicts.map((conflict) => {
      const row = document.createElement("tr");
      const { clip, column, was, now, is } = conflict;
      for (const text of [clip, column, was || "–", is === null ? "clip is gone" : is || "–", now || "–"]) {
        row.append(Object.assign(document.createElement("td"), { textContent: text }));
      }
      const choice = document.createElement("td");
      choice.append(choose("Keep the file's", conflict, () => undefined));
      if (is !== null) choice.append(" ", choose("Keep mine", conflict, () => ({ was: is, now })));
      row.append(choice);
      return row;
    });
    at("conflict-rows").replaceChildren(...rows);
  }

  function choose(text, { clip, column }, decided) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.setAttribute("aria-label", `${text}: ${clip}, ${column}`);
    button.addEventListener("click", () => {
      store.change((state) => {
        const edit = decided();
        if (edit) state.edits[keyOf(clip, column)] = edit;
        else delete state.edits[keyOf(clip, column)];
      });
      show();
    });
    return button;
  }

  function download() {
    const { conflicts } = manifestText.merge(manifest, edits());
    const blob = new Blob([manifestText.applied(manifest, edits())], { type: "text/tab-separated-values" });
    const link = Object.assign(document.createElement("a"), {
      href: URL.createObjectURL(blob),
      download: study.name,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say(
      conflicts.length
        ? `Downloaded without ${conflicts.length} conflicting labels, which are listed.`
        : `Downloaded. Replace ${study.name} with it.`,
    );
  }

  async function load(file) {
    if (!file) return;
    try {
      manifest = manifestText.parse(await file.text());
    } catch (error) {
      say(`${file.name}: ${error.message}`);
      return;
    }
    forgetSaved();
    const { conflicts } = manifestText.merge(manifest, edits());
    say(`${file.name} is loaded: ${conflicts.length || "no"} conflict${conflicts.length === 1 ? "" : "s"}.`);
    show();
  }

  // Labels that the manifest has are no edits any more.
  function forgetSaved() {
    store.change((state) => {
      for (const [key, edit] of Object.entries(state.edits)) {
        const [clip, column] = key.split("\t");
        const there = manifest.rows.has(clip);
        if (there && manifestText.cell(manifest, clip, column) === edit.now) delete state.edits[key];
      }
    });
  }

  function askInitials() {
    say("Type your initials first.");
    at("initials").focus();
  }

  function setInitials() {
    const text = at("initials").value.trim().toUpperCase();
    const valid = INITIALS.test(text);
    at("initials").setAttribute("aria-invalid", String(!valid));
    if (!valid) return say("Initials are 1 to 8 letters or digits, a letter first.");
    at("initials").value = text;
    store.change((state) => {
      state.labeller = text;
    });
    at("initials").blur();
    visited = [];
    return open(nextOpen(study.clips.length - 1) ?? 0);
  }

  const KEYS = {
    n: next, Enter: next, p: previous, u: undo, s: changeSpeed, " ": pause,
    ".": () => step(1), ",": () => step(-1), ArrowRight: () => step(1), ArrowLeft: () => step(-1),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    if (target.closest("input, select, textarea")) return;
    // A button and a summary have these keys for themselves.
    if (target.closest("button, summary, a") && (event.key === "Enter" || event.key === " ")) return;
    const digit = "1234567890".indexOf(event.key);
    const deficiency = digit >= 0 && study.deficiencies[digit];
    const act = deficiency ? () => cycle(deficiency.name) : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  for (const { name } of study.deficiencies) {
    at(`of-${name}`).addEventListener("click", () => cycle(name));
  }
  const buttons = {
    next, previous, undo, pause, speed: changeSpeed, download,
    back: () => step(-1), forth: () => step(1),
  };
  for (const [id, act] of Object.entries(buttons)) at(id).addEventListener("click", act);
  at("who").addEventListener("submit", (event) => {
    event.preventDefault();
    setInitials();
  });
  at("initials").addEventListener("change", setInitials);
  at("jump").addEventListener("change", () => {
    visited.push(current);
    open(Number(at("jump").value));
  });
  at("newer").addEventListener("change", () => load(at("newer").files[0]));
  film.addEventListener("error", () => {
    if (!film.hasAttribute("src")) return;
    at("no-film").hidden = false;
    at("no-film").textContent = `This browser cannot play ${study.clips[current].film}.`;
  });
  window.addEventListener("storage", (event) => {
    if (event.key === study.key) show();
  });

  forgetSaved();
  at("initials").value = labeller();
  open(nextOpen(study.clips.length - 1) ?? 0);
  if (!labeller()) askInitials();
})();
