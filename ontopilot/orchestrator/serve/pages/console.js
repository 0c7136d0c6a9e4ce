"use strict";

(() => {
  const { one, make, load, send } = page;
  const main = one("#main"), agent = one("#agent"), views = one("#views");
  const VIEWS = {
    turns: ["Turns", showTurns], handovers: ["Hand-overs", () => handOvers.show(desk)], open: ["Open questions", showOpen],
    ontology: ["Ontology", showOntology], changes: ["Changes", showChanges],
    models: ["Models", () => models.show(desk)], planner: ["Planner", () => planner.show(desk)],
  };
  const EVERY_MS = 2000;
  let view = "turns";
  let timer = 0;

  const path = (rest) => `/console/${agent.value}/${rest}`;
  const tag = (words, kind = words) => make("span", { class: `tag ${kind}` }, words.replaceAll("_", " "));
  const soft = (words) => make("p", { class: "soft" }, words);
  const when = (ms) => {
    const moment = new Date(ms);
    return moment.toDateString() === new Date().toDateString() ? moment.toLocaleTimeString() : moment.toLocaleString();
  };
  const took = (ms) => (ms === null ? "" : ms < 10000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
  const heading = (words) => make("h3", {}, words);
  const piece = (one) => make("li", {}, make("b", {}, one.title || one.kind), make("p", {}, one.text.length > 400 ? `${one.text.slice(0, 400)}…` : one.text), make("p", { class: "soft" }, one.why));

  /** How many wait for a person, told beside the name of the view. */
  function count(waiting) {
    const button = one("[data-view=handovers]");
    if (button) button.textContent = waiting ? `Hand-overs (${waiting})` : "Hand-overs";
  }

  /** What every view works with. */
  const desk = { main, path, keep, wrong, count, tag, soft, when, heading, piece };

  function open(name) {
    clearInterval(timer);
    view = name;
    for (const button of views.children) {
      if (button.dataset.view === name) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
    main.replaceChildren();
    VIEWS[name][1]();
  }

  /** Does something now and again while its view is open. */
  function keep(work) {
    const safely = () => work().catch(wrong);
    safely();
    timer = setInterval(safely, EVERY_MS);
  }

  function wrong(error) {
    if (error.status === 401 || error.status === 403) return enter();
    one("#load").textContent = error instanceof TypeError ? "The server cannot be reached." : error.message;
    return null;
  }

  // ---- turns

  function showTurns() {
    const list = make("ul", { class: "list" }), detail = make("div");
    main.append(make("div", { class: "split" }, make("section", { class: "card", "aria-label": "Latest turns" }, list), detail));
    let chosen = null, seen = "";
    detail.append(make("section", { class: "card" }, soft("Choose a turn to see its plan, its evidence and what was checked.")));
    const choose = (turn) => { chosen = turn; mark(); showTurn(detail, turn).catch(wrong); };
    const mark = () => { for (const button of list.querySelectorAll("button")) button.setAttribute("aria-current", String(button.dataset.turn === chosen)); };
    keep(async () => {
      const told = await load(path("turns"));
      one("#load").textContent = `${told.running} running, ${told.waiting} waiting`;
      count(told.hand_overs);
      const now = JSON.stringify(told.turns);
      if (now === seen) return;
      seen = now;
      list.replaceChildren(...told.turns.map((row) => turnRow(row, choose)));
      if (!told.turns.length) list.append(make("li", {}, soft("Nothing was asked yet.")));
      mark();
    });
  }

  function turnRow(row, choose) {
    const rating = row.rating ? `, rated ${row.rating} of 5` : "";
    return make("li", {}, make("button", { type: "button", "data-turn": row.turn, onclick: () => choose(row.turn) },
      make("span", { class: "what" }, row.question), tag(row.outcome),
      make("span", { class: "meta" }, `${when(row.begun)}, ${took(row.ms) || "running"}, ${row.customer || "not signed in"}${rating}`)));
  }

  async function showTurn(place, turn) {
    const told = await load(path(`turns/${turn}`));
    const around = await load(path(`graph?turn=${encodeURIComponent(turn)}`));
    place.replaceChildren(
      make("section", { class: "card" }, make("h2", {}, told.question), make("p", {}, told.text),
        told.degraded ? soft(`Degraded: ${told.degraded}`) : null, told.correction ? soft(`A person says: ${told.correction}`) : null,
        heading("Plan, with what was expected and what it took"), make("pre", { tabindex: "0", "aria-label": "Plan" }, told.plan), bars(told.operators),
        heading("Not chosen"), ...told.rejected.map((other) => soft(`${other.strategy}: ${other.reason}`)),
        heading("Checked"), told.verdicts.length ? make("ul", { class: "pieces" }, ...told.verdicts.map(verdict)) : soft("No sentence was drafted."),
        heading(`Evidence (${told.evidence.length})`), make("ul", { class: "pieces" }, ...told.evidence.map(piece))),
      make("section", { class: "card" }, make("h2", {}, "Terms that it touched"),
        around.nodes.length ? graph.draw(around, (iri) => { open("ontology"); describe(one("#term"), iri); }) : soft("The question names nothing that the ontology knows.")));
  }

  const verdict = (one) => make("li", { class: one.status }, tag(one.status), " ", one.claim, make("p", { class: "soft" }, one.explanation));

  function bars(operators) {
    const steps = operators.filter((step) => step.actual_ms !== null);
    const most = Math.max(1, ...steps.flatMap((step) => [step.actual_ms, step.estimated_ms || 0]));
    const rows = steps.map((step) => make("tr", {}, make("td", {}, step.name), make("td", { class: "number" }, step.estimated_ms === null ? "–" : took(step.estimated_ms)), make("td", { class: "number" }, took(step.actual_ms)), make("td", {}, bar(step, most))));
    return make("table", {}, make("thead", {}, make("tr", {}, make("th", {}, "step"), make("th", { class: "number" }, "expected"), make("th", { class: "number" }, "took"), make("th", {}, make("span", { class: "sr" }, "chart")))), make("tbody", {}, ...rows));
  }

  function bar(step, most) {
    const long = (ms) => Math.max(1, (ms / most) * 200);
    const picture = graph.svg("svg", { class: "bars", viewBox: "0 0 204 14", height: 14, "aria-hidden": "true" }, graph.svg("rect", { x: 0, y: 3, width: long(step.actual_ms), height: 8, rx: 3 }));
    if (step.estimated_ms !== null) picture.append(graph.svg("line", { class: "expected", x1: long(step.estimated_ms), x2: long(step.estimated_ms), y1: 0, y2: 14 }));
    return picture;
  }

  // ---- open questions

  function showOpen() {
    const place = make("div", { class: "wide" });
    main.append(place);
    let seen = "";
    keep(async () => {
      const told = await load(path("open"));
      if (JSON.stringify(told) === seen) return;
      seen = JSON.stringify(told);
      place.replaceChildren(...told.topics.map((group) => make("section", { class: "card" },
        make("h2", {}, `${group.topic} `, tag(String(group.count))),
        make("ul", { class: "pieces" }, ...group.turns.map((row) => make("li", {}, row.question, make("p", { class: "soft" }, [row.outcome.replaceAll("_", " "), row.rating ? `rated ${row.rating} of 5` : "", row.correction].filter(Boolean).join(", "))))))));
      if (!told.topics.length) place.append(make("section", { class: "card" }, soft("Every question was answered.")));
    });
  }

  // ---- the ontology

  function showOntology() {
    const input = make("input", { type: "search", id: "q", "aria-label": "Search a term", placeholder: "Search a term, such as kettle" });
    const found = make("ul", { class: "terms", "aria-label": "Found" });
    const form = make("form", { class: "search", role: "search" }, input, make("button", { class: "tool", type: "submit" }, "Search"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const told = await load(path(`terms?q=${encodeURIComponent(input.value)}`)).catch(wrong);
      if (told) found.replaceChildren(...told.terms.map(termButton));
      if (told && !told.terms.length) found.append(make("li", {}, soft("The ontology has no such term.")));
    });
    main.append(form, found, make("div", { id: "term" }));
  }

  const termButton = (term) => make("li", {}, make("button", { type: "button", onclick: () => describe(one("#term"), term.iri) }, term.label));

  async function describe(place, iri) {
    const told = await load(path(`term?iri=${encodeURIComponent(iri)}`)).catch(wrong);
    if (!told) return;
    place.replaceChildren(make("div", { class: "split" },
      make("section", { class: "card" }, make("h2", {}, `${told.label} `, tag(told.kind.replaceAll("_", " "), "kind")), soft(told.iri),
        told.synonyms.length ? soft(`Also: ${told.synonyms.join(", ")}`) : null, told.definition ? make("p", {}, told.definition) : null,
        heading("Axioms"), make("table", {}, make("tbody", {}, ...told.axioms.map((axiom) => make("tr", {}, make("td", { class: "heading" }, axiom.heading), make("td", {}, axiom.text))))),
        told.inferred.length ? heading("What follows, and why") : null, make("ul", { class: "pieces" }, ...told.inferred.map((fact) => make("li", {}, fact.why))),
        told.usage.length ? heading("Used in") : null, ...told.usage.map(soft)),
      make("section", { class: "card" }, make("h2", {}, "Around it"), graph.draw(told.graph, (next) => describe(place, next)))));
  }

  // ---- changes

  function showChanges() {
    const place = make("div", { class: "wide" });
    main.append(place);
    let seen = "";
    keep(async () => {
      const told = await load(path("changes"));
      if (JSON.stringify(told) === seen) return;
      seen = JSON.stringify(told);
      place.replaceChildren(...told.changes.map(change));
      if (!told.changes.length) place.append(make("section", { class: "card" }, soft("Nothing was saved since the server started. Save the ontology in Protégé and look here.")));
    });
  }

  function change(save) {
    if (save.refused) return make("section", { class: "card" }, make("h2", {}, tag("refused", "bad"), ` ${when(save.at)}`), make("p", {}, save.refused), soft("The version before goes on answering."));
    const lines = (save.document.terms || []).flatMap((term) => [make("li", {}, make("b", {}, term.label), ` ${term.status}`), ...term.changes.flatMap(sides)]);
    const follows = save.document.consequences;
    return make("section", { class: "card" }, make("h2", {}, tag("taken up", "answered"), ` ${when(save.at)}: ${save.summary}`),
      make("ul", { class: "diff" }, ...lines),
      ...indexed(save.index),
      follows && follows.gained.length ? heading("Follows now") : null, follows ? make("ul", { class: "diff" }, ...follows.gained.slice(0, 20).map((fact) => make("li", { class: "plus" }, said(fact)))) : null,
      follows && follows.lost.length ? heading("Follows no more") : null, follows ? make("ul", { class: "diff" }, ...follows.lost.slice(0, 20).map((fact) => make("li", { class: "minus" }, said(fact)))) : null);
  }

  /** What a save did to the index. */
  function indexed(index) {
    const many = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
    const { facts } = index;
    const lines = [make("li", {}, `${many(index.retagged, "passage")} of ${index.passages} tagged otherwise${index.titles.length ? `: ${index.titles.join("; ")}` : ""}`)];
    for (const term of index.terms) lines.push(make("li", { class: term.came ? "plus" : "minus" }, `${term.label}: ${[term.came ? `now found in ${many(term.came, "passage")}` : "", term.went ? `no longer in ${term.went}` : ""].filter(Boolean).join(", ")}`));
    lines.push(make("li", {}, `${many(facts.gained_count, "fact")} gained, ${facts.lost_count} lost`), ...facts.gained.map((text) => make("li", { class: "plus" }, `+ ${text}`)), ...facts.lost.map((text) => make("li", { class: "minus" }, `− ${text}`)));
    return [heading("In the index"), make("ul", { class: "diff" }, ...lines)];
  }

  const said = (value) => (typeof value === "string" ? value : value.text || value.value || JSON.stringify(value));
  const sides = (one) => [...(one.removed || []).map((value) => make("li", { class: "minus" }, `− ${one.aspect || ""} ${said(value)}`)), ...(one.added || []).map((value) => make("li", { class: "plus" }, `+ ${one.aspect || ""} ${said(value)}`))];

  // ---- coming in

  function enter() {
    clearInterval(timer);
    views.replaceChildren();
    const input = make("input", { id: "key", type: "password", autocomplete: "off", "aria-label": "Key" });
    const said = make("p", { class: "soft", role: "status" }, "Make one with: ontopilot keys add AGENT --role editor");
    const form = make("form", { class: "enter card" }, make("h2", {}, "Sign in with a key"), input, make("button", { class: "tool", type: "submit" }, "Sign in"), said);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await send("/sign-in", { ticket: input.value.trim() });
        location.reload();
      } catch (error) {
        said.textContent = error.message;
      }
    });
    main.replaceChildren(form);
    input.focus();
  }

  page.theme(one("#theme"));
  for (const name of document.body.dataset.agents.split("\n")) agent.append(make("option", {}, name));
  agent.addEventListener("change", () => open(view));
  page.signIn().then((gone) => {
    if (gone) return;
    if (!document.body.dataset.allowed) return enter();
    for (const [name, [words]] of Object.entries(VIEWS)) views.append(make("button", { type: "button", "data-view": name, onclick: () => open(name) }, words));
    open("turns");
  }).catch(() => enter());
})();
