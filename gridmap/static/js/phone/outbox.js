// The way out: entries wait here until the server has them. One at a time, in order, each under a key of its own, so that
// what is sent twice because an answer was lost is done once.
import { renew, token } from "../session.js";
import { signal } from "../signal.js";
import { if_match, next_of, pause_after } from "./rules.js";

const PATIENCE = { photo: 90000, action: 30000 };

export class Outbox {
  constructor(keep, account) {
    this.keep = keep;
    this.account = account;
    this.entries = [];
    this.photos = new Map();
    this.changed = signal();
    this.delivered = signal(); // (entry, ETag of what it led to)
    this.state = "idle"; // idle, sending, waiting, signed_out
    this.failures = 0;
    this.again = null;
  }

  async load() {
    this.entries = (await this.keep.all("outbox")).sort((one, other) => one.seq - other.seq);
    this.photos = new Map((await this.keep.all("photos")).map((photo) => [photo.id, photo]));
    this.changed.emit();
  }

  of(number) { return this.entries.filter((entry) => entry.number === number); }
  photos_of(number) { return [...this.photos.values()].filter((photo) => photo.number === number).sort((one, other) => one.at - other.at); }

  async add_photo(number, kind, blob) {
    const photo = { id: crypto.randomUUID(), number, kind, blob, at: Date.now(), evidence: null };
    await this.keep.add_photo(photo, { type: "photo", photo: photo.id, number, at: Date.now(), problem: null });
    await this.load();
    this.go();
  }

  async drop_photo(id) {
    const entry = this.entries.find((one) => one.photo === id);
    if (!entry || entry.sending) return;
    await this.keep.drop_photo(id, entry.seq);
    await this.load();
  }

  async add_action(number, action, body, { etag, photos = [], draft }) {
    const key = crypto.randomUUID();
    await this.keep.add_action({ type: "action", number, action, body, photos, etag, key, at: Date.now(), problem: null }, draft);
    await this.load();
    this.go();
  }

  async discard(seq) {
    const entry = this.entries.find((one) => one.seq === seq);
    if (entry?.photo) await this.keep.drop_photo(entry.photo, seq);
    else await this.keep.remove("outbox", seq);
    await this.load();
    this.go();
  }

  async retry(seq, etag) {
    const entry = this.entries.find((one) => one.seq === seq);
    await this.#write({ ...entry, problem: null, etag: etag ?? entry.etag });
    this.go();
  }

  // Send what there is to send; another tab of the same page may be at it.
  go() {
    clearTimeout(this.again);
    const send = async () => { await this.load(); await this.#drain(); };
    const work = navigator.locks ? navigator.locks.request(`gridmap-phone-${this.account}`, send) : send();
    return work.catch((error) => { this.#later(); throw error; });
  }

  async #drain() {
    for (let entry = next_of(this.entries); entry; entry = next_of(this.entries)) {
      this.#say("sending");
      const outcome = await this.#send(entry);
      if (outcome === "later") { this.#later(); return; }
      if (outcome === "signed_out") { this.#say("signed_out"); return; }
      this.failures = 0;
    }
    this.#say("idle");
  }

  #later() {
    this.failures += 1;
    this.#say("waiting");
    clearTimeout(this.again);
    this.again = setTimeout(() => this.go(), pause_after(this.failures));
  }

  #say(state) {
    this.state = state;
    this.changed.emit();
  }

  async #write(entry) {
    await this.keep.put("outbox", entry);
    await this.load();
  }

  async #send(entry, renewed = false) {
    let response;
    try {
      response = await (entry.type === "photo" ? this.#send_photo(entry) : this.#send_action(entry));
    } catch {
      return "later"; // No connection, or none that lasts: the same again, under the same key.
    }
    if (response === null) return "later";
    const answer = await response.json().catch(() => null);
    if (response.ok && answer === null) return "later"; // The answer broke off.
    if (response.ok) return this.#sent(entry, response, answer);
    if (response.status === 401) return "signed_out";
    if (response.status >= 500 || response.status === 429 || response.status === 408) return "later";
    // Signed in again in another tab: this page's token is the old session's.
    if (response.status === 403 && !renewed && await renew()) return this.#send(entry, true);
    await this.#write({ ...entry, problem: { status: response.status, words: problem_words(answer, response.status), state: answer?.state ?? null } });
    return "refused";
  }

  #ask(address, body, headers, patience) {
    return fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json, application/problem+json", ...headers }, signal: AbortSignal.timeout(patience) });
  }

  #send_photo(entry) {
    const photo = this.photos.get(entry.photo);
    const form = new FormData();
    form.set("kind", photo.kind);
    form.set("file", photo.blob, "photo");
    return this.#ask(`/api/v1/cases/${encodeURIComponent(entry.number)}/evidence`, form, {}, PATIENCE.photo);
  }

  #send_action(entry) {
    const evidence = entry.photos.map((id) => (typeof id === "number" ? id : this.photos.get(id)?.evidence)).filter(Number.isInteger);
    const body = entry.photos.length ? { ...entry.body, evidence: [...new Set(evidence)] } : entry.body;
    const headers = { "Content-Type": "application/json", "If-Match": if_match(entry.action, entry.etag), "Idempotency-Key": entry.key };
    return this.#ask(`/api/v1/cases/${encodeURIComponent(entry.number)}/actions/${entry.action}`, JSON.stringify(body), headers, PATIENCE.action);
  }

  async #sent(entry, response, answer) {
    if (entry.type === "photo") {
      await this.keep.sent_photo({ ...this.photos.get(entry.photo), evidence: answer.id }, entry.seq);
    } else {
      await this.keep.remove("outbox", entry.seq);
      // What follows was decided on what this very action led to.
      for (const next of this.of(entry.number)) if (next.seq > entry.seq && next.type === "action") await this.keep.put("outbox", { ...next, etag: response.headers.get("ETag") });
    }
    await this.load();
    this.delivered.emit(entry, response.headers.get("ETag"));
    return "sent";
  }
}

function problem_words(answer, status) {
  return answer?.errors?.map((fault) => fault.message).join(" ") || answer?.detail || String(status);
}
