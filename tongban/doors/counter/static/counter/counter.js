// What saves a clerk a hand movement.  Every page works without it.
"use strict";

// Scans dropped on a material go into its field, and the field says so.
for (const field of document.querySelectorAll("input[data-drop]")) {
  const chosen = () => {
    const other = document.querySelector(`[name="${field.dataset.drop}"][value=paper]`);
    if (field.files.length && other) for (const one of document.getElementsByName(field.dataset.drop)) one.checked = false;
  };
  field.addEventListener("change", chosen);
  const area = field.closest("fieldset");
  area.addEventListener("dragover", (event) => { event.preventDefault(); field.classList.add("over"); });
  area.addEventListener("dragleave", () => field.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    field.classList.remove("over");
    if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; chosen(); }
  });
}

// A half-filled form is not left by a key pressed in passing.
const guarded = document.querySelector("form[data-guard]");
if (guarded) {
  let touched = false;
  guarded.addEventListener("input", () => { touched = true; });
  guarded.addEventListener("submit", () => { touched = false; });
  addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
}
