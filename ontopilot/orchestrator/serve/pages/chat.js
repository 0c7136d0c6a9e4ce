"use strict";

(() => {
  const { one, make, icon, send, load, events } = page;
  const { agent, customer, starters, person: handsOver } = document.body.dataset;
  const text = one("#text"), button = one("#send"), turns = one("#turns"), panel = one("#source");
  const KINDS = {
    passage: { icon: "page", name: "From our pages" },
    fact: { icon: "fact", name: "From our product knowledge" },
    interaction: { icon: "case", name: "From a past case" },
  };
  const STEPS = {
    understand: "Reading your question", plan: "Reading your question", retrieve: "Looking it up",
    draft: "Writing and checking each sentence", verify: "Checking each sentence",
    reason: "Thinking it through", act: "Looking at your request", respond: "Almost there",
  };
  const STATES = {
    acted: ["check", "Done", ""], handed_over: ["person", "A person takes over", ""],
    refused: ["close", "Not possible", "warn"], called_off: ["close", "Nothing was done", ""],
  };
  const WITHHELD = {
    contradicted: "because it contradicted what we know",
    unsupported: "because nothing we know supports it",
  };
  let conversation = null;
  let running = null;

  // ---- one turn on the page

  function begin(question) {
    one("#welcome").hidden = true;
    one("#anew").hidden = false;
    for (const old of turns.querySelectorAll(".said .choices")) old.remove();
    const turn = one("#t-turn").content.cloneNode(true).firstElementChild;
    one(".question", turn).textContent = question;
    turns.append(turn);
    turn.scrollIntoView({ block: "end", behavior: "smooth" });
    return turn;
  }

  function addClaim(turn, claim, citations) {
    const line = make("p", { class: "claim" }, claim.text, " ");
    for (const number of claim.marks) {
      const citation = citations.find((one) => one.number === number);
      if (citation) line.append(chip(turn, { ...citation, quoted: [claim.text] }));
    }
    one(".said", turn).append(line);
  }

  function chip(turn, citation) {
    const label = `Source ${citation.number}: ${nameOf(citation)}`;
    const made = make("button", { class: "chip", type: "button", "aria-label": label, "aria-expanded": "false", "aria-haspopup": "dialog" }, String(citation.number));
    listen(made, turn, citation);
    return made;
  }

  const nameOf = (citation) => citation.title.replaceAll(" > ", " › ") || citation.source || KINDS[citation.kind].name;

  function finish(turn, told) {
    conversation = told.conversation;
    turn.dataset.turn = told.turn;
    one(".working", turn).remove();
    const said = one(".said", turn);
    const shown = said.querySelectorAll(".claim").length;
    for (const claim of told.claims.slice(shown)) addClaim(turn, claim, told.citations);
    if (STATES[told.outcome]) said.append(stateOf(told.outcome));
    if (told.message) said.append(make("p", { class: "message" }, told.message));
    const choices = choicesOf(told);
    if (choices) said.append(choices);
    one(".after", turn).append(...below(turn, told));
  }

  /** Shows what a person answers from now on. */
  function expect() {
    person.follow(`/chat/${agent}/conversation/${encodeURIComponent(conversation)}/person`, (reply) => { turns.append(reply); follow(); });
  }

  function stateOf(outcome) {
    const [sign, words, kind] = STATES[outcome];
    return make("span", { class: `state ${kind}` }, icon(sign), words);
  }

  function choicesOf(told) {
    const offer = (words, answer, kind = "") => make("button", { class: `tool ${kind}`, type: "button", onclick: (event) => { event.target.closest(".choices").remove(); ask(answer); } }, words);
    if (told.outcome === "confirm") return make("div", { class: "choices", role: "group", "aria-label": "Your decision" }, offer("Yes, please", "Yes, please", "yes"), offer("No", "No"));
    if (told.outcome === "unanswerable" && handsOver) return make("div", { class: "choices" }, offer("Talk to a person", HAND_OVER, "yes"));
    return null;
  }

  const HAND_OVER = "I want to talk to a person";

  function below(turn, told) {
    const parts = [];
    if (told.citations.length) parts.push(sourcesOf(turn, told));
    const held = Object.entries(told.withheld).map(([status, count]) => `${count} held back ${WITHHELD[status] || ""}`.trim());
    const count = told.checked;
    const checked = count ? make("span", { class: "checked" }, icon("check"), [`${count} ${count === 1 ? "sentence" : "sentences"} checked`, ...held].join(", ")) : "";
    parts.push(make("div", { class: "below" }, checked, thumbsOf(turn, told)));
    if (told.degraded) parts.push(make("p", { class: "note" }, `This answer was made with simpler means: ${told.degraded}.`));
    return parts;
  }

  function sourcesOf(turn, { citations, claims }) {
    const row = (citation) => {
      const quoted = claims.filter((claim) => claim.marks.includes(citation.number)).map((claim) => claim.text);
      const made = make("button", { type: "button", "aria-expanded": "false", "aria-haspopup": "dialog" }, make("b", {}, make("span", { class: "sr" }, "Source "), String(citation.number)), make("span", {}, nameOf(citation)));
      listen(made, turn, { ...citation, quoted }, { hover: false });
      return make("li", {}, made);
    };
    return make("ul", { class: "sources", "aria-label": "Sources" }, ...citations.map(row));
  }

  // ---- thumbs and corrections

  function thumbsOf(turn, told) {
    const thumb = (name, words, rating) => make("button", { class: "tool bare", type: "button", "aria-label": words, title: words, "aria-pressed": String(told.rating === rating), onclick: (event) => rate(turn, event.currentTarget, rating) }, icon(name));
    const copied = make("button", { class: "tool bare", type: "button", "aria-label": "Copy the answer", title: "Copy the answer", onclick: (event) => copy(turn, event.currentTarget) }, icon("copy"));
    return make("span", { class: "thumbs" }, copied, thumb("up", "This helped", 5), thumb("down", "This did not help", 1));
  }

  async function rate(turn, pressed, rating) {
    for (const other of pressed.parentElement.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", String(other === pressed));
    one(".correct", turn)?.remove();
    await keep(turn, rating, "");
    if (rating === 1) correct(turn);
    else thank(turn, "Thank you.");
  }

  async function keep(turn, rating, correction) {
    try {
      await send(`/chat/${agent}/feedback`, { turn: turn.dataset.turn, rating, correction });
    } catch (error) {
      thank(turn, `This was not kept: ${error.message}`);
    }
  }

  function correct(turn) {
    one(".note.thanks", turn)?.remove();
    const name = `correct-${turn.dataset.turn}`;
    const area = make("textarea", { id: name, maxlength: "5000" });
    const form = make("form", { class: "correct" },
      make("label", { for: name }, "What was wrong, or what would have been right?"), area,
      make("div", { class: "choices" }, make("button", { class: "tool yes", type: "submit" }, "Send"), make("button", { class: "tool", type: "button", onclick: () => form.remove() }, "Not now")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await keep(turn, 1, area.value.trim());
      form.remove();
      thank(turn, "Thank you. A person will read this.");
    });
    one(".after", turn).append(form);
    area.focus();
  }

  function thank(turn, words) {
    one(".note.thanks", turn)?.remove();
    one(".after", turn).append(make("p", { class: "note thanks", role: "status" }, words));
  }

  async function copy(turn, pressed) {
    const lines = [...turn.querySelectorAll(".claim, .message")].map((line) => line.firstChild.textContent.trim());
    await navigator.clipboard.writeText(lines.join("\n"));
    pressed.title = "Copied";
    thank(turn, "Copied.");
  }

  // ---- what stands behind a citation

  const open = { chip: null, pinned: false, timer: 0 };

  function listen(chip, turn, citation, { hover = true } = {}) {
    chip.addEventListener("click", (event) => {
      const again = open.chip === chip && open.pinned;
      if (again) return close();
      return show(chip, turn, citation, { pinned: true, focus: event.detail === 0 });
    });
    if (!hover) return;
    chip.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "mouse" || open.pinned) return;
      clearTimeout(open.timer);
      open.timer = setTimeout(() => show(chip, turn, citation, { pinned: false }), 110);
    });
    chip.addEventListener("pointerleave", later);
  }

  function later() {
    clearTimeout(open.timer);
    if (!open.pinned) open.timer = setTimeout(close, 220);
  }

  function close() {
    if (panel.matches(":popover-open")) panel.hidePopover();
  }

  function show(chip, turn, citation, { pinned, focus = false }) {
    clearTimeout(open.timer);
    if (open.chip && open.chip !== chip) open.chip.setAttribute("aria-expanded", "false");
    if (!panel.matches(":popover-open")) panel.showPopover();
    Object.assign(open, { chip, pinned });
    chip.setAttribute("aria-expanded", "true");
    fill(citation);
    place(chip);
    if (turn.dataset.turn) more(chip, turn.dataset.turn, citation.number);
    if (focus) one("#source-close").focus();
  }

  function fill(citation) {
    const kind = KINDS[citation.kind];
    one("#source-icon").setAttribute("href", `#i-${kind.icon}`);
    one("#source-kind").textContent = kind.name;
    one("#source-title").textContent = nameOf(citation);
    one("#source-text").replaceChildren(...marked(citation.text, citation.quoted));
    one("#source-origin").textContent = citation.source ? `Source ${citation.number}: ${citation.source}` : `Source ${citation.number}`;
    one("#source-more").replaceChildren();
  }

  /** A text in which what an answer quotes is marked. */
  function marked(whole, quoted) {
    const found = quoted.map((words) => [whole.indexOf(words), words.length]).filter(([start]) => start >= 0).sort(([a], [b]) => a - b);
    const parts = [];
    let at = 0;
    for (const [start, length] of found) {
      if (start < at) continue;
      parts.push(whole.slice(at, start), make("mark", {}, whole.slice(start, start + length)));
      at = start + length;
    }
    return [...parts, whole.slice(at)];
  }

  const known = new Map();

  async function more(chip, turn, number) {
    const path = `/chat/${agent}/turns/${turn}/evidence/${number}`;
    if (!known.has(path)) known.set(path, load(path).catch(() => { known.delete(path); return null; }));
    const found = await known.get(path);
    if (!found || open.chip !== chip) return;
    one("#source-more").replaceChildren(...why(found));
    place(chip);
  }

  function why(found) {
    const parts = [];
    for (const reason of found.reasons) {
      parts.push(make("h3", {}, reason.inferred ? "Why this follows" : "Where this stands"), make("p", {}, reason.text));
    }
    const checks = [...new Set(found.checks)];
    if (checks.length) parts.push(make("h3", {}, "How it was checked"), ...checks.map((check) => make("p", {}, check)));
    return parts;
  }

  function place(chip) {
    const at = chip.getBoundingClientRect(), width = panel.offsetWidth, height = panel.offsetHeight;
    const x = Math.max(16, Math.min(at.left - 24, innerWidth - width - 16));
    const under = at.bottom + 8, over = at.top - height - 8;
    const y = under + height < innerHeight - 12 || over < 12 ? Math.min(under, innerHeight - height - 12) : over;
    panel.style.setProperty("--x", `${x}px`);
    panel.style.setProperty("--y", `${Math.max(12, y)}px`);
  }

  panel.addEventListener("pointerenter", () => clearTimeout(open.timer));
  panel.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") later(); });
  panel.addEventListener("toggle", (event) => {
    if (event.newState !== "closed" || !open.chip) return;
    open.chip.setAttribute("aria-expanded", "false");
    if (panel.contains(document.activeElement) || document.activeElement === document.body) open.chip.focus({ preventScroll: true });
    Object.assign(open, { chip: null, pinned: false });
  });
  one("#source-close").addEventListener("click", () => { const chip = open.chip; close(); chip?.focus({ preventScroll: true }); });
  addEventListener("resize", close);

  // ---- asking

  async function ask(question) {
    if (running) return;
    const turn = begin(question);
    running = new AbortController();
    showRunning(true);
    try {
      const body = { text: question, conversation };
      const reply = await send(`/chat/${agent}/turns`, body, { signal: running.signal });
      let ended = false;
      for await (const event of events(reply)) ended = take(turn, event) || ended;
      if (!ended) throw new Error("The connection was lost.");
    } catch (error) {
      fail(turn, question, error);
    } finally {
      running = null;
      showRunning(false);
      text.focus({ preventScroll: true });
    }
  }

  /** Shows one event; true for the last one. */
  function take(turn, { name, data }) {
    if (name === "begun") conversation = data.conversation;
    if (name === "step") one(".doing", turn).textContent = STEPS[data.name] || "Working";
    if (name === "claim") addClaim(turn, data.claim, data.citations);
    if (name === "done") finish(turn, data);
    if (name === "done" && data.outcome === "handed_over") expect();
    if (name === "failed") throw new Error(data.message);
    if (name === "claim" || name === "done") follow();
    return name === "done";
  }

  function follow() {
    const left = document.documentElement.scrollHeight - innerHeight - scrollY;
    if (left < 320) scrollTo({ top: document.documentElement.scrollHeight, behavior: "smooth" });
  }

  function fail(turn, question, error) {
    one(".working", turn)?.remove();
    const stopped = error.name === "AbortError";
    const words = stopped ? "Stopped." : error.code === "no_visit" || error.code === "csrf" ? "This page is no longer valid; load it again." : error instanceof TypeError ? "The server cannot be reached. Are you online?" : error.message;
    const again = make("button", { class: "tool", type: "button", onclick: () => { turn.remove(); ask(question); } }, "Try again");
    one(".after", turn).append(make("p", { class: stopped ? "note" : "alert", role: "alert" }, words, again));
    follow();
  }

  function showRunning(on) {
    turns.setAttribute("aria-busy", String(on));
    button.setAttribute("aria-label", on ? "Stop" : "Send");
    one("use", button).setAttribute("href", on ? "#i-stop" : "#i-send");
    allow();
  }

  function allow() {
    button.setAttribute("aria-disabled", String(!running && !text.value.trim()));
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 180)}px`;
  }

  function submit(event) {
    event.preventDefault();
    if (running) return running.abort();
    const question = text.value.trim();
    if (!question) return text.focus();
    text.value = "";
    return ask(question);
  }

  text.addEventListener("input", allow);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !running) submit(event);
  });
  one("#composer").addEventListener("submit", submit);
  one("#person").addEventListener("click", () => ask(HAND_OVER));
  one("#anew").addEventListener("click", () => {
    running?.abort();
    person.stop();
    conversation = null;
    turns.replaceChildren();
    one("#welcome").hidden = false;
    one("#anew").hidden = true;
    text.focus();
  });

  // ---- the first look

  async function resume() {
    const past = await load(`/chat/${agent}/conversation`);
    const parts = past.turns.map((told) => [told.begun, () => finish(begin(told.question), told)]);
    if (past.person) person.show(past.person, (reply, { said }) => parts.push([said, () => turns.append(reply)]));
    for (const [, draw] of parts.sort(([one], [other]) => one - other)) draw();
    conversation = past.conversation;
    if (past.person && person.open(past.person)) expect();
    scrollTo({ top: document.documentElement.scrollHeight });
  }

  for (const words of starters.split("\n").filter(Boolean)) one("#starters").append(make("li", {}, make("button", { type: "button", onclick: () => ask(words) }, words)));
  one("#person").hidden = !handsOver;
  if (customer) Object.assign(one("#who"), { hidden: false, textContent: `Signed in as ${customer}` });
  page.theme(one("#theme"));
  allow();
  page.signIn().then((gone) => gone || resume()).catch((error) => turns.append(make("p", { class: "alert", role: "alert" }, error.message)));
})();
