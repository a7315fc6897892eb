// The demo's part of the page: presses the buttons, tells the story, draws who serves the clients. The status page beside it keeps its own script.
"use strict";
(() => {
  const most = 300; // lines kept here
  const chapter = 60e3; // ms after a press in which lines are told by their distance from it
  const silence = 4000; // ms without an event after which the demo is called gone
  const $ = id => document.getElementById(id);
  const list = $("story"), help = $("help"), done = $("done"), gone = $("gone"), newest = $("newest");
  const buttons = new Map([...document.querySelectorAll("[data-fault]")].map(b => [b.dataset.fault, b]));
  const firstHelp = help.textContent;
  let run = "", last = 0, pressedAt = null, heard = performance.now(), source = null, world = null, painted = 0;
  const busy = new Map(); // presses on their way, by fault: what the server says meanwhile is older than what the button shows

  const length = ms => ms < 9.95 ? (Math.round(ms * 10) / 10) + " ms" : ms < 9999.5 ? Math.round(ms) + " ms" : ms < 60e3 ? (ms / 1e3).toFixed(1) + " s" :
    Math.floor(ms / 60e3) + " min " + Math.floor(ms % 60e3 / 1e3) + " s";
  const clock = ms => Math.floor(ms / 60e3) + ":" + String(Math.floor(ms % 60e3 / 1e3)).padStart(2, "0") + "." + String(Math.floor(ms % 1e3)).padStart(3, "0");
  const el = (name, cls, text) => {
    const e = document.createElement(name);
    if (cls) e.className = cls;
    if (text !== undefined) e.textContent = text;
    return e;
  };
  const put = (e, text) => { if (e.textContent !== text) e.textContent = text; };

  // --- the fault panel

  const show = (button, on) => button.setAttribute("aria-pressed", String(on));

  function pressed(faults) {
    for (const f of faults) if (buttons.has(f.id) && !busy.has(f.id)) show(buttons.get(f.id), f.on);
  }

  async function ask(method, path, body) {
    const answer = await fetch(path, { method, body: body && JSON.stringify(body), headers: body ? { "Content-Type": "application/json" } : {}, signal: AbortSignal.timeout(5000) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.detail || answer.status);
    return said;
  }

  function failed(e) {
    help.classList.add("bad");
    help.textContent = "That did not work: " + e.message;
    done.textContent = help.textContent;
  }

  async function press(button) {
    const id = button.dataset.fault, on = button.getAttribute("aria-pressed") !== "true", mine = {};
    busy.set(id, mine);
    show(button, on);
    let said = null;
    try {
      said = await ask("PUT", "/demo/faults/" + id.split("/").map(encodeURIComponent).join("/"), { on });
      done.textContent = said.done;
    } catch (e) {
      if (busy.get(id) === mine) show(button, !on);
      failed(e);
    }
    if (busy.get(id) === mine) busy.delete(id);
    if (said) pressed(said.faults);
  }

  async function mend() {
    try {
      busy.clear();
      for (const b of buttons.values()) show(b, false);
      const said = await ask("DELETE", "/demo/faults");
      done.textContent = said.done;
      pressed(said.faults);
    } catch (e) { failed(e); }
  }

  function explain(button) {
    help.classList.remove("bad");
    if (!button) { help.textContent = firstHelp; return; }
    help.replaceChildren(el("b", "", button.getAttribute("aria-label") + ". "), button.getAttribute("aria-description"));
  }

  for (const b of buttons.values()) {
    b.addEventListener("click", () => { explain(b); press(b); });
    b.addEventListener("pointerenter", () => explain(b));
    b.addEventListener("focus", () => explain(b));
  }
  $("mend").addEventListener("click", mend);

  // --- the story

  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 12;
  const toEnd = () => { list.scrollTop = list.scrollHeight; newest.hidden = true; };
  newest.addEventListener("click", toEnd);
  list.addEventListener("scroll", () => { if (atEnd()) newest.hidden = true; }, { passive: true });

  function sign(tone) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", "#sign-" + tone);
    svg.append(use);
    return svg;
  }

  function tell(line) {
    if (line.number <= last) return;
    const stay = atEnd();
    last = line.number;
    const tone = line.tone, you = line.who === "you";
    if (you) pressedAt = line.atMs;
    const li = el("li", "tone-" + tone + (you ? " you" : ""));
    const head = el("p");
    const time = el("time", "", clock(line.atMs));
    time.dateTime = "PT" + (line.atMs / 1e3) + "S";
    head.append(el("b", "", line.who));
    if (tone !== "plain") head.append(el("span", "hidden", tone + ": "));
    if (!you && pressedAt !== null && line.atMs - pressedAt < chapter) head.append(el("span", "after", "+" + length(line.atMs - pressedAt)));
    head.append(time);
    li.append(sign(tone), head, el("span", "text", line.text));
    list.append(li);
    while (list.childElementCount > most) {
      const h = list.firstElementChild.offsetHeight;
      list.firstElementChild.remove();
      if (!stay) list.scrollTop -= h; // what is being read stays where it is
    }
    if (stay) toEnd(); else newest.hidden = false;
  }

  function begin(b) {
    if (run !== b.run) { list.replaceChildren(); last = 0; pressedAt = null; }
    run = b.run;
  }

  // --- the world

  function draw() {
    if (!world) return;
    const now = world.atMs + performance.now() - painted;
    const intro = $("intro");
    if (world.armed) put(intro, intro.dataset.ready);
    intro.classList.toggle("early", !world.armed);
    for (const g of world.groups) {
      const card = document.querySelector(`.world[data-group="${CSS.escape(g.name)}"]`);
      if (!card) continue;
      const away = card.querySelector(".away"), lasts = g.away && !g.away.over;
      away.classList.toggle("now", !!lasts);
      put(away.querySelector("span"), !g.away ? "not away yet" : lasts ? "away for" : "was away for");
      put(away.querySelector("strong"), length(!g.away ? 0 : lasts ? Math.max(0, now - g.away.atMs) : g.away.ms));
      away.title = g.away ? "at " + clock(g.away.atMs) : "";
      // a figure that ticks is not read out each time
      away.setAttribute("aria-live", lasts ? "off" : "polite");
      card.classList.toggle("unserved", !g.served);
      card.classList.toggle("lost-way", !g.reached);
      const hosts = [...card.querySelectorAll("[data-node]")];
      for (const host of hosts) {
        const node = world.nodes.find(n => n.name === host.dataset.node);
        const role = node && node.roles[g.name];
        if (!role) continue;
        host.classList.toggle("ill", node.ills.length > 0);
        const holds = g.holders.includes(node.name);
        host.classList.toggle("holds", holds);
        host.querySelector(".vip").hidden = !holds;
        put(host.querySelector(".state"), role.role + (role.fenced ? ", fenced" : role.priority ? ", " + role.priority : ""));
        const ills = node.ills.join(", ");
        put(host.querySelector(".ills"), ills || "\u00a0");
        host.title = ills; // more than its place holds
      }
      const way = card.querySelector(".way"), at = hosts.findIndex(h => h.dataset.node === g.reached);
      way.style.setProperty("--of", hosts.length);
      if (at >= 0) way.style.setProperty("--at", at);
      put(way.querySelector(".reach"), g.served ? "clients served" : g.reached ? "clients get no answer" : "nobody to reach");
    }
  }

  // --- live

  function open() {
    source = new EventSource("/demo/story" + (last ? `?after=${run}-${last}` : ""));
    const on = (type, act) => source.addEventListener(type, e => { heard = performance.now(); gone.hidden = true; act(JSON.parse(e.data)); });
    on("begin", begin);
    on("line", tell);
    on("faults", f => pressed(f.faults));
    on("world", w => { world = w; painted = performance.now(); draw(); });
    // the browser gives up after an answer other than 200: begin again
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) { close(); setTimeout(() => { if (!source) open(); }, 2000); } };
  }
  function close() { source.close(); source = null; }

  // a browser has six connections to a host: a page that nobody sees needs none
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && source) close();
    else if (!document.hidden && !source) { heard = performance.now(); open(); }
  });
  setInterval(() => {
    if (source) gone.hidden = performance.now() - heard < silence;
    if (world && world.groups.some(g => g.away && !g.away.over) && gone.hidden) draw();
  }, 100);
  open();
})();
