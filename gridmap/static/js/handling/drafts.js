// What was typed into forms and not sent yet, kept for this tab and this account: after a reload or a new sign-in it is there again.
import { account } from "../session.js";

const prefix = (number) => `gridmap.draft.${account()}.${number}.`;

// A browser may forbid storage; then a draft lasts as long as the page.
function trying(deed) {
  try { return deed(sessionStorage); } catch { return null; }
}

export const keep_draft = (number, action, draft) => trying((kept) => kept.setItem(prefix(number) + action, JSON.stringify(draft)));
export const drop_draft = (number, action) => trying((kept) => kept.removeItem(prefix(number) + action));
export const draft_of = (number, action) => trying((kept) => JSON.parse(kept.getItem(prefix(number) + action)));

// The action of this case whose form was left half filled in, or undefined.
export const half_done = (number) => trying((kept) => Object.keys(kept).find((key) => key.startsWith(prefix(number)))?.slice(prefix(number).length)) ?? undefined;
