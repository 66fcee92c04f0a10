// The board: asks for everything again whenever the stream tells of a change, and redraws only what is different.

import { Files } from "./board-files.js";
import { Grid } from "./board-grid.js";
import { Ledger } from "./board-ledger.js";
import { el, flash, setText, typing } from "./dom.js";
import { ended, follow, get } from "./net.js";

const find = (selector) => document.querySelector(selector);
const LINK = {
  connecting: "正在连接",
  open: "已连接",
  lost: "连接中断，正在重连…",
  closed: "登录已失效，或看板已不再对您开放",
};
const PAUSE = 1000; // between two looks: a busy Friday noon is not a flicker
const AGAIN = 4000; // after one that failed
const QUIET = 10000; // between two readings-out

const link = find(".link");
const views = [...document.querySelectorAll(".views button")];
const ledger = new Ledger(find("#ledger"), find("dialog.entry"), (status) => {
  failed(status);
  setTimeout(look, AGAIN); // what was asked for is still wanted
});
const grid = new Grid(find(".sheet"), (unit, view) => shown.ledger && ledger.choose({ unit, view: view || ledger.asked.view }));
const files = new Files(find("#files .files"));
let shown = null;

// the line

function tellLink(state) {
  if (link.dataset.state === state || link.dataset.state === "closed") return;
  link.dataset.state = state;
  link.querySelector(".word").textContent = LINK[state];
}

function failed(status) {
  tellLink(ended(status) ? "closed" : "lost");
}

let seen = "";
let looking = false;
let wanted = false;

follow(
  "/api/board/stream",
  "/api/board/mark",
  ({ mark }) => {
    if (mark === seen) return;
    seen = mark;
    look();
  },
  tellLink,
);

async function look() {
  wanted = true;
  if (looking) return;
  looking = true;
  while (wanted && link.dataset.state !== "closed") {
    wanted = false;
    let pause = PAUSE;
    try {
      const board = await get("/api/board");
      const changed = draw(board) + (board.ledger ? await ledger.refresh() : 0);
      tell(changed);
      tellLink("open");
    } catch (error) {
      if (error.status === undefined) throw error;
      failed(error.status);
      wanted = true;
      pause = AGAIN;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  looking = false;
}

let untold = 0;
let quiet = false;

// For who listens instead of looking; what comes thick and fast is told together.
function tell(changed) {
  untold += changed;
  if (!untold || quiet) return;
  find(".news").textContent = `看板已更新，有${untold}处变化`;
  untold = 0;
  quiet = true;
  setTimeout(() => {
    quiet = false;
    tell(0);
  }, QUIET);
}

// what is shown

// Returns how many places are different from before.
function draw(board) {
  const first = shown === null;
  shown = board;
  setText(find(".now"), `截至${board.now}`);
  setText(find(".stage"), board.stage);
  let changed = figures(board.figures);
  find("#reports").hidden = false;
  for (const each of ["#ledger", '.skips [href="#ledger"]']) find(each).hidden = board.ledger === null;
  for (const each of ["#files", '.skips [href="#files"]']) find(each).hidden = board.files.length === 0;
  find(".leads").hidden = board.ledger === null;
  find(".sheet").classList.toggle("leading", board.ledger !== null);
  changed += matrix();
  if (board.ledger) ledger.offer(board.ledger);
  files.show(board.files);
  return first ? 0 : changed;
}

function matrix() {
  return grid.show(shown.matrix, views.find((each) => each.getAttribute("aria-pressed") === "true").dataset.view);
}

for (const button of views) {
  button.addEventListener("click", () => {
    for (const each of views) each.setAttribute("aria-pressed", String(each === button));
    if (shown) matrix();
  });
}

function figures(list) {
  const place = find(".figures");
  const before = [...place.children];
  if (before.map((each) => each.dataset.label).join() !== list.map((each) => each.label).join()) {
    place.replaceChildren(...list.map(figure));
    return 0;
  }
  let changed = 0;
  list.forEach((each, at) => {
    const place = before[at];
    const json = JSON.stringify(each);
    if (place.dataset.json === json) return;
    place.dataset.json = json;
    place.dataset.tone = each.tone;
    setText(place.querySelector(".value"), each.value);
    setText(place.querySelector(".note"), each.note);
    flash(place);
    changed += 1;
  });
  return changed;
}

// One with a list behind it is a way to that list.
function figure(each) {
  const { label, value, note, tone, view } = each;
  const parts = [el("span", { class: "label" }, label), el("b", { class: "value" }, value), el("span", { class: "note" }, note)];
  const facts = { class: "figure", "data-label": label, "data-json": JSON.stringify(each) };
  const made = view
    ? el("button", { type: "button", ...facts, onclick: () => ledger.choose({ view }) }, ...parts)
    : el("p", facts, ...parts);
  made.dataset.tone = tone;
  return made;
}

// The address is kept for what is shown in the ledger.
find(".skips").addEventListener("click", (event) => {
  event.preventDefault();
  const part = find(event.target.closest("a").hash);
  part.scrollIntoView();
  part.focus({ preventScroll: true });
});

document.addEventListener("animationend", (event) => event.target.classList.remove("changed"));

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  if (find("#ledger").hidden || find("dialog.entry").open) return;
  event.preventDefault();
  ledger.search();
});
