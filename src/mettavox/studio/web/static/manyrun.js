import { find, follow, renew } from "./studio.js";

const progress = find("progress");
if (progress) {
  const failed = find("some-failed");
  let tenth = 0;
  follow(progress.dataset.events, (event) => {
    const told = JSON.parse(event);
    if (!["waiting", "working"].includes(told.state)) { renew(); return true; }
    find("bar").value = told.share;
    if (told.state === "working") find("stage").textContent = told.told;
    for (const [number, state, words, length, why] of told.rows) {
      const row = document.querySelector(`tr[data-row="${number}"]`);
      if (!row) continue; // on another page
      row.dataset.state = state;
      row.querySelector(".state").textContent = words;
      row.querySelector(".length").textContent = length;
      row.querySelector(".why").textContent = why;
    }
    if (told.failed) { failed.textContent = failed.dataset.form.replace("{count}", String(told.failed)); failed.hidden = false; }
    // A screen reader hears it ten times, not at every track.
    const now = Math.floor(told.share * 10);
    if (now > tenth) { tenth = now; find("told").textContent = told.told; }
    return false;
  });
}

const player = find("player");
if (player) {
  const sound = find("sound");
  document.querySelectorAll("[data-sound]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      player.hidden = false;
      find("which").textContent = button.closest("tr").querySelector("th").textContent;
      if (sound.getAttribute("src") !== button.dataset.sound) sound.src = button.dataset.sound;
      sound.play().catch(() => {});
    });
  });
}
