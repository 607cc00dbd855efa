// A short tone when a case becomes overdue, or one comes in that must be dealt with within hours; it can be muted.
// Two notes made here, no file. Browsers let a page sound only after its reader has touched it; until then it is silent.
import { by_id, h, replace } from "./dom.js";
import { icon } from "./glyphs.js";
import { is_open, tone } from "./urgency.js";
import { t } from "./words.js";

const KEY = "gridmap.alarm";
const REST_MS = 15000; // One tone for all that comes at once.
const CRITICAL_MS = 2 * 3600000;

export class Alarm {
  constructor() {
    this.known = null; // The cases that were overdue when last looked at; the first look alarms nobody.
    this.muted = read() === "off";
    this.button = h("button", { type: "button", class: "tool", id: "alarm-switch", dataset: { testid: "alarm-switch" }, onclick: () => this.#mute(!this.muted) });
    by_id("theme-switch").before(this.button);
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => this.#wake(), { capture: true, once: true });
    this.#draw();
  }

  // All open cases as they stand now.
  watch(features, at) {
    const overdue = new Set(features.filter(({ properties }) => is_open(properties) && tone(properties, at) === "overdue").map(({ properties }) => properties.number));
    const fresh = this.known && [...overdue].some((number) => !this.known.has(number));
    this.known = overdue;
    if (fresh) this.ring();
  }

  // How many are overdue, where this screen does not hold them.
  count(overdue) {
    if (overdue > (this.counted ?? overdue)) this.ring();
    this.counted = overdue;
  }

  // A case that has just come in.
  opened(facts) {
    if (facts.due_at && Date.parse(facts.due_at) - Date.parse(facts.received_at) <= CRITICAL_MS) this.ring();
  }

  ring() {
    if (this.muted || !this.audio || performance.now() - (this.rang ?? -REST_MS) < REST_MS) return;
    this.rang = performance.now();
    this.button.dataset.rang = String(Number(this.button.dataset.rang ?? 0) + 1);
    for (const [after, pitch] of [[0, 880], [0.22, 660]]) this.#note(this.audio.currentTime + after, pitch);
  }

  #note(at, pitch) {
    const tone_of = new OscillatorNode(this.audio, { type: "sine", frequency: pitch });
    const loud = new GainNode(this.audio, { gain: 0 });
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(0.18, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
    tone_of.connect(loud).connect(this.audio.destination);
    tone_of.start(at);
    tone_of.stop(at + 0.21);
  }

  #wake() {
    this.audio ??= window.AudioContext ? new AudioContext() : null;
    this.audio?.resume().catch(() => {}); // A machine without sound.
  }

  #mute(muted) {
    this.muted = muted;
    try { localStorage.setItem(KEY, muted ? "off" : "on"); } catch { /* Then it holds for this page only. */ }
    this.#draw();
  }

  #draw() {
    const words = t(this.muted ? "alarm.off" : "alarm.on");
    replace(this.button, icon(this.muted ? "muted" : "sound"));
    this.button.setAttribute("aria-label", words);
    this.button.title = words;
  }
}

function read() {
  try { return localStorage.getItem(KEY); } catch { return null; }
}
