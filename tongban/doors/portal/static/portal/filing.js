// Saves what is typed while it is typed, and makes photographs fit to send.  Everything works without it.
"use strict";

const WAIT = 900, LONGEST_WAIT = 30000, MOST_PIXELS = 2400, SMALL = 400000;

for (const form of document.querySelectorAll("form[data-autosave]")) keep(form);
for (const form of document.querySelectorAll("form[data-upload]")) picture(form);

function keep(form) {
  const told = form.querySelector("[data-saved]"), trouble = form.querySelector("[data-trouble]");
  const name = `typed:${form.dataset.page}`;
  let timer = 0, dirty = false, busy = false, tries = 0, leaving = false;

  function typed() {
    const data = new FormData(form), fields = [];
    for (const [field, value] of data) {
      if (typeof value === "string" && !["csrfmiddlewaretoken", "base", "back"].includes(field)) fields.push([field, value]);
    }
    return JSON.stringify(fields);
  }
  function remember() { try { sessionStorage.setItem(name, typed()); } catch { /* private window: the page itself keeps it */ } }
  function forget() { try { sessionStorage.removeItem(name); } catch { /* nothing was kept */ } }

  function restore() {
    let kept = null;
    try { kept = sessionStorage.getItem(name); } catch { return; }
    if (!kept || kept === typed()) { forget(); return; }
    const values = new Map();
    for (const input of form.elements) if (input.name) values.set(input.name, []);
    for (const [field, value] of JSON.parse(kept)) values.set(field, [...(values.get(field) ?? []), value]);
    put(values);
    later(0);
  }

  function put(values) {
    for (const input of form.elements) {
      const mine = values.get(input.name);
      if (!mine || ["hidden", "submit", "button"].includes(input.type) || input.tagName === "FIELDSET") continue;
      if (input.type === "checkbox" || input.type === "radio") input.checked = mine.includes(input.value);
      else input.value = mine[0] ?? "";
    }
  }

  // What others answered meanwhile is shown where this reader has not typed since; so the page is what its number says.
  function shows(theirs, sent) {
    const said = (text, field) => JSON.stringify(JSON.parse(text).filter(([name]) => name === field));
    const now = typed();
    put(new Map(Object.entries(theirs ?? {}).filter(([field]) => said(now, field) === said(sent, field))));
  }

  function later(wait) { dirty = true; remember(); clearTimeout(timer); timer = setTimeout(save, wait); }

  async function save() {
    if (!dirty || leaving) return;
    if (busy) { timer = setTimeout(save, 300); return; }
    busy = true;
    const sent = typed();
    let answer = null, said = null;
    try {
      answer = await fetch(location.pathname, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" }, credentials: "same-origin", redirect: "error" });
      said = await answer.json();
    } catch { said = null; }
    busy = false;
    if (leaving) return;
    if (answer?.ok && said) {
      form.elements.base.value = said.no;
      dirty = typed() !== sent;
      shows(said.values, sent);
      tries = 0;
      trouble.hidden = true;
      trouble.textContent = "";
      const now = new Date();
      told.textContent = said.sentence || `${form.dataset.toldSaved} ${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
      if (dirty) later(WAIT); else forget();
      return;
    }
    const wait = Math.min(LONGEST_WAIT, 2000 * 2 ** tries++);
    told.textContent = "";
    const sentence = said?.sentence ?? form.dataset.toldDown;
    if (trouble.textContent.trim() !== sentence && !trouble.querySelector("a")) trouble.textContent = sentence;
    if (said?.way && !trouble.querySelector("a")) {
      const link = document.createElement("a");
      link.href = said.way; link.target = "_blank"; link.rel = "opener"; link.textContent = form.dataset.toldWay;
      trouble.append(" ", link);
    }
    trouble.hidden = false;
    timer = setTimeout(save, said?.code === "filed_already" ? LONGEST_WAIT : wait);
  }

  form.addEventListener("input", () => later(WAIT));
  form.addEventListener("change", () => later(0));
  form.addEventListener("submit", (event) => {
    if (busy && !event.defaultPrevented) { // what is on its way arrives first
      event.preventDefault();
      const button = event.submitter;
      const wait = setInterval(() => { if (!busy) { clearInterval(wait); form.requestSubmit(button); } }, 50);
      return;
    }
    leaving = true;
    remember();
  });
  // Closing the page, or turning to another: what is typed goes out with it.
  const last = () => {
    if (!dirty || leaving) return;
    fetch(location.pathname, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" }, keepalive: true, credentials: "same-origin" }).catch(() => {});
  };
  addEventListener("pagehide", last);
  document.addEventListener("visibilitychange", () => { if (document.hidden) last(); else if (dirty) { clearTimeout(timer); save(); } });
  addEventListener("focus", () => { if (dirty) { clearTimeout(timer); save(); } });
  addEventListener("pageshow", (event) => { leaving = false; if (event.persisted) location.reload(); });
  addEventListener("beforeunload", (event) => { if (dirty && !leaving && !trouble.hidden) event.preventDefault(); });
  // The page that came after a refused save shows what was saved; only what never arrived is put back.
  if (form.closest("main").querySelector(".error-summary")) forget(); else restore();
}

function picture(form) {
  const input = form.querySelector("input[type=file]"), box = form.querySelector("[data-picture]");
  const canvas = box.querySelector("canvas"), told = form.querySelector("[data-saved]");
  let image = null, turns = 0, ready = null;

  function draw() {
    const scale = Math.min(1, MOST_PIXELS / Math.max(image.width, image.height));
    const width = Math.round(image.width * scale), height = Math.round(image.height * scale), across = turns % 2 === 1;
    canvas.width = across ? height : width;
    canvas.height = across ? width : height;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate(turns * Math.PI / 2);
    pen.drawImage(image, -width / 2, -height / 2, width, height);
  }

  function pack() {
    const file = input.files[0];
    ready = new Promise((done) => canvas.toBlob((blob) => {
      if (blob && input.accept.includes("image/jpeg")) {
        const files = new DataTransfer();
        files.items.add(new File([blob], file.name.replace(/\.\w*$/, "") + ".jpg", { type: "image/jpeg" }));
        input.files = files.files;
        told.textContent = `${form.dataset.toldSmall}${Math.max(0.1, blob.size / 1048576).toFixed(1)}`;
      }
      done();
    }, "image/jpeg", 0.85));
    return ready;
  }

  // Several photographs: each made smaller; they are turned and put in order on the next page.
  async function packAll() {
    const files = new DataTransfer();
    turns = 0;
    try {
      for (const file of input.files) {
        if (!file.type.startsWith("image/") || file.size <= SMALL) { files.items.add(file); continue; }
        image = await createImageBitmap(file);
        draw();
        const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
        files.items.add(new File([blob], file.name.replace(/\.\w*$/, "") + ".jpg", { type: "image/jpeg" }));
      }
    } catch { return; } // sent as they are
    input.files = files.files;
    const size = [...files.files].reduce((sum, one) => sum + one.size, 0);
    told.textContent = `${form.dataset.toldSmall}${Math.max(0.1, size / 1048576).toFixed(1)}`;
  }

  input.addEventListener("change", async () => {
    const file = input.files[0];
    box.hidden = true; image = null; turns = 0; ready = null; told.textContent = "";
    if (input.files.length > 1) { await packAll(); return; }
    if (!file?.type.startsWith("image/")) return;
    try { image = await createImageBitmap(file); } catch { return; }
    draw();
    box.hidden = false;
    if (file.size > SMALL) await pack();
  });
  form.querySelector("[data-turn]").addEventListener("click", async () => {
    if (!image) return;
    turns = (turns + 1) % 4;
    draw();
    await pack();
  });
  form.addEventListener("submit", () => { told.textContent = form.dataset.toldSending; });
}
