import { rehearse } from "./rehearse.js";
import { ask, base, find } from "./studio.js";

{
  const form = find("script");
  const text = find("text");
  const told = find("told");
  const live = find("live");
  const minutes = find("minutes");
  const { tag, name } = form.dataset;
  let saved = form.dataset.unsaved === undefined ? text.value : null;
  const isSaved = () => text.readOnly || text.value === saved;

  // The numbers beside the lines: each line stands under itself once more.
  const lines = find("lines");
  let shown = [];
  let marked = {};
  const number = () => {
    const now = text.value.split("\n");
    const body = now[0] === "---" ? now.indexOf("---", 1) : 0; // in the head a “#” is a note
    let first = 0;
    while (first < now.length && first < shown.length && now[first] === shown[first]) first += 1;
    let last = 0;
    while (last < now.length - first && last < shown.length - first && now.at(-1 - last) === shown.at(-1 - last)) last += 1;
    const fresh = now.slice(first, now.length - last).map((line, place) => {
      const made = document.createElement("div");
      made.textContent = line;
      made.classList.toggle("part", first + place > body && /^\s*(\[[^\]]*\]\s*)*#/.test(line));
      return made;
    });
    [...lines.children].slice(first, shown.length - last).forEach((each) => each.remove());
    if (first) lines.children[first - 1].after(...fresh); else lines.prepend(...fresh);
    shown = now;
  };
  const mark = (found) => {
    for (const at of Object.keys(marked)) lines.children[at - 1]?.classList.remove("E", "W", "I");
    marked = found;
    for (const [at, severity] of Object.entries(marked)) lines.children[at - 1]?.classList.add(severity);
  };
  const go = (at) => {
    const before = text.value.split("\n").slice(0, at - 1);
    const start = before.join("\n").length + (at > 1 ? 1 : 0);
    const end = text.value.indexOf("\n", start);
    text.focus({ preventScroll: true });
    text.setSelectionRange(start, end < 0 ? text.value.length : end);
    lines.children[at - 1]?.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".to-line");
    if (button) go(Number(button.dataset.number));
  });

  // What follows the text: one question at a time, and again when its answer has come if something is new.
  const follow = (question, show, wait) => {
    let asking = false;
    let stale = false;
    let timer = 0;
    const run = async () => {
      if (asking) return;
      asking = true;
      while (stale) {
        stale = false;
        const answer = await question();
        if (answer && !stale) show(answer);
        if (!answer) break;
      }
      asking = false;
    };
    return () => { stale = true; clearTimeout(timer); timer = setTimeout(run, wait); };
  };
  const fields = () => new URLSearchParams({ tag, name, text: text.value, minutes: minutes.value });
  const say = (place, words) => { if (place.textContent !== words) place.textContent = words; };
  // A screen reader hears what it comes to once the typing rests, not at every letter.
  const resting = {};
  const summarise = (id, summary) => { clearTimeout(resting[id]); resting[id] = setTimeout(() => say(find(id), summary), 1200); };

  const { stop } = rehearse(live, "write/line", fields, find("heard"));
  const showMinutes = () => { find("minutes-shown").textContent = find("minutes-shown").dataset.form.replace("{minutes}", minutes.value); };
  const showPlan = (plan) => {
    stop();
    if (plan.least) {
      minutes.min = String(Math.max(1, Math.ceil(plan.least / 60)));
      minutes.max = String(Math.max(1, Math.floor(plan.most / 60)));
      find("least").textContent = minutes.min;
      find("most").textContent = minutes.max;
      showMinutes();
    }
    const unread = find("unread");
    unread.hidden = plan.good;
    if (plan.good) {
      live.innerHTML = plan.html; // made by the studio's own templates, which escape
      live.querySelectorAll("button").forEach((button) => { button.hidden = false; });
    } else {
      unread.querySelector("strong").textContent = plan.message;
      unread.lastElementChild.textContent = plan.hint;
    }
    // What is no more is still there to be read while one types, and told from what is.
    live.setAttribute("aria-busy", String(!plan.good));
    summarise("summary", plan.good ? live.querySelector("[data-summary]")?.textContent || "" : "");
  };
  const json = async (path) => { const answer = await ask(path, { method: "POST", body: fields() }, find("heard")); return answer && answer.json(); };
  const plan = follow(() => json("write/plan"), showPlan, 80);

  const findings = find("findings");
  const showRules = (found) => {
    findings.innerHTML = found.html; // by the same templates
    findings.setAttribute("aria-busy", "false");
    mark(found.lines);
    summarise("found-summary", findings.querySelector("[data-summary]").textContent);
  };
  const rules = follow(async () => {
    findings.setAttribute("aria-busy", "true");
    find("reading").hidden = false;
    find("rules-told").textContent = "";
    const answer = await ask("write/rules", { method: "POST", body: fields() }, find("rules-told"));
    find("reading").hidden = true;
    return answer && answer.json();
  }, showRules, 350);

  // Whether it is saved.
  const approve = find("do-approve");
  const state = () => {
    if (text.readOnly) return;
    say(told, isSaved() ? "" : form.dataset.changed);
    approve.disabled = !isSaved();
  };
  addEventListener("beforeunload", (event) => { if (!isSaved()) { event.preventDefault(); event.returnValue = true; } });
  const save = async (other) => {
    const written = text.value;
    const body = new URLSearchParams({ text: written, seen: form.elements.seen.value, as: other });
    const answer = await ask(`write/${tag}/${name}`, { method: "POST", body, headers: { accept: "application/json" } }, told);
    if (!answer) { find("other").open = true; return; }
    const kept = await answer.json();
    saved = written;
    if (kept.to) { location.assign(`${base}${kept.to}`); return; }
    document.querySelectorAll("[name=seen]").forEach((each) => { each.value = kept.seen; });
    find("state").innerHTML = kept.state; // by the same templates
    document.querySelector("h1").textContent = kept.title;
    state();
    if (isSaved()) told.textContent = form.dataset.saved;
  };
  if (!text.readOnly) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const other = event.submitter?.id === "save-as" ? find("as").value.trim() : "";
      if (event.submitter?.id === "save-as" && !other) { find("as").focus(); return; }
      save(other);
    });
    find("as").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); find("save-as").click(); } });
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); save(""); }
    });
  }

  // The marks of the help, put in where they belong; the browser's own undo takes them back.
  const put = (mark_, how) => {
    const { value, selectionEnd: at } = text;
    const start = value.lastIndexOf("\n", at - 1) + 1;
    const next = value.indexOf("\n", at);
    const end = next < 0 ? value.length : next;
    const alone = how === "line" && value.slice(start, end).trim() !== "";
    const where = how === "start" ? start : how === "word" ? at : end;
    const made = alone ? `\n${mark_}` : mark_;
    text.focus();
    text.setSelectionRange(where, where);
    if (!document.execCommand("insertText", false, made)) {
      text.setRangeText(made, where, where, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  document.querySelectorAll(".mark").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      put(button.dataset.text, button.dataset.how);
      told.textContent = form.dataset.put.replace("{mark}", button.dataset.text.trim());
    });
  });

  text.addEventListener("input", () => { number(); state(); plan(); rules(); });
  minutes.addEventListener("input", () => { showMinutes(); plan(); });
  number();
  showMinutes();
  state();
  plan();
  rules();
}
