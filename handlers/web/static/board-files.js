// What can be downloaded. Making it may take a minute: the page says so and stays usable.

import { el } from "./dom.js";
import { ended, url } from "./net.js";

const LONG = 6000;

export class Files {
  constructor(place) {
    this.place = place;
    this.lines = new Map(); // table -> line
  }

  show(files) {
    const tables = files.map(({ ref }) => ref.split("/")[0]);
    if (tables.join() !== [...this.lines.keys()].join()) {
      this.lines = new Map(files.map((file, at) => [tables[at], new Line(file)]));
      this.place.replaceChildren(...[...this.lines.values()].map((line) => line.item));
    }
    files.forEach((file, at) => this.lines.get(tables[at]).set(file));
  }
}

export function address(file) {
  return url(`/board/files/${encodeURI(file.ref)}`);
}

class Line {
  constructor({ name }) {
    this.words = el("small", { role: "status" });
    this.link = el("a", { class: "file", download: "" }, el("b", {}, name), this.words);
    this.item = el("li", {}, this.link);
    this.href = "";
    this.link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (!this.link.hasAttribute("aria-busy")) this.fetch();
    });
  }

  // Another part of the table, or of another day.
  set(file) {
    const href = address(file);
    if (this.href === href && this.note === file.note) return;
    this.href = href;
    this.note = file.note;
    this.link.href = href;
    if (!this.link.hasAttribute("aria-busy")) this.words.textContent = file.note;
  }

  async fetch() {
    const { href, link, words } = this;
    link.setAttribute("aria-busy", "true");
    words.textContent = "正在生成…";
    const patience = setTimeout(() => (words.textContent = "正在生成，内容较多，请稍候…"), LONG);
    let end = "已下载";
    try {
      const answer = await fetch(href);
      clearTimeout(patience);
      if (!answer.ok) throw Object.assign(new Error(href), { status: answer.status });
      words.textContent = "正在下载…";
      save(await answer.blob(), nameOf(answer.headers.get("Content-Disposition")));
    } catch (error) {
      end = ended(error.status) ? "登录已失效，请回到对话" : "没有生成成功，请稍后再试";
    }
    clearTimeout(patience);
    link.removeAttribute("aria-busy");
    words.textContent = href === this.href ? end : this.note;
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
