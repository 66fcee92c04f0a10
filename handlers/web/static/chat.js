// The chat page: wires the log, the queue of unsent inputs, the composer and the stream.

import { newId } from "./dom.js";
import { Log } from "./log.js";
import { follow, url } from "./net.js";
import { Queue } from "./queue.js";

const { who, limit } = document.body.dataset;
const find = (selector) => document.querySelector(selector);
const words = find("#words");
const form = find(".composer");
const picker = find(".picker");
const send = find(".send");
const drop = find(".drop");
const fine = matchMedia("(hover: hover) and (pointer: fine)").matches;
const paned = window !== window.parent;
const typed = `duban:typing:${who}`;
let byKeyboard = false;

document.body.classList.toggle("paned", paned);

const log = new Log(find(".log"), find(".newer"), { tap, retry: () => queue.retry(), href: (path) => url(path) });
const queue = new Queue(who, (item, progress) => {
  log.show(item, progress);
  if (item.state === "refused") log.release(item.id);
  // A notice may be answered elsewhere in the list: never leave its buttons dead.
  if (item.state === "sent") setTimeout(() => log.release(item.id), 6000);
});
for (const item of queue.items) log.show(item);

function tap(entry, { label, action }, keyboard) {
  byKeyboard = keyboard;
  const id = newId();
  log.press(entry, action, id);
  queue.add({ id, kind: "tap", action, label, on: entry.id });
}

function say() {
  const text = words.value.trim();
  if (!text) return;
  byKeyboard = false;
  words.value = "";
  fit();
  queue.add({ id: newId(), kind: "say", text });
  words.focus();
}

function sendFiles(files) {
  for (const file of files) {
    if (file.size > Number(limit)) {
      queue.add({ id: newId(), kind: "too_large", name: file.name.slice(0, 200), size: file.size });
    } else {
      queue.add({ id: newId(), kind: "file", file });
    }
  }
}

// the line

const LINK = { connecting: "正在连接", open: "已连接", lost: "连接断开，正在重连…", closed: "登录已失效，请重新打开邀请链接" };
const link = find(".link");

function tellLink(state) {
  if (link.dataset.state === state || link.dataset.state === "closed") return;
  link.dataset.state = state;
  find(".link .word").textContent = LINK[state];
  if (state === "open") queue.retry();
}

follow(
  "/api/stream",
  "/api/transcript",
  (state) => {
    const news = log.apply(state);
    // A chat that is new begins with who you are and what you can do.
    if (!state.order.length && !queue.items.length) queue.add({ id: newId(), kind: "command", name: "start", label: "" });
    queue.confirm(new Set(state.order));
    ask();
    if (news) moveFocus();
  },
  tellLink,
);

// the composer

const HINTS = {
  nothing: "输入内容",
  text: "请输入文字",
  number: "请输入数字",
  date: "请点日历，或输入日期",
  phone: "请输入电话号码",
  file: "请点回形针，发送文件",
};
const MODES = { number: "numeric", phone: "tel" };

// The composer asks for what the current question expects.
function ask() {
  const current = log.current;
  const expects = current?.expects ?? "nothing";
  words.placeholder = current?.example && expects !== "file" ? `例如：${current.example}` : HINTS[expects];
  words.inputMode = MODES[expects] ?? "text";
  form.classList.toggle("wanted", expects === "file");
}

// Where the hands are: a keyboard goes to the next buttons, a mouse to the field when words are wanted.
function moveFocus() {
  if (!document.hasFocus()) return;
  const wants = log.current?.expects ?? "nothing";
  const idle = document.activeElement === document.body || !document.activeElement?.isConnected;
  if (byKeyboard || (idle && document.body.classList.contains("keys"))) {
    if (wants !== "nothing" && wants !== "date" && wants !== "file") words.focus();
    else log.offering?.querySelector(".choice:not(.blank)")?.focus({ preventScroll: true });
  } else if (fine && idle && wants !== "nothing") {
    words.focus({ preventScroll: true });
  }
}

function fit() {
  words.style.height = "auto";
  words.style.height = `${words.scrollHeight}px`;
  send.disabled = !words.value.trim();
  try {
    sessionStorage.setItem(typed, words.value);
  } catch {
    // private mode
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  say();
});
words.addEventListener("input", fit);
words.addEventListener("keydown", (event) => {
  // While an input method composes, Enter chooses a character (keyCode 229 is Safari's way of saying so).
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  say();
});
find(".menu").addEventListener("click", (event) => {
  byKeyboard = event.detail === 0;
  queue.add({ id: newId(), kind: "command", name: "menu", label: "菜单" });
});
find(".clip").addEventListener("click", () => picker.click());
picker.addEventListener("change", () => {
  sendFiles(picker.files);
  picker.value = "";
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Tab") document.body.classList.add("keys");
  if (event.ctrlKey || event.altKey || event.metaKey || event.target === words) return;
  if (!/^[1-9]$/.test(event.key)) return;
  const button = log.offering?.querySelector(`[data-number="${event.key}"]`);
  if (button) {
    event.preventDefault();
    button.focus({ preventScroll: true });
    button.click();
  }
});
document.addEventListener("pointerdown", () => document.body.classList.remove("keys"));

// files from elsewhere

let over = 0;
const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
document.addEventListener("dragenter", (event) => {
  if (!carries(event)) return;
  over += 1;
  drop.hidden = false;
});
document.addEventListener("dragleave", (event) => {
  if (!carries(event)) return;
  over = Math.max(0, over - 1);
  drop.hidden = over === 0;
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  over = 0;
  drop.hidden = true;
  sendFiles(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  if (!event.clipboardData?.files.length) return;
  event.preventDefault();
  sendFiles(event.clipboardData.files);
});

try {
  words.value = sessionStorage.getItem(typed) ?? "";
} catch {
  // private mode
}
fit();
if (fine && !paned) words.focus();
