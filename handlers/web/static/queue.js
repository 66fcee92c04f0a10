// What the person did and the server has not confirmed yet. Kept in localStorage, sent in order, repeated under the
// same id until confirmed: the server keeps one of an id. Files cannot be kept there; they live as long as the page.

import { post, upload } from "./net.js";

const PAUSES = [1000, 2000, 4000, 8000, 15000];

export class Queue {
  // `changed(item)` is called with each change of item.state: "waiting", "sending", "failed", "sent", "refused".
  constructor(who, changed) {
    this.place = `duban:unsent:${who}`;
    this.changed = changed;
    this.items = this.load();
    this.tries = 0;
    this.busy = false;
    this.timer = null;
    addEventListener("online", () => this.retry());
  }

  load() {
    try {
      return JSON.parse(localStorage.getItem(this.place) || "[]").map((item) => ({ ...item, state: "waiting" }));
    } catch {
      return [];
    }
  }

  save() {
    try {
      const kept = this.items.filter((item) => !item.file).map(({ state, ...item }) => item);
      localStorage.setItem(this.place, JSON.stringify(kept));
    } catch {
      // private mode: what is unsent lives as long as the page
    }
  }

  add(item) {
    item.state = "waiting";
    this.items.push(item);
    this.save();
    this.changed(item);
    this.retry();
  }

  // The server has it: its stream says so, even if the confirmation was lost.
  confirm(ids) {
    const found = this.items.filter((item) => ids.has(item.id) && item.state !== "sending");
    if (!found.length) return;
    this.items = this.items.filter((item) => !found.includes(item));
    this.save();
    for (const item of found) this.set(item, "sent");
  }

  retry() {
    clearTimeout(this.timer);
    this.pump();
  }

  set(item, state) {
    item.state = state;
    this.changed(item);
  }

  async pump() {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.items.length) {
        const item = this.items[0];
        this.set(item, "sending");
        const status = await this.send(item);
        if (status === 0 || status === 401 || status === 408 || status === 429 || status >= 500) {
          this.set(item, "failed");
          this.timer = setTimeout(() => this.pump(), PAUSES[Math.min(this.tries, PAUSES.length - 1)]);
          this.tries += 1;
          return;
        }
        this.tries = 0;
        this.items.shift();
        this.save();
        this.set(item, status < 300 ? "sent" : "refused");
      }
    } finally {
      this.busy = false;
    }
  }

  async send(item) {
    try {
      if (item.file) return await upload(item.id, item.file, (done) => this.changed(item, done));
      const { state, at, ...input } = item;
      return await post("/api/inputs", input);
    } catch {
      return 0;
    }
  }
}
