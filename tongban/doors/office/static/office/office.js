// One tick for all rows of the page.  Without it the rows are ticked one by one.
"use strict";
for (const table of document.querySelectorAll("table.desk")) {
  const ticks = table.querySelectorAll("input[name=case]");
  const head = table.querySelector("thead th");
  if (!ticks.length || !head) continue;
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", head.textContent.trim());
  all.addEventListener("change", () => { for (const one of ticks) one.checked = all.checked; });
  head.append(all);
}
