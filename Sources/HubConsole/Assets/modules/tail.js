// Follows a list as it grows. Rows come ready made from the server; the browser continues by itself after a break.
import { localTimes } from "./times.js";

const limit = 300;

export function tail(root) {
  const button = root.querySelector("[data-live]");
  const rows = root.querySelector("[data-rows]");
  if (!button || !window.EventSource) return;
  let source = null;

  function start() {
    source = new EventSource(button.dataset.live);
    source.addEventListener("row", (event) => {
      // An empty page has no list yet: the first event brings it.
      if (!rows) return location.reload();
      const template = document.createElement("template");
      template.innerHTML = event.data;
      const row = template.content.querySelector("tr");
      if (!row || (row.id && document.getElementById(row.id))) return;
      row.classList.add("new");
      localTimes(row);
      rows.prepend(row);
      while (rows.children.length > limit) rows.lastElementChild.remove();
    });
    source.addEventListener("end", stop);
    button.setAttribute("aria-pressed", "true");
    button.title = "Follows by itself; click to hold still";
  }

  function stop() {
    source?.close();
    source = null;
    button.setAttribute("aria-pressed", "false");
    button.title = "Stands still; click to follow";
  }

  button.hidden = false;
  button.addEventListener("click", () => (source ? stop() : start()));
  window.addEventListener("pagehide", stop);
  // The newest page follows by itself; older ones stand still until asked.
  if (!new URLSearchParams(location.search).has("cursor")) start();
}
