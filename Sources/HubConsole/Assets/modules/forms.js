// Sends a filter as soon as it is chosen, a form only once, and counts what is ticked.

// What is on its way is not sent again; the server would notice, but nobody should have to wonder.
function once(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    // Not before the browser has taken the button's own value.
    setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = true; });
  });
  // Whoever comes back to the page may send again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const button of root.querySelectorAll("form[method=post] button")) button.disabled = false;
  });
}

export function forms(root) {
  for (const select of root.querySelectorAll("select[data-submit]")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }
  for (const button of root.querySelectorAll("[data-without-script]")) button.hidden = true;
  once(root);

  const all = root.querySelector("[data-all]");
  if (!all) return;
  const form = all.form;
  const count = form.querySelector("[data-count]");
  const idle = count.textContent;
  const boxes = () => [...form.querySelectorAll("tbody .pick input")];
  const show = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    count.textContent = ticked ? `${ticked} ticked` : idle;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", (event) => { if (event.target !== all) show(); });
}
