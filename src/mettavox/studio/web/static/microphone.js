// The microphone: its level, and what it hears between a start and a stop, as raw as the browser can give it.

// Lossless where there is such a thing, and else so many bits that nothing is heard of the loss.
const KINDS = ["audio/webm;codecs=pcm", "audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const BITS = 256000;

const WRONG = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none", NotReadableError: "busy", AbortError: "busy" };

export class Microphone {
  #stream = null;
  #context = null;
  #recorder = null;
  #parts = [];
  #stopped = null;

  static get isPossible() {
    return Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder && window.AudioContext);
  }

  get isOn() { return Boolean(this.#stream?.active); }

  /** Ask for a microphone, or for a certain one; what is wrong comes back, or "". `metered` hears each peak, 0 to 1, or null. */
  async open(device, metered, gone) {
    if (!Microphone.isPossible) return "unable";
    this.close();
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: {
        ...(device ? { deviceId: { exact: device } } : {}),
        channelCount: 1,
        // Made for calls, all three: they cut off soft endings, gurgle, and lift the room between the words. A track
        // lays silence beside a take, so what they do would be heard; and the studio has to hear the room as it is.
        echoCancellation: false, noiseSuppression: false, autoGainControl: false,
      } });
    } catch (error) { return WRONG[error.name] || "unable"; }
    const stream = this.#stream;
    stream.getAudioTracks()[0].addEventListener("ended", () => { if (stream === this.#stream) { this.close(); gone(); } });
    try { this.#meter(stream, metered); } catch { metered(null); } // one can record without seeing the level
    return "";
  }

  #meter(stream, metered) {
    // At the microphone's own rate: Firefox joins no others.
    const { sampleRate } = stream.getAudioTracks()[0].getSettings();
    this.#context = new AudioContext(sampleRate ? { sampleRate } : {});
    this.#context.resume().catch(() => {});
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 4096; // 85 ms at 48 kHz: no peak between two looks is missed
    this.#context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const look = () => {
      if (stream !== this.#stream) return;
      analyser.getFloatTimeDomainData(samples);
      metered(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
      setTimeout(look, 50);
    };
    look();
  }

  close() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.#context?.close();
    this.#context = null;
  }

  /** Every microphone as its id, its name, and whether it is this one. */
  async devices() {
    const own = this.#stream?.getAudioTracks()[0].getSettings().deviceId;
    const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    return all.filter((each) => each.kind === "audioinput" && each.deviceId).map((each) => [each.deviceId, each.label || each.deviceId.slice(0, 8), each.deviceId === own]);
  }

  /** Begin to record; gives whether it does. */
  start() {
    if (!this.isOn || this.#recorder) return false;
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    try {
      this.#recorder = new MediaRecorder(this.#stream, { ...(mimeType ? { mimeType } : {}), audioBitsPerSecond: BITS });
    } catch { return false; }
    const recorder = this.#recorder;
    this.#parts = [];
    recorder.addEventListener("dataavailable", (event) => { this.#parts.push(event.data); });
    this.#stopped = new Promise((done) => { recorder.addEventListener("stop", done, { once: true }); });
    recorder.start();
    return true;
  }

  /** What was recorded since; empty if that was nothing. */
  async stop() {
    const recorder = this.#recorder;
    if (!recorder) return new Blob();
    if (recorder.state !== "inactive") recorder.stop();
    await this.#stopped;
    this.#recorder = null;
    return new Blob(this.#parts, { type: recorder.mimeType });
  }

  /** What is heard for so many milliseconds. */
  async record(milliseconds) {
    if (!this.start()) return new Blob();
    await new Promise((done) => { setTimeout(done, milliseconds); });
    return this.stop();
  }
}
