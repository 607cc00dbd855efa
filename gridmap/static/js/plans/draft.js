// One plan as this page knows it: where it stands, its arcs, steps and problems; every deed goes through here, one after another.
import { Refused, get, get_tagged, send_tagged } from "../api.js";
import { account } from "../session.js";
import { signal } from "../signal.js";
import { Topology } from "./topology.js";

const NOTHING = { arcs: [], arc_ids: [], objects: { grids: { geometries: [] } } };

export class Draft {
  // `url`: of the plan; `ground`: {whole, view()}: whether all of it is fetched at once, and what is looked at otherwise;
  // `ask`: {again(error): whether to try once more, outdated(problem, what): somebody else was first, refused(error)}.
  constructor(url, ground, ask) {
    Object.assign(this, { url, ground, ask });
    this.last = Promise.resolve(); // Changes go one after another: each names the version the one before came to.
    this.topology = new Topology();
    this.facts = null;
    this.etag = null;
    this.steps = { current: 0, undo: null, redo: null, steps: [] };
    this.problems = [];
    this.zones = new Map(); // code -> feature
    this.changed = signal(); // anything of it
    this.under_way = signal(); // (whether a change is)
    this.busy = false;
  }

  // All of it, as it stands now. What was asked last is what counts.
  async load() {
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const [plan, arcs, steps, problems, zones] = await Promise.all([
      get_tagged(this.url), this.#arcs(), get(`${this.url}/steps`), get(`${this.url}/problems`), get(`${this.url}/zones.geojson`),
    ]);
    if (asked !== this.asked) return;
    // Somebody drew between two of the answers, or one's own deed overtook them: they don't belong together.
    const { version } = plan.body;
    if (version < (this.facts?.version ?? 0) || problems.version !== version || zones.version !== version || (arcs && arcs.plan.version !== version)) { await this.load(); return; }
    Object.assign(this, { facts: plan.body, etag: plan.etag, steps, problems: problems.problems });
    this.topology.become(arcs ?? NOTHING);
    this.zones.clear();
    this.#take_zones(zones.features);
    this.changed.emit();
  }

  // More of the ground, where it is not fetched at once.
  async look() {
    if (this.ground.whole || !this.facts) return;
    const arcs = await this.#arcs();
    if (!arcs || arcs.plan.version !== this.facts.version) return;
    this.topology.take(arcs);
    this.changed.emit();
  }

  #take_zones(features, ended = []) {
    for (const code of ended) this.zones.delete(code);
    for (const feature of features) this.zones.set(feature.properties.code, feature);
  }

  #arcs() {
    if (this.ground.whole) return get(`${this.url}/topology`);
    const bbox = this.ground.view();
    return bbox ? get(`${this.url}/topology`, { bbox }) : Promise.resolve(null);
  }

  get drawable() {
    return this.facts?.stage === "draft";
  }

  // A deed of drawing; whether it was done. Its answer brings the grids it touched, and the rest is asked for.
  do(deed, body) {
    return this.#change(`ops/${deed}`, body, deed, async (told) => {
      this.topology.take(told.topology, told.ended);
      this.#take_zones(told.zones, told.ended);
      Object.assign(this.facts, { version: told.version, step: told.step });
      Object.assign(this.steps, { current: told.step, undo: told.undo, redo: told.redo });
      this.changed.emit();
      await this.#beside();
    });
  }

  // What a deed would do, in full. Raises `Refused`.
  async preview(deed, body) {
    await this.last;
    try {
      return (await send_tagged(`${this.url}/ops/${deed}?preview=true`, body, { headers: { "If-Match": this.etag } })).body;
    } catch (error) {
      // Seen on what is no longer so: the next try is on what is.
      if (error.status === 409) await this.load();
      throw error;
    }
  }

  undo() {
    return this.steps.undo === null ? Promise.resolve(false) : this.#change("undo", {}, "undo", () => this.load());
  }

  redo() {
    return this.steps.redo === null ? Promise.resolve(false) : this.#change("redo", {}, "redo", () => this.load());
  }

  go(step) {
    return this.#change("goto", { step }, "goto", () => this.load());
  }

  turn(name) {
    return this.#change(name, {}, name, () => this.load());
  }

  #change(path, body, what, taken) {
    const done = this.last.then(() => this.#attempt(path, body, what, taken));
    this.last = done.catch(() => {}); // It is told where it happened; what comes after it may still be done.
    return done;
  }

  async #attempt(path, body, what, taken) {
    this.#say(true);
    try {
      const answer = await this.#sent(path, body, what);
      if (!answer) return false;
      if (answer.etag) this.etag = answer.etag;
      await taken(answer.body);
      return true;
    } catch (error) {
      if (error.status === 409 && error.problem?.theirs) await this.ask.outdated(error.problem, what);
      else this.ask.refused(error);
      await this.load().catch((failure) => this.ask.refused(failure));
      return false;
    } finally {
      this.#say(false);
    }
  }

  // The answer; null where it was given up. An answer that was lost on its way is not taken for somebody else's deed.
  async #sent(path, body, what) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await send_tagged(`${this.url}/${path}`, body, { headers: { "If-Match": this.etag } });
      } catch (error) {
        if (error instanceof Refused && error.status < 500) {
          if (tries === 1 || !done_before(error.problem, what)) throw error;
          await this.load();
          return null;
        }
        if (!(await this.ask.again(error))) return null;
      }
    }
  }

  // Steps and problems follow a deed; a deed that comes meanwhile need not wait for them.
  async #beside() {
    const { version } = this.facts;
    const [steps, problems] = await Promise.all([get(`${this.url}/steps`), get(`${this.url}/problems`)]);
    if (version !== this.facts.version) return;
    Object.assign(this, { steps, problems: problems.problems });
    this.changed.emit();
  }

  #say(busy) {
    this.busy = busy;
    this.under_way.emit(busy);
  }
}

// Whether the one change made since is the very one that was sent: its answer alone was lost.
function done_before(problem, what) {
  if (problem?.theirs !== problem?.yours + 1) return false;
  const [step, ...more] = problem.steps;
  return step ? !more.length && step.by === account() && step.deed === what : what === "undo" || what === "redo" || what === "goto";
}
