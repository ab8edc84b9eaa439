// What saves a wait or a mistake on any page.  Every page works without it.
"use strict";

// A form sent twice is carried out once anyway (its key); this spares the second wait.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  setTimeout(() => {
    for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = true;
  });
  setTimeout(() => {
    for (const button of form.querySelectorAll("button:disabled")) button.disabled = false;
  }, 15000);
});
// Back from the cache of the browser: buttons work again.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button:disabled:not([data-off])")) button.disabled = false;
});

document.addEventListener("click", (event) => {
  const one = event.target.closest("[data-print], [data-confirm]");
  if (!one) return;
  if (one.dataset.confirm && !confirm(one.dataset.confirm)) event.preventDefault();
  if ("print" in one.dataset) { event.preventDefault(); print(); }
});

// Who listens to the page hears first what is wrong.
addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());

// Keys of a screen: data-hotkey="F2" or "Alt+n" clicks or focuses its element.
document.addEventListener("keydown", (event) => {
  const said = (event.altKey ? "Alt+" : "") + (event.ctrlKey ? "Ctrl+" : "") + event.key;
  for (const one of document.querySelectorAll("[data-hotkey]")) {
    if (one.dataset.hotkey.toLowerCase() !== said.toLowerCase()) continue;
    event.preventDefault();
    if (one.matches("input, select, textarea")) { one.focus(); one.select?.(); } else one.click();
    return;
  }
});

// Lists that refresh themselves: data-refresh="20" (seconds) asks the page again and swaps the element of the same id.
for (const one of document.querySelectorAll("[data-refresh]")) {
  const timer = setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { "X-Refresh": "1" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(one.id);
      // The same again is not told again to who listens.
      if (fresh && fresh.innerHTML !== one.innerHTML) one.replaceChildren(...fresh.childNodes);
      // What was waited for is there.
      if (fresh && !fresh.dataset.refresh) clearInterval(timer);
    } catch { /* the line is down: what stands stays, the next round tries again */ }
  }, Number(one.dataset.refresh) * 1000);
}
