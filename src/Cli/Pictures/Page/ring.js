// Queues at one step: two rings, and the descriptors, coloured by who owns them.
const SVG = "http://www.w3.org/2000/svg";

/** An SVG element. Texts only ever become text nodes. */
function draw(parent, name, attributes = {}, text = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = text;
  parent.append(element);
  return element;
}

/** An HTML element with a class and text. */
function put(parent, name, className = "", text = null) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== null) element.textContent = text;
  parent.append(element);
  return element;
}

const OWNERS = { Driver: "the driver’s", Available: "published", Device: "with the device", Used: "returned, not seen", Reaped: "the driver’s" };
const SHORT = { Driver: "driver", Available: "published", Device: "device", Used: "returned", Reaped: "driver" };

/** 16-bit indices run freely; the slot is what is left of them. */
const distance = (from, to) => (to - from) & 0xffff;
const slotOf = (index, size) => index & (size - 1);

function drawQueue(parent, queue, touched) {
  const size = queue.descriptors.length;
  const box = put(parent, "div", "queue");
  box.dataset.queue = `${queue.device}.${queue.number}`;
  const title = put(box, "h3", "", `Queue ${queue.number} of ${queue.device}`);
  put(title, "span", "", queue.isLive ? `${size} descriptors` : "not live");
  const left = put(box, "div", "queue-rings"), right = put(box, "div", "queue-table");
  const picture = draw(left, "svg", { viewBox: "0 0 484 196", width: "100%", role: "img", "aria-label": "available ring and used ring" });
  // A slot has the colour of its chain's owner, while the chain is out: the newest slot that names it.
  const owners = new Map(), named = new Set();
  for (let back = 1; queue.isLive && back <= size; back++) {
    const slot = slotOf(queue.published - back, size), head = queue.available[slot];
    if (!named.has(head) && queue.descriptors[head]?.head === head) owners.set(slot, queue.descriptors[head].owner);
    named.add(head);
  }
  drawRing(picture, 122, size, {
    name: "available ring", value: `idx ${queue.availableIndex}`, isTouched: touched === "avail.idx",
    text: slot => String(queue.available[slot]),
    state: slot => owners.get(slot) ?? "",
    isSlotTouched: slot => touched === `avail.ring[${slot}]`,
    hands: [["Driver", queue.published, "driver next"], ["Device", queue.taken, "device next"]],
  });
  drawRing(picture, 362, size, {
    name: "used ring", value: `idx ${queue.usedIndex}`, isTouched: touched === "used.idx",
    text: slot => String(queue.used[slot].id),
    state: slot => {
      for (let i = queue.seen; distance(queue.seen, i) < distance(queue.seen, queue.returned); i = (i + 1) & 0xffff) if (slotOf(i, size) === slot) return queue.isLive ? "Used" : "";
      return "";
    },
    isSlotTouched: slot => touched.startsWith(`used.ring[${slot}]`),
    hands: [["Device", queue.returned, "device next"], ["Driver", queue.seen, "driver next"]],
  });
  const words = [];
  if (queue.usedEvent >= 0) words.push(`used_event ${queue.usedEvent}`, `avail_event ${queue.availEvent}`);
  if (queue.availableFlags) words.push("the driver wants no interrupts (avail.flags)");
  if (queue.usedFlags) words.push("the device wants no notifications (used.flags)");
  if (words.length) put(left, "p", "more", words.join(" · "));
  drawLegend(right);
  drawDescriptors(right, queue, touched);
}

function drawRing(picture, x, size, ring) {
  const y = 98, outer = 70, inner = 42, at = (angle, radius) => [x + radius * Math.sin(angle), y - radius * Math.cos(angle)];
  const step = 2 * Math.PI / size, hasText = size <= 16;
  for (let slot = 0; slot < size; slot++) {
    const from = slot * step, to = from + step, state = ring.state(slot);
    const [x0, y0] = at(from, outer), [x1, y1] = at(to, outer), [x2, y2] = at(to, inner), [x3, y3] = at(from, inner), long = step > Math.PI ? 1 : 0;
    const arc = draw(picture, "path", {
      class: `slot ${state} ${ring.isSlotTouched(slot) ? "touched" : ""}`, "data-slot": slot,
      d: `M${x0} ${y0}A${outer} ${outer} 0 ${long} 1 ${x1} ${y1}L${x2} ${y2}A${inner} ${inner} 0 ${long} 0 ${x3} ${y3}Z`,
    });
    draw(arc, "title", {}, `${ring.name}, slot ${slot}: chain ${ring.text(slot)}${state ? `, ${OWNERS[state]}` : ""}`);
    if (!hasText) continue;
    const [tx, ty] = at(from + step / 2, (outer + inner) / 2), [nx, ny] = at(from + step / 2, inner - 7);
    draw(picture, "text", { class: `slot-text ${state ? "on" : "off"}`, x: tx, y: ty }, state ? ring.text(slot) : "·");
    if (size > 1) draw(picture, "text", { class: "slot-no", x: nx, y: ny }, slot);
  }
  draw(picture, "text", { class: "hub-name", x, y: y - 4 }, ring.name.split(" ")[0]);
  draw(picture, "text", { class: `hub-value ${ring.isTouched ? "touched" : ""}`, x, y: y + 13 }, ring.value);
  const places = ring.hands.map(([, index]) => slotOf(index, size));
  ring.hands.forEach(([side, index, words], i) => {
    // Where both are at one slot, each moves a little to its side.
    const apart = places[0] === places[1] ? (i === 0 ? -1 : 1) * Math.min(step / 4, .3) : 0;
    const angle = slotOf(index, size) * step + step / 2 + apart;
    const [hx, hy] = at(angle, outer + 3), [bx, by] = at(angle, outer + 13), [lx, ly] = at(angle, outer + 20);
    const [ax, ay] = [hx + 4 * Math.cos(angle) + (bx - hx) * .55, hy + 4 * Math.sin(angle) + (by - hy) * .55], [cx, cy] = [hx - 4 * Math.cos(angle) + (bx - hx) * .55, hy - 4 * Math.sin(angle) + (by - hy) * .55];
    draw(picture, "line", { class: `hand ${side}`, x1: hx, y1: hy, x2: bx, y2: by });
    draw(picture, "path", { class: `hand-head ${side}`, d: `M${hx} ${hy}L${ax} ${ay}L${cx} ${cy}Z` });
    const lean = Math.sin(angle), anchor = lean > .35 ? "start" : lean < -.35 ? "end" : "middle";
    const label = draw(picture, "text", { class: `hand-text ${side}`, x: lx - (anchor === "start" ? 4 : anchor === "end" ? -4 : 0), y: ly + (Math.cos(angle) > 0 ? -2 : 3), "text-anchor": anchor }, words.split(" ")[0]);
    draw(label, "title", {}, `${words}: index ${index}`);
  });
}

function drawLegend(parent) {
  const legend = put(parent, "p", "legend");
  for (const [owner, words] of Object.entries(OWNERS).slice(0, 4)) {
    const item = put(legend, "span");
    put(item, "i").style.background = `var(--${owner.toLowerCase()})`;
    item.append(words);
  }
}

/** Descriptors that are never used say nothing: of a large table, those that lie in a chain or are touched, and their neighbours in it. */
function drawDescriptors(parent, queue, touched) {
  const table = put(parent, "table", "descriptors"), head = put(put(table, "thead"), "tr"), body = put(table, "tbody");
  for (const name of ["desc", "owner", "chain", "addr", "len", "flags", "next"]) put(head, "th", "", name);
  let hidden = 0;
  queue.descriptors.forEach((descriptor, id) => {
    const isTouched = touched.startsWith(`desc[${id}].`), inUse = descriptor.head >= 0 || isTouched, isFilled = descriptor.length > 0;
    if (queue.descriptors.length > 8 && !inUse && !isFilled) { hidden++; return; }
    const row = put(body, "tr", inUse && descriptor.head >= 0 ? descriptor.owner : isFilled && queue.isLive ? "Driver" : "off");
    row.dataset.descriptor = id;
    row.dataset.owner = descriptor.owner;
    const mark = (cell, name) => { if (touched === `desc[${id}].${name}`) cell.classList.add("touched"); };
    put(row, "td", "", id);
    put(row, "td", "owner", descriptor.head >= 0 ? SHORT[descriptor.owner] : SHORT.Driver);
    put(row, "td", "", descriptor.head >= 0 ? descriptor.head : "–");
    mark(put(row, "td", "", descriptor.address ? "0x" + descriptor.address.toString(16) : "–"), "addr");
    mark(put(row, "td", "", descriptor.length || "–"), "len");
    mark(put(row, "td", "", [descriptor.flags & 1 ? "NEXT" : "", descriptor.flags & 2 ? "WRITE" : "", descriptor.flags & 4 ? "INDIRECT" : ""].filter(Boolean).join(" ") || "–"), "flags");
    mark(put(row, "td", "", descriptor.flags & 1 ? descriptor.next : "–"), "next");
  });
  if (hidden) put(parent, "p", "more", `${hidden} descriptors that were never filled are left out`);
}
