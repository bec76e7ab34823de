// The page around lanes and rings: the story, the selected step, and the keys.
const picture = JSON.parse(document.getElementById("data").textContent);
const events = picture.trace.events, failure = picture.trace.failure;
const byId = id => document.getElementById(id);
const whoWords = agent => agent.endsWith(".irq") ? `${agent.slice(0, -4)} (interrupt handler)` : agent;

const opened = new Set();
let showAll = false, rows = [], selected = -1;
const lanes = new Lanes(picture, select, fold => { opened.add(fold); redraw(); });

function redraw() {
  rows = rowsOf(picture, opened, showAll);
  lanes.show(rows);
  if (selected >= 0) lanes.select(selected);
}

/** Opens the fold that hides a step. */
function reveal(number) {
  const hidden = rows.find(row => row.fold !== undefined && number >= row.fold && number < row.end);
  if (!hidden) return;
  opened.add(hidden.fold);
  redraw();
}

function select(number, block = "nearest") {
  if (number < 0 || number >= events.length) return;
  reveal(number);
  selected = number;
  lanes.select(number);
  lanes.scrollTo(number, block);
  showDetail(events[number]);
  document.body.dataset.selected = number;
}

function showDetail(event) {
  byId("position").textContent = `step ${event.number} of ${events.length - 1}`;
  const sentence = byId("sentence");
  sentence.replaceChildren(capital(picture.words[event.number].sentence) + ".");
  if (event.choice && event.kind !== "Choice") put(sentence, "span", "how", "◆ " + event.choice);
  const why = lanes.reasons.get(event.number);
  if (why) put(sentence, "span", "why", capital(why));
  const facts = byId("facts");
  facts.replaceChildren();
  const fact = (name, value) => { if (value === "" || value === null || value === undefined) return; put(facts, "dt", "", name); put(facts, "dd", "mono", value); };
  fact("who", `${whoWords(event.agent)}, its step ${event.step}`);
  fact("code", event.place);
  if (event.address) fact("address", `0x${event.address.toString(16)}, ${event.width} byte${event.width === 1 ? "" : "s"}`);
  if (event.source >= 0) fact("value from", `step ${event.source}: ${picture.words[event.source].sentence}`);
  if (event.issue >= 0) fact("written at", `step ${event.issue}`);
  if (event.operation >= 0 && picture.operations[event.operation]) fact("during", `${event.operation + 1}. ${picture.operations[event.operation]}`);
  const rings = byId("rings");
  rings.replaceChildren();
  if (!event.queues.length && picture.trace.queues.length) put(rings, "p", "more", "No queue is set up yet.");
  for (const place of event.queues) {
    const queue = picture.trace.queues[place], prefix = `${queue.device}.q${queue.number} `;
    drawQueue(rings, queue, event.name.startsWith(prefix) ? event.name.slice(prefix.length) : event.name);
  }
}

/** A sentence begins with a capital letter; a name such as cpu0 stays as it is. */
const names = picture.trace.lanes.map(lane => lane.name);
const capital = text => !text || names.some(name => text.startsWith(name)) ? text : text[0].toUpperCase() + text.slice(1);

/** Opens what the story speaks of, on a click or with the keyboard. */
function leadsTo(element, number) {
  element.tabIndex = 0;
  element.addEventListener("click", () => select(number, "center"));
  element.addEventListener("keydown", key => { if (key.key === "Enter") select(number, "center"); });
}

function tellStory() {
  byId("where").textContent = ["ringcheck", picture.scenario, picture.profile === "none" ? "" : `profile ${picture.profile}`, `memory ${picture.memory}`, picture.exhibit ? `exhibit ${picture.exhibit}${picture.exhibitTitle ? `: ${picture.exhibitTitle}` : ""}` : ""].filter(Boolean).join(" · ");
  // The first sentence is the heading.
  const [, first, rest] = picture.message.match(/^(.*?[^.]\.) ([\s\S]*)$/) ?? [null, picture.message, ""];
  byId("message").textContent = capital(first);
  byId("more").textContent = capital(rest);
  if (picture.monitor) put(byId("rule"), "span", "chip bad", `${picture.monitor} / ${picture.rule}`);
  const reasons = byId("reasons");
  for (const reason of failure?.reasons ?? []) {
    const item = put(reasons, "li", lanes.pair.has(reason.event) ? "pair" : "");
    put(item, "span", "number", `step ${reason.event}`);
    const words = put(item, "div"), isEnd = events[reason.event].kind === "Failure";
    put(words, "div", "why", capital(reason.words));
    if (!isEnd) put(words, "div", "what", picture.words[reason.event].sentence);
    leadsTo(item, reason.event);
  }
  if (lanes.pair.size < 2) byId("clash-title").textContent = "The step at which it shows";
  if (picture.explanation.length) {
    const more = put(byId("rule-card"), "details");
    put(more, "summary", "", "the same in the words of the memory model");
    put(more, "div", "", picture.explanation.join("\n")).id = "explanation";
  }
  for (const clause of picture.clauses) {
    const item = put(byId("clauses"), "div");
    put(item, "div", "", clause.words || clause.id);
    const source = [clause.words ? clause.id : "", clause.where, clause.strength].filter(Boolean).join(" · ");
    if (source) put(item, "div", "source", source);
  }
  if (picture.mend) { put(byId("mend"), "b", "", "What mends it"); put(byId("mend"), "span", "", picture.mend); }
  for (const missing of failure?.missing ?? []) put(byId("mend"), "div", "missing", `Between steps ${missing.first} and ${missing.then}: ${missing.barrier}.`);
  const operations = byId("operations");
  put(operations, "b", "", picture.operations.length ? "The program" : "No operation is needed: what the scenario always does is enough");
  if (picture.operations.length) for (const words of picture.operations) put(operations.querySelector("ol") ?? put(operations, "ol"), "li", "", words);
  const choices = byId("choices");
  put(choices, "b", "", picture.choices.length ? "What is unusual in this run" : "Nothing is unusual in this run: it fails every time");
  if (picture.choices.length) {
    const list = put(choices, "ul");
    for (const choice of picture.choices) {
      const item = put(list, "li", "", choice.words);
      item.title = choice.key;
      if (choice.event >= 0) leadsTo(item, choice.event);
    }
  }
  byId("replay").textContent = picture.replay;
  byId("copy").addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(picture.replay); byId("copy").textContent = "copied"; }
    catch { getSelection().selectAllChildren(byId("replay")); }
  });
}

const visible = () => rows.map(row => (row.event ?? row.heading)?.number).filter(number => number !== undefined);
const matters = () => [...lanes.reasons.keys(), ...picture.choices.map(choice => choice.event).filter(number => number >= 0)].sort((a, b) => a - b);

function step(way) {
  const numbers = visible(), at = numbers.indexOf(selected);
  select(numbers[Math.min(numbers.length - 1, Math.max(0, at < 0 ? 0 : at + way))]);
}

function toClash() {
  const pair = [...lanes.pair].sort((a, b) => a - b);
  if (pair.length) select(pair.find(number => number > selected) ?? pair[0], "center");
}

const KEYS = {
  ArrowDown: () => step(1), ArrowRight: () => step(1), j: () => step(1),
  ArrowUp: () => step(-1), ArrowLeft: () => step(-1), k: () => step(-1),
  Home: () => select(visible()[0]), End: () => select(visible().at(-1)),
  c: toClash,
  n: () => select(matters().find(number => number > selected) ?? matters().at(-1) ?? selected, "center"),
  p: () => select(matters().findLast(number => number < selected) ?? matters()[0] ?? selected, "center"),
  e: () => { showAll = !showAll; redraw(); if (selected >= 0) { reveal(selected); lanes.scrollTo(selected, "center"); } },
  "?": () => byId("help").showModal(),
};

document.addEventListener("keydown", key => {
  if (key.ctrlKey || key.metaKey || key.altKey || byId("help").open) return;
  if (!Object.hasOwn(KEYS, key.key)) return;
  key.preventDefault();
  KEYS[key.key]();
});

function tellSigns() {
  const signs = byId("signs");
  const sign = (text, colour, words) => { const name = put(signs, "dt", "mono", text); name.style.color = colour; put(signs, "dd", "", words); };
  sign("──▶", "var(--ink)", "a store or a register write; grey: a load or a register read");
  sign("╌╌▶", "var(--stale)", "a load that gets an old value");
  sign("┄┄┄", "var(--choice)", "a register write on its way; ▶ is its arrival");
  sign("▬", "var(--ink)", "a barrier");
  sign("◆", "var(--choice)", "a choice that is not the plain one");
  sign("✕", "var(--clash)", "a monitor says that this is wrong");
  sign("┊", "var(--soft)", "the CPU waits; a broad line: its interrupt handler runs");
}

for (const [id, act] of [["first", () => select(visible()[0])], ["back", () => step(-1)], ["forward", () => step(1)], ["last", () => select(visible().at(-1))], ["to-clash", toClash]])
  byId(id).addEventListener("click", act);
tellStory();
if (!picture.trace.queues.length) byId("primer").remove();
if (picture.trace.leftOut) byId("hint").prepend(`${picture.trace.leftOut} earlier steps are left out. `);
tellSigns();
redraw();
select(failure ? failure.at : events.length - 1, "center");
scrollTo(0, 0);
let lastWidth = innerWidth;
addEventListener("resize", () => { if (innerWidth !== lastWidth) { lastWidth = innerWidth; redraw(); } });
