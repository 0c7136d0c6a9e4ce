"use strict";

/* A conversation with a person: where it stands, and what was answered. */
const person = (() => {
  const { one, make, icon, load } = page;
  const EVERY_MS = 3000;
  const STANDING = {
    none: "", waiting: "You are in the queue: a person will answer here.",
    taken: "A person is reading your conversation and will answer here.",
    closed: "The person has ended this conversation. You can go on asking.",
  };
  let timer = 0, seen = 0, talks = 0;

  function stop() {
    clearTimeout(timer);
    talks += 1;
    seen = 0;
    tell("none");
  }

  function tell(state) {
    const place = one("#person-state");
    place.hidden = !STANDING[state];
    if (place.textContent !== STANDING[state]) place.textContent = STANDING[state];
  }

  const reply = (told) => make("article", { class: "turn from-person" }, make("div", { class: "answer" }, make("div", { class: "said" }, make("span", { class: "state" }, icon("person"), "A person answers"), make("p", { class: "message" }, told.text))));

  /** Whether something may still be answered. */
  const open = ({ state }) => state === "waiting" || state === "taken";

  /** Shows the replies that are new; `add` puts each into the conversation. */
  function show(told, add) {
    for (const one of told.replies) {
      if (one.number > seen) add(reply(one), one);
      seen = Math.max(seen, one.number);
    }
    tell(told.state);
  }

  /** Asks for news until the person has ended the conversation. */
  function follow(path, add) {
    clearTimeout(timer);
    const talk = talks;
    const look = async () => {
      const told = await load(`${path}?after=${seen}`).catch(() => null);
      if (talk !== talks) return;
      if (told) show(told, add);
      if (told === null || open(told)) timer = setTimeout(look, EVERY_MS);
    };
    look();
  }

  return { show, follow, stop, open };
})();
