// One entry in a drawer, as the chat shows it: read only, and drawn again while it is open.

import { address } from "./board-files.js";
import { el, flash, lamps } from "./dom.js";
import { ended, get } from "./net.js";

const ENDED = "登录已失效，请回到对话。";
const PICTURE = /\.(jpe?g|png|webp|gif)$/i;

export class Entry {
  // `closed(id)` is called when the drawer has been closed.
  constructor(dialog, closed) {
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
      closed(id);
    });
  }

  async open(id, number = "问题台账") {
    if (this.id === id) return;
    this.id = id;
    this.json = "";
    this.name.textContent = number;
    this.body.replaceChildren(el("p", {}, "正在读取…"));
    if (!this.dialog.open) this.dialog.showModal();
    await this.refresh().catch(({ status }) => this.id === id && this.tell(ended(status) ? ENDED : "没有读取成功，请稍后再试。"));
  }

  close() {
    if (this.dialog.open) this.dialog.close();
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
    const held = this.body.contains(document.activeElement) ? document.activeElement.href : undefined;
    this.body.replaceChildren(
      el("div", { class: "head" }, ...head.map((line) => el("p", {}, ...lamps(line)))),
      ...parts.map(([name, text]) => el("section", {}, el("h3", {}, name), el("p", { class: "text" }, text))),
      el("div", { class: "foot" }, ...foot.map((line) => el("p", {}, line))),
      ...(files.length ? [el("section", {}, el("h3", {}, "材料"), el("ul", {}, ...files.map(paper)))] : []),
      el("section", {}, el("h3", {}, "办理记录"), el("ol", { class: "story" }, ...story.map((text) => el("li", { class: "text" }, text)))),
    );
    this.body.scrollTop = top;
    if (held) ([...this.body.querySelectorAll("a")].find((link) => link.href === held) ?? this.body).focus({ preventScroll: true });
    if (again) flash(this.body);
  }
}

function paper(file) {
  const how = PICTURE.test(file.name) ? { target: "_blank", rel: "noopener" } : { download: file.name };
  return el("li", {}, `${file.note}：`, el("a", { href: address(file), ...how }, file.name));
}
