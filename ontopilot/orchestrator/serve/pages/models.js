"use strict";

/* The models: what each deployment is, how busy and how fast, now and over the last minutes. */
const models = (() => {
  const { make, load } = page;
  const { lines, table } = chart;

  const seconds = (value) => (value === null ? "–" : value < 1 ? `${(value * 1000).toPrecision(3) * 1} ms` : `${value.toPrecision(3) * 1} s`);
  const rate = (value) => `${value.toFixed(1)}/s`;
  const count = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1));
  const both = (p50, p95) => (p50 === null ? "–" : `${seconds(p50)} / ${seconds(p95)}`);

  const HEAD = ["model", "role", "engine", "precision", "adapter", "device", "state", "running", "waiting", "first token, p50 / p95", "between tokens, p50 / p95", "tokens/s", "memory", "failures", "served"];

  const row = (one) => [one.model, one.role, one.engine, one.precision || "–", one.adapter || "–", one.device, one.standing, String(one.running), String(one.queued), both(one.first_token_p50_s, one.first_token_p95_s), both(one.between_tokens_p50_s, one.between_tokens_p95_s), one.tokens_per_s.toFixed(1), one.memory ? `${(one.memory / 1e9).toFixed(2)} GB` : "–", String(one.failures), String(one.served)];

  function charts(one) {
    const { past } = one;
    const of = (name, values) => ({ name, values });
    return make("section", { class: "card" }, make("h2", {}, one.model), make("p", { class: "soft" }, [one.role, one.engine, one.precision, one.adapter && `adapter ${one.adapter}`, one.device, one.standing].filter(Boolean).join(", ")),
      make("div", { class: "figures" },
        lines("Load, requests", past.at, [of("running", past.running), of("waiting", past.queued)], { write: count }),
        lines("Time to the first token", past.at, [of("median", past.first_token_p50_s), of("95 %", past.first_token_p95_s)], { write: seconds }),
        lines("Time between tokens", past.at, [of("median", past.between_tokens_p50_s), of("95 %", past.between_tokens_p95_s)], { write: seconds }),
        lines("Tokens a second", past.at, [of("generated", past.tokens_per_s)], { write: rate })));
  }

  function show(desk) {
    const place = make("div", { class: "wide" });
    desk.main.append(place);
    const now = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Models now" });
    const drawn = make("div", { class: "wide" });
    place.append(make("section", { class: "card" }, make("h2", {}, "Models now"), now, make("p", { class: "soft" }, "Times and rates are of the last minute; the charts below hold one sample every 5 s for ten minutes.")), drawn);
    desk.keep(async () => {
      const told = await load(desk.path("models"));
      now.replaceChildren(table(HEAD, told.models.map(row), [7, 8, 9, 10, 11, 12, 13, 14]));
      drawn.replaceChildren(...told.models.map(charts));
    });
  }

  return { show };
})();
