// The photos of a case: those the server has, those that wait here, and the camera.
import { h } from "../dom.js";
import { t } from "../words.js";
import { shrink } from "./shrink.js";

const urls = new Map(); // One address a photo, however often the page is drawn.
function url_of(photo) {
  if (!urls.has(photo.id)) urls.set(photo.id, URL.createObjectURL(photo.blob));
  return urls.get(photo.id);
}

// Everything that shows this case, as {id, kind, source, mine, entry}: sent photos once, by the server's word.
export function photos_of(app, number) {
  const there = (app.seen.evidence.get(number) ?? []).filter((one) => one.thumbnail);
  const known = new Set(there.map((one) => one.id));
  const here = app.outbox.photos_of(number).filter((photo) => !known.has(photo.evidence));
  return [
    ...there.map((one) => ({ id: one.id, kind: one.kind, source: one.thumbnail, large: one.public, sent: true })),
    ...here.map((photo) => ({ id: photo.evidence ?? photo.id, kind: photo.kind, source: url_of(photo), sent: photo.evidence !== null, entry: app.outbox.entries.find((entry) => entry.photo === photo.id), photo: photo.id })),
  ];
}

export function photo_strip(app, number, kinds = ["before", "after"]) {
  const shown = photos_of(app, number);
  return h("div", { class: "p-photos" },
    shown.length > 0 && h("ul", { dataset: { testid: "photos" } }, shown.map((one) => h("li", { class: one.sent ? "is-sent" : "is-unsent", dataset: { testid: "photo", kind: one.kind, sent: String(one.sent) } },
      h("img", { src: one.source, alt: t(`evidence.${one.kind}`), loading: "lazy" }),
      h("span", { class: "p-kind" }, t(`evidence.${one.kind}`)),
      !one.sent && h("span", { class: "p-badge" }, t(one.entry?.problem ? "phone.entry.refused" : "phone.photo.waiting")),
      one.photo && one.entry && h("button", { type: "button", class: "p-remove", "aria-label": t("phone.photo.remove"), onclick: () => app.outbox.drop_photo(one.photo) }, "×")))),
    h("div", { class: "p-cameras" }, kinds.map((kind) => camera(app, number, kind))));
}

function camera(app, number, kind) {
  const input = h("input", { type: "file", accept: "image/*", capture: "environment", class: "visually-hidden", dataset: { testid: `camera-${kind}` } });
  const button = h("label", { class: "button p-camera" }, input, t(`phone.camera.${kind}`));
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    button.classList.add("is-busy");
    try { await app.outbox.add_photo(number, kind, await shrink(file)); } finally { input.value = ""; button.classList.remove("is-busy"); }
  });
  return button;
}
