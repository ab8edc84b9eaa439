// 断网收件: what is typed stays in this browser until the station's line is back, and is then sent once.
"use strict";

const form = document.getElementById("entry"), say = form.dataset;
const KEPT = "tongban-station-kept", KNOWN = "tongban-station-items", DRAFT = "tongban-station-typing";
const read = (name, otherwise) => { try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; } };
const write = (name, value) => localStorage.setItem(name, JSON.stringify(value));
const make = (tag, given = {}, ...inside) => {
  const one = Object.assign(document.createElement(tag), given);
  one.append(...inside);
  return one;
};
let known = read(KNOWN, { slips: [], items: [] }), up = navigator.onLine, sending = false;

form.hidden = false;
if ("serviceWorker" in navigator) navigator.serviceWorker.register(say.worker).catch(() => {});

// GB 11643: the last of 18 characters checks the others.
function rightNumber(number) {
  if (!/^\d{17}[\dX]$/.test(number)) return false;
  const sum = [...number.slice(0, 17)].reduce((total, digit, place) => total + digit * ((2 ** (17 - place)) % 11), 0);
  return "10X98765432"[sum % 11] === number[17];
}

function tell() {
  const kept = read(KEPT, []), line = document.getElementById("line");
  const waiting = kept.filter((one) => !one.url).length;
  line.className = "banner " + (up ? "banner-success" : "banner-warning");
  const words = (up ? say.online : say.offline) + (waiting ? ` ${say.kept}${waiting}` : "");
  if (line.textContent !== words) line.textContent = words;
  const list = document.getElementById("kept");
  list.replaceChildren(...kept.map((one) => {
    const row = make("li", {}, make("span", {}, `${one.entry.slip_label} ${one.entry.name} · ${one.entry.item_name}`));
    if (one.wrong) row.append(make("p", { className: "error", textContent: one.wrong }));
    if (one.url) row.append(make("a", { href: one.url, textContent: say.sent }));
    else if (one.wrong) row.append(make("button", { type: "button", className: "button-small", textContent: say.fix, onclick: () => mend(one) }));
    else row.append(make("span", { className: "tag", textContent: say.waiting }));
    row.append(make("button", { type: "button", className: "button-small button-quiet", textContent: say.drop, onclick: () => drop(one) }));
    return row;
  }));
  document.getElementById("none").hidden = kept.length > 0;
}

const change = (key, with_) => write(KEPT, read(KEPT, []).map((one) => (one.key === key ? { ...one, ...with_ } : one)));
const remove = (key) => write(KEPT, read(KEPT, []).filter((one) => one.key !== key));

function drop(one) {
  if (!one.url && !confirm(say.sure)) return;
  remove(one.key);
  choices();
  tell();
}

function mend(one) {
  remove(one.key);
  choices();
  fill(one.entry);
  tell();
  form.querySelector("#name").focus();
}

function option(value, label) { return make("option", { value, textContent: label }); }

function choices() {
  const taken = new Set(read(KEPT, []).map((one) => one.entry.slip_label));
  const slip = form.elements.slip, item = form.elements.what, was = [slip.value, item.value];
  const left = known.slips.filter((one) => !taken.has(one.label));
  slip.replaceChildren(...left.map((one) => option(one.label, one.label)));
  if (!left.length) slip.append(option("", say.none));
  item.replaceChildren(option("", say.choose), ...known.items.map((one) => option(one.code, one.name)));
  if (left.some((one) => one.label === was[0])) slip.value = was[0];
  item.value = was[1];
}

function input(field) {
  const id = `q-${field.name}`, name = `a-${field.name}`, label = make("label", { htmlFor: id, textContent: field.label });
  if (field.kind === "checkbox") {
    const box = make("input", { type: "checkbox", id, name, value: "true" });
    return make("div", { className: "choice" }, box, label);
  }
  let one;
  if (field.choices.length) {
    one = make("select", { id, name }, option("", say.choose), ...field.choices.map(([value, words]) => option(value, words)));
  } else if (field.kind === "textarea") one = make("textarea", { id, name, rows: 3 });
  else one = make("input", { id, name, type: field.kind === "date" ? "date" : "text", inputMode: field.kind === "number" ? "decimal" : "" });
  return make("div", { className: "group" }, label, one);
}

function questions() {
  const item = known.items.find((one) => one.code === form.elements.what.value), place = document.getElementById("questions");
  if (!item) { place.replaceChildren(); return; }
  const asked = item.situations.map((one, n) => make("fieldset", { className: "group" }, make("legend", { textContent: one.question }),
    ...one.options.map(([code, words], m) => make("div", { className: "choice" },
      make("input", { type: "radio", id: `s-${n}-${m}`, name: `s-${n}`, value: code }), make("label", { htmlFor: `s-${n}-${m}`, textContent: words })))));
  const papers = item.papers.map((one) => make("div", { className: "choice" },
    make("input", { type: "checkbox", id: `p-${one.code}`, name: "paper", value: one.code }), make("label", { htmlFor: `p-${one.code}`, textContent: one.name })));
  const legend = make("legend", { textContent: say.papers });
  place.replaceChildren(...asked, ...(papers.length ? [make("fieldset", { className: "group" }, legend, ...papers)] : []), ...item.fields.map(input));
}

function typed() {
  const given = new FormData(form), slip = known.slips.find((one) => one.label === given.get("slip"));
  const item = known.items.find((one) => one.code === given.get("what"));
  const answers = {}, options = [];
  for (const [name, value] of given) {
    if (name.startsWith("a-") && value) answers[name.slice(2)] = value;
    if (name.startsWith("s-")) options.push(value);
  }
  return {
    slip_label: given.get("slip"), slip_day: slip?.day ?? "", slip_number: String(slip?.number ?? ""), at: given.get("at"),
    name: given.get("name").trim(), number: given.get("number").trim().toUpperCase(), phone: given.get("phone").trim(),
    item: given.get("what"), item_name: item?.name ?? "", answers, options, papers: given.getAll("paper"),
  };
}

function fill(entry) {
  for (const name of ["at", "name", "number", "phone"]) form.elements[name].value = entry[name] ?? "";
  form.elements.what.value = entry.item ?? "";
  if ([...form.elements.slip.options].some((one) => one.value === entry.slip_label)) form.elements.slip.value = entry.slip_label;
  questions();
  for (const [name, value] of Object.entries(entry.answers ?? {})) {
    const one = form.elements[`a-${name}`];
    if (one?.type === "checkbox") one.checked = value === "true";
    else if (one) one.value = value;
  }
  const chosen = new Set([...(entry.options ?? []), ...(entry.papers ?? [])]);
  for (const one of form.querySelectorAll("[name=paper], [name^=s-]")) one.checked = chosen.has(one.value);
}

form.elements.what.addEventListener("change", questions);
// Every key pressed is kept: a page closed by mistake loses nothing.
form.addEventListener("input", () => write(DRAFT, typed()));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const entry = typed(), wrong = document.getElementById("wrong");
  const sentence = !entry.slip_label ? say.none : rightNumber(entry.number) ? "" : say.bad;
  wrong.hidden = !sentence;
  wrong.querySelector("p").textContent = sentence;
  if (sentence) { wrong.focus(); return; }
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  write(KEPT, [...read(KEPT, []), { key, entry }]);
  localStorage.removeItem(DRAFT);
  form.reset();
  questions();
  choices();
  now();
  tell();
  send();
});

async function send() {
  if (sending) return;
  sending = true;
  try {
    for (const one of read(KEPT, []).filter((kept) => !kept.url && !kept.wrong)) {
      const body = new URLSearchParams({ key: one.key, entry: JSON.stringify(one.entry) });
      const token = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="))?.slice(10) ?? "";
      const answer = await fetch(say.send, { method: "POST", body, headers: { "X-CSRFToken": token } });
      const told = (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : null;
      if (answer.redirected || (!told && answer.status < 500)) { document.getElementById("line").textContent = say.login; return; }
      if (told?.url) change(one.key, { url: told.url, entry: { slip_label: one.entry.slip_label, name: one.entry.name, item_name: one.entry.item_name } });
      else if (told?.sentence) change(one.key, { wrong: told.sentence });
      up = true;
      tell();
    }
  } catch { up = false; tell(); } finally { sending = false; }
}

async function ask() {
  try {
    const answer = await fetch(say.items, { cache: "no-store" });
    if (answer.ok && !answer.redirected) { known = await answer.json(); write(KNOWN, known); choices(); questionsKept(); }
    up = navigator.onLine;
  } catch { up = false; }
  tell();
  if (up) send();
}

function questionsKept() {
  const entry = typed();
  questions();
  fill(entry);
}

function now() {
  const time = new Date();
  if (!form.elements.at.value) form.elements.at.value = time.toTimeString().slice(0, 5);
}

addEventListener("online", () => { up = true; ask(); });
addEventListener("offline", () => { up = false; tell(); });
setInterval(() => { if (read(KEPT, []).some((one) => !one.url && !one.wrong)) ask(); }, 15000);
choices();
const begun = read(DRAFT, null);
if (begun) fill(begun);
now();
tell();
ask();
