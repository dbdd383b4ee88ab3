import { ask, find, follow, hearing, renew } from "./studio.js";

// A text in a voice, to its end; a new one stops the one before, which then ends, too.
const player = new Audio();
let turn = 0;
const speak = async (form, more, status, label) => {
  const mine = ++turn;
  player.pause();
  const fields = new URLSearchParams(new FormData(form));
  Object.entries({ ...more, json: "1" }).forEach(([name, value]) => fields.set(name, value));
  status.textContent = label ? `${hearing}: ${label}` : hearing;
  const answer = await ask("voices/hear", { method: "POST", body: fields }, status);
  if (!answer || mine !== turn) return false;
  if (player.src) URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(await answer.blob());
  if (mine !== turn) return false;
  const ended = new Promise((done) => { player.onended = () => done(true); player.onpause = () => done(player.ended); });
  try { await player.play(); } catch { status.textContent = ""; return false; }
  if (!label) status.textContent = "";
  return (await ended) && mine === turn;
};

// Each voice's button; its card is marked for as long as it speaks.
const heard = find("heard");
const one = async (button) => {
  const card = button.closest(".voice");
  document.querySelectorAll(".speaks").forEach((each) => each.classList.remove("speaks"));
  card.classList.add("speaks");
  const whole = await speak(button.form, { voice: button.value }, heard, button.dataset.label);
  card.classList.remove("speaks");
  if (whole) heard.textContent = "";
  return whole;
};
document.querySelectorAll(".hear-voice").forEach((button) => button.addEventListener("click", (event) => { event.preventDefault(); one(button); }));
document.querySelectorAll(".several").forEach((button) => {
  const all = [...document.querySelectorAll(`.hear-voice[form="${button.dataset.form}"]`)];
  button.hidden = all.length < 2;
  button.addEventListener("click", async () => {
    for (const each of all) if (!await one(each)) return;
  });
});

// The sliders of a voice, heard before they are kept.
document.querySelectorAll(".dial input").forEach((slider) => {
  const shown = find(`${slider.id}-shown`);
  const show = () => { shown.textContent = slider.dataset.unit + Number(slider.value); };
  slider.addEventListener("input", show);
  show(); // a browser keeps where a slider was
});
document.querySelectorAll(".hear-tuned").forEach((button) => button.addEventListener("click", (event) => {
  event.preventDefault();
  speak(button.form, {}, heard, "");
}));

// How far a voice has come; a screen reader hears every quarter.
const progress = find("progress");
if (progress) {
  let quarter = 0;
  follow(progress.dataset.events, (told) => {
    const [state, share, come] = told.split("\t");
    if (!["waiting", "working"].includes(state)) { renew(location.pathname); return true; }
    find("bar").value = Number(share);
    find("come").textContent = come;
    const now = Math.floor(Number(share) * 4);
    if (now > quarter) { quarter = now; find("told").textContent = come; }
    return false;
  });
}
