// Brings into view what a page is opened for.

export function places(root) {
  for (const link of root.querySelectorAll(".settings nav [aria-current], .tabs [aria-current]")) {
    const strip = link.closest(".nav, .tabs");
    const [own, all] = [link.getBoundingClientRect(), strip.getBoundingClientRect()];
    if (strip.scrollWidth > strip.clientWidth) strip.scrollLeft += own.left - all.left - (all.width - own.width) / 2;
  }
  // A conversation is read from its newest message on; whoever comes back to it, stays where they were.
  const newest = root.querySelector("[data-newest]");
  const [visit] = performance.getEntriesByType("navigation");
  if (!newest || location.hash || visit?.type !== "navigate") return;
  (root.querySelector("#write") ?? newest).scrollIntoView({ block: "end" });
}
