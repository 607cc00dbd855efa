// The categories there are, asked for once; their large classes; and the words by which people find them.
import { get } from "./api.js";
import { name_of, t } from "./words.js";

const LARGE_DIGITS = 2; // A large class is the first two digits of its small classes.

let known = null;
export const all_categories = (url) => (known ??= get(url).then(({ categories }) => categories).catch((error) => { known = null; throw error; }));

export const words_of = (one) => `${one.code} ${name_of(one)} · ${one.standard_ref}${one.kind === "component" ? ` · ${t("category.component")}` : ""}`;
export const key_of = ({ standard_ref, kind, code }) => `${standard_ref}/${kind}/${code}`;

// Each large class before its small ones. Pure.
export function with_large(small) {
  const found = new Map();
  for (const one of small) {
    const large = { ...one, code: one.code.slice(0, LARGE_DIGITS), name_zh: one.group_zh, name_en: one.group_en, conditions: [] };
    if (!found.has(key_of(large))) found.set(key_of(large), large);
    found.set(key_of(one), one);
  }
  return [...found.values()];
}
