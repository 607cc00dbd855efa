// Times as people there write them, in the town's zone, by the server's clock.
import { language, t } from "./words.js";

let ahead_ms = 0;
export function set_server_time(iso) {
  const there = Date.parse(iso);
  if (Number.isFinite(there)) ahead_ms = there - Date.now();
}
export const now = () => Date.now() + ahead_ms;

const parts_of = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const month_of = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", month: "numeric" });

function pieces(moment) {
  const found = Object.fromEntries(parts_of.formatToParts(moment).map(({ type, value }) => [type, value]));
  return { ...found, number: month_of.format(moment) };
}

// 11月22日 21:05, 22 Nov 21:05; another year is named.
export function moment(iso) {
  if (!iso) return "–";
  const at = new Date(iso);
  const { year, month, number, day, hour, minute } = pieces(at);
  const other = year !== pieces(new Date(now())).year;
  if (language === "zh") return `${other ? `${year}年` : ""}${number}月${day}日 ${hour}:${minute}`;
  return `${day} ${month}${other ? ` ${year}` : ""} ${hour}:${minute}`;
}

export function clock(ms) {
  const { hour, minute } = pieces(new Date(ms));
  return `${hour}:${minute}`;
}

// A length of time in its largest two units worth saying.
export function span(ms) {
  const minutes = Math.floor(Math.abs(ms) / 60000);
  if (minutes < 1) return t("span.moment");
  if (minutes < 60) return t("span.minutes", { m: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 && hours < 6 ? t("span.hours_minutes", { h: hours, m: minutes % 60 }) : t("span.hours", { h: hours });
  const days = Math.floor(hours / 24);
  return hours % 24 && days < 4 ? t("span.days_hours", { d: days, h: hours % 24 }) : t("span.days", { d: days });
}

// Short, for lists: just now, 5 min, 3 h, then the date.
export function ago(iso) {
  const passed = now() - Date.parse(iso);
  if (passed < 60000) return t("ago.now");
  if (passed < 3600000) return t("ago.minutes", { m: Math.floor(passed / 60000) });
  if (passed < 86400000) return t("ago.hours", { h: Math.floor(passed / 3600000) });
  return moment(iso);
}

// Until the limit runs out; of what has been handled no more than whether it was in time.
export function remaining(due_at, handled_at = null) {
  if (!due_at) return t("due.none");
  if (handled_at) return t(Date.parse(handled_at) > Date.parse(due_at) ? "due.handled_late" : "due.handled");
  const left = Date.parse(due_at) - now();
  return left < 0 ? t("due.over", { span: span(left) }) : t("due.left", { span: span(left) });
}

export function remaining_short(due_at, handled_at = null) {
  if (!due_at) return "";
  if (handled_at) return t(Date.parse(handled_at) > Date.parse(due_at) ? "due.handled_late" : "due.handled");
  const left = Date.parse(due_at) - now();
  return left < 0 ? t("due.over_short", { span: span(left) }) : t("due.left_short", { span: span(left) });
}

// What a field for a date and an hour holds: the town's clock at a moment.
export function typed(ms) {
  const found = Object.fromEntries(typed_parts.formatToParts(new Date(ms)).map(({ type, value }) => [type, value]));
  return `${found.year}-${found.month}-${found.day}T${found.hour}:${found.minute}`;
}
const typed_parts = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// The moment that was typed there, in milliseconds; NaN where it is none. The town's clock has been UTC+8 since 1991.
export const town_moment = (text) => Date.parse(`${text}:00+08:00`);

// A moment with the zone named, where somebody may sit in another one.
export const of_town = (iso) => t("time.of_town", { time: moment(iso) });
