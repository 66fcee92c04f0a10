// Talking to the server: inputs out, the conversation in.

const persona = new URLSearchParams(location.search).get("as");

export function url(path, params = {}) {
  const query = new URLSearchParams(params);
  if (persona) query.set("as", persona);
  return query.size ? `${path}?${query}` : path;
}

// Resolves with the value; rejects with the status as `status` (0 when the line is down).
export async function get(path, params) {
  const answer = await fetch(url(path, params), { signal: AbortSignal.timeout(15000) }).catch(() => ({ ok: false, status: 0 }));
  if (!answer.ok) throw Object.assign(new Error(path), { status: answer.status });
  return answer.json();
}

// The session has ended, or what one was has.
export const ended = (status) => status === 401 || status === 403;

// Resolves with the status; rejects when the line is down.
export async function post(path, value) {
  const answer = await fetch(url(path), {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Duban": "1" },
    body: JSON.stringify(value),
    signal: AbortSignal.timeout(15000),
  });
  return answer.status;
}

export function upload(id, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url("/api/files", { id, name: file.name.slice(0, 200) }));
    request.setRequestHeader("X-Duban", "1");
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => resolve(request.status);
    request.onerror = request.ontimeout = () => reject(new Error("line"));
    request.send(file);
  });
}

// A line on which nothing was heard for so long is dead, whatever the browser believes: the server says every 14 seconds
// that it is still there. After a laptop's sleep this is how it is noticed.
const SILENCE = 45000;

// Calls `told` with each state; `changed` with "open", "lost" or "closed". Where a proxy holds the stream back,
// nothing arrives within a few seconds, and the page asks every two instead. A page that nobody sees keeps no line:
// a browser has six to a server, for all its tabs together.
export function follow(path, whole, told, changed) {
  let source = null;
  let silence = null;
  let patience = null;
  let asking = null;
  let ending = false;

  function hear(state) {
    changed("open");
    told(state);
  }

  function heard() {
    clearTimeout(patience);
    clearTimeout(silence);
    silence = setTimeout(open, SILENCE);
    clearTimeout(asking);
    asking = null;
  }

  async function ask() {
    try {
      const answer = await fetch(url(whole), { signal: AbortSignal.timeout(10000) });
      if (ended(answer.status)) return stop();
      if (answer.ok) hear(await answer.json());
      else changed("lost");
    } catch {
      changed("lost");
    }
    if (asking !== null) asking = setTimeout(ask, 2000);
  }

  function hush() {
    for (const each of [silence, patience, asking]) clearTimeout(each);
    asking = null;
    source?.close();
    source = null;
  }

  function stop() {
    ending = true;
    hush();
    changed("closed");
  }

  function open() {
    hush();
    if (ending || document.hidden) return;
    const here = new EventSource(url(path));
    source = here;
    here.addEventListener("still", heard);
    here.onmessage = (event) => {
      heard();
      hear(JSON.parse(event.data));
    };
    here.onerror = () => {
      changed("lost");
      // A refusal ends an EventSource for good: find out whether it is the session, or try again.
      if (here.readyState === EventSource.CLOSED) setTimeout(() => source === here && check(), 2000);
    };
    patience = setTimeout(() => {
      if (whole && navigator.onLine) asking = setTimeout(ask, 0);
    }, 6000);
  }

  async function check() {
    try {
      if (whole && ended((await fetch(url(whole))).status)) return stop();
    } catch {
      // still down
    }
    open();
  }

  addEventListener("offline", () => changed("lost"));
  addEventListener("online", open);
  document.addEventListener("visibilitychange", () => (document.hidden ? hush() : open()));
  open();
}
