// Where a case really is: a click on the map, or coordinates in a datum that is named.
import { h } from "../dom.js";
import { icon } from "../glyphs.js";
import { t } from "../words.js";
import { boxed } from "./controls.js";

const DATUMS = ["wgs84", "cgcs2000", "gcj02", "bd09"];

export function place_control(field, help) {
  const input = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", placeholder: "121.394600, 31.630900", "aria-required": true, dataset: { testid: "field-location" } });
  const datum = h("select", { "aria-label": t("field.datum") }, DATUMS.map((one) => h("option", { value: one }, t(`datum.${one}`))));
  const address = h("input", { type: "text", maxlength: 500, value: help.feature().properties.address, "aria-label": t("case.address") });
  const from_map = help.pick_place && h("button", { type: "button", class: "deed", dataset: { testid: "pick-place" }, onclick: () => {
    from_map.setAttribute("aria-pressed", "true");
    help.pick_place(({ lon, lat }) => {
      from_map.setAttribute("aria-pressed", "false");
      input.value = `${lon.toFixed(6)}, ${lat.toFixed(6)}`;
      datum.value = "wgs84";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.focus();
    });
  } }, icon("target"), t("place.from_map"));
  const made = boxed(field, { input, read: () => {
    const [lon, lat] = input.value.split(/[\s,，]+/).map(Number);
    if (!input.value.trim() || !Number.isFinite(lon) || !Number.isFinite(lat)) return undefined;
    return { lon, lat, datum: datum.value, ...(address.value.trim() && { address: address.value.trim() }) };
  } });
  const boxes = [input, datum, address];
  input.after(h("div", { class: "deed-row" }, datum, from_map), address);
  return { ...made, draft: () => boxes.map((box) => box.value), restore: (values) => boxes.forEach((box, index) => { box.value = values[index]; }) };
}
