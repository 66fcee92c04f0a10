// Units x reports as a grid for the arrow keys: one of its cells takes part in the page's order of Tab.

import { el, flash } from "./dom.js";

export class Grid {
  // `open(unit, view)` is called when a unit is chosen, with the list that a number of its entries counts, "" for none.
  constructor(sheet, open) {
    this.sheet = sheet;
    this.table = sheet.querySelector("table");
    this.open = open;
    this.shape = "";
    this.cells = new Map(); // element -> what it shows, as JSON
    this.table.addEventListener("keydown", (event) => this.press(event));
    this.table.addEventListener("focusin", (event) => this.hold(event.target.closest("tbody > tr > *")));
    this.table.addEventListener("click", (event) => this.choose(event.target.closest("tbody > tr > *")));
  }

  // Draws one view of the matrix; returns how many cells are different from before.
  show(matrix, view) {
    const heads = [["单位", "", ""], ...matrix[view].map(({ name, note, done }) => [name, note, `已报${done}`])];
    const ledger = view === "duties" && matrix.rows.some((row) => row.open !== null);
    heads.push(["每周累计", "", ""], ...(ledger ? [["未销号", "", ""], ["逾期", "", ""]] : []));
    const rows = matrix.rows.map((row) => ({ unit: row.key, cells: cellsOf(row, row[view], matrix[view], ledger) }));
    const shape = JSON.stringify([view, heads.map(([name]) => name), rows.map((row) => row.unit)]);
    if (shape === this.shape) return this.patch(heads, rows);
    this.shape = shape;
    this.build(heads, rows);
    return 0;
  }

  build(heads, rows) {
    const held = this.table.querySelector('[tabindex="0"]');
    const [unit, column] = [held?.parentElement.dataset.unit, held && this.heading(held)];
    const focused = held !== null && held === document.activeElement;
    this.cells.clear();
    this.table.replaceChildren(
      el("thead", {}, el("tr", {}, ...heads.map((head) => this.draw(el("th", { scope: "col" }), head)))),
      el("tbody", {}, ...rows.map(({ unit, cells }) => el("tr", { "data-unit": unit }, ...cells.map((cell, at) => this.cell(cell, at))))),
    );
    // Where somebody was they stay, as far as there is such a place.
    const row = [...this.table.tBodies[0].rows].find((each) => each.dataset.unit === unit) ?? this.table.tBodies[0].rows[0];
    const cell = [...(row?.cells ?? [])].find((each) => this.heading(each) === column) ?? row?.cells[0];
    this.hold(cell);
    if (focused) cell?.focus({ preventScroll: true });
  }

  heading(cell) {
    return this.table.tHead.rows[0].cells[cell.cellIndex].querySelector(".name").textContent;
  }

  cell(cell, at) {
    const made = at ? el("td", { tabindex: "-1" }) : el("th", { scope: "row", tabindex: "-1" });
    return this.draw(made, cell);
  }

  patch(heads, rows) {
    const before = [...this.table.tHead.rows[0].cells];
    heads.forEach((head, at) => this.redraw(before[at], head));
    let changed = 0;
    rows.forEach(({ cells }, row) => {
      const there = this.table.tBodies[0].rows[row].cells;
      cells.forEach((cell, at) => {
        if (!this.redraw(there[at], cell)) return;
        flash(there[at]);
        changed += 1;
      });
    });
    return changed;
  }

  redraw(element, what) {
    if (this.cells.get(element) === JSON.stringify(what)) return false;
    this.draw(element, what);
    return true;
  }

  draw(element, what) {
    this.cells.set(element, JSON.stringify(what));
    if (Array.isArray(what)) {
      const [name, ...more] = what;
      element.replaceChildren(el("span", { class: "name" }, name), ...more.filter(Boolean).map((each) => el("span", { class: "note" }, each)));
      return element;
    }
    const { sign, word, tone, said, view } = what;
    element.dataset.tone = tone;
    element.dataset.view = view ?? "";
    if (said) {
      element.title = said;
      element.setAttribute("aria-label", said);
    }
    element.replaceChildren(...(sign ? [el("span", { class: "sign", "aria-hidden": "true" }, sign)] : []), el("span", { class: "word" }, word));
    return element;
  }

  // the keys

  // The cell that Tab comes to.
  hold(cell) {
    if (!cell) return;
    for (const each of this.table.querySelectorAll('[tabindex="0"]')) each.tabIndex = -1;
    cell.tabIndex = 0;
  }

  choose(cell) {
    if (cell) this.open(cell.parentElement.dataset.unit, cell.dataset.view);
  }

  press(event) {
    const cell = event.target.closest("tbody > tr > *");
    if (!cell || event.altKey || event.metaKey) return;
    const row = cell.parentElement;
    const [at, line] = [cell.cellIndex, row.sectionRowIndex];
    const [columns, lines] = [row.cells.length - 1, row.parentElement.rows.length - 1];
    const to = {
      ArrowLeft: [line, at - 1],
      ArrowRight: [line, at + 1],
      ArrowUp: [line - 1, at],
      ArrowDown: [line + 1, at],
      Home: [event.ctrlKey ? 0 : line, 0],
      End: [event.ctrlKey ? lines : line, columns],
      PageUp: [line - 8, at],
      PageDown: [line + 8, at],
    }[event.key];
    if (to) {
      const within = (value, most) => Math.max(0, Math.min(value, most));
      row.parentElement.rows[within(to[0], lines)].cells[within(to[1], columns)].focus();
    } else if (event.key === "Enter" || event.key === " ") {
      this.choose(cell);
    } else {
      return;
    }
    event.preventDefault();
  }
}

// A row's cells, the unit's name first. Each says all of itself: what it is about stands far above it.
function cellsOf(row, cells, columns, ledger) {
  const named = cells.map(({ sign, word, tone, said }, at) => ({
    sign,
    word,
    tone,
    said: `${row.name}，${columns[at].name}：${said}`,
  }));
  const plain = (name, value, tone = "") => ({ sign: "", word: value, tone, said: `${row.name}，${name}：${value}` });
  const kept = plain("每周报送累计", row.kept || "无缺报迟报");
  const open = { ...plain("未销号", `${row.open ?? 0}`), view: "o" };
  const overdue = { ...plain("逾期", `${row.overdue ?? 0}`, row.overdue ? "missing" : ""), view: "l" };
  const stock = ledger ? [open, overdue] : [];
  return [{ sign: "", word: row.name, tone: "", said: "" }, ...named, { ...kept, word: row.kept || "—" }, ...stock];
}
