import { rehearse } from "./rehearse.js";
import { ask, base, find, play } from "./studio.js";

{
  const form = find("make");
  const minutes = find("minutes");
  const live = find("live");
  const heard = find("heard");
  const fields = () => new URLSearchParams(new FormData(form));
  const here = `page=${form.dataset.page}&${form.dataset.at}`;
  let typed = false; // what only was opened is nothing that was begun

  const practice = () => form.querySelector("input[name=script]:checked");
  const shown = () => {
    find("minutes-shown").textContent = find("minutes-shown").dataset.form.replace("{minutes}", minutes.value);
  };
  // The practice's own range at once; what these choices can have comes with the plan.
  const range = (least, most) => {
    minutes.min = String(Math.max(1, Math.ceil(least)));
    minutes.max = String(Math.max(1, Math.floor(most)));
    find("least").textContent = minutes.min;
    find("most").textContent = minutes.max;
    shown();
  };
  const choose = () => {
    const data = practice().dataset;
    range(Number(data.shortest), Number(data.longest));
    // What this practice has no place for is neither shown nor sent.
    const lacks = data.lacks.split(" ");
    form.querySelectorAll(".grid [name]").forEach((field) => {
      field.disabled = lacks.includes(field.name);
      field.closest(".grid > div").hidden = field.disabled;
    });
    form.querySelectorAll("[data-part]").forEach((tick) => {
      tick.hidden = !data.parts.split(" ").includes(tick.dataset.part);
      tick.querySelector("input").disabled = tick.hidden;
    });
    if (!minutes.dataset.chosen) minutes.value = data.typical;
    minutes.dataset.chosen = "";
    shown();
  };

  // The text and its timeline, as one types: asked for at once, and again when it has come if something is new.
  let asking = false;
  let stale = false;
  const plan = async () => {
    stale = true;
    if (asking) return;
    asking = true;
    live.setAttribute("aria-busy", "true");
    while (stale) {
      stale = false;
      const answer = await ask(typed ? `plan?typed&${here}` : "plan", { method: "POST", body: fields() }, heard);
      if (!answer) break;
      const told = await answer.json();
      if (!stale) show(told);
    }
    asking = false;
    live.setAttribute("aria-busy", "false");
  };
  const { stop } = rehearse(live, "line", fields, heard);
  const show = (told) => {
    stop();
    if (told.least) range(told.least / 60, told.most / 60);
    live.innerHTML = told.html; // made by the studio's own templates, which escape
    live.querySelectorAll("button").forEach((button) => { button.hidden = false; });
    find("go").disabled = !told.good;
    // A screen reader hears what it comes to, not the whole text at every letter.
    const summary = live.querySelector("[data-summary]")?.textContent || "";
    if (find("summary").textContent !== summary) find("summary").textContent = summary;
  };

  form.addEventListener("input", (event) => {
    typed = true;
    if (event.target.name === "script") { minutes.dataset.chosen = ""; choose(); }
    if (event.target === minutes) shown();
    find("saying").hidden = !find("name").value;
    plan();
  });

  // To hear a name or a line.
  const say = (text, respelling) => text && play("say", { text, say: respelling, voice: find("voice").value, lang: form.elements.lang.value }, heard);
  document.querySelectorAll(".hear").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => say(find(button.dataset.text).value, button.dataset.say ? find(button.dataset.say).value : ""));
  });
  if (practice()) { choose(); plan(); }

  // Who goes to another page finds here what was typed, since the studio has it; a browser keeps nothing of it.
  form.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", () => { if (typed) navigator.sendBeacon(`${base}begun?${here}`, fields()); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.replace(`${base}?${form.dataset.at}`); });
}
