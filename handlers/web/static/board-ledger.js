// The ledger on the board: filters, a page of entries, and one of them in a drawer. Filters stay in the address.

import { Entry } from "./board-entry.js";
import { Files } from "./board-files.js";
import { el, flash } from "./dom.js";
import { get } from "./net.js";

const NOTHING = { view: "o", unit: "", area: "", words: "" };
const TYPED = 300; // milliseconds after the last key

export class Ledger {
  // `failed(status)` is told when something could not be fetched.
  constructor(place, dialog, failed) {
    this.place = place;
    this.failed = failed;
    this.form = place.querySelector("form");
    this.body = place.querySelector("tbody");
    this.count = place.querySelector(".count");
    this.pager = place.querySelector(".pager");
    this.clear = place.querySelector(".clear");
    this.files = new Files(place.querySelector(".files"));
    this.entry = new Entry(dialog, (id) => this.button(id) ?? this.count);
    this.asked = { ...NOTHING, page: 0, ...fromAddress() };
    this.turn = 0;
    this.drawn = new Map(); // id -> {row, json}
    this.pages = 1;
    this.form.words.value = this.asked.words;
    this.listen();
  }

  listen() {
    let timer = null;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("change", (event) => {
      if (event.target !== this.form.words) this.ask();
    });
    this.form.words.addEventListener("input", (event) => {
      clearTimeout(timer);
      // While an input method composes, what stands there is not yet what is meant.
      if (!event.isComposing) timer = setTimeout(() => this.ask(), TYPED);
    });
    this.form.words.addEventListener("compositionend", () => {
      timer = setTimeout(() => this.ask(), TYPED);
    });
    this.form.words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
      clearTimeout(timer);
      this.ask();
    });
    this.clear.addEventListener("click", () => {
      this.choose({ view: NOTHING.view });
      this.form.words.focus();
    });
    this.pager.addEventListener("click", (event) => this.step(Number(event.target.dataset.step ?? 0)));
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (row && !String(getSelection())) this.entry.open(Number(row.dataset.id));
    });
  }

  // what is asked for

  offer({ views, units, areas }) {
    const { form, asked } = this;
    options(form.view, views, asked.view);
    options(form.unit, [{ key: "", name: "全部单位" }, ...units], asked.unit);
    options(form.area, [{ key: "", name: "全部方面" }, ...areas], asked.area);
  }

  search() {
    this.form.words.focus();
    this.form.words.select();
  }

  // Another list, for another part of the page; it is brought into view.
  choose(asked) {
    for (const [name, value] of Object.entries({ ...NOTHING, ...asked })) this.form[name].value = value;
    this.ask();
    this.place.scrollIntoView({ block: "start", behavior: "smooth" });
    this.count.focus({ preventScroll: true });
  }

  ask(page = 0) {
    const { view, unit, area, words } = this.form;
    this.asked = { view: view.value, unit: unit.value, area: area.value, words: words.value.trim(), page };
    toAddress(this.asked);
    this.load(false).catch((error) => {
      if (error.status === undefined) throw error;
      this.failed(error.status);
    });
  }

  step(by) {
    const page = this.asked.page + by;
    if (!by || page < 0 || page >= this.pages) return;
    this.ask(page);
    this.place.scrollIntoView({ block: "start" });
  }

  // The same list again; resolves with how many of its lines are different.
  async refresh() {
    await this.entry.refresh();
    return this.load(this.turn > 0);
  }

  async load(again) {
    this.turn += 1;
    const turn = this.turn;
    const listed = await get("/api/board/entries", this.asked).catch((error) => {
      // A unit or area that is no more: begin anew. `as` in the address is of another kind.
      if (error.status !== 404 && error.status !== 400) throw error;
      this.asked = { ...NOTHING, page: 0 };
      toAddress(this.asked);
      return get("/api/board/entries", this.asked);
    });
    return turn === this.turn ? this.draw(listed, again) : 0;
  }

  // what is shown

  draw({ total, page, pages, lines, files }, again) {
    const { unit, area, words, view } = this.asked;
    this.asked.page = page;
    this.pages = pages;
    const told = total ? `共${total}件${pages > 1 ? `，第${page + 1}/${pages}页` : ""}` : "没有符合条件的问题";
    if (this.count.textContent !== told) this.count.textContent = told;
    this.clear.hidden = !unit && !area && !words && view === NOTHING.view;
    this.pager.hidden = pages === 1;
    this.pager.querySelector(".page").textContent = `${page + 1} / ${pages}`;
    for (const button of this.pager.querySelectorAll("button")) {
      const to = page + Number(button.dataset.step);
      // Not disabled: that would take the focus away from who turns to the last page.
      button.setAttribute("aria-disabled", String(to < 0 || to >= pages));
    }
    this.files.show(total ? files : []);
    return this.rows(lines, again);
  }

  rows(lines, again) {
    const focused = this.body.contains(document.activeElement) ? document.activeElement.closest("tr") : null;
    const place = focused ? focused.sectionRowIndex : 0;
    const drawn = new Map();
    let changed = 0;
    for (const line of lines) {
      const json = JSON.stringify(line);
      const before = this.drawn.get(line.id);
      const row = before?.row ?? el("tr", { role: "row", "data-id": String(line.id) });
      if (before?.json !== json) {
        fill(row, line);
        if (again) flash(row);
        changed += Number(again);
      }
      drawn.set(line.id, { row, json });
    }
    this.drawn = drawn;
    const wanted = [...drawn.values()].map(({ row }) => row);
    for (const row of [...this.body.rows]) if (!wanted.includes(row)) row.remove();
    wanted.forEach((row, at) => {
      if (this.body.rows[at] !== row) this.body.insertBefore(row, this.body.rows[at] ?? null);
    });
    // The line somebody stood on has left the list, or was moved.
    if (focused && !this.body.contains(document.activeElement)) {
      const next = focused.isConnected ? focused : this.body.rows[Math.min(place, wanted.length - 1)];
      (next?.querySelector("button") ?? this.count).focus({ preventScroll: true });
    }
    return changed;
  }

  button(id) {
    return this.body.querySelector(`[data-id="${id}"] button`);
  }
}

function fill(row, { number, unit, area, brief, state, due, left, colour }) {
  const focused = row.contains(document.activeElement);
  const lamp = colour ? el("span", { class: `lamp ${colour}`, "aria-hidden": "true" }) : null;
  const cell = (name, ...parts) => el("td", { role: "cell", class: name }, ...parts);
  row.dataset.colour = colour;
  row.replaceChildren(
    cell("number", el("button", { type: "button", "aria-haspopup": "dialog" }, number)),
    cell("unit", unit),
    cell("area", area),
    cell("brief", brief),
    cell("state", state),
    cell("due", lamp, el("span", {}, due), left ? el("small", {}, left) : null),
  );
  if (focused) row.querySelector("button").focus({ preventScroll: true });
}

function options(select, choices, chosen) {
  const made = choices.map(({ key, name, count }) => [key, typeof count === "number" ? `${name}（${count}）` : name]);
  const before = [...select.options].map((each) => [each.value, each.textContent]);
  if (JSON.stringify(made) === JSON.stringify(before)) return;
  if (made.length === before.length && made.every(([key], at) => key === before[at][0])) {
    made.forEach(([, name], at) => (select.options[at].textContent = name)); // an open list stays open
    return;
  }
  select.replaceChildren(...made.map(([value, name]) => new Option(name, value)));
  select.value = chosen;
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}

function fromAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(Object.keys(NOTHING).filter((name) => given.has(name)).map((name) => [name, given.get(name)]));
}

function toAddress(asked) {
  const said = Object.entries(asked).filter(([name, value]) => name in NOTHING && value !== NOTHING[name]);
  history.replaceState(null, "", said.length ? `#${new URLSearchParams(said)}` : location.pathname + location.search);
}
