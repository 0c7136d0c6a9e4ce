"use strict";

/* Hand-overs: who waits for a person, the conversation so far, and what an operator answers. */
const handOvers = (() => {
  const { make, load, send } = page;

  function show(desk) {
    const queue = make("div"), detail = make("div");
    const state = { desk, queue, detail, chosen: null, seen: "", told: null, parts: null };
    desk.main.append(make("div", { class: "split" }, make("section", { class: "card", "aria-label": "Hand-overs" }, queue), detail));
    detail.append(make("section", { class: "card" }, desk.soft("Choose a conversation to read it and to answer.")));
    desk.keep(() => refresh(state));
  }

  async function refresh(state) {
    const told = await load(state.desk.path("hand-overs"));
    state.told = told;
    state.desk.count(told.waiting.length);
    if (JSON.stringify(told) !== state.seen) {
      state.seen = JSON.stringify(told);
      list(state);
    }
    if (state.chosen) await talk(state);
  }

  function list(state) {
    const { desk, told, queue } = state;
    const rows = (some) => make("ul", { class: "list" }, ...some.map((one) => row(state, one)));
    queue.replaceChildren(make("h2", {}, "Waiting, the longest first"), told.waiting.length ? rows(told.waiting) : desk.soft("Nobody waits for a person."));
    if (told.closed.length) queue.append(desk.heading("Closed lately"), rows(told.closed));
  }

  const standing = (one) => (one.closed ? "closed" : one.taken ? "taken" : "waiting");

  function who(desk, one) {
    if (one.closed) return `closed by ${one.closed_by} at ${desk.when(one.closed)}`;
    if (one.taken) return `taken by ${one.taken_by} at ${desk.when(one.taken)}`;
    return `waits since ${desk.when(one.asked)}`;
  }

  function row(state, one) {
    const { desk } = state;
    return make("li", {}, make("button", { type: "button", "aria-current": String(state.chosen === one.turn), onclick: () => choose(state, one.turn) },
      make("span", { class: "what" }, one.about || one.question), desk.tag(standing(one)),
      make("span", { class: "meta" }, `${one.customer || "not signed in"}, ${who(desk, one)}`)));
  }

  function choose(state, turn) {
    Object.assign(state, { chosen: turn, parts: null });
    list(state);
    talk(state).catch(state.desk.wrong);
  }

  /** The parts of the detail are made once, so that what is being written stays. */
  function parts(state) {
    const made = { head: make("div"), talk: make("ol", { class: "talk", "aria-label": "Conversation" }), buttons: make("div", { class: "row" }), note: make("p", { class: "soft", role: "status" }), seen: "" };
    const area = make("textarea", { id: "reply", maxlength: "5000", rows: "3" });
    made.form = make("form", { class: "reply", hidden: true }, make("label", { for: "reply" }, "Your answer, which the customer's page shows"), area, make("button", { class: "tool yes", type: "submit" }, "Send the answer"));
    made.form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = area.value.trim();
      if (text && await change(state, "answer", { text })) area.value = "";
    });
    state.detail.replaceChildren(make("section", { class: "card" }, made.head, made.talk, made.form, made.buttons, made.note));
    return made;
  }

  async function talk(state) {
    const { desk, chosen } = state;
    const one = await load(desk.path(`hand-overs/${chosen}`));
    if (state.chosen !== chosen) return;
    state.parts ??= parts(state);
    const now = JSON.stringify(one);
    if (now === state.parts.seen) return;
    state.parts.seen = now;
    const mine = Boolean(one.taken) && !one.closed && one.taken_by === state.told.me;
    state.parts.head.replaceChildren(make("h2", {}, `${one.customer || "A visitor who is not signed in"} `, desk.tag(standing(one))), desk.soft(who(desk, one)));
    state.parts.talk.replaceChildren(...said(desk, one));
    state.parts.buttons.replaceChildren(...(state.told.may_answer && !one.closed ? buttons(state, one, mine) : []));
    state.parts.form.hidden = !(state.told.may_answer && mine);
    state.parts.note.textContent = state.told.may_answer ? "" : "Only operators answer customers.";
  }

  function buttons(state, one, mine) {
    const button = (words, what, body, kind = "") => make("button", { class: `tool ${kind}`, type: "button", onclick: () => change(state, what, body) }, words);
    if (mine) return [button("Close", "close", {})];
    if (one.taken) return [button(`Take over from ${one.taken_by}`, "take", { instead_of: one.taken_by })];
    return [button("Take", "take", {}, "yes")];
  }

  async function change(state, what, body) {
    try {
      await send(state.desk.path(`hand-overs/${state.chosen}/${what}`), body);
      await refresh(state);
      return true;
    } catch (error) {
      if (error.status === 401) state.desk.wrong(error);
      else state.parts.note.textContent = error.message;
      return false;
    }
  }

  /** The turns and the replies in the order in which they were said. */
  function said(desk, one) {
    const turns = one.turns.map((turn) => [turn.begun, () => exchange(desk, turn)]);
    const replies = one.replies.map((reply) => [reply.said, () => make("li", { class: "from-person" }, make("b", {}, `${reply.said_by}, ${desk.when(reply.said)}`), make("p", {}, reply.text))]);
    return [...turns, ...replies].sort(([a], [b]) => a - b).map(([, draw]) => draw());
  }

  function exchange(desk, turn) {
    const evidence = turn.evidence.length ? make("details", {}, make("summary", {}, `Evidence (${turn.evidence.length})`), make("ul", { class: "pieces" }, ...turn.evidence.map(desk.piece))) : null;
    return make("li", {}, make("b", {}, `Customer, ${desk.when(turn.begun)}`), make("p", {}, turn.question),
      make("b", {}, "Answer ", desk.tag(turn.outcome)), ...turn.claims.map((claim) => make("p", {}, claim)), turn.message ? make("p", {}, turn.message) : null, evidence);
  }

  return { show };
})();
