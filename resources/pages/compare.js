"use strict";
// Two films in step: one clock of stride phases moves both.
(() => {
  const { films } = JSON.parse(document.getElementById("study").textContent);
  const at = (id) => document.getElementById(id);
  const videos = [...document.querySelectorAll(".pair video")]; // one for each of `films`
  const SPEEDS = [1, 0.5, 0.25];
  const NAMES = ["1", "½", "¼"];
  const LOOK_AHEAD_S = 0.25;
  const LOST_S = 0.12;
  const inStep = films.length === 2 && films.every(({ marks }) => marks.length > 1);
  const count = inStep ? strideClock.strides(films) : 0;
  const period = inStep ? strideClock.strideSeconds(films) : 1;
  let phase = 0;
  let speed = 1;
  let playing = false;
  let before = null;

  if (!videos.length) return;

  function seek() {
    videos.forEach((video, one) => {
      video.currentTime = inStep ? strideClock.timeAt(films[one].marks, phase) : 0;
    });
    show();
  }

  function show() {
    at("phase").value = String(phase);
    at("where").textContent = inStep
      ? `stride ${Math.min(Math.floor(phase) + 1, count)} of ${count}, ${Math.floor((phase % 1) * 100)} %`
      : "";
    at("speed").textContent = `Speed ${NAMES[speed]}`;
    at("pause").textContent = playing ? "Pause" : "Play";
  }

  // Each film's rate brings it to where the clock will be; a film that is lost jumps.
  function tick(now) {
    if (!playing) return;
    if (before !== null) phase += ((now - before) / 1000) * (SPEEDS[speed] / period);
    before = now;
    if (phase >= count) {
      phase %= count;
      seek();
    }
    const step = (LOOK_AHEAD_S * SPEEDS[speed]) / period;
    videos.forEach((video, one) => {
      const { marks } = films[one];
      const error = video.currentTime - strideClock.timeAt(marks, phase);
      if (video.seeking) return;
      if (Math.abs(error) > LOST_S) video.currentTime = strideClock.timeAt(marks, phase);
      video.playbackRate = strideClock.rate(marks, video.currentTime, phase, step, LOOK_AHEAD_S);
      if (video.paused || video.ended) video.play().catch(() => {});
    });
    show();
    requestAnimationFrame(tick);
  }

  function play(on) {
    playing = on;
    before = null;
    for (const video of videos) {
      if (!on) video.pause();
      else if (!inStep) {
        video.playbackRate = SPEEDS[speed];
        video.play().catch(() => {});
      }
    }
    if (on && inStep) requestAnimationFrame(tick);
    else if (inStep) seek();
    show();
  }

  // One frame of the first film.
  function step(by) {
    if (playing) play(false);
    if (!inStep) {
      videos.forEach((video, one) => {
        video.currentTime = Math.max(0, video.currentTime + by / films[one].fps);
      });
      return;
    }
    phase = (phase + by / (films[0].fps * period) + count) % count;
    seek();
  }

  function changeSpeed() {
    speed = (speed + 1) % SPEEDS.length;
    if (!inStep) for (const video of videos) video.playbackRate = SPEEDS[speed];
    show();
  }

  const KEYS = {
    " ": () => play(!playing), s: changeSpeed, ".": () => step(1), ",": () => step(-1),
    ArrowRight: () => step(1), ArrowLeft: () => step(-1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select")) return;
    if (event.target.closest("button, summary, a") && event.key === " ") return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  at("pause").addEventListener("click", () => play(!playing));
  at("speed").addEventListener("click", changeSpeed);
  at("back").addEventListener("click", () => step(-1));
  at("forth").addEventListener("click", () => step(1));
  at("phase").max = String(count);
  at("phase").disabled = !inStep;
  at("phase").addEventListener("input", () => {
    if (playing) play(false);
    phase = Math.min(Number(at("phase").value), count - 1e-3);
    seek();
  });
  seek();
})();
