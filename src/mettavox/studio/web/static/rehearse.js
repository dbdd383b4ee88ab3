// To hear a plan before the track is made: a line alone, or a section with its quiet.
import { find, post } from "./studio.js";

const LEAST_SHOWN = 1; // seconds of quiet

/** Makes the ▶ of a plan in `live` work; they post `fields()` to `path`. `#playing` shows what is heard, and stops it. */
export const rehearse = (live, path, fields, status) => {
  const panel = find("playing");
  const said = panel.querySelector("[role=status]");
  const player = new Audio();
  let turn = 0; // what is not of this turn is silent

  // With its words: while the text is changed, another line may have its place.
  const sound = async (button) => {
    const words = button.nextElementSibling.textContent;
    const answer = await post(path, [...fields(), ["place", button.dataset.place], ["words", words]], status);
    return answer && URL.createObjectURL(await answer.blob());
  };
  const played = (url) => new Promise((done) => {
    if (player.src) URL.revokeObjectURL(player.src);
    player.src = url;
    player.onended = player.onerror = player.onpause = done;
    player.play().catch(done);
  });
  let skip = () => {};
  const quiet = (seconds, mine) => new Promise((done) => {
    const end = performance.now() + 1000 * seconds;
    const tick = setInterval(() => {
      const left = Math.ceil((end - performance.now()) / 1000);
      if (left <= 0 || mine !== turn) skip();
      else if (seconds >= LEAST_SHOWN) said.textContent = panel.dataset.quiet.replace("{seconds}", left);
    }, 100);
    skip = () => { clearInterval(tick); skip = () => {}; done(); };
  });
  const mark = (item) => {
    live.querySelectorAll("li[aria-current]").forEach((each) => each.removeAttribute("aria-current"));
    if (item) { item.setAttribute("aria-current", "true"); item.scrollIntoView({ block: "nearest" }); }
  };
  const stop = () => {
    turn += 1;
    player.pause();
    skip();
    panel.hidden = true;
    said.textContent = "";
    mark(null);
  };

  const line = async (button) => {
    stop();
    const mine = turn;
    status.textContent = document.documentElement.dataset.hearing;
    const url = await sound(button);
    if (!url) return;
    status.textContent = "";
    if (mine === turn) await played(url);
  };

  const section = async (items) => {
    stop();
    const mine = turn;
    panel.hidden = false;
    const spoken = (item) => { const button = item?.querySelector(".play"); return button && sound(button); };
    let next = spoken(items[0]);
    for (const [number, item] of items.entries()) {
      const current = next;
      if (item.querySelector(".play")) {
        said.textContent = document.documentElement.dataset.hearing;
        const url = await current;
        if (!url) { if (mine === turn) stop(); return; } // why is told already
        if (mine !== turn) return;
        mark(item);
        said.textContent = item.querySelector("button + span").textContent;
        next = spoken(items[number + 1]);
        await played(url);
      } else {
        mark(item);
        next = spoken(items[number + 1]);
      }
      if (mine !== turn) return;
      await quiet(Number(item.dataset.seconds), mine);
      if (mine !== turn) return;
    }
    stop();
  };

  live.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches(".play")) line(button);
    if (button?.matches(".whole")) section([...button.parentElement.nextElementSibling.children]);
  });
  panel.addEventListener("click", (event) => {
    if (event.target.matches("[data-stop]")) stop();
    if (event.target.matches("[data-skip]")) skip();
  });
  return { stop };
};
