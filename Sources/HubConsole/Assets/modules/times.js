// Shows times, which come in UTC, in the reader's own zone.

const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
const day = { day: "numeric", month: "short" };

function text(date, style) {
  if (style === "clock") return date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
  if (style === "full") return date.toLocaleString(undefined, { ...day, year: "numeric", ...clock });
  if (style === "day") return date.toLocaleDateString(undefined, day);
  const now = new Date();
  if (date.toDateString() === now.toDateString()) return date.toLocaleTimeString(undefined, clock);
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
  const hours = { hour: "2-digit", minute: "2-digit", hour12: false };
  return date.toLocaleDateString(undefined, { ...day, ...year }) + ", " + date.toLocaleTimeString(undefined, hours);
}

export function localTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    element.textContent = text(date, element.dataset.style);
    element.title = date.toLocaleString() + "\n" + element.dateTime;
  }
}
