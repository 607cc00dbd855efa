// How the live connection stands, always in sight: shape, colour and words.
import { by_id, h, replace } from "./dom.js";
import { connection_glyph } from "./glyphs.js";
import { clock } from "./times.js";
import { t } from "./words.js";

export function connection(live) {
  const node = by_id("connection");
  const draw = () => {
    node.dataset.state = live.state;
    const since = ["reconnecting", "offline"].includes(live.state);
    replace(node, connection_glyph(live.state),
      h("span", {}, h("strong", {}, t(`connection.${live.state}`)), since && h("small", {}, " ", t("connection.since", { time: clock(live.since) }))),
      live.state === "offline" && h("button", { type: "button", onclick: () => live.retry() }, t("connection.retry")));
    node.title = t(`connection.${live.state}.long`);
  };
  live.changed.on(draw);
  draw();
}
