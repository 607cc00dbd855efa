// Opening hours (the OSM opening_hours syntax, its usual part) as people say them; what is not understood stays as it is.
import { t } from "./words.js";

const RULE = /^(Mo|Tu|We|Th|Fr|Sa|Su)(?:-(Mo|Tu|We|Th|Fr|Sa|Su))? (\d{2}:\d{2}-\d{2}:\d{2}(?:,\d{2}:\d{2}-\d{2}:\d{2})*)$/;

export function hours(text) {
  const rules = (text ?? "").split(";").map((rule) => RULE.exec(rule.trim()));
  if (!rules.every(Boolean)) return text ?? "";
  return rules.map(([, from, to, times]) => `${to ? t("day.span", { from: t(`day.${from}`), to: t(`day.${to}`) }) : t(`day.${from}`)} ${times.replaceAll("-", "–").replaceAll(",", t("sign.comma"))}`).join(t("sign.semicolon"));
}
