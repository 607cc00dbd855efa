// The town's clock on the wall.
import { by_id } from "../dom.js";
import { now } from "../times.js";
import { language } from "../words.js";

const locale = language === "zh" ? "zh-CN" : "en-GB";
const zone = { timeZone: "Asia/Shanghai" };
const day = new Intl.DateTimeFormat(locale, { ...zone, month: "long", day: "numeric", weekday: "long" });
const time = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export function tick() {
  const at = new Date(now());
  by_id("wall-date").textContent = day.format(at);
  by_id("wall-time").textContent = time.format(at);
}
