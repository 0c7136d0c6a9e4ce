"use strict";

/* A small graph: the same terms are always laid out the same way. */
const graph = (() => {
  const SPACE = "http://www.w3.org/2000/svg";
  const WIDTH = 720, HEIGHT = 460, ROUNDS = 260;

  function svg(tag, properties, ...children) {
    const element = document.createElementNS(SPACE, tag);
    for (const [name, value] of Object.entries(properties)) element.setAttribute(name, String(value));
    element.append(...children);
    return element;
  }

  /** Places for the nodes: those that are joined attract, all others push each other away. */
  function places(nodes, edges) {
    const at = new Map(nodes.map((node, i) => {
      const angle = (i / nodes.length) * 2 * Math.PI, far = node.lit ? 60 : 190;
      return [node.iri, { x: WIDTH / 2 + far * Math.cos(angle), y: HEIGHT / 2 + far * Math.sin(angle) }];
    }));
    const all = [...at.values()];
    const far = Math.sqrt((WIDTH * HEIGHT) / Math.max(nodes.length, 1)) * 0.72;
    for (let round = 0; round < ROUNDS; round += 1) {
      const heat = 14 * (1 - round / ROUNDS);
      for (const point of all) Object.assign(point, { dx: (WIDTH / 2 - point.x) * 0.012, dy: (HEIGHT / 2 - point.y) * 0.02 });
      for (let i = 0; i < all.length; i += 1) for (let j = i + 1; j < all.length; j += 1) push(all[i], all[j], far);
      for (const edge of edges) pull(at.get(edge.from), at.get(edge.to), far);
      for (const point of all) {
        const long = Math.hypot(point.dx, point.dy) || 1, step = Math.min(long, heat);
        point.x = Math.max(50, Math.min(WIDTH - 50, point.x + (point.dx / long) * step));
        point.y = Math.max(22, Math.min(HEIGHT - 26, point.y + (point.dy / long) * step));
      }
    }
    return at;
  }

  function push(one, other, far) {
    const x = one.x - other.x || 0.01, y = one.y - other.y || 0.01, near = Math.hypot(x, y);
    const force = (far * far) / (near * near) / 2;
    one.dx += x * force / 4; one.dy += y * force / 4; other.dx -= x * force / 4; other.dy -= y * force / 4;
  }

  function pull(one, other, far) {
    const x = one.x - other.x, y = one.y - other.y, force = Math.hypot(x, y) / far / 6;
    one.dx -= x * force; one.dy -= y * force; other.dx += x * force; other.dy += y * force;
  }

  const short = (text) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

  /** The picture; `choose` is called with a term that is clicked or entered. */
  function draw({ nodes, edges }, choose) {
    const at = places(nodes, edges);
    const lit = nodes.filter((node) => node.lit).map((node) => node.label);
    const picture = svg("svg", { class: "graph", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": `Graph around ${lit.join(", ")}` });
    for (const edge of edges) {
      const one = at.get(edge.from), other = at.get(edge.to);
      picture.append(svg("line", { x1: one.x, y1: one.y, x2: other.x, y2: other.y }));
      if (edges.length < 14 && edge.label !== "is a") picture.append(svg("text", { class: "edge", x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 - 3, "text-anchor": "middle", "aria-hidden": "true" }, short(edge.label)));
    }
    for (const node of nodes) {
      const { x, y } = at.get(node.iri);
      const mark = svg("g", { class: `${node.kind} ${node.lit ? "lit" : ""}`, tabindex: 0, role: "button" });
      mark.append(svg("circle", { cx: x, cy: y, r: node.lit ? 9 : 6 }), svg("text", { x, y: y + 22, "text-anchor": "middle" }, short(node.label)));
      mark.addEventListener("click", () => choose(node.iri));
      mark.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(node.iri); } });
      picture.append(mark);
    }
    return picture;
  }

  return { draw, svg };
})();
