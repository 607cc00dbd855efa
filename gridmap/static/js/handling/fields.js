// The fields of one action, as the table names them: what is told, what is lacking, and a draft of it that can be kept.
import { t } from "../words.js";
import { control } from "./controls.js";

const empty = (value) => value === undefined || value === "" || (Array.isArray(value) && !value.length);

export class Fields {
  // `fields` of one action of /api/v1/actions; `help.special`: controls of a page's own, by a field's name.
  constructor(fields, help) {
    this.controls = fields.map((field) => ({ name: field.name, needed: field.needed, ...control(field, help) })).filter((one) => one.node || one.read);
    this.shown = this.controls.filter((one) => one.node);
  }

  // Nothing has to be asked.
  get bare() { return !this.shown.length; }
  get nodes() { return this.shown.map((one) => one.node); }

  focus() {
    const first = this.shown.find((one) => one.needed) ?? this.shown[0];
    const box = first?.node.querySelector("input:not([type=hidden]), textarea, select");
    box?.focus();
    return Boolean(box);
  }

  // What is told; null where something is lacking, which is then said beside its box.
  collect() {
    const body = {};
    const missing = [];
    for (const one of this.controls) {
      const value = one.read();
      one.fail?.("");
      if (!empty(value)) body[one.name] = value;
      else if (one.needed) missing.push(one);
    }
    for (const one of missing) one.fail?.(one.lacks ?? t("form.needed"));
    missing[0]?.node?.querySelector("input, textarea, select")?.focus();
    return missing.length ? null : body;
  }

  // The server's faults, each beside its box; those that belong to none.
  fail(faults) {
    return faults.flatMap(({ field, message }) => {
      const one = this.shown.find(({ name }) => field === name || field.startsWith(`${name}.`));
      one?.fail?.(message);
      return one?.fail ? [] : [message];
    });
  }

  // As it stands in the boxes, half a word included.
  draft() {
    return Object.fromEntries(this.shown.filter((one) => one.draft).map((one) => [one.name, one.draft()]));
  }

  restore(draft) {
    for (const one of this.shown) if (draft[one.name] !== undefined) one.restore?.(draft[one.name]);
  }
}
