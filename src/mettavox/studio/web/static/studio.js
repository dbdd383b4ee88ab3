// What the scripts of all areas have in common.
export const find = (id) => document.getElementById(id);
const { base, gone, hearing } = document.documentElement.dataset;
export { base, hearing };

/** Ask the studio for a path; what cannot be had is told in `status`, and null comes back. */
export const ask = async (path, options, status) => {
  let answer;
  try { answer = await fetch(`${base}${path}`, options); } catch { status.textContent = gone; return null; }
  if (answer.ok) return answer;
  const told = answer.headers.get("content-type").startsWith("application/json") ? await answer.json() : { message: await answer.text() };
  status.textContent = [told.message, told.hint].filter(Boolean).join(" ");
  return null;
};

export const post = (path, fields, status) => ask(path, { method: "POST", body: new URLSearchParams(fields) }, status);

let leaving = false;
window.addEventListener("beforeunload", () => { leaving = true; });

/** Show the page as it is now; later where the person is on the way to another one, from which this would call them back. */
export const renew = (address) => setTimeout(() => {
  if (address) location.replace(address);
  else location.reload();
}, leaving ? 10_000 : 0);

const player = new Audio();

/** Play what a path answers to a form; `status` tells that it is spoken, or why not. Gives whether it is played. */
export const play = async (path, fields, status) => {
  status.textContent = hearing;
  const answer = await post(path, fields, status);
  if (!answer) return false;
  if (player.src) URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(await answer.blob());
  status.textContent = "";
  await player.play().catch(() => {});
  return true;
};

// A form that was sent is on its way: a second press, or the other half of a double click, would send it twice.
const WAY = 10000; // ms, after which nobody waits for it any more
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, WAY);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));

/** Hear the events of an address for as long as the page is seen, and until `heard` says that it was the last one. A
 * browser has no more than six connections to one studio, so that pages behind others would keep all others waiting. */
export const follow = (address, heard) => {
  let events = null;
  let ended = false;
  const stop = () => { events?.close(); events = null; };
  const listen = () => {
    stop();
    if (ended || document.hidden) return;
    events = new EventSource(address);
    events.addEventListener("message", (event) => { if (heard(event.data)) { ended = true; stop(); } });
  };
  document.addEventListener("visibilitychange", listen);
  listen();
};
