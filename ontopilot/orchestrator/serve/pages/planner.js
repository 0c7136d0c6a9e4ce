"use strict";

/* The planner: demand and its forecast, switches of engines, and plans with what came of them. */
const planner = (() => {
  const { make, load } = page;
  const { lines, table, perMinute, clock } = chart;

  const perSecond = (value) => `${value.toPrecision(3) * 1}/s`;
  const took = (ms) => (ms === null ? "–" : ms < 10000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

  /** What the chart shows as a table, unfolded on demand. */
  const asTable = (name, at, series) => make("details", {}, make("summary", {}, "The chart as a table"), make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, perMinute(at, series.map((one) => ({ ...one, write: perSecond })))));

  function demand(told) {
    const looks = told.fleet?.looks ?? [];
    const at = told.demand.map(([minute]) => minute), begun = [{ name: "begun", values: told.demand.map(([, value]) => value) }];
    const parts = [make("h2", {}, "Demand"), lines("Turns a second, counted for each minute of the last half hour", at, begun, { write: perSecond }), asTable("Demand by minute", at, begun)];
    if (looks.length) {
      const seen = looks.map((look) => look.at), marks = told.fleet.switches.map((one) => one.at).filter((ms) => ms >= seen[0]);
      const series = [{ name: "seen", values: looks.map((look) => look.demand) }, { name: "forecast", values: looks.map((look) => look.forecast) }];
      parts.push(lines("Turns a second as the fleet was sized for; upright lines are switches", seen, series, { write: perSecond, marks }), asTable("Demand and forecast by minute", seen, series));
    }
    return make("section", { class: "card" }, ...parts);
  }

  function fleet(told) {
    if (!told.fleet) return make("section", { class: "card" }, make("h2", {}, "Engines and demand"), make("p", { class: "soft" }, "The engines do not follow demand: this agent was made without steering, so nothing is forecast and nothing is switched."));
    const last = told.fleet.looks.at(-1);
    const now = last ? `Runs now: ${last.running.join(", ") || "nothing"}. The forecaster ${last.forecaster} is believed.` : "The fleet was not looked at yet.";
    const rows = told.fleet.switches.map((one) => [clock(one.at), one.to, one.deployment, one.problem ? `failed: ${one.problem}` : `${one.seconds.toFixed(1)} s`, one.reason]);
    return make("section", { class: "card" }, make("h2", {}, "Engines and demand"), make("p", { class: "soft" }, now), rows.length ? make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Switches" }, table(["when", "switch", "deployment", "took", "why"], rows, [3])) : make("p", { class: "soft" }, "Nothing was switched yet."));
  }

  function plans(told, choose) {
    const rows = told.plans.map((one) => [make("button", { class: "link", type: "button", onclick: () => choose(one) }, one.question), one.strategy.replaceAll("_", " "), took(one.expected_ms), took(one.expected_p95_ms), took(one.took_ms), one.in_time === null ? "–" : one.in_time.toFixed(2), String(one.replans), one.regret === null ? "–" : `${one.regret.toFixed(2)} core-s`]);
    const head = ["question", "plan", "expected", "95 %", "took", "chance in time", "planned again", "regret"];
    return make("section", { class: "card" }, make("h2", {}, "Plans of the latest turns"), rows.length ? make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Plans" }, table(head, rows, [2, 3, 4, 5, 6, 7])) : make("p", { class: "soft" }, "No turn has ended yet."));
  }

  function show(desk) {
    const shown = make("div", { class: "wide" }), explained = make("div", { "aria-live": "polite" });
    desk.main.append(make("div", { class: "wide" }, shown, explained));
    const choose = (one) => {
      explained.replaceChildren(make("section", { class: "card" }, make("h2", {}, one.question), make("pre", { tabindex: "0", role: "region", "aria-label": "Plan" }, one.explain)));
      explained.scrollIntoView({ block: "nearest" });
    };
    let seen = "";
    desk.keep(async () => {
      const told = await load(desk.path("planner"));
      if (JSON.stringify(told) === seen) return;
      seen = JSON.stringify(told);
      shown.replaceChildren(demand(told), fleet(told), plans(told, choose));
    });
  }

  return { show };
})();
