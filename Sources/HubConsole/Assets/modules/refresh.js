// Keeps parts of a page fresh: fetches the page anew and puts its parts in the place of those that changed.
import { localTimes } from "./times.js";
import { copying } from "./copying.js";

function replace(root, text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const part of root.querySelectorAll("[data-fresh]")) {
    const next = fresh.getElementById(part.id);
    if (!next) continue;
    // What people opened stays open.
    const open = [...part.querySelectorAll("details")].map((element) => element.open);
    localTimes(next);
    next.querySelectorAll("details").forEach((element, index) => {
      if (index < open.length) element.open = open[index];
    });
    if (next.isEqualNode(part)) continue;
    part.replaceWith(next);
    copying(next);
  }
  return fresh;
}

export function refresh(root) {
  const button = root.querySelector("[data-refresh]");
  if (!button) return;
  const seconds = Number(button.dataset.refresh) || 3;
  let timer = 0;

  async function look() {
    // Neither in the background nor under somebody who is selecting.
    if (!root.hidden && !root.querySelector(".pick input:checked")) {
      try {
        const response = await fetch(location.href, { headers: { Accept: "text/html" } });
        if (!response.ok || response.redirected) return stop();
        const fresh = replace(root, await response.text());
        if (!fresh.querySelector("[data-refresh]")) return location.reload();
      } catch {
        // The hub may be away for a moment.
      }
    }
    if (timer) timer = setTimeout(look, seconds * 1000);
  }

  function show(isOn) {
    for (const each of root.querySelectorAll("[data-refresh]")) {
      each.hidden = false;
      each.setAttribute("aria-pressed", String(isOn));
      each.title = isOn ? "Follows by itself; click to hold still" : "Stands still; click to follow";
    }
  }

  function start() {
    timer = setTimeout(look, seconds * 1000);
    show(true);
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
    show(false);
  }

  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-refresh]")) timer ? stop() : start();
  });
  window.addEventListener("pagehide", stop);
  // A page that answered a form stands still: fetching its address would not bring it back.
  if (root.querySelector("[data-look], #test-result, .once")) show(false);
  else start();
}

// Shows what a form would do while it is filled in.
export function looking(root) {
  const form = root.querySelector("form[data-look]");
  if (!form) return;
  let timer = 0;
  let last = "";

  async function look() {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("action", "look");
    if (fields.toString() === last) return;
    last = fields.toString();
    try {
      // A button called "action" stands in the way of the form's own property.
      const response = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
      if (response.ok) replace(root, await response.text());
    } catch {
      // It stays as it was; sending the form still works.
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 400);
  });
}
