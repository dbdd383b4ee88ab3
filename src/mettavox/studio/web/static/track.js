import { ask, find, follow, renew } from "./studio.js";

{
  const progress = find("progress");
  if (progress) {
    let said = "";
    follow(progress.dataset.events, (told) => {
      const [state, share, stage] = told.split("\t");
      if (!["waiting", "working"].includes(state)) { renew(); return true; }
      find("bar").value = Number(share);
      if (state === "working") find("stage").textContent = stage;
      if (stage !== said) { said = stage; find("told").textContent = stage; } // a screen reader hears each stage once
      return false;
    });
  }
}

// All of the sound is read for it, so only for who wants to know.
const checks = find("checks");
if (checks) {
  const status = find("checking");
  let asked = false;
  checks.hidden = false;
  checks.addEventListener("toggle", async () => {
    if (!checks.open || asked) return;
    asked = true;
    status.textContent = status.dataset.waiting;
    const answer = await ask(checks.dataset.from, {}, status);
    asked = !!answer;
    if (!answer) return;
    checks.insertAdjacentHTML("beforeend", await answer.text()); // made by the studio's own templates, which escape
    status.textContent = "";
  });
}

const sound = find("sound");
if (sound) {
  const line = find("caption");
  const captions = [...sound.textTracks].find((track) => track.kind === "captions");
  if (captions) {
    captions.mode = "hidden";
    captions.addEventListener("cuechange", () => {
      line.textContent = [...(captions.activeCues || [])].map((cue) => cue.getCueAsHTML().textContent).join(" ");
    });
  }
  const go = (at) => { sound.currentTime = at; sound.play().catch(() => {}); };
  const buttons = [...document.querySelectorAll("[data-at]")];
  buttons.forEach((button) => button.addEventListener("click", () => go(Number(button.dataset.at))));
  const strip = find("strip");
  sound.addEventListener("timeupdate", () => {
    const at = buttons.findLastIndex((button) => Number(button.dataset.at) <= sound.currentTime + 0.05);
    buttons.forEach((button, number) => (number === at ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current")));
    if (strip) strip.querySelector(".now").setAttribute("x", String(1000 * sound.currentTime / sound.duration - 1.5));
  });
  if (strip) strip.addEventListener("pointerdown", (event) => {
    const box = strip.getBoundingClientRect();
    sound.currentTime = sound.duration * (event.clientX - box.left) / box.width;
  });
}
