// Lanes: one column for each CPU, memory, path, device and interrupt line; time goes down, a row for each step.
const ROW = 25, GUTTER = 62, CIRCLE = 92;
/** Steps shown before and after one that the failure is about, or that only tells how it came to that; fewer than so many are not worth a fold. */
const AROUND_REASON = [7, 3], AROUND_CHANGE = [2, 1], SHORTEST_FOLD = 4;

const KIND_WORDS = { Cpu: "CPU", Memory: "shared memory", Path: "on its way", Device: "device", Interrupt: "interrupt line" };

/** What is shown: rows of events, headings, and folds where a long stretch has nothing to do with the failure. */
function rowsOf(picture, opened, showAll) {
  const events = picture.trace.events, marked = new Map();
  const failure = picture.trace.failure;
  events.forEach(each => { if (each.changes.length) marked.set(each.number, AROUND_CHANGE); });
  for (const choice of picture.choices) if (choice.event >= 0) marked.set(choice.event, AROUND_CHANGE);
  for (const reason of failure?.reasons ?? []) marked.set(reason.event, AROUND_REASON);
  if (events.length) marked.set(events.length - 1, AROUND_REASON);
  const near = new Array(events.length).fill(false);
  for (const [number, [before, after]] of marked) for (let i = Math.max(0, number - before); i <= Math.min(events.length - 1, number + after); i++) near[i] = true;
  const rows = [];
  for (let i = 0; i < events.length;) {
    if (events[i].kind === "Begins") { rows.push({ heading: events[i] }); i++; continue; }
    let end = i;
    while (end < events.length && !near[end] && events[end].kind !== "Begins") end++;
    if (!showAll && end - i >= SHORTEST_FOLD && !opened.has(i)) { rows.push({ fold: i, end }); i = end; continue; }
    const to = Math.max(end, i + 1);
    for (; i < to; i++) rows.push({ event: events[i] });
  }
  return rows;
}

class Lanes {
  constructor(picture, onSelect, onOpen) {
    Object.assign(this, { picture, onSelect, onOpen, holder: document.getElementById("lanes"), names: document.getElementById("lane-names") });
    this.failure = picture.trace.failure;
    this.reasons = new Map((this.failure?.reasons ?? []).map(reason => [reason.event, reason.words]));
    // A way that nothing took need not be drawn.
    this.hidden = new Set(picture.trace.lanes.map((lane, i) => lane.kind === "Path" && !picture.trace.events.some(each => each.lane === i || each.target === i) ? i : -1).filter(i => i >= 0));
    this.pair = new Set(this.failure ? [this.failure.at, this.failure.other].filter(number => number >= 0) : []);
  }

  /** Draws all rows. */
  show(rows) {
    const lanes = this.picture.trace.lanes;
    this.rows = rows;
    this.width = Math.max(560, this.holder.clientWidth || this.holder.parentElement.clientWidth);
    this.right = this.failure?.circle.length ? CIRCLE : 14;
    // A label stands right of its lane; those of the last lane stand left of it where it is the interrupt line.
    const first = GUTTER + 44, last = this.width - this.right - (lanes.at(-1).kind === "Interrupt" ? 44 : 150);
    const shown = lanes.map((_, i) => i).filter(i => !this.hidden.has(i)), gap = shown.length > 1 ? (last - first) / (shown.length - 1) : 0;
    this.x = lanes.map((_, i) => first + Math.max(0, shown.indexOf(i)) * gap);
    this.yOf = new Map();
    rows.forEach((row, i) => { if (row.event) this.yOf.set(row.event.number, i * ROW + ROW / 2); if (row.heading) this.yOf.set(row.heading.number, i * ROW + ROW / 2); });
    this.drawNames();
    this.holder.replaceChildren();
    this.svg = draw(this.holder, "svg", { width: this.width, height: rows.length * ROW + 8, role: "listbox", tabindex: 0, "aria-label": "steps, in order" });
    this.life = draw(this.svg, "g");
    this.elements = new Map();
    const bands = draw(this.svg, "g");
    this.links = draw(this.svg, "g", { "pointer-events": "none" });
    rows.forEach((row, i) => this.drawRow(bands, row, i * ROW));
    this.svg.insertBefore(bands, this.life);
    this.drawLives();
    this.drawFailure();
    this.fromLink = draw(this.svg, "g", { "pointer-events": "none" });
    // Lines lie over the bands and under arrows and labels.
    this.svg.append(this.arrows);
  }

  drawNames() {
    this.names.replaceChildren();
    const nameOf = lane => lane.name.includes(".path") ? "to " + lane.name.replace(/\.path(\d*)$/, (_, cpu) => cpu ? ` from cpu${cpu}` : "") : lane.name.endsWith(".stores") ? lane.name.slice(0, -7) : lane.name;
    const kindOf = lane => lane.name.endsWith(".stores") ? "store buffer" : KIND_WORDS[lane.kind];
    const head = draw(this.names, "svg", { width: this.width, height: 40, "aria-hidden": "true" });
    this.picture.trace.lanes.forEach((lane, i) => {
      if (this.hidden.has(i)) return;
      draw(head, "text", { class: "lane-name", "data-lane": lane.name, x: this.x[i], y: 17, "text-anchor": "middle" }, nameOf(lane));
      draw(head, "text", { class: "lane-kind", x: this.x[i], y: 32, "text-anchor": "middle" }, kindOf(lane));
    });
  }

  drawRow(parent, row, top) {
    this.arrows ??= null;
    if (top === 0) this.arrows = draw(this.svg, "g", { class: "arrows" });
    if (row.heading) return this.drawHeading(parent, row.heading, top);
    if (row.fold !== undefined) return this.drawFold(parent, row, top);
    const event = row.event, y = top + ROW / 2, words = this.picture.words[event.number];
    const classes = ["row", ...this.styleOf(event)];
    if (this.reasons.has(event.number)) classes.push("reason");
    if (this.pair.has(event.number)) classes.push("pair");
    const group = draw(parent, "g", { class: classes.join(" "), "data-event": event.number, role: "option", "aria-label": words.sentence });
    draw(group, "rect", { class: "band", x: 0, y: top, width: this.width, height: ROW });
    draw(group, "rect", { class: "edge", x: 0, y: top, width: 4, height: ROW });
    draw(group, "text", { class: "no", x: GUTTER - 22, y: y + 4 }, event.number);
    draw(group, "title", {}, words.sentence);
    const signs = draw(this.arrows, "g", { class: classes.join(" "), "data-signs": event.number });
    this.drawSigns(signs, event, y, words.label);
    for (const part of [group, signs]) part.addEventListener("click", () => this.onSelect(event.number));
    this.elements.set(event.number, [group, signs]);
  }

  styleOf(event) {
    switch (event.kind) {
      case "Store": case "Update": case "RegisterWrite": return ["write"];
      case "PostedWrite": case "Arrival": return ["posted", "write"];
      case "Load": return event.isStale ? ["stale"] : ["soft"];
      case "InterruptRaised": case "InterruptTaken": return ["irq"];
      case "Choice": return ["choice"];
      case "Failure": return ["failure"];
      case "RegisterRead": case "Masked": case "Unmasked": case "Woken": case "InterruptReturned": case "InterruptLowered": case "Barrier": return ["soft"];
      default: return [];
    }
  }

  drawSigns(group, event, y, label) {
    const from = this.x[event.lane] ?? GUTTER, to = event.target >= 0 ? this.x[event.target] : null;
    switch (event.kind) {
      case "Load": case "RegisterRead": this.arrow(group, to ?? from, from, y); break;
      case "InterruptTaken": this.arrow(group, to ?? from, from, y); break;
      case "Store": case "Update": case "RegisterWrite": case "PostedWrite": case "Arrival": case "InterruptRaised": case "InterruptLowered": this.arrow(group, from, to ?? from, y); break;
      case "Barrier": draw(group, "rect", { class: "barrier", x: from - 17, y: y - 2.5, width: 34, height: 5, rx: 2 }); break;
      case "Choice": draw(group, "path", { class: "diamond", d: `M${from} ${y - 8}l8 8l-8 8l-8 -8Z` }); break;
      case "Failure": for (const d of [`M${from - 6} ${y - 6}l12 12`, `M${from + 6} ${y - 6}l-12 12`]) draw(group, "path", { class: "cross", d }); break;
      default: draw(group, "circle", { class: "dot", cx: from, cy: y, r: 4 });
    }
    if (event.choice && event.kind !== "Choice") draw(group, "path", { class: "diamond", d: `M${from} ${y - 6}l6 6l-6 6l-6 -6Z` });
    const own = to === null || to === from, left = Math.min(from, to ?? from);
    const x = (own ? from : left) + (own ? 22 : 12), next = this.x.find(each => each > left + 1);
    const isLast = left >= this.x[this.x.length - 1] - 1 && this.picture.trace.lanes.at(-1).kind === "Interrupt";
    const space = own ? this.width - x - this.right : Math.abs((to ?? from) - from) - 22;
    const text = draw(group, "text", { class: `label ${own ? "own" : ""}`, x: isLast ? from - 14 : x, y: own ? y + 4 : y - 3, "text-anchor": isLast ? "end" : "start" }, label);
    if (isLast) return;
    this.fit(text, label, own ? space : Math.max(space, next ? this.width - this.right - x - 10 : space));
  }

  /** Cuts a text that has no room; the whole of it is in the title and beside the rings. */
  fit(text, label, space) {
    const most = Math.max(6, Math.floor(space / 7.3));
    if (label.length > most) text.textContent = label.slice(0, most - 1) + "…";
  }

  arrow(group, from, to, y) {
    if (Math.abs(to - from) < 1) { draw(group, "circle", { class: "dot", cx: from, cy: y, r: 4 }); return; }
    const way = Math.sign(to - from), end = to - way * 3;
    draw(group, "circle", { class: "dot", cx: from, cy: y + 3, r: 2.5 });
    draw(group, "path", { class: "arrow", d: `M${from} ${y + 3}L${end - way * 5} ${y + 3}` });
    draw(group, "path", { class: "head", d: `M${end} ${y + 3}l${-way * 8} -4l0 8Z` });
  }

  drawHeading(parent, event, top) {
    const group = draw(parent, "g", { class: "begin", "data-heading": event.number });
    draw(group, "rect", { class: "band", x: 0, y: top + 1, width: this.width, height: ROW - 2 });
    const several = this.picture.trace.lanes.filter(lane => lane.kind === "Cpu").length > 1;
    const text = draw(this.arrows, "text", { x: 14, y: top + ROW / 2 + 5, style: "font-weight:600;font-size:13px;pointer-events:none" }, this.picture.words[event.number].label);
    if (several) text.textContent = `${event.agent}: ${text.textContent}`;
  }

  drawFold(parent, row, top) {
    const group = draw(parent, "g", { class: "fold", "data-fold": row.fold, role: "button", "aria-label": `show ${row.end - row.fold} steps` });
    draw(group, "rect", { class: "band", x: 0, y: top, width: this.width, height: ROW });
    draw(this.arrows, "text", { x: GUTTER, y: top + ROW / 2 + 4, style: "fill:var(--soft);font-size:12px;pointer-events:none;paint-order:stroke;stroke:var(--card);stroke-width:6px" },
      `⋯  ${row.end - row.fold} steps folded away (${row.fold} to ${row.end - 1})`);
    group.addEventListener("click", () => this.onOpen(row.fold));
  }

  /** Life lines: broken while a CPU waits, broad while its handler runs, dotted while a write is on its way. */
  drawLives() {
    const { lanes, events } = this.picture.trace, bottom = this.rows.length * ROW;
    lanes.forEach((_, i) => this.hidden.has(i) || draw(this.life, "line", { class: "life", x1: this.x[i], y1: 0, x2: this.x[i], y2: bottom }));
    const span = (lane, from, to, name) => draw(this.life, "line", { class: `life ${name}`, x1: this.x[lane], y1: this.near(from), x2: this.x[lane], y2: to === null ? bottom : this.near(to) });
    const waiting = new Map(), handling = new Map();
    for (const event of events) {
      if (event.kind === "Wait" || event.kind === "Poll") waiting.set(event.lane, event.number);
      if (event.kind === "Woken" && waiting.has(event.lane)) { span(event.lane, waiting.get(event.lane), event.number, "idle"); waiting.delete(event.lane); }
      if (event.kind === "InterruptTaken") handling.set(event.lane, event.number);
      if (event.kind === "InterruptReturned" && handling.has(event.lane)) { span(event.lane, handling.get(event.lane), event.number, "busy"); handling.delete(event.lane); }
      if (event.kind === "Arrival" && event.issue >= 0) {
        const issue = events[event.issue];
        if (issue.target >= 0) span(issue.target, issue.number, event.number, "flight");
      }
      if (event.kind === "PostedWrite" && !events.some(each => each.issue === event.number) && event.target >= 0) span(event.target, event.number, null, "flight");
    }
    for (const [lane, from] of waiting) span(lane, from, null, "idle");
    for (const [lane, from] of handling) span(lane, from, null, "busy");
  }

  /** Where an event is, or the fold that hides it. */
  near(number) {
    if (this.yOf.has(number)) return this.yOf.get(number);
    const at = this.rows.findIndex(row => row.fold !== undefined && number >= row.fold && number < row.end);
    return at < 0 ? 0 : at * ROW + ROW / 2;
  }

  /** The clashing pair, tied together at the left; a circle of memory ordering at the right. */
  drawFailure() {
    if (this.pair.size === 2) {
      const [a, b] = [...this.pair].map(number => this.near(number)).sort((one, other) => one - other), x = 12;
      draw(this.links, "path", { class: "pair-link", d: `M${x + 8} ${a}H${x}V${b}H${x + 8}` });
    }
    const circle = this.failure?.circle ?? [];
    circle.forEach((step, i) => {
      // Each edge of the circle bends a little further than the one before, so that their names keep apart.
      const down = this.near(step.event) < this.near(circle[(i + 1) % circle.length].event) ? 4 : -4;
      const from = this.near(step.event) + down, to = this.near(circle[(i + 1) % circle.length].event) - down, x = this.width - CIRCLE + 6, bend = 22 + 20 * (i % 4);
      draw(this.links, "path", { class: `circle-link ${step.isKept ? "" : "loose"}`, d: `M${x} ${from}C${x + bend} ${from} ${x + bend} ${to} ${x} ${to}` });
      draw(this.links, "path", { class: "link-head", d: `M${x - 4} ${to}l9 -4l0 8Z` });
      const name = draw(this.links, "text", { class: "circle-text", x: x + bend * .75, y: (from + to) / 2 + 4, "text-anchor": "middle" }, step.isKept ? step.relation : "not kept");
      draw(name, "title", {}, step.words);
    });
  }

  select(number) {
    for (const part of this.elements.get(this.selected) ?? []) part.classList.remove("selected");
    for (const element of this.elements.get(this.selected)?.slice(0, 1) ?? []) element.removeAttribute("aria-selected");
    this.selected = number;
    for (const part of this.elements.get(number) ?? []) part.classList.add("selected");
    this.elements.get(number)?.[0].setAttribute("aria-selected", "true");
    this.fromLink.replaceChildren();
    const event = this.picture.trace.events[number], source = event.source >= 0 ? event.source : event.issue;
    if (source >= 0 && this.yOf.has(number)) {
      const x = GUTTER - 14, a = this.near(source), b = this.yOf.get(number);
      draw(this.fromLink, "path", { class: "from-link", d: `M${x} ${a}C${x - 22} ${a} ${x - 22} ${b} ${x} ${b}` });
      draw(this.fromLink, "path", { class: "from-head", d: `M${x + 4} ${b}l-8 -4l0 8Z` });
    }
  }

  scrollTo(number, block) {
    this.elements.get(number)?.[0].scrollIntoView({ block, behavior: "instant" });
  }
}
