// Sorting and filtering of the table of changes, which reads as it is without this.
"use strict";
(() => {
  const table = document.getElementById("table");
  if (!table) return;
  const STEP = 200; // rows at a time: a browser lays out no more than are looked at
  const byId = (id) => document.getElementById(id);
  const [text, kind, version, status, more, next, every] =
    ["text", "kind", "version", "status", "more", "next", "every"].map(byId);
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row, place) => ({ row, place, text: row.textContent.toLowerCase() }));
  const heads = Array.from(table.tHead.rows[0].cells);
  const order = new Intl.Collator("en", { numeric: true });
  let matching = rows;
  let limit = STEP;
  let sorted = null; // { column, down }

  function key(entry, column) {
    const cell = entry.row.cells[column];
    if (cell.dataset.n === undefined) return cell.textContent;
    return cell.dataset.n === "inf" ? Infinity : Number(cell.dataset.n);
  }

  function compare(one, other) {
    return typeof one === "number" ? (one < other ? -1 : one > other ? 1 : 0) : order.compare(one, other);
  }

  function sort(entries) {
    if (!sorted) return entries;
    const keyed = entries.map((entry) => ({ entry, key: key(entry, sorted.column) }));
    const sign = sorted.down ? -1 : 1;
    keyed.sort((a, b) => sign * compare(a.key, b.key) || a.entry.place - b.entry.place);
    return keyed.map((one) => one.entry);
  }

  function show() {
    body.replaceChildren(...matching.slice(0, limit).map((entry) => entry.row));
    const count = (number) => number.toLocaleString("en");
    const there = Math.min(limit, matching.length);
    status.textContent =
      matching.length === 0 ? "No change matches." :
      (there < matching.length ? `The first ${count(there)} of ${count(matching.length)}` : count(there)) +
      (matching.length < rows.length ? ` that match, of ${count(rows.length)} changes` : " changes");
    more.hidden = there === matching.length;
    next.textContent = `Show ${count(Math.min(STEP, matching.length - there))} more`;
    every.textContent = `Show all ${count(matching.length)}`;
  }

  function filter() {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    matching = sort(rows.filter(({ row, text: content }) =>
      words.every((word) => content.includes(word)) &&
      (!kind.value || row.dataset.k === kind.value) &&
      (!version || !version.value || row.cells[0].textContent === version.value)));
    limit = STEP;
    show();
  }

  function sortBy(column) {
    const first = heads[column].dataset.first === "down";
    const down = sorted && sorted.column === column ? !sorted.down : first;
    sorted = { column, down };
    heads.forEach((head, place) => {
      if (place === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    filter();
  }

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sortBy(column));
    head.replaceChildren(button);
  });
  for (const control of [text, kind, version]) if (control) control.addEventListener("input", filter);
  byId("clear").addEventListener("click", () => {
    for (const control of [text, kind, version]) if (control) control.value = "";
    filter();
    text.focus();
  });
  next.addEventListener("click", () => { limit += STEP; show(); });
  every.addEventListener("click", () => { limit = Infinity; show(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-find]");
    if (!link) return;
    kind.value = "";
    text.value = link.dataset.find;
    filter();
  });
  byId("controls").hidden = false;
  filter();
})();
