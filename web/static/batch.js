// While a batch runs, the list is drawn anew; when it has ended (204), the whole page.
const place = document.querySelector("[data-progress]");
const EVERY_MS = 1500;

async function look() {
  const answer = await fetch(place.dataset.progress, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer && (answer.status === 204 || answer.redirected || answer.status === 404)) {
    window.location.reload();
    return;
  }
  if (answer && answer.ok) draw(await answer.text());
  window.setTimeout(look, EVERY_MS);
}

// The sentence stays in the page and only changes its words, so that a screen reader says them; the focus stays, too.
function draw(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  for (const tag of ["[role=status]", "tbody"]) {
    const [old, next] = [place.querySelector(tag), fresh.content.querySelector(tag)];
    if (old.innerHTML !== next.innerHTML && !old.contains(document.activeElement)) old.innerHTML = next.innerHTML;
  }
  place.querySelector("progress").value = fresh.content.querySelector("progress").value;
}

window.setTimeout(look, EVERY_MS);
