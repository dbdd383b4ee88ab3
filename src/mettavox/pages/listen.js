(() => {
  "use strict";
  const find = (id) => document.getElementById(id);
  const told = {{ told }};
  const sound = find("sound");
  const embedded = window.self !== window.top;
  if (embedded) document.documentElement.classList.add("embedded");

  // What is said, as it is heard: audio elements have no place for captions of their own.
  const line = find("caption");
  const toggle = find("captions");
  const captions = [...sound.textTracks].find((track) => track.kind === "captions");
  if (captions) {
    captions.mode = "hidden"; // loaded, and shown by us
    captions.addEventListener("cuechange", () => {
      const texts = [...(captions.activeCues || [])].map((cue) => cue.getCueAsHTML().textContent);
      line.textContent = texts.join(" ");
    });
    line.hidden = toggle.hidden = false;
    toggle.addEventListener("click", () => {
      line.hidden = !line.hidden;
      toggle.setAttribute("aria-pressed", String(!line.hidden));
    });
  }
  for (const track of sound.textTracks) if (track.kind === "chapters") track.mode = "hidden";

  sound.addEventListener("error", () => { find("not-heard").hidden = false; });

  // To a chapter, and which one it is.
  const chapters = [...document.querySelectorAll("[data-at]")];
  const starts = chapters.map((button) => Number(button.dataset.at));
  const place = () => starts.findLastIndex((start) => start <= sound.currentTime + 0.05);
  const go = (at) => {
    const to = Math.max(0, Math.min(at, told.seconds));
    if (sound.readyState > 0) sound.currentTime = to;
    else sound.addEventListener("loadedmetadata", () => { sound.currentTime = to; }, { once: true });
  };
  chapters.forEach((button, number) => button.addEventListener("click", () => {
    go(starts[number]);
    sound.play().catch(() => {});
  }));

  // The ribbon: where we are, and a way to go elsewhere.
  const strip = find("strip");
  const now = strip && strip.querySelector(".now");
  const show = () => {
    if (now) now.setAttribute("x", String(1000 * sound.currentTime / told.seconds - 1.5));
    const at = place();
    chapters.forEach((button, number) => {
      if (number === at && (sound.currentTime > 0 || !sound.paused)) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
  };
  ["timeupdate", "seeked", "play", "ended"].forEach((name) => sound.addEventListener(name, show));
  if (strip) {
    const seek = (event) => {
      const box = strip.getBoundingClientRect();
      go(told.seconds * (event.clientX - box.left) / box.width);
    };
    strip.addEventListener("pointerdown", (event) => { strip.setPointerCapture(event.pointerId); seek(event); });
    strip.addEventListener("pointermove", (event) => { if (strip.hasPointerCapture(event.pointerId)) seek(event); });
  }

  // What a telephone shows while it is locked, and its keys.
  const media = navigator.mediaSession;
  if (media && window.MediaMetadata) {
    const onDisk = location.protocol === "file:"; // from where no picture may be shown
    const artwork = told.cover && !onDisk ? [{ src: new URL(told.cover, location.href).href, sizes: "600x600", type: "image/jpeg" }] : [];
    sound.addEventListener("play", () => {
      const facts = { title: told.title, artist: told.artist, album: told.album, artwork };
      try {
        media.metadata = new MediaMetadata({
          ...facts,
          chapterInfo: chapters.map((button, number) => ({
            title: button.lastElementChild.textContent, startTime: starts[number], artwork,
          })),
        });
      } catch { media.metadata = new MediaMetadata(facts); }
    }, { once: true });
    const handle = (name, action) => { try { media.setActionHandler(name, action); } catch { /* not known here */ } };
    handle("previoustrack", () => go(starts[Math.max(0, starts.findLastIndex((start) => start < sound.currentTime - 3))] || 0));
    handle("nexttrack", () => { const next = starts.find((start) => start > sound.currentTime + 0.05); if (next) go(next); });
    handle("seekbackward", (event) => go(sound.currentTime - (event.seekOffset || 15)));
    handle("seekforward", (event) => go(sound.currentTime + (event.seekOffset || 15)));
    handle("seekto", (event) => go(event.seekTime));
  }

  // One page at a time is heard.
  if ("BroadcastChannel" in window && location.protocol !== "file:") {
    const others = new BroadcastChannel("mettavox");
    sound.addEventListener("play", () => others.postMessage("play"));
    others.addEventListener("message", () => sound.pause());
  }

  // The player for a page of one's own; the studio's address has a key in it, and is not to be given away.
  const snippet = find("snippet");
  const keyed = "keyed" in document.documentElement.dataset;
  if (!embedded && !keyed && location.protocol.startsWith("http") && !snippet.value) {
    const frame = document.createElement("iframe");
    frame.src = location.href.split("#")[0];
    frame.title = told.title;
    frame.loading = "lazy";
    frame.allow = "autoplay; encrypted-media";
    frame.width = "100%";
    frame.height = String(told.height);
    snippet.value = frame.outerHTML;
    find("embed").hidden = false;
  }
  const copy = find("copy");
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(snippet.value);
      const said = copy.textContent;
      copy.textContent = copy.dataset.copied;
      setTimeout(() => { copy.textContent = said; }, 2000);
    });
  }
})();
