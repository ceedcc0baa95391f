// Comparing the fields with the scan: field and box find each other, Enter confirms and goes on. Without this file the
// same forms are posted as plain forms; nothing is possible here that is not possible there.
const review = document.querySelector("[data-review]");
const pane = review.querySelector(".ms-pane");
const inputs = () => [...review.querySelectorAll(".ms-field [name=value]")];
const rowOf = (element) => element.closest(".ms-field");
const boxOf = (row) => document.getElementById(`box-${row.dataset.field}`);

function show(row) {
  for (const marked of review.querySelectorAll(".is-here")) marked.classList.remove("is-here");
  row.classList.add("is-here");
  const box = boxOf(row);
  if (!box) return;
  box.classList.add("is-here");
  const place = box.getBoundingClientRect();
  const view = pane.getBoundingClientRect();
  if (pane.scrollHeight > pane.clientHeight) {
    pane.scrollTop += place.top - view.top - view.height / 3;
  }
}

review.addEventListener("focusin", (event) => {
  if (event.target.name === "value") show(rowOf(event.target));
});

for (const link of review.querySelectorAll('.ms-field a[href^="#box-"]')) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    show(rowOf(link));
    const box = boxOf(rowOf(link));
    if (box) box.scrollIntoView({ block: "center" });
  });
}

pane.addEventListener("click", (event) => {
  const id = event.target.dataset?.field;
  if (id) document.getElementById(`i-${id}`)?.focus();
});

review.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.target.name !== "value") return;
  event.preventDefault(); // in a box of several lines Enter would begin a new one
  if (event.shiftKey) {
    const all = inputs();
    all[Math.max(0, all.indexOf(event.target) - 1)].focus();
  } else event.target.form.requestSubmit();
});

function goOnFrom(input) {
  const all = inputs();
  const after = [...all.slice(all.indexOf(input) + 1), ...all.slice(0, all.indexOf(input))];
  const next = after.find((one) => !rowOf(one).classList.contains("is-confirmed"));
  if (next) {
    next.focus();
    next.select();
  } else review.querySelector(".ms-done button")?.focus();
}

function take(row, answer) {
  row.classList.toggle("is-confirmed", answer.confirmed);
  row.classList.toggle("is-look", answer.look);
  boxOf(row)?.setAttribute("class", `is-here${answer.confirmed ? " is-confirmed" : ""}${answer.look ? " is-look" : ""}`);
  const mark = row.querySelector("[data-mark]");
  mark.textContent = answer.mark;
  mark.className = `ms-mark ${answer.mark_look}`;
  const problem = row.querySelector("[data-problem]");
  problem.textContent = answer.problem;
  problem.hidden = !answer.problem;
  if (answer.now !== undefined) {
    const now = row.querySelector("[data-now]");
    now.textContent = answer.now;
    now.hidden = !answer.now;
  }
  if (answer.value !== undefined) row.querySelector("[name=value]").value = answer.value;
  if (answer.seen !== undefined) row.querySelector("input[name=seen]").value = answer.seen;
  if (answer.revision) for (const one of document.querySelectorAll("[data-revision]")) one.value = answer.revision;
  if (answer.left_words) review.querySelector("[data-left]").textContent = answer.left_words;
  if (answer.confirmed) row.querySelector("button").classList.add("govuk-button--secondary");
}

// One after the other: each answer carries the revision that the next one needs.
let queue = Promise.resolve();
review.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-field-form]")) return;
  event.preventDefault();
  const row = rowOf(form);
  const chosen = event.submitter?.name === "proposal" ? event.submitter : null;
  queue = queue.then(async () => {
    try {
      const body = new FormData(form);
      if (chosen) body.append(chosen.name, chosen.value);
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!(answer.headers.get("Content-Type") || "").startsWith("application/json")) return window.location.reload();
      const told = await answer.json();
      take(row, told);
      const input = row.querySelector("[name=value]");
      if (told.confirmed) goOnFrom(input);
      else input.focus();
    } catch {
      if (chosen) row.querySelector("[name=value]").value = chosen.value; // submit() tells of no button
      form.submit(); // the network stumbled: the plain form says what happened
    }
  });
});

const first = inputs().find((one) => one.autofocus) || inputs().find((one) => !rowOf(one).classList.contains("is-confirmed"));
first?.focus({ preventScroll: true });
