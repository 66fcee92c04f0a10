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

// Calls `told` with each state; `changed` with "open", "lost" or "closed". Where a proxy holds the stream back,
// nothing arrives within a few seconds, and the page asks every two instead.
export function follow(path, whole, told, changed) {
  let source = null;
  let heard = false;
  let asking = null;

  function hear(state) {
    changed("open");
    told(state);
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

  function stop() {
    clearTimeout(asking);
    asking = null;
    source?.close();
    changed("closed");
  }

  function open() {
    source?.close();
    heard = false;
    source = new EventSource(url(path));
    source.onmessage = (event) => {
      heard = true;
      if (asking !== null) {
        clearTimeout(asking);
        asking = null;
      }
      hear(JSON.parse(event.data));
    };
    source.onerror = () => {
      changed("lost");
      // A refusal ends an EventSource for good: find out whether it is the session, or try again.
      if (source.readyState === EventSource.CLOSED) setTimeout(check, 2000);
    };
    setTimeout(() => {
      if (!heard && whole && asking === null && navigator.onLine) {
        asking = setTimeout(ask, 0);
      }
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
  open();
}
