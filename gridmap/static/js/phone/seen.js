// Cases as they were seen last: the list, and those looked at with all that the loop wrote; kept for when there is no connection.
import { RATED } from "../cards/ratings.js";
import { signal } from "../signal.js";
import { set_server_time } from "../times.js";
import { Away, ask, ask_tagged } from "./ask.js";
import { one_step, version_of } from "./rules.js";

const LIST = "/api/v1/tasks/mine", ACTIONS = "/api/v1/actions", KEPT_MS = 3 * 86400000;
const address = (number) => `/api/v1/cases/${encodeURIComponent(number)}`;

export class Seen {
  constructor(keep) {
    Object.assign(this, { keep, list: { at: null, items: [] }, actions: [], fresh: false, cases: new Map(), evidence: new Map(), links: new Map(), steps: new Map(), changed: signal() });
  }

  async load() {
    this.list = (await this.keep.get("kept", "list")) ?? this.list;
    this.actions = (await this.keep.get("kept", "actions")) ?? [];
  }

  // The list, and once the table the forms are made from. 0 or the status if there was no answer, else null.
  async refresh() {
    try {
      this.list = await ask(LIST);
      set_server_time(this.list.at);
      this.fresh = true;
      await this.keep.put("kept", this.list, "list");
      if (!this.knows_actions) await this.#learn_actions();
      return null;
    } catch (error) {
      this.fresh = false;
      if (!(error instanceof Away)) throw error;
      return error.status;
    }
  }

  async #learn_actions() {
    ({ actions: this.actions } = await ask(ACTIONS));
    this.knows_actions = true;
    await this.keep.put("kept", this.actions, "actions");
  }

  // One case and the photos the server has of it.
  async look(number) {
    await Promise.all([
      this.#latest("case", number, this.cases, () => ask_tagged(address(number)).then(({ body, etag }) => ({ feature: body, etag, at: Date.now() }))),
      this.#latest("evidence", number, this.evidence, () => ask(`${address(number)}/evidence`).then((found) => found.evidence)),
    ]);
    const { invites, state } = this.cases.get(number)?.feature.properties ?? {};
    if (invites && RATED.includes(state)) await this.#latest("links", number, this.links, () => ask(`${address(number)}/rating-links`).then((found) => found.links));
  }

  async #latest(kind, number, known, asking) {
    const take = (found) => { known.set(number, found); this.changed.emit(); };
    const before = known.has(number) ? null : await this.keep.get("kept", `${kind}.${number}`);
    if (before) take(before);
    const found = await asking().catch((error) => { if (error instanceof Away) return null; throw error; });
    if (!found) return;
    take(found);
    await this.keep.put("kept", found, `${kind}.${number}`);
  }

  // As it stands on the list or was looked at, whichever is newer; undefined where it was neither.
  item(number) {
    const listed = this.list.items.find((one) => one.case.properties.number === number);
    const seen = this.cases.get(number);
    if (!seen) return listed;
    const told = { case: seen.feature, etag: seen.etag, allowed: seen.feature.properties.allowed };
    if (!listed) return { group: "other", task: null, ...told };
    return version_of(seen.etag) >= version_of(listed.etag) ? { ...listed, ...told } : listed;
  }

  // An action of one's own was done. A form opened before that was filled in knowing of it.
  stepped(before, after) {
    if (one_step(before, after)) this.steps.set(before, after);
  }

  // The version that was seen, one's own steps since then included.
  version_seen(etag) {
    while (this.steps.has(etag)) etag = this.steps.get(etag);
    return etag;
  }

  // What was kept of cases and photos one has long not looked at goes.
  async tidy(photos) {
    const old = Date.now() - KEPT_MS;
    for (const photo of photos) if (photo.evidence && photo.at < old) await this.keep.remove("photos", photo.id);
    for (const { at, feature } of await this.keep.all("kept")) {
      if (feature && at < old) for (const kind of ["case", "evidence", "links", "advice"]) await this.keep.remove("kept", `${kind}.${feature.properties.number}`);
    }
  }
}
