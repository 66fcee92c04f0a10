// What can be downloaded. Making it may take a minute: the page says so and stays usable.

import { el } from "./dom.js";
import { ended, url } from "./net.js";

const LONG = 6000;

export class Files {
  constructor(place) {
    this.place = place;
    this.drawn = new Map(); // ref -> element
  }

  show(files) {
    const kept = new Set(files.map((file) => JSON.stringify(file)));
    for (const key of this.drawn.keys()) if (!kept.has(key)) this.drawn.delete(key);
    const lines = files.map((file) => {
      const key = JSON.stringify(file);
      if (!this.drawn.has(key)) this.drawn.set(key, line(file));
      return this.drawn.get(key);
    });
    if (lines.some((each, at) => this.place.children[at] !== each) || this.place.children.length !== lines.length) {
      this.place.replaceChildren(...lines);
    }
  }
}

export function address(file) {
  return url(`/board/files/${encodeURI(file.ref)}`);
}

function line(file) {
  const words = el("small", { role: "status" }, file.note);
  const link = el("a", { class: "file", href: address(file), download: "" }, el("b", {}, file.name), words);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!link.hasAttribute("aria-busy")) fetchFile(link, words);
  });
  return el("li", {}, link);
}

async function fetchFile(link, words) {
  link.setAttribute("aria-busy", "true");
  words.textContent = "正在生成…";
  const patience = setTimeout(() => (words.textContent = "正在生成，内容较多，请稍候…"), LONG);
  try {
    const answer = await fetch(link.href);
    clearTimeout(patience);
    if (!answer.ok) throw Object.assign(new Error(link.href), { status: answer.status });
    words.textContent = "正在下载…";
    save(await answer.blob(), nameOf(answer.headers.get("Content-Disposition")));
    words.textContent = "已下载";
  } catch (error) {
    words.textContent = ended(error.status) ? "登录已失效，请回到对话" : "没有生成成功，请稍后再试";
  } finally {
    clearTimeout(patience);
    link.removeAttribute("aria-busy");
  }
}

function nameOf(disposition) {
  return decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(disposition ?? "")?.[1] ?? "");
}

function save(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
