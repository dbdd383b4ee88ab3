import { ask, find } from "./studio.js";

const form = find("begin");
const count = find("count");

// A voice that is there has its name already.
const named = () => {
  const chosen = form.elements.voice;
  find("naming").hidden = Boolean(chosen && chosen.value);
  find("label").disabled = find("naming").hidden;
};

// How many lines it comes to; only the newest answer counts.
let asked = 0;
let timer = 0;
const counted = async () => {
  const mine = ++asked;
  const fields = new URLSearchParams(new FormData(form));
  const some = [...fields.keys()].some((key) => key.startsWith("practice-"));
  find("go").disabled = !some;
  if (!some) { count.textContent = ""; return; }
  count.textContent = form.dataset.counting;
  const answer = await ask("record/count", { method: "POST", body: fields }, count);
  if (!answer) return;
  const told = await answer.json();
  if (mine === asked) count.textContent = told.message;
};

form.addEventListener("input", (event) => {
  named();
  if (["label", "agreed", "voice"].includes(event.target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(counted, 250);
});
named();
counted();
