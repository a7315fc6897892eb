// Keeps the page true: puts a new picture in place when the arbiter says that there is one, lets ages tick in between,
// and says plainly when no word comes any more. The page is whole without it.
"use strict";
(() => {
  const main = document.getElementById("status");
  const lost = document.getElementById("lost");
  const silence = 4000; // ms without an event after which what is shown is called old
  let heard = performance.now(), painted = performance.now(), wall = new Date(), busy = false, again = false;

  const words = ms =>
    ms < 1000 ? "now" : ms < 60e3 ? Math.floor(ms / 1e3) + " s" : ms < 3600e3 ? Math.floor(ms / 60e3) + " min" :
    ms < 172800e3 ? Math.floor(ms / 3600e3) + " h" : Math.floor(ms / 86400e3) + " d";

  async function paint() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch("/fragment", { cache: "no-store", signal: AbortSignal.timeout(3000) });
      if (!answer.ok) throw new Error(answer.status);
      const text = await answer.text();
      const open = [...main.querySelectorAll("details")].map(d => d.open);
      main.innerHTML = text; // made by the arbiter from escaped values only
      main.querySelectorAll("details").forEach((d, i) => { d.open = open[i] || false; });
      const banner = main.querySelector(".banner");
      document.title = banner.dataset.title;
      document.querySelector("link[rel=icon]").href = "/assets/" + banner.dataset.level + ".svg";
      painted = heard = performance.now();
      wall = new Date();
    } catch { /* the line at the foot says so soon enough */ }
    busy = false;
    if (again) { again = false; paint(); }
  }

  function tick() {
    const now = performance.now();
    const dead = now - heard > silence;
    lost.hidden = !dead;
    document.body.classList.toggle("old", dead);
    if (dead) {
      lost.querySelector("b").textContent = wall.toLocaleTimeString();
      document.title = "? " + document.title.replace(/^\? /, "");
    }
    for (const age of main.querySelectorAll("[data-age]")) {
      if (age.dataset.age !== "") age.textContent = words(Number(age.dataset.age) + now - painted);
    }
  }

  function listen() {
    const events = new EventSource("/api/v1/events");
    events.addEventListener("status", () => { paint(); });
    // the browser gives up after an answer other than 200 (too many streams): begin again, slowly
    events.onerror = () => { if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000); };
  }

  listen();
  setInterval(tick, 500);
})();
