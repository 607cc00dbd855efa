import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "zh-CN" } };
const { ago, moment, remaining, set_server_time, span } = await import("../../../gridmap/static/js/times.js");
const AT = "2026-11-22T13:05:00Z";
const later = (minutes) => new Date(Date.parse(AT) + minutes * 60000).toISOString();

test("moments in the town's zone, as people there write them", () => {
  set_server_time(AT);
  assert.equal(moment(AT), "11月22日 21:05");
  assert.equal(moment("2026-11-22T16:30:00Z"), "11月23日 00:30");
  assert.equal(moment("2025-12-31T16:00:00Z"), "1月1日 00:00");
  assert.equal(moment("2025-06-01T00:00:00Z"), "2025年6月1日 08:00");
  assert.equal(moment(null), "–");
});

test("what is left of a limit", () => {
  set_server_time(AT);
  assert.equal(remaining(later(90.5)), "还剩 1 小时 30 分");
  assert.equal(remaining(later(-60 * 50)), "已超时 2 天 2 小时");
  assert.equal(remaining(null), "没有时限");
});

test("lengths of time", () => {
  assert.equal(span(30000), "不到 1 分钟");
  assert.equal(span(7 * 3600000 + 60000), "7 小时");
  assert.equal(span(5 * 86400000 + 3600000), "5 天");
});

test("how long ago, by the server's clock", () => {
  set_server_time(AT);
  assert.equal(ago(later(-0.5)), "刚刚");
  assert.equal(ago(later(-59.5)), "59 分钟前");
  assert.equal(ago(later(-60 * 23)), "23 小时前");
  assert.equal(ago(later(-60 * 25)), "11月21日 20:05");
});
