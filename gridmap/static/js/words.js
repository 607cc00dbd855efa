// The page's language: its own words from messages.js, and the names that data brings in both languages.
import { messages } from "./messages.js";

export const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

export function t(key, values = {}) {
  const entry = messages[key];
  if (!entry) throw new Error(`no words for ${key}`);
  return entry[language].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function name_of(thing) {
  if (!thing) return "";
  if (language === "en") return thing.name_en || thing.name_zh || thing.name || thing.code || thing.id || "";
  return thing.name || thing.name_zh || thing.name_en || thing.code || thing.id || "";
}

export function category_name(facts) {
  if (facts.category) return name_of(facts.category);
  return facts.source_code ? t("case.uncategorised_code", { code: facts.source_code }) : t("case.uncategorised");
}

export function group_name(category) {
  return language === "en" ? category.group_en || category.group_zh : category.group_zh;
}

export function source_name(source) {
  const key = `source.${source}`;
  return messages[key] ? t(key) : source;
}

// 9999, 12,345.
const figures = new Intl.NumberFormat(language, { useGrouping: "min2" });
export const figure = (number) => figures.format(number);

// 1 for a metre, in whole metres or kilometres with one decimal.
export function distance(metres) {
  if (metres === null || metres === undefined) return "";
  if (metres < 1000) return t("unit.metres", { n: metres < 10 ? Math.round(metres * 10) / 10 : Math.round(metres) });
  return t("unit.kilometres", { n: (metres / 1000).toFixed(1) });
}

export function area(square_metres) {
  if (!square_metres) return "–";
  if (square_metres < 100000) return t("unit.hectares", { n: (square_metres / 10000).toFixed(1) });
  return t("unit.square_kilometres", { n: (square_metres / 1e6).toFixed(2) });
}

export const coordinates = (lon, lat) => `${lon.toFixed(6)}, ${lat.toFixed(6)}`;
