// One entry in a drawer, as the chat shows it: read only, and drawn again while it is open.

import { address } from "./board-files.js";
import { el, flash, lamps } from "./dom.js";
import { get } from "./net.js";

const PICTURE = /\.(jpe?g|png|webp|gif)$/i;

export class Entry {
  // `back(id)` returns where the focus goes when the drawer is closed.
  constructor(dialog, back) {
    this.dialog = dialog;
    this.name = dialog.querySelector("h2");
    this.body = dialog.querySelector(".body");
    this.id = null;
    this.json = "";
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close(); // beside the drawer
    });
    dialog.addEventListener("close", () => {
      const id = this.id;
      this.id = null;
      back(id).focus({ preventScroll: true });
    });
  }

  async open(id) {
    this.id = id;
    this.json = "";
    this.name.textContent = "正在读取…";
    this.body.replaceChildren();
    this.dialog.showModal();
    await this.refresh().catch(() => this.tell("没有读取成功，请稍后再试。"));
  }

  async refresh() {
    const id = this.id;
    if (id === null) return;
    const shown = await get(`/api/board/entries/${id}`).catch((error) => {
      if (error.status !== 404) throw error;
      return null;
    });
    if (this.id !== id) return;
    if (shown === null) this.tell("这件问题已不在台账中。");
    else this.draw(shown);
  }

  tell(words) {
    this.json = "";
    this.name.textContent = "问题台账";
    this.body.replaceChildren(el("p", {}, words));
  }

  draw(shown) {
    const json = JSON.stringify(shown);
    if (json === this.json) return;
    const again = this.json !== "";
    const { number, state, head, parts, foot, story, files } = shown;
    this.json = json;
    this.name.textContent = `${number} · ${state}`;
    const top = this.body.scrollTop;
    this.body.replaceChildren(
      el("div", { class: "head" }, ...head.map((line) => el("p", {}, ...lamps(line)))),
      ...parts.map(([name, text]) => el("section", {}, el("h3", {}, name), el("p", { class: "text" }, text))),
      el("div", { class: "foot" }, ...foot.map((line) => el("p", {}, line))),
      ...(files.length ? [el("section", {}, el("h3", {}, "材料"), el("ul", {}, ...files.map(paper)))] : []),
      el("section", {}, el("h3", {}, "办理记录"), el("ol", { class: "story" }, ...story.map((text) => el("li", { class: "text" }, text)))),
    );
    this.body.scrollTop = top;
    if (again) flash(this.body);
  }
}

function paper(file) {
  const how = PICTURE.test(file.name) ? { target: "_blank", rel: "noopener" } : { download: file.name };
  return el("li", {}, `${file.note}：`, el("a", { href: address(file), ...how }, file.name));
}
