// "All" in front of a list of boxes, where there is more than one; without scripts each is ticked by itself.
const form = document.querySelector("[data-choose]");
if (form) {
  const boxes = [...form.querySelectorAll("input[type=checkbox][name]")];
  const all = form.querySelector("[data-choose-all]");
  const count = form.querySelector("[data-choose-count]");
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = chosen ? ` (${chosen})` : "";
    all.setAttribute("aria-pressed", String(chosen === boxes.length));
  };
  all.hidden = boxes.length < 2;
  all.addEventListener("click", () => {
    const wanted = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = wanted;
    tell();
  });
  form.addEventListener("change", tell);
  tell();
}
