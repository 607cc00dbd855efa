// The session of who is signed in: whose it is, whether it has ended, and what changes carry. Says nothing itself; `who.js` does.
import { signal } from "./signal.js";

const ME = "/api/v1/me";
export const ended = signal();
export const renewed = signal();
let over = false;

// Whose page this is.
export const account = () => document.querySelector(".who")?.dataset.username ?? "";

// What changes carry; every page of somebody signed in has it, in the form that signs out.
export const token = () => document.querySelector('input[name="csrf_token"]')?.value ?? "";

// Where to sign in, and come back to this very place.
export const sign_in_address = () => `/sign-in?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;

// Nobody is led away from what they type; a page without a menu has nobody typing.
export function signed_out() {
  if (!account()) location.assign(sign_in_address());
  else if (!over) { over = true; ended.emit(); }
}

// The server answers us again: somebody has signed in meanwhile, in another tab.
export async function signed_in() {
  if (!over) return;
  over = false;
  renewed.emit();
  await renew();
}

// This page's token belonged to a session that has ended: that of the present one, if the same person has signed in.
export async function renew() {
  const me = await fetch(ME, { headers: { Accept: "application/json" } }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  if (!me) return false;
  // Somebody else's now: drafts stay with the account that typed them.
  if (me.username !== account()) { location.reload(); return false; }
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = me.csrf_token;
  return true;
}
