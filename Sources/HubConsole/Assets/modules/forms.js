// Sends a filter as soon as it is chosen, and counts what is ticked.

export function forms(root) {
  for (const select of root.querySelectorAll("select[data-submit]")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }
  for (const button of root.querySelectorAll("[data-without-script]")) button.hidden = true;

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
