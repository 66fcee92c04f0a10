// Building elements. Text is always set as text: nothing anybody typed becomes markup.

export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false || value === "") continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export function newId() {
  // crypto.randomUUID exists on secure pages only; an office's plain-http address is none.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export function size(bytes) {
  if (bytes === null || bytes === undefined) return "";
  if (bytes < 1024) return `${bytes} 字节`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

const LAMPS = { "🔵": ["blue", "蓝灯"], "🟡": ["yellow", "黄灯"], "🔴": ["red", "红灯"] };

// The lamps of deadlines are drawn here: not every computer in an office has these signs in its fonts.
export function lamps(text) {
  return text.split(/([🔵🟡🔴])/u).map((part) => {
    const [colour, name] = LAMPS[part] ?? [];
    return colour ? el("span", { class: `lamp ${colour}`, role: "img", "aria-label": name }) : part;
  });
}

// Only when it is different: a text that is set anew is read out anew.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Shows that something has just changed.
export function flash(element) {
  element.classList.remove("changed");
  void element.offsetWidth; // begins anew
  element.classList.add("changed");
}

export function typing(element) {
  return element.matches?.("input, select, textarea") ?? false;
}
