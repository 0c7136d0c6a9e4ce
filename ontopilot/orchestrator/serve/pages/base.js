"use strict";

/* What both pages need. Nothing here makes markup of text: elements are made one by one. */
const page = (() => {
  const one = (selector, root = document) => root.querySelector(selector);

  /** An element with its properties and its children; a child that is a string becomes text. */
  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  /** One of the icons at the head of the page. */
  function icon(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const use = document.createElementNS(space, "use");
    use.setAttribute("href", `#i-${name}`);
    svg.setAttribute("aria-hidden", "true");
    svg.append(use);
    return svg;
  }

  /** An error with the server's own words, where it had some. */
  async function refused(reply) {
    let said = null;
    try { said = (await reply.json()).error; } catch { /* not JSON: a gateway answered */ }
    const error = new Error(said?.message || `The server answered ${reply.status}.`);
    error.code = said?.code;
    error.status = reply.status;
    return error;
  }

  async function send(path, body, options = {}) {
    const headers = { "content-type": "application/json", "x-csrf": document.body.dataset.csrf };
    const reply = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), ...options });
    if (!reply.ok) throw await refused(reply);
    return reply;
  }

  async function load(path) {
    const reply = await fetch(path);
    if (!reply.ok) throw await refused(reply);
    return reply.json();
  }

  /** The server-sent events of a reply, as they come. */
  async function* events(reply) {
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const lines = part.split("\n");
        const field = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join("\n");
        if (field("data")) yield { name: field("event"), data: JSON.parse(field("data")) };
      }
    }
  }

  /** Signs in with the secret in the address, which never reaches a log of the server. */
  async function signIn() {
    const secret = new URLSearchParams(location.hash.slice(1)).get("ticket");
    if (!secret) return false;
    history.replaceState(null, "", location.pathname);
    await send("/sign-in", { ticket: secret });
    location.reload();
    return true;
  }

  const THEMES = ["automatic", "light", "dark"];

  function theme(button) {
    let chosen = localStorage.getItem("theme") || "automatic";
    const show = () => {
      if (chosen === "automatic") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = chosen;
      button.setAttribute("aria-label", `Colours: ${chosen}`);
      button.title = `Colours: ${chosen}`;
    };
    button.addEventListener("click", () => {
      chosen = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
      localStorage.setItem("theme", chosen);
      show();
    });
    show();
  }

  return { one, make, icon, send, load, events, signIn, theme };
})();
