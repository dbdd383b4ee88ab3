import { ask, base, find, play } from "./studio.js";

const table = find("table");
const status = find("status");
const failed = find("failed");
const here = `many/${table.dataset.id}`;
const cells = () => [...table.querySelectorAll(".sheet input")];
const mark = (input) => { input.dataset.saved = input.value; };
const changed = (input) => input.value !== input.dataset.saved;
cells().forEach((input) => { input.dataset.saved = input.defaultValue; });
table.querySelectorAll("[data-save]").forEach((button) => { button.hidden = true; });
find("listening").hidden = false;
table.querySelectorAll(".play").forEach((button) => { button.hidden = false; });

// What is wrong, by cell and by row; words are set as text.
const show = (judged) => {
  const problems = find("problems");
  const heading = () => problems.querySelector("h2, .fine")?.textContent || "";
  const before = heading();
  problems.innerHTML = judged.problems; // made by the studio's own templates, which escape
  for (const [id, [wrong, said]] of Object.entries(judged.cells)) {
    const input = find(`c-${id}`);
    if (!input) continue;
    if (wrong.length) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
    input.closest("td").classList.toggle("bad", wrong.length > 0);
    find(`w-${id}`).textContent = wrong.join(" ");
    const words = find(`s-${id}`);
    if (words) words.textContent = said;
  }
  for (const [row, wrong] of Object.entries(judged.rows)) find(`w-${row}`).textContent = wrong.join(" ");
  find("summary").textContent = judged.summary;
  find("go").textContent = judged.go;
  find("go").disabled = !judged.good;
  // A screen reader hears that the count has changed, not the whole list at every letter.
  if (heading() !== before) status.textContent = heading();
};

// One after the other, each with what was typed meanwhile; an answer that comes late changes nothing that is newer.
let timer = 0;
let going = Promise.resolve(true);
let unsaved = false;
window.addEventListener("beforeunload", (event) => { if (unsaved && cells().some(changed)) event.preventDefault(); });
const body = (inputs) => {
  const fields = new URLSearchParams({ version: table.elements.version.value, shown: [...table.querySelectorAll("tr[data-row]")].map((row) => row.dataset.row).join(",") });
  inputs.forEach((input) => fields.set(input.name, input.value));
  return fields;
};
const save = () => {
  clearTimeout(timer);
  going = going.then(async () => {
    const inputs = cells().filter(changed);
    if (!inputs.length) return true;
    const sent = inputs.map((input) => [input, input.value]);
    const answer = await ask(`${here}/cells`, { method: "POST", body: body(inputs) }, failed);
    unsaved = !answer;
    if (!answer) return false;
    failed.textContent = "";
    sent.forEach(([input, value]) => { input.dataset.saved = value; });
    show(await answer.json());
    return true;
  });
  return going;
};
table.addEventListener("input", (event) => {
  if (!event.target.matches(".sheet input")) return;
  clearTimeout(timer);
  timer = setTimeout(save, 350);
});
table.addEventListener("change", (event) => {
  if (event.target.matches(".sheet input")) save();
  if (event.target.matches(".sheet select") && event.target.value) table.requestSubmit();
});
// Enter goes down a row, as in a spreadsheet.
table.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(".sheet input")) return;
  event.preventDefault();
  const [, , place] = event.target.id.split("-");
  const row = event.target.closest("tr").nextElementSibling;
  const below = row && find(`c-${row.dataset.row}-${place}`);
  if (below) { below.focus(); below.select(); } else save();
});
// Of a whole form only what was changed here is sent: another tab may have changed the rest.
table.addEventListener("formdata", (event) => {
  cells().filter((input) => !changed(input)).forEach((input) => event.formData.delete(input.name));
});
// To another page of the table only when this one is kept.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || !cells().some(changed)) return;
  event.preventDefault();
  if (await save()) location.assign(link.href);
});
let submitting = false;
table.addEventListener("submit", () => { submitting = true; });
const leave = () => {
  const inputs = cells().filter(changed);
  if (submitting || !inputs.length) return;
  fetch(`${base}${here}/cells`, { method: "POST", body: body(inputs), keepalive: true }).then(() => inputs.forEach(mark)).catch(() => {});
};
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
window.addEventListener("pageshow", (event) => { submitting = false; if (event.persisted) location.reload(); });

// From the list of problems to the cell.
find("problems").addEventListener("click", (event) => {
  const link = event.target.closest("a[data-cell]");
  const cell = link && find(link.dataset.cell);
  if (!cell) return;
  event.preventDefault();
  cell.scrollIntoView({ block: "center", inline: "center" });
  cell.focus({ preventScroll: true });
});
const reached = location.hash.startsWith("#c-") && find(location.hash.slice(1));
if (reached) reached.focus();

table.addEventListener("click", async (event) => {
  const button = event.target.closest(".play");
  if (!button) return;
  if (await save()) { failed.textContent = ""; play(`${here}/hear`, { row: button.dataset.row, column: button.dataset.column }, { set textContent(text) { hear(text); } }); }
});
// That it is spoken is told to screen readers alone; why it is not, to everyone.
const hear = (text) => {
  const speaking = text === document.documentElement.dataset.hearing || text === "";
  status.textContent = speaking ? text : "";
  failed.textContent = speaking ? "" : text;
};

find("all-names").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  const told = find("names-status");
  const sound = find("names-sound");
  if (!(await save())) return;
  button.disabled = true;
  told.textContent = button.dataset.speaking;
  const answer = await ask(`${here}/names`, { method: "POST", body: body([]) }, told);
  button.disabled = false;
  if (!answer) return;
  const { sound: path, heard, wrong } = await answer.json();
  const whole = await ask(path, {}, told);
  if (!whole) return;
  if (sound.src) URL.revokeObjectURL(sound.src);
  sound.src = URL.createObjectURL(await whole.blob());
  sound.hidden = false;
  told.textContent = wrong.join(" ");
  find("names-heard").replaceChildren(...heard.map(([at, text]) => {
    const item = document.createElement("li");
    const go = document.createElement("button");
    go.type = "button";
    go.textContent = text;
    go.addEventListener("click", () => { sound.currentTime = at; sound.play().catch(() => {}); });
    item.append(go);
    return item;
  }));
  sound.play().catch(() => {});
});

// What the library holds already.
const library = find("library");
const there = find("there");
let asked = 0;
const look = async () => {
  const mine = ++asked;
  if (!library.value.trim()) { there.textContent = ""; return; }
  const answer = await ask(`${here}/there`, { method: "POST", body: new URLSearchParams({ library: library.value }) }, there);
  if (answer && mine === asked) there.textContent = (await answer.json()).told;
};
library.addEventListener("change", look);
if (library.value) look();
const start = find("start");
start.addEventListener("submit", async (event) => {
  if (!cells().some(changed)) return;
  event.preventDefault();
  if (await save()) start.requestSubmit();
});

if (cells().some(changed)) save(); // what was typed before this script was here
