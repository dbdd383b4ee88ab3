import { ask, find } from "./studio.js";

const drop = find("drop");
const told = find("told");
find("choose").hidden = false;
find("dropping").hidden = false;

const read = async (file) => {
  if (!file) return;
  if (file.size > Number(drop.dataset.most)) { told.textContent = drop.dataset.tooLarge; return; }
  told.textContent = drop.dataset.reading;
  drop.setAttribute("aria-busy", "true");
  // Its bytes alone: the name of a file may be somebody's.
  const answer = await ask("many/read", { method: "POST", body: await file.arrayBuffer(), headers: { "Content-Type": "application/octet-stream" } }, told);
  drop.removeAttribute("aria-busy");
  find("file").value = "";
  if (answer) location.assign((await answer.json()).to);
};

find("file").addEventListener("change", (event) => read(event.target.files[0]));
let inside = 0;
const over = (by) => { inside = Math.max(0, inside + by); drop.classList.toggle("over", inside > 0); };
drop.addEventListener("dragenter", (event) => { event.preventDefault(); over(1); });
drop.addEventListener("dragleave", () => over(-1));
drop.addEventListener("drop", (event) => { over(-inside); read(event.dataTransfer.files[0]); });
// Beside the place a browser would open the file, and everything here would be gone.
["dragover", "drop"].forEach((name) => window.addEventListener(name, (event) => event.preventDefault()));
