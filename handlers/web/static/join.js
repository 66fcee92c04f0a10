// The invitation page: only a press of the button uses the link up.

const form = document.querySelector("form");
const button = form.querySelector("button");
const said = form.querySelector(".said");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  said.textContent = "";
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Duban": "1" },
      body: JSON.stringify({ name: form.name.value }),
    });
    const body = await answer.json();
    if (answer.ok) {
      location.replace(body.to);
      return;
    }
    said.textContent = body.said ?? "没有办成，请稍后再试。";
  } catch {
    said.textContent = "网络不通，请稍后再试。";
  }
  button.disabled = false;
});
