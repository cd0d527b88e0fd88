"use strict";
// The stride as a clock: films whose foot lands at `marks` (s) show the same moment of a stride when
// their phases agree. Phase n is the n-th landing; between two landings time runs evenly.
const strideClock = (() => {
  // Whole strides that every film shows.
  const strides = (films) => Math.max(0, Math.min(...films.map(({ marks }) => marks.length - 1)));

  function timeAt(marks, phase) {
    const last = marks.length - 2;
    const stride = Math.min(Math.max(Math.floor(phase), 0), last);
    return marks[stride] + (phase - stride) * (marks[stride + 1] - marks[stride]);
  }

  function phaseAt(marks, time) {
    let stride = 0;
    while (stride < marks.length - 2 && time >= marks[stride + 1]) stride += 1;
    return stride + (time - marks[stride]) / (marks[stride + 1] - marks[stride]);
  }

  // Mean seconds of a stride of these films.
  function strideSeconds(films) {
    const each = films.map(({ marks }) => (marks.at(-1) - marks[0]) / (marks.length - 1));
    return each.reduce((sum, seconds) => sum + seconds, 0) / each.length;
  }

  // How fast a film must play to go from `now` to where `phase + step` is, `seconds` later.
  function rate(marks, now, phase, step, seconds) {
    const wanted = (timeAt(marks, phase + step) - now) / seconds;
    return Math.min(Math.max(wanted, 0.07), 8);
  }

  return { strides, timeAt, phaseAt, strideSeconds, rate };
})();
