// Stepping through a backward pass and changing the wiring, on a page that is whole without this.
"use strict";
(() => {
  const all = (selector, inside = document) => Array.from(inside.querySelectorAll(selector));

  // What is wider than its place scrolls in a box of its own: the keyboard must reach it there.
  function markWide() {
    for (const box of all(".wide")) {
      const wide = box.scrollWidth > box.clientWidth + 1;
      const told = { tabindex: "0", role: "group", "aria-label": box.dataset.label };
      for (const [name, value] of Object.entries(told)) {
        if (wide) box.setAttribute(name, value);
        else box.removeAttribute(name);
      }
    }
  }

  // --- one wiring's steps ----------------------------------------------------------------------

  function stepper(bench, select) {
    const lines = all(".steps > li", bench);
    const slider = bench.querySelector("input[type=range]");
    const [back, next] = all("[data-go]", bench);
    const count = bench.querySelector(".count");
    const told = bench.querySelector(".told");
    const strands = all("svg .strand[data-key]", bench);
    const places = all("svg [data-at]", bench);
    const jumps = all("[data-to]", bench);
    const orders = new Map(lines.map((line, place) => [line.dataset.key, place]));
    let now = 0;

    function show(place, aloud) {
      now = Math.min(Math.max(place, 0), lines.length - 1);
      const line = lines[now];
      lines.forEach((one, at) => one.classList.toggle("now", at === now));
      for (const strand of strands) {
        const at = orders.get(strand.dataset.key);
        strand.classList.toggle("later", at === undefined || at > now);
        strand.classList.toggle("now", at === now);
      }
      for (const one of places) one.classList.toggle("now", one.dataset.at === line.dataset.at);
      for (const cell of all(".tensors td", bench)) {
        cell.classList.toggle("later", Number(cell.dataset.step) > now);
        cell.classList.toggle("now", Number(cell.dataset.step) === now);
      }
      for (const jump of jumps) {
        const first = Number(jump.dataset.to);
        jump.setAttribute("aria-current", String(lines[first].dataset.of === line.dataset.of && "step"));
      }
      const words = `Step ${now + 1} of ${lines.length}`;
      slider.value = now + 1;
      slider.setAttribute("aria-valuetext", `${words}: ${line.dataset.text}`);
      count.textContent = words;
      back.disabled = now === 0;
      next.disabled = now === lines.length - 1;
      if (aloud) told.textContent = `${words}: ${line.querySelector(".where").textContent}: ${line.dataset.text}`;
      markWide();
      select(line.dataset.key);
    }

    for (const button of [back, next]) button.addEventListener("click", () => {
      show(now + Number(button.dataset.go), true);
      // A button that can do no more loses the keyboard's place: the other one takes it.
      if (button.disabled) (button === back ? next : back).focus();
    });
    for (const jump of jumps) jump.addEventListener("click", () => show(Number(jump.dataset.to), true));
    slider.addEventListener("input", () => show(Number(slider.value) - 1, false));
    bench.querySelector(".walk").addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by || event.target === slider || event.target.matches(".wide")) return;
      event.preventDefault();
      show(now + by, true);
    });
    show(0, false);
    return { at: (key) => show(orders.get(key) ?? 0, false) };
  }

  // --- the wiring ------------------------------------------------------------------------------

  function laboratory(section) {
    const benches = all(".bench", section);
    const radios = all("input[name=wiring]", section);
    const status = section.querySelector(".changed-words");
    let key = null;
    let ready = false;
    const steppers = benches.map((bench) => stepper(bench, (at) => { if (ready) key = at; }));
    const cells = (bench) => new Map(all("[data-cell]", bench).map((cell) => [cell.dataset.cell, cell]));

    function choose(wiring, before) {
      benches.forEach((bench, place) => {
        const chosen = bench.dataset.wiring === wiring;
        bench.classList.toggle("shown", chosen);
        if (chosen && key !== null) steppers[place].at(key);
      });
      const [now, old] = [wiring, before].map((name) => benches.find((bench) => bench.dataset.wiring === name));
      const were = old ? cells(old) : new Map();
      let changed = 0;
      for (const [name, cell] of cells(now)) {
        const differs = were.has(name) && were.get(name).textContent !== cell.textContent;
        cell.classList.toggle("changed", differs);
        changed += differs;
      }
      if (old) {
        const many = changed === 1 ? "1 cell of the last table differs, and is marked" : `${changed} cells of the last table differ, and are marked`;
        const reached = document.createElement("span");
        reached.className = "hidden";
        reached.textContent = now.querySelector(".summary").textContent;
        status.replaceChildren(`From ${before} to ${wiring}: ${many}. `, reached);
      }
      markWide();
    }

    let current = radios[0].value;
    for (const radio of radios) radio.addEventListener("change", () => {
      choose(radio.value, current);
      current = radio.value;
    });
    section.classList.add("live");
    choose(current, null);
    ready = true;
  }

  // --- the page --------------------------------------------------------------------------------

  // A link into what is folded unfolds it; so does printing, for as long as it takes.
  function unfold() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let one = target && target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    if (target) target.scrollIntoView();
  }
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of folded) one.open = false; });
  addEventListener("hashchange", unfold);
  addEventListener("resize", markWide);
  document.addEventListener("toggle", markWide, true);
  for (const section of all(".laboratory")) laboratory(section);
  markWide();
  if (location.hash) unfold();
})();
