import { ask, base, find } from "./studio.js";
import { Microphone } from "./microphone.js";

const words = find("words").dataset;
const booth = find("booth");
const { reading } = booth.dataset;
const stage = find("stage");
const told = find("told");
const lines = [...document.querySelectorAll("#lines [data-line]")];
const LEAD = 400; // of quiet before one speaks and after, in ms: the room is heard in it, and nothing is cut off
const HIGH = 0.98;

const fill = (form, values) => form.replace(/\{(\w+)\}/g, (_, key) => values[key]);
const say = (place, message, hint = "", kind = "") => {
  place.dataset.kind = kind;
  place.replaceChildren(...[message, hint].filter(Boolean).map((text) => Object.assign(document.createElement("p"), { textContent: text })));
};

let at = Math.max(0, lines.findIndex((line) => line.dataset.kept === "no"));
let state = "off"; // off, listening (to the room), ready, starting, recording, finishing, sending
let unsent = null; // what was recorded and is not kept, with its line
let refused = null; // what was not good enough, to be heard
let loud = false;
const microphone = new Microphone();
const player = new Audio();

const number = () => lines[at].dataset.line;
const isKept = (line = lines[at]) => line.dataset.kept === "yes";
const busy = () => !["off", "ready"].includes(state);

const buttons = () => {
  stage.dataset.state = state;
  const running = state === "starting" || state === "recording";
  find("record").textContent = running ? words.stop : isKept() ? words.again : words.record;
  find("record").disabled = !(running || state === "ready") || Boolean(unsent);
  find("record").classList.toggle("main", running || !isKept());
  find("next").classList.toggle("main", !running && isKept());
  const held = Boolean(unsent) && state !== "sending";
  find("record").hidden = held;
  find("discard").hidden = !running && !held;
  find("send").hidden = !held;
  find("save").hidden = !held;
  for (const name of ["previous", "next"]) find(name).hidden = running || held;
  find("listen").hidden = running;
  find("listen").disabled = busy() || !(isKept() || refused || unsent);
  for (const name of ["previous", "next", "listen-to-room", "device"]) find(name).disabled = busy() || Boolean(unsent);
  find("previous").disabled ||= at === 0;
  find("next").disabled ||= at === lines.length - 1 && lines.every((line, place) => place === at || isKept(line));
  lines.forEach((line) => { line.querySelector("button").disabled = busy() || Boolean(unsent); });
};

const near = (place, line, label, none) => {
  const words = line && [...line.querySelector(".text").childNodes].map((node) => (node.className === "blank" ? "____" : node.textContent));
  place.textContent = words ? words.join("").trim() : none;
  if (line) place.prepend(Object.assign(document.createElement("span"), { className: "unseen", textContent: `${label}: ` }));
};

const counted = () => {
  const kept = lines.filter((line) => isKept(line)).length;
  find("how-many").textContent = fill(words.ofLines, { kept, lines: lines.length });
  find("share").value = kept;
  find("done").hidden = kept < lines.length;
};

/** Show the line of that place; with `focus` (how it is scrolled to), where keys and screen readers go on. */
const show = (place, focus = "") => {
  at = place;
  refused = null;
  player.pause();
  const line = lines[at];
  find("place").textContent = `${fill(words.place, { number: at + 1, lines: lines.length })} · ${line.dataset.section}`;
  find("line").replaceChildren(...[...line.querySelector(".text").childNodes].map((node) => node.cloneNode(true)));
  find("line").classList.toggle("plain-line", line.classList.contains("plain-line"));
  find("note").textContent = line.dataset.note;
  near(find("before"), lines[at - 1], words.before, words.first);
  near(find("after"), lines[at + 1], words.after, words.last);
  document.querySelector("#lines [aria-current]")?.removeAttribute("aria-current");
  line.querySelector("button").setAttribute("aria-current", "true");
  say(told, isKept() ? words.isKept : "", "", isKept() ? "kept" : "");
  counted();
  buttons();
  if (!focus) return;
  stage.focus({ preventScroll: true });
  stage.scrollIntoView({ block: focus });
};

const lacking = () => {
  const after = lines.findIndex((line, place) => place > at && !isKept(line));
  return after >= 0 ? after : lines.findIndex((line, place) => place !== at && !isKept(line));
};
const next = () => {
  if (find("next").disabled) return;
  const place = lacking();
  show(place >= 0 ? place : Math.min(at + 1, lines.length - 1), "nearest");
};
const step = (by) => { if (!busy() && !unsent && lines[at + by]) show(at + by, "nearest"); };

// --- the microphone ---

const trouble = (place, kind) => say(place, words[`trouble${kind[0].toUpperCase()}${kind.slice(1)}`], "", "wrong");

const metered = (peak) => {
  find("meter").hidden = peak === null;
  const share = peak > 0 ? Math.max(0, Math.min(1, 1 + Math.log10(peak) / 2.5)) : 0; // 50 dB
  const kind = peak >= HIGH ? "loud" : peak >= 0.06 ? "good" : peak > 0.0005 ? "low" : "levelNothing";
  const meter = find("level");
  meter.firstElementChild.style.transform = `scaleX(${share})`;
  if (meter.dataset.kind === kind && Math.abs(share * 100 - meter.getAttribute("aria-valuenow")) < 4) return;
  meter.dataset.kind = kind;
  meter.setAttribute("aria-valuenow", String(Math.round(share * 100)));
  meter.setAttribute("aria-valuetext", words[kind]);
  find("level-text").textContent = words[kind];
  if (kind === "loud" && state === "recording" && !loud) { loud = true; say(told, words.tooLoud, "", "wrong"); }
};

const turnOn = async (device) => {
  find("turn-on").disabled = true;
  say(find("room"), words.turningOn);
  const wrong = await microphone.open(device, metered, gone);
  find("turn-on").disabled = false;
  if (wrong) { off(wrong); return; }
  const had = document.activeElement === find("turn-on") || document.activeElement === document.body;
  find("to-turn-on").hidden = true;
  find("turned-on").hidden = false;
  const devices = await microphone.devices();
  find("which").hidden = devices.length < 2;
  find("device").replaceChildren(...devices.map(([id, name, chosen]) => new Option(name, id, chosen, chosen)));
  await listenToRoom();
  if (had && document.activeElement === document.body) stage.focus();
};

const off = (why) => {
  state = "off";
  find("to-turn-on").hidden = false;
  find("turned-on").hidden = true;
  find("level").setAttribute("aria-valuetext", words.mute);
  find("level-text").textContent = words.mute;
  trouble(find("room"), why);
  buttons();
};

const gone = async () => {
  if (state === "recording" || state === "starting") await stop();
  off("gone");
};

const listenToRoom = async () => {
  const place = find("room");
  state = "listening";
  buttons();
  say(place, words.listening);
  const sound = await microphone.record(Number(booth.dataset.room) * 1000);
  if (state === "off") return;
  state = "ready";
  buttons();
  const answer = await ask("record/room", { method: "POST", body: sound }, place);
  if (!answer) return;
  const { room, message, hint } = await answer.json();
  say(place, message, hint, ["quiet", "fair"].includes(room) ? "kept" : "wrong");
};

// --- a take ---

let timer = 0;
const start = async () => {
  if (state !== "ready" || unsent) return;
  player.pause();
  refused = null;
  loud = false;
  state = "starting";
  say(told, "");
  buttons();
  if (!microphone.start()) { state = "ready"; trouble(told, "gone"); buttons(); return; }
  timer = setTimeout(() => {
    if (state !== "starting") return;
    state = "recording";
    say(told, words.speak, "", "now");
    buttons();
    timer = setTimeout(stop, Number(booth.dataset.most) * 1000 - 2 * LEAD);
  }, LEAD);
};

const stop = async () => {
  clearTimeout(timer);
  if (state !== "recording" && state !== "starting") return;
  state = "finishing";
  say(told, words.finishing);
  buttons();
  await new Promise((done) => { setTimeout(done, LEAD); });
  const sound = await microphone.stop();
  if (!sound.size) { state = microphone.isOn ? "ready" : "off"; trouble(told, "nothing"); buttons(); return; }
  await send({ sound, line: number() });
};

const discard = async () => {
  clearTimeout(timer);
  if (state === "recording" || state === "starting") await microphone.stop();
  else if (!unsent) return;
  unsent = null;
  state = microphone.isOn ? "ready" : "off";
  say(told, words.discarded);
  buttons();
};

/** Have it heard; what cannot be sent stays here until it can. */
const send = async (take) => {
  state = "sending";
  unsent = take;
  say(told, words.sending);
  buttons();
  const why = document.createElement("p");
  const answer = await ask(`record/take?reading=${reading}&line=${take.line}`, { method: "POST", body: take.sound }, why);
  state = microphone.isOn ? "ready" : "off";
  if (!answer) {
    say(told, why.textContent, words.troubleUnsent, "wrong");
    // A studio that is started anew has another address, which this page does not know; a file can be imported.
    const file = find("save");
    if (file.href) URL.revokeObjectURL(file.href);
    file.href = URL.createObjectURL(take.sound);
    file.download = `${take.line}.${take.sound.type.includes("mp4") ? "m4a" : take.sound.type.includes("ogg") ? "ogg" : "webm"}`;
    buttons();
    return;
  }
  unsent = null;
  const { good, message, hint, kept } = await answer.json();
  refused = good ? null : take.sound;
  for (const line of lines) mark(line, kept.includes(Number(line.dataset.line)));
  say(told, message, hint, good ? "kept" : "wrong");
  const all = !find("done").hidden;
  counted();
  buttons();
  if (!all && !find("done").hidden) told.append(Object.assign(document.createElement("p"), { textContent: `${words.allThere}.` }));
};

const mark = (line, there) => {
  line.dataset.kept = there ? "yes" : "no";
  line.querySelector(".mark").textContent = there ? words.isKept : words.isLacking;
};

const listen = () => {
  if (find("listen").disabled) return;
  const own = unsent?.sound || refused;
  if (player.src.startsWith("blob:")) URL.revokeObjectURL(player.src);
  player.src = own ? URL.createObjectURL(own) : `${base}record/take?reading=${reading}&line=${number()}`;
  player.play().catch(() => {});
};

const record = () => (state === "ready" ? start() : stop());

// --- hands and keys ---

const by = (name, does) => find(name).addEventListener("click", does);
by("turn-on", () => turnOn());
by("listen-to-room", listenToRoom);
by("record", record);
by("discard", discard);
by("send", () => unsent && send(unsent));
by("listen", listen);
by("next", next);
by("previous", () => step(-1));
find("device").addEventListener("change", (event) => turnOn(event.target.value));

const byKeys = find("by-keys");
const remembered = "mettavox-keys";
byKeys.checked = sessionStorage.getItem(remembered) !== "no";
const shownKeys = () => { find("the-keys").hidden = !byKeys.checked; };
byKeys.addEventListener("change", () => { sessionStorage.setItem(remembered, byKeys.checked ? "yes" : "no"); shownKeys(); });
shownKeys();

document.addEventListener("keydown", (event) => {
  if (!byKeys.checked || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("button, a, input, select, textarea, summary, audio, [contenteditable]")) return;
  const does = { " ": record, Enter: next, ArrowLeft: () => step(-1), ArrowRight: () => step(1), Escape: discard, [words.hearKey]: listen }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!does || (event.key === " " && find("record").disabled)) return;
  event.preventDefault();
  does();
});

// Closing the page would lose it.
addEventListener("beforeunload", (event) => { if (busy() || unsent) event.preventDefault(); });

// --- the list, from which any line can be chosen ---

for (const [place, line] of lines.entries()) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "choose" });
  button.append(...line.childNodes);
  line.append(button);
  button.addEventListener("click", () => show(place, "start"));
}

find("no-script").hidden = true;
booth.hidden = false;
show(at);
if (!Microphone.isPossible) { trouble(find("room"), "unable"); find("to-turn-on").hidden = true; }
