// The ledger on the board: filters, a page of entries, and one of them in a drawer. All of it stands in the address:
// back goes to what was there before, and what is passed on shows the same.

import { Entry } from "./board-entry.js";
import { Files } from "./board-files.js";
import { el, flash } from "./dom.js";
import { get } from "./net.js";

const NOTHING = { view: "o", unit: "", area: "", words: "" };
const TYPED = 300; // milliseconds after the last key
const calm = matchMedia("(prefers-reduced-motion: reduce)");

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
    this.entry = new Entry(dialog, (id) => this.closed(id));
    this.asked = fromAddress().asked;
    this.turn = 0;
    this.drawn = new Map(); // id -> {row, json}
    this.pages = 1;
    this.fill();
    this.listen();
  }

  listen() {
    let timer = null;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    const typed = () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.ask(false), TYPED);
    };
    this.form.addEventListener("change", (event) => {
      if (event.target !== this.form.words) this.ask();
    });
    this.form.words.addEventListener("input", (event) => {
      clearTimeout(timer);
      // While an input method composes, what stands there is not yet what is meant.
      if (!event.isComposing) typed();
    });
    this.form.words.addEventListener("compositionend", typed);
    this.form.words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
      clearTimeout(timer);
      this.ask(false);
    });
    this.clear.addEventListener("click", () => {
      this.choose({ view: NOTHING.view });
      this.form.words.focus();
    });
    this.pager.addEventListener("click", (event) => this.step(Number(event.target.dataset.step ?? 0)));
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (!row || String(getSelection())) return;
      const id = Number(row.dataset.id);
      toAddress(this.asked, id);
      this.entry.open(id, row.querySelector("button").textContent);
    });
    addEventListener("popstate", () => this.follow());
  }

  // Shows what the address says: one came back, or went on, or wrote another.
  follow() {
    const { asked, entry } = fromAddress();
    if (JSON.stringify(asked) !== JSON.stringify(this.asked)) {
      this.asked = asked;
      this.fill();
      this.load(false).catch((error) => this.lost(error));
    }
    if (entry) this.entry.open(entry);
    else this.entry.close();
  }

  closed(id) {
    // To where it was opened from, if that was here.
    if (fromAddress().entry) history.state?.entry ? history.back() : toAddress(this.asked, 0, false);
    (this.button(id) ?? this.count).focus({ preventScroll: true });
  }

  // what is asked for

  offer({ views, units, areas }) {
    const { form, asked } = this;
    this.empty = views.every(({ count }) => count === 0);
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
    this.place.scrollIntoView({ block: "start", behavior: calm.matches ? "instant" : "smooth" });
    this.count.focus({ preventScroll: true });
  }

  // `anew`: a list of its own to come back to, not a few more letters of the same.
  ask(anew = true, page = 0) {
    const { view, unit, area, words } = this.form;
    this.asked = { view: view.value, unit: unit.value, area: area.value, words: words.value.trim(), page };
    toAddress(this.asked, 0, anew);
    this.load(false).catch((error) => this.lost(error));
  }

  lost(error) {
    if (error.status === undefined) throw error;
    this.failed(error.status);
  }

  fill() {
    for (const name of Object.keys(NOTHING)) this.form[name].value = this.asked[name];
  }

  step(by) {
    const page = this.asked.page + by;
    if (!by || page < 0 || page >= this.pages) return;
    this.ask(true, page);
    this.place.scrollIntoView({ block: "start" });
  }

  // The same list again; resolves with how many of its lines are different.
  async refresh() {
    if (this.turn) await this.entry.refresh();
    else if (fromAddress().entry) this.entry.open(fromAddress().entry);
    return this.load(this.turn > 0);
  }

  async load(again) {
    this.turn += 1;
    const turn = this.turn;
    const listed = await get("/api/board/entries", this.asked).catch((error) => {
      // A unit or area that is no more: begin anew. `as` in the address is of another kind.
      if (error.status !== 404 && error.status !== 400) throw error;
      this.asked = { ...NOTHING, page: 0 };
      this.fill();
      toAddress(this.asked, 0, false);
      return get("/api/board/entries", this.asked);
    });
    return turn === this.turn ? this.draw(listed, again) : 0;
  }

  // what is shown

  draw({ total, page, pages, lines, files }, again) {
    const { unit, area, words, view } = this.asked;
    this.asked.page = page;
    this.pages = pages;
    const told = total ? `共${total}件${pages > 1 ? `，第${page + 1}/${pages}页` : ""}` : this.nothing();
    if (this.count.textContent !== told) this.count.textContent = told;
    this.clear.hidden = !unit && !area && !words && view === NOTHING.view;
    if (pages === 1 && this.pager.contains(document.activeElement)) this.count.focus({ preventScroll: true });
    this.pager.hidden = pages === 1;
    this.pager.querySelector(".page").textContent = `${page + 1} / ${pages}`;
    for (const button of this.pager.querySelectorAll("button")) {
      const to = page + Number(button.dataset.step);
      // Not disabled: that would take the focus away from who turns to the last page.
      button.setAttribute("aria-disabled", String(to < 0 || to >= pages));
    }
    this.files.show(total ? files : []);
    this.body.parentElement.hidden = total === 0;
    return this.rows(lines, again);
  }

  // Why there is nothing, and where there may be something.
  nothing() {
    if (this.empty) return "还没有录入问题";
    const more = this.asked.words && this.asked.view !== "a" ? "，可在“状态”中选“全部”再查" : "";
    return `没有符合条件的问题${more}`;
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
  const asked = Object.fromEntries(Object.entries(NOTHING).map(([name, value]) => [name, given.get(name) ?? value]));
  return { asked: { ...asked, page: number(given.get("page"), 1) - 1 }, entry: number(given.get("entry"), 0) };
}

function toAddress({ page, ...asked }, entry, anew = true) {
  const said = new URLSearchParams(Object.entries(asked).filter(([name, value]) => value !== NOTHING[name]));
  if (page) said.set("page", page + 1);
  if (entry) said.set("entry", entry);
  const address = said.size ? `#${said}` : location.pathname + location.search;
  if (anew && `#${said}` !== (location.hash || "#")) history.pushState({ entry: Boolean(entry) }, "", address);
  else history.replaceState(history.state, "", address);
}

function number(text, otherwise) {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : otherwise;
}
