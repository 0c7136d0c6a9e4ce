"use strict";

/* The models: what each deployment is, how busy and how fast, now and over the last minutes. */
const models = (() => {
  const { make, load } = page;
  const { lines, table, perMinute } = chart;

  const seconds = (value) => (value === null ? "–" : value < 1 ? `${(value * 1000).toPrecision(3) * 1} ms` : `${value.toPrecision(3) * 1} s`);
  const rate = (value) => `${value.toFixed(1)}/s`;
  const count = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1));
  const both = (p50, p95) => (p50 === null ? "–" : `${seconds(p50)} / ${seconds(p95)}`);

  const roles = (one) => one.role.replaceAll(",", ", ");

  const HEAD = ["model", "role", "engine", "precision", "adapter", "device", "state", "running", "waiting", "first token, p50 / p95", "between tokens, p50 / p95", "tokens/s", "memory", "failures", "served"];

  const row = (one) => [one.model, roles(one), one.engine, one.precision || "–", one.adapter || "–", one.device, one.standing, String(one.running), String(one.queued), both(one.first_token_p50_s, one.first_token_p95_s), both(one.between_tokens_p50_s, one.between_tokens_p95_s), one.tokens_per_s.toFixed(1), one.memory ? `${(one.memory / 1e9).toFixed(2)} GB` : "–", String(one.failures), String(one.served)];

  const known = (write) => (value) => (value === null ? "none" : write(value));

  /** A model's card is made once, so that what is unfolded and focused stays so. */
  function card(one) {
    const drawn = make("div", { class: "figures" }), rows = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Figures of ${one.model}` });
    const about = make("p", { class: "soft" });
    return { about, drawn, rows, section: make("section", { class: "card" }, make("h2", {}, one.model), about, drawn, make("details", {}, make("summary", {}, "The charts as a table"), rows)) };
  }

  function fill(made, one) {
    const { past } = one;
    const of = (name, values, write) => ({ name, values, write: known(write) });
    const load = [of("running", past.running, count), of("waiting", past.queued, count)];
    const first = [of("median", past.first_token_p50_s, seconds), of("95 %", past.first_token_p95_s, seconds)];
    const between = [of("median", past.between_tokens_p50_s, seconds), of("95 %", past.between_tokens_p95_s, seconds)];
    const written = [of("generated", past.tokens_per_s, rate)];
    made.about.textContent = [roles(one), one.engine, one.precision, one.adapter && `adapter ${one.adapter}`, one.device, one.standing].filter(Boolean).join(", ");
    made.drawn.replaceChildren(
      lines("Load, requests", past.at, load, { write: count }),
      lines("Time to the first token", past.at, first, { write: seconds }),
      lines("Time between tokens", past.at, between, { write: seconds }),
      lines("Tokens a second", past.at, written, { write: rate }));
    const under = (words, series) => series.map((each) => ({ ...each, name: `${words}${each.name}` }));
    made.rows.replaceChildren(perMinute(past.at, [...load, ...under("first token, ", first), ...under("between tokens, ", between), ...under("tokens ", written)]));
  }

  function show(desk) {
    const now = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Models now" });
    const drawn = make("div", { class: "wide" });
    desk.main.append(make("div", { class: "wide" }, make("section", { class: "card" }, make("h2", {}, "Models now"), now, make("p", { class: "soft" }, "Times and rates are of the last minute; the charts hold a sample every 5 s for ten minutes.")), drawn));
    const cards = new Map();
    desk.keep(async () => {
      const told = await load(desk.path("models"));
      now.replaceChildren(table(HEAD, told.models.map(row), [7, 8, 9, 10, 11, 12, 13, 14]));
      const keys = told.models.map((one) => `${one.role}|${one.model}|${one.engine}`);
      for (const key of cards.keys()) if (!keys.includes(key)) { cards.get(key).section.remove(); cards.delete(key); }
      told.models.forEach((one, i) => {
        if (!cards.has(keys[i])) cards.set(keys[i], card(one));
        fill(cards.get(keys[i]), one);
        if (!cards.get(keys[i]).section.isConnected) drawn.append(cards.get(keys[i]).section);
      });
    });
  }

  return { show };
})();
