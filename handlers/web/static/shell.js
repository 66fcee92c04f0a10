// The demo's frame: two chats as two people, a clock to move on, badges on people who got something.

import { el } from "./dom.js";
import { follow, post } from "./net.js";

const time = document.querySelector(".now time");
const jumps = document.querySelector(".jumps");
const guide = document.querySelector(".guide");
const wide = matchMedia("(min-width: 901px)");
const SEEN = "duban:demo:seen";
const GUIDE = "duban:demo:guided";

let people = [];
let first = [];
let newest = {};
const seen = recall(SEEN) ?? {};

function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // private mode
  }
}

class Pane {
  constructor(place, index) {
    this.place = place;
    this.index = index;
    this.picker = place.querySelector(".people");
    this.person = null;
    this.frame = null;
  }

  get shown() {
    return this.index === 0 || wide.matches;
  }

  build() {
    this.short = el("div", { class: "short", role: "group", "aria-label": "常用人员" });
    this.more = el("button", { type: "button", class: "more", "aria-expanded": "false", onclick: () => this.open(this.everyone.hidden) }, "全部");
    const roles = [...new Set(people.map((person) => person.role))];
    this.everyone = el(
      "div",
      { class: "everyone", hidden: true },
      ...roles.map((role) =>
        el(
          "section",
          { "aria-label": role },
          el("h2", {}, role),
          el("div", { class: "few" }, ...people.filter((person) => person.role === role).map((person) => this.button(person))),
        ),
      ),
    );
    this.picker.append(this.short, this.more, this.everyone);
    this.picker.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.everyone.hidden) return;
      this.open(false);
      this.more.focus();
    });
  }

  open(wanted) {
    for (const pane of panes) {
      const here = pane === this && wanted;
      pane.everyone.hidden = !here;
      pane.more.setAttribute("aria-expanded", String(here));
    }
  }

  button(person) {
    const line = person.unit ? `${person.unit}${person.role}` : person.role;
    return el(
      "button",
      {
        type: "button",
        class: "person",
        "data-key": person.key,
        "aria-pressed": String(person.key === this.person),
        title: line,
        onclick: () => this.become(person.key),
      },
      el("b", {}, person.name),
      el("small", {}, el("span", { class: "unit" }, person.unit), person.unit ? " " : "", person.role),
    );
  }

  // The few one needs first stay one tap away; whoever else was chosen joins them.
  shorten() {
    const keys = [...new Set([...first, ...people.filter((person) => !person.unit).map((person) => person.key)])];
    if (!keys.includes(this.person)) keys.unshift(this.person);
    const shown = [...this.short.children].map((button) => button.dataset.key);
    if (keys.join() === shown.join()) return;
    this.short.replaceChildren(...keys.map((key) => this.button(people.find((person) => person.key === key))));
  }

  become(key) {
    this.person = key;
    keep(`duban:demo:pane:${this.index}`, key);
    this.open(false);
    this.load();
    this.shorten();
    for (const pane of panes) pane.mark();
  }

  // A pane that is not shown loads nothing.
  load() {
    if (!this.shown || !this.person) return;
    const src = `/?as=${encodeURIComponent(this.person)}`;
    if (this.frame?.getAttribute("src") === src) return;
    // A new frame each time: changing the address of an old one would fill the browser's history.
    const name = people.find((person) => person.key === this.person)?.name ?? "";
    const frame = el("iframe", { src, title: `${name}的对话` });
    if (this.frame) this.frame.replaceWith(frame);
    else this.place.append(frame);
    this.frame = frame;
  }

  mark() {
    let elsewhere = 0;
    const near = new Set([...this.short.children].map((button) => button.dataset.key));
    for (const person of people) if (!near.has(person.key)) elsewhere += unread(person.key);
    for (const button of this.picker.querySelectorAll(".person")) {
      const chosen = button.dataset.key === this.person;
      button.setAttribute("aria-pressed", String(chosen));
      badge(button, unread(button.dataset.key));
    }
    badge(this.more, elsewhere);
  }
}

function badge(button, count) {
  const words = count > 99 ? "99+" : String(count);
  const before = button.querySelector(".badge");
  if (before?.textContent === words) return;
  before?.remove();
  if (count) button.append(el("span", { class: "badge", "aria-label": `${count}条新消息` }, words));
}

const panes = [...document.querySelectorAll(".pane")].map((place, index) => new Pane(place, index));

function unread(key) {
  if (panes.some((pane) => pane.shown && pane.person === key)) {
    seen[key] = newest[key]?.[0] ?? 0;
    keep(SEEN, seen);
    return 0;
  }
  return (newest[key] ?? []).filter((id) => id > (seen[key] ?? 0)).length;
}

async function move(to) {
  for (const button of jumps.children) button.disabled = true;
  try {
    await post("/demo/clock", { to });
  } finally {
    for (const button of jumps.children) button.disabled = false;
  }
}

let offered = "";

function told(state) {
  time.textContent = state.now;
  newest = state.newest;
  const offer = JSON.stringify(state.jumps);
  if (offer !== offered) {
    offered = offer;
    const focused = jumps.contains(document.activeElement);
    jumps.replaceChildren(
      ...state.jumps.map(({ label, to }) => el("button", { type: "button", onclick: () => move(to) }, label)),
    );
    if (focused) jumps.firstElementChild?.focus();
  }
  for (const pane of panes) pane.mark();
}

wide.addEventListener("change", () => {
  for (const pane of panes) {
    pane.load();
    pane.mark();
  }
});

guide.hidden = recall(GUIDE) === true;
guide.querySelector("button").addEventListener("click", () => {
  guide.hidden = true;
  keep(GUIDE, true);
});

const found = await (await fetch("/demo/people")).json();
people = found.people;
first = found.first;
for (const pane of panes) pane.build();
for (const pane of panes) {
  const before = recall(`duban:demo:pane:${pane.index}`);
  pane.become(people.some((person) => person.key === before) ? before : (first[pane.index] ?? people[0].key));
}
// A tap into a chat closes the list of people: a frame tells nobody of its taps, but it takes the focus.
addEventListener("blur", () => panes[0].open(false));
follow("/demo/stream", "", told, () => {});
