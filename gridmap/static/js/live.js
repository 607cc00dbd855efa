// The live connection: remembers the last event it saw, notices silence, and comes back by itself.
// The browser's EventSource hides heartbeats, so a dead line would look alive; hence a reader of our own over fetch.
import { pause_after } from "./again.js";
import { take_line } from "./line.js";
import { signed_in, signed_out } from "./session.js";
import { signal } from "./signal.js";
import { reader } from "./stream.js";

const SILENCE_MS = 25000; // The server gives a sign of life every 10 s.
const PAUSES_MS = [250, 500, 1000, 2000, 4000, 8000];
const ASK_AGAIN_MS = 5000; // While all lines are taken.
const GIVE_NOTICE_MS = 60000;
const REST_AFTER_MS = 120000; // A tab nobody looks at gives its connection back; it catches up when looked at.

function sound(response) {
  if (!response.ok) throw new Error(String(response.status));
  return response;
}

export class Live {
  constructor(url) {
    this.url = url;
    this.last = 0;
    this.state = "starting";
    this.since = Date.now();
    this.failures = 0;
    this.happened = signal();
    this.reset = signal();
    this.hello = signal();
    this.changed = signal();
    this.running = false;
  }

  start(position) {
    this.last = Math.max(this.last, position);
    if (this.running) return;
    this.running = true;
    this.#watch();
    this.#run();
  }

  // After a reload of everything: go on from where that stands.
  resume(position) {
    this.last = position;
    this.retry();
  }

  retry() {
    this.failures = 0;
    this.control?.abort();
    this.wake?.();
  }

  #watch() {
    setInterval(() => {
      if (this.control && Date.now() - this.heard > SILENCE_MS) this.control.abort();
      if (this.state === "reconnecting" && Date.now() - this.since > GIVE_NOTICE_MS) this.#say("offline");
    }, 1000);
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => { this.#say("offline"); this.control?.abort(); });
    addEventListener("pagehide", () => this.control?.abort());
    document.addEventListener("visibilitychange", () => this.#looked_at());
    this.#looked_at(); // It may have been opened behind the one in front.
  }

  #looked_at() {
    clearTimeout(this.rest);
    if (document.hidden) {
      this.rest = setTimeout(() => { this.resting = true; this.#say("resting"); this.control?.abort(); }, REST_AFTER_MS);
    } else if (this.resting) {
      this.resting = false;
      this.retry();
    }
  }

  #say(state) {
    if (state === this.state) return;
    const down = (one) => one === "reconnecting" || one === "offline";
    if (!(down(state) && down(this.state))) this.since = Date.now();
    this.state = state;
    this.changed.emit(state);
  }

  async #run() {
    for (;;) {
      let full = false;
      try {
        full = await this.#listen();
      } catch {
        // Whatever cut the line, the answer is the same: connect again from the last event seen.
      }
      this.control = null;
      if (!full && !this.resting) this.#say(navigator.onLine === false ? "offline" : this.state === "offline" ? "offline" : "reconnecting");
      const pause = full ? pause_after(0, [ASK_AGAIN_MS]) : pause_after(this.failures++, PAUSES_MS);
      await new Promise((go) => {
        this.wake = go;
        if (!this.resting) setTimeout(go, pause);
      });
    }
  }

  // Until the line ends. True if there was none to be had: then what was missed has been asked for instead.
  async #listen() {
    const give_back = await take_line();
    try {
      const response = give_back && await this.#ask();
      if (response && response.status !== 503) return await this.#follow(sound(response));
    } finally {
      give_back?.();
    }
    const feed = reader((message) => this.#deliver(message));
    feed(await sound(await this.#ask("&once=true")).text());
    this.failures = 0;
    this.#say("polling");
    return true;
  }

  async #ask(more = "") {
    this.control = new AbortController();
    this.heard = Date.now();
    const response = await fetch(`${this.url}?after=${this.last}${more}`, {
      headers: { Accept: "text/event-stream", "Last-Event-ID": String(this.last) },
      cache: "no-store",
      signal: this.control.signal,
    });
    if (response.status === 401) signed_out();
    if (response.ok) signed_in();
    return response;
  }

  async #follow(response) {
    const body = response.body.getReader();
    const decoder = new TextDecoder();
    const feed = reader((message) => this.#deliver(message));
    this.#say("catching-up");
    for (;;) {
      const { value, done } = await body.read();
      if (done) return false;
      this.heard = Date.now();
      this.failures = 0;
      feed(decoder.decode(value, { stream: true }));
      // Hello and all that was missed come as one piece.
      this.#say("live");
    }
  }

  #deliver({ event, data, id }) {
    if (event === "reset") {
      this.reset.emit();
      return;
    }
    const body = JSON.parse(data);
    if (event === "hello") {
      const another = this.database !== undefined && this.database !== body.database;
      this.database = body.database;
      this.hello.emit(body);
      // Its positions mean nothing here, even where they would go on from the last one seen.
      if (another) this.reset.emit();
      return;
    }
    const position = Number(id ?? body.position);
    if (position <= this.last) return;
    this.last = position;
    this.happened.emit(body, this.state === "live");
  }
}
