"use strict";

/* Small charts of figures over time. What they show is said in words, too. */
const chart = (() => {
  const { make } = page;
  const { svg } = graph;
  const WIDTH = 300, HEIGHT = 92, LEFT = 2, TOP = 8, BOTTOM = 18;

  const clock = (ms) => new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  /** The next round number above the greatest value: 1, 2 or 5 times a power of ten. */
  function ceiling(most) {
    if (!(most > 0)) return 1;
    const power = 10 ** Math.floor(Math.log10(most));
    return [1, 2, 5, 10].map((times) => times * power).find((round) => round >= most * 0.999);
  }

  /** The stretches of a series without the gaps, each as points of a line. */
  function stretches(values, place) {
    const found = [[]];
    values.forEach((value, i) => {
      if (value === null) found.push([]);
      else found.at(-1).push(place(value, i));
    });
    return found.filter((points) => points.length);
  }

  /**
   * A chart of lines over the times `at` in milliseconds. Each series has a name and values, null
   * where there is none; `marks` are moments with an upright line; `write` puts a value in words.
   */
  function lines(title, at, series, { write, marks = [] }) {
    const most = ceiling(Math.max(0, ...series.flatMap((one) => one.values.filter((value) => value !== null))));
    const from = at[0] ?? 0, span = Math.max(1, (at.at(-1) ?? 0) - from);
    const x = (ms) => LEFT + ((ms - from) / span) * (WIDTH - 2 * LEFT);
    const y = (value) => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM);
    const picture = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}. ${inWords(series, write)}` });
    for (const share of [0, 0.5, 1]) picture.append(svg("line", { class: "grid", x1: LEFT, x2: WIDTH - LEFT, y1: y(most * share), y2: y(most * share) }));
    for (const ms of marks) picture.append(svg("line", { class: "event", x1: x(ms), x2: x(ms), y1: TOP, y2: y(0) }));
    series.forEach((one, number) => {
      for (const points of stretches(one.values, (value, i) => [x(at[i]), y(value)])) {
        const kind = `series series-${number + 1}`;
        if (points.length === 1) picture.append(svg("circle", { class: kind, cx: points[0][0], cy: points[0][1], r: 2 }));
        else picture.append(svg("polyline", { class: kind, points: points.map((point) => point.map((n) => n.toFixed(1)).join(",")).join(" ") }));
      }
    });
    picture.append(svg("text", { x: LEFT, y: TOP - 1 }, write(most)));
    if (at.length) picture.append(svg("text", { x: LEFT, y: HEIGHT - 4 }, clock(from)), svg("text", { x: WIDTH - LEFT, y: HEIGHT - 4, "text-anchor": "end" }, clock(at.at(-1))));
    const key = series.map((one, number) => make("li", { class: `key-${number + 1}` }, `${one.name}: ${lately(one.values, write)}`));
    return make("figure", { class: "figure" }, make("figcaption", {}, title), picture, make("ul", { class: "key" }, ...key));
  }

  const lately = (values, write) => (values.at(-1) === null || !values.length ? "none" : write(values.at(-1)));

  function inWords(series, write) {
    return series.map((one) => {
      const known = one.values.filter((value) => value !== null);
      if (!known.length) return `${one.name}: nothing was measured`;
      return `${one.name}: ${lately(one.values, write)} now, ${write(Math.min(...known))} to ${write(Math.max(...known))}`;
    }).join("; ");
  }

  /** A table with a head; `numbers` are the columns that hold numbers. */
  function table(head, rows, numbers = []) {
    const kind = (i) => (numbers.includes(i) ? { class: "number" } : {});
    return make("table", {}, make("thead", {}, make("tr", {}, ...head.map((name, i) => make("th", { scope: "col", ...kind(i) }, name)))), make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((cell, i) => make("td", kind(i), cell))))));
  }

  /** The last figures of each minute, the newest first, as a table; each series writes its own. */
  function perMinute(at, series) {
    const last = new Map(at.map((ms, i) => [clock(ms), i]));
    const rows = [...last].reverse().map(([minute, i]) => [minute, ...series.map((one) => one.write(one.values[i]))]);
    return table(["minute", ...series.map((one) => one.name)], rows, series.map((_, i) => i + 1));
  }

  return { lines, table, perMinute, clock };
})();
