(() => {
  "use strict";
  const find = (id) => document.getElementById(id);
  // Letters without their accents, so that a search need not have them.
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const rows = [...find("tracks").children].map((row) => ({
    row, text: plain(row.textContent), shown: true, seconds: Number(row.dataset.seconds),
    practice: row.dataset.practice, language: row.dataset.language,
  }));
  const fields = ["search", "practice", "length", "language"].map(find);
  const [search, practice, length, language] = fields.map((field) => () => (field ? field.value : ""));
  const count = find("count");
  const show = () => {
    const asked = plain(search()).split(/\s+/).filter(Boolean);
    const [over, most] = length() ? length().split("-").map((part) => (part ? Number(part) : Infinity)) : [-1, Infinity];
    let shown = 0;
    for (const each of rows) {
      const fits = asked.every((word) => each.text.includes(word))
        && (!practice() || each.practice === practice())
        && (!language() || each.language === language())
        && each.seconds > over && each.seconds <= most;
      if (fits !== each.shown) each.row.hidden = !fits;
      each.shown = fits;
      if (fits) shown += 1;
    }
    count.textContent = count.dataset.shown.replace("{count}", String(shown)).replace("{total}", String(rows.length));
    find("none").hidden = shown > 0 || rows.length === 0;
    find("clear").hidden = !fields.some((field) => field && field.value);
  };
  const clear = () => {
    for (const field of fields) if (field) field.value = "";
    show();
    find("search").focus();
  };
  for (const field of fields) if (field) field.addEventListener("input", show);
  find("clear").addEventListener("click", clear);
  if (rows.length > 1) find("filters").hidden = find("found").hidden = false;
  show();
})();
