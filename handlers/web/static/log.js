// The conversation on the page: cards and bubbles by key, moved and redrawn as the server says; what is unsent below.

import { el, lamps, size } from "./dom.js";

const GAP = 10; // minutes between two entries that are worth a line with the time
const KINDS = {
  table: ["xlsx", "xls", "csv", "et"],
  print: ["pdf", "ofd"],
  picture: ["png", "jpg", "jpeg", "gif", "webp", "heic", "bmp"],
  words: ["doc", "docx", "wps", "txt"],
};

export class Log {
  // `act.tap(entry, button, byKeyboard)`, `act.retry()`, and `act.href(path)` are the page's business.
  constructor(place, newer, act) {
    this.place = place;
    this.newer = newer;
    this.act = act;
    this.entries = new Map();
    this.drawn = new Map();
    this.pending = new Map();
    this.pressed = new Map(); // card key -> {id, action}
    this.order = [];
    this.started = false;
    this.typing = el(
      "div",
      { class: "entry bot typing", "aria-hidden": "true" },
      el("div", { class: "row" }, avatar(), el("div", { class: "card" }, el("i"), el("i"), el("i"))),
    );
    this.quiet = null;
    newer.addEventListener("click", () => place.scrollTo({ top: place.scrollHeight, behavior: "smooth" }));
    place.addEventListener("scroll", () => (newer.hidden ||= this.rest() < 40), { passive: true });
    // A phone's keyboard, or a long picker, changes the height: stay at the end if we were there.
    let atEnd = true;
    place.addEventListener("scroll", () => (atEnd = this.near()), { passive: true });
    new ResizeObserver(() => { if (atEnd) this.bottom(); }).observe(place);
  }

  // The newest card whose buttons count, or null.
  get current() {
    for (let place = this.order.length - 1; place >= 0; place -= 1) {
      const entry = this.entries.get(this.order[place]);
      if (entry?.by === "bot" && entry.kind === "reply") return entry;
    }
    return null;
  }

  get offering() {
    const live = this.order.map((key) => this.entries.get(key)).filter((e) => e.by === "bot" && e.live && e.buttons.length);
    return live.length ? this.drawn.get(live.at(-1).key) : null;
  }

  apply({ order, changed }) {
    const near = this.near();
    let news = false;
    for (const entry of changed) {
      this.entries.set(entry.key, entry);
      if (entry.by === "me") {
        if (entry.answered) this.release(entry.key);
        this.pending.get(entry.key)?.remove();
        this.pending.delete(entry.key);
      }
    }
    const kept = new Set(order);
    for (const key of this.entries.keys()) if (!kept.has(key)) this.forget(key);
    const redraw = new Set(changed.map((entry) => entry.key));
    let before = null;
    let cursor = this.place.firstElementChild;
    for (const key of order) {
      const entry = this.entries.get(key);
      if (!entry || entry.hidden) {
        this.drawn.get(key)?.remove();
        this.drawn.delete(key);
        continue;
      }
      const stamp = !before || Math.abs(entry.minute - before.minute) >= GAP ? entry.when : "";
      let drawn = this.drawn.get(key);
      if (!drawn) {
        drawn = el("div", {});
        this.drawn.set(key, drawn);
        redraw.add(key);
        if (this.started) drawn.classList.add("fresh");
        if (entry.by === "bot") news = true;
      }
      if (redraw.has(key) || drawn.dataset.stamp !== stamp) this.draw(drawn, entry, stamp);
      if (drawn === cursor) cursor = cursor.nextElementSibling;
      else this.place.insertBefore(drawn, cursor);
      before = entry;
    }
    this.order = order;
    const offering = this.offering;
    for (const drawn of this.drawn.values()) drawn.classList.toggle("offering", drawn === offering);
    for (const element of this.pending.values()) this.place.append(element);
    this.wait();
    if (!this.started || near) this.bottom();
    else if (news) this.point("有新消息 ↓");
    this.started = true;
    return news;
  }

  forget(key) {
    this.entries.delete(key);
    this.drawn.get(key)?.remove();
    this.drawn.delete(key);
  }

  draw(element, entry, stamp) {
    const fresh = element.classList.contains("fresh") ? " fresh" : "";
    element.dataset.stamp = stamp;
    const offering = element.classList.contains("offering") ? " offering" : "";
    const focused = element.contains(document.activeElement) ? focusOf(element) : null;
    if (entry.by === "me") {
      element.className = `entry me${fresh}`;
      element.replaceChildren(...when(stamp), el("div", { class: "row" }, this.bubble(entry)));
    } else {
      element.className = `entry bot${fresh}${offering}${entry.kind === "reply" ? "" : " notice"}`;
      element.replaceChildren(...when(stamp), el("div", { class: "row" }, avatar(), this.card(entry)));
    }
    if (focused) refocus(element, focused);
  }

  bubble({ text, file, tap }) {
    const parts = [];
    if (file) parts.push(fileRow(file));
    if (text) parts.push(el("div", { class: "text" }, text));
    return el("div", { class: `bubble${tap ? " tap" : ""}` }, el("span", { class: "out" }, "我："), ...parts);
  }

  card(entry) {
    const files = entry.files.filter((file) => !file.picture).map((file) => this.file(file));
    const pictures = entry.files.filter((file) => file.picture).map((file) => this.picture(file));
    return el(
      "article",
      { class: "card" },
      entry.title ? el("h2", {}, entry.title) : null,
      entry.text ? el("div", { class: "text" }, ...lamps(entry.text)) : null,
      pictures.length ? el("div", { class: "pictures" }, ...pictures) : null,
      ...files,
      entry.live && entry.buttons.length ? this.choices(entry) : null,
    );
  }

  file(file) {
    return el("a", { class: "file", href: this.act.href(file.url), download: file.name }, ...fileRow(file).childNodes);
  }

  // Small, or its upper part as wide as the card, and whole when tapped. What this browser cannot draw, or may not have any more, is a file like any other.
  picture(file) {
    const href = this.act.href(file.url);
    const image = el("img", { src: href, alt: file.name, loading: "lazy", decoding: "async" });
    const link = el("a", { class: `picture ${file.picture}`, href, target: "_blank", rel: "noopener", title: file.name }, image);
    image.addEventListener("error", () => link.replaceWith(this.file(file)));
    return link;
  }

  choices(entry) {
    const pressed = this.pressed.get(entry.key);
    let number = 0;
    const lines = entry.buttons.map((buttons) => {
      const tight = buttons.length > 4;
      const made = buttons.map(([label, action, tone]) => {
        number += 1;
        const blank = label.trim() === "" || label.trim() === "·";
        const chosen = label.startsWith("✓");
        const month = tight && label.length > 4;
        return el(
          "button",
          {
            type: "button",
            class: `choice ${tone}${pressed?.action === action ? " pressed" : ""}${blank ? " blank" : ""}${chosen ? " chosen" : ""}${month ? " month" : ""}`,
            "data-action": action,
            "data-number": !tight && number < 10 ? String(number) : undefined,
            "aria-keyshortcuts": !tight && number < 10 ? String(number) : undefined,
            "aria-pressed": chosen ? "true" : undefined,
            "aria-disabled": pressed ? "true" : undefined,
            onclick: (event) => {
              // A click by keyboard has no position.
              if (!this.pressed.has(entry.key)) this.act.tap(entry, { label, action }, event.detail === 0);
            },
          },
          label,
        );
      });
      return el("div", { class: `line${tight ? " tight" : ""}` }, ...made);
    });
    return el("div", { class: `choices${pressed ? " busy" : ""}`, role: "group", "aria-label": "选项" }, ...lines);
  }

  // A tap is on its way: its card takes no other until the answer, or until it failed for good.
  press(entry, action, id) {
    this.pressed.set(entry.key, { id, action });
    this.redraw(entry.key);
  }

  release(id) {
    for (const [key, pressed] of this.pressed) {
      if (pressed.id !== id) continue;
      this.pressed.delete(key);
      this.redraw(key);
    }
  }

  redraw(key) {
    const entry = this.entries.get(key);
    const drawn = this.drawn.get(key);
    if (entry && drawn) this.draw(drawn, entry, drawn.dataset.stamp);
  }

  // Something unsent, or sent and not back yet.
  show(item, progress) {
    if (this.entries.has(item.id) || (item.kind === "command" && !item.label)) return;
    let element = this.pending.get(item.id);
    if (!element) {
      element = el("div", {});
      this.pending.set(item.id, element);
      this.place.append(element);
    }
    if (progress !== undefined && element.querySelector(".progress i")) {
      element.querySelector(".progress i").style.width = `${Math.round(progress * 100)}%`;
      return;
    }
    const waits = item.state === "failed" || item.state === "refused";
    element.className = `entry me pending fresh${item.kind === "tap" && !waits ? " tap" : ""}`;
    const file = item.file ? { name: item.file.name, size: item.file.size } : item.kind === "too_large" ? item : null;
    const bubble = this.bubble({ text: item.text || item.label, file, tap: item.kind === "tap" });
    if (item.file && item.state === "sending") bubble.append(el("div", { class: "progress" }, el("i")));
    element.replaceChildren(el("div", { class: "row" }, bubble, this.status(item)));
    this.wait();
    this.bottom();
  }

  status({ state }) {
    if (state === "failed") {
      return el("button", { type: "button", class: "status", onclick: () => this.act.retry() }, "未送达，点此重发");
    }
    const words = { refused: "没有送出，请检查后再试", sent: "" }[state] ?? "发送中…";
    return el("span", { class: "status" }, words);
  }

  // Dots, when an answer takes long enough to be noticed.
  wait() {
    clearTimeout(this.quiet);
    const last = this.entries.get(this.order.at(-1));
    const due = last?.by === "me" && !last.answered;
    if (!due) {
      this.typing.remove();
      return;
    }
    this.quiet = setTimeout(() => {
      const near = this.near();
      this.place.append(this.typing);
      if (near) this.bottom();
      this.quiet = setTimeout(() => this.typing.remove(), 20000);
    }, 500);
  }

  // How much is below what is seen, in pixels.
  rest() {
    return this.place.scrollHeight - this.place.scrollTop - this.place.clientHeight;
  }

  point(words) {
    this.newer.textContent = words;
    this.newer.hidden = false;
  }

  near() {
    const last = this.place.lastElementChild;
    return this.rest() < Math.max(120, last?.offsetHeight ?? 0);
  }

  // To the end; but a card that does not fit is read from its beginning.
  bottom() {
    this.newer.hidden = true;
    const last = this.place.lastElementChild;
    const tall = last?.classList.contains("bot") && last.offsetHeight > this.place.clientHeight - 24;
    const top = tall ? last.offsetTop - this.place.offsetTop - 8 : this.place.scrollHeight;
    this.place.scrollTo({ top, behavior: "instant" });
    if (tall && this.rest() > 160) this.point("下面还有内容 ↓");
  }
}

function avatar() {
  return el("span", { class: "mark", "aria-hidden": "true" }, "督");
}

function when(stamp) {
  return stamp ? [el("p", { class: "when" }, stamp)] : [];
}

function fileRow({ name, size: bytes }) {
  const ending = name.includes(".") ? name.split(".").pop().toLowerCase() : "";
  const kind = Object.keys(KINDS).find((each) => KINDS[each].includes(ending));
  return el(
    "span",
    { class: "file" },
    el("span", { class: "kind", "data-kind": kind, "aria-hidden": "true" }, ending.slice(0, 4).toUpperCase() || "文件"),
    el("span", { class: "what" }, el("b", {}, name), bytes ? el("small", {}, size(bytes)) : null),
  );
}

function focusOf(element) {
  const buttons = [...element.querySelectorAll(".choice")];
  return { place: buttons.indexOf(document.activeElement), label: document.activeElement.textContent };
}

// A card drawn again keeps the focus: on the button of the same words, else on the one in the same place.
function refocus(element, { place, label }) {
  const buttons = [...element.querySelectorAll(".choice")];
  const same = buttons.find((button) => button.textContent === label) ?? buttons[place] ?? buttons[0];
  same?.focus({ preventScroll: true });
}
