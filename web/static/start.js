// Starts GOV.UK Frontend's own behaviour (double clicks, focus on the error summary) and the session warning.
import { Button, ErrorSummary, createAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
createAll(Button);
createAll(ErrorSummary);

// WCAG 2.2.1: say it two minutes before a session ends, and let it be extended.
const expiry = document.querySelector("[data-session-s]");
if (expiry) {
  let timer = 0;
  const arm = () => {
    window.clearTimeout(timer);
    expiry.hidden = true;
    timer = window.setTimeout(() => { expiry.hidden = false; }, Math.max(1, Number(expiry.dataset.sessionS) - 120) * 1000);
  };
  arm();
  expiry.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(event.target.action, { method: "POST", body: new FormData(event.target) });
    if (answer.ok && !answer.redirected) arm();
    else window.location.reload();
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// While the machine reads, the page looks again by itself; there is nothing to type on it then.
const waiting = document.querySelector("[data-reload-s]");
if (waiting) window.setTimeout(() => window.location.reload(), Number(waiting.dataset.reloadS) * 1000);
