// Keys: "/" goes to the search field; "g" and a letter go to a page.

export function keys(root) {
  const search = root.querySelector("[data-search]");
  const places = new Map([...root.querySelectorAll("[data-go]")].map((link) => [link.dataset.go, link.href]));
  let goUntil = 0;
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "g") {
      goUntil = event.timeStamp + 1200;
    } else if (event.timeStamp < goUntil && places.has(event.key)) {
      location.href = places.get(event.key);
    }
  });
}
