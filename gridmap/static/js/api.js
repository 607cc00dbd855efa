// Asking the server, and telling it to do something.
import { renew, signed_in, signed_out, token } from "./session.js";

export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || String(status));
    this.status = status;
    this.problem = problem;
  }
}

const KINDS = "application/json, application/geo+json, application/problem+json";

export async function get(url, params = {}, options = {}) {
  return (await get_tagged(url, params, options)).body;
}

// With the ETag that a change must name.
export async function get_tagged(url, params = {}, options = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== "") query.append(key, one);
  }
  const response = await fetch(query.size ? `${url}?${query}` : url, { headers: { Accept: KINDS }, ...options });
  const body = await response.json().catch(() => null);
  if (response.status === 401) signed_out();
  if (response.ok) signed_in();
  if (!response.ok) throw new Refused(response.status, body);
  return { body, etag: response.headers.get("ETag") };
}

// A change: `body` goes as JSON, a FormData as the form it is.
export async function send(url, body, options = {}) {
  return (await send_tagged(url, body, options)).body;
}

// With the ETag of what it came to.
export async function send_tagged(url, body, { method = "POST", headers = {} } = {}) {
  const form = body instanceof FormData;
  const once = () => fetch(url, {
    method,
    headers: { Accept: KINDS, "X-CSRFToken": token(), ...(!form && { "Content-Type": "application/json" }), ...headers },
    body: form ? body : JSON.stringify(body ?? {}),
  });
  let response = await once();
  // Signed in again in another tab: this page's token is the old session's.
  if (response.status === 403 && await renew()) response = await once();
  if (response.status === 401) signed_out();
  const told = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, told);
  return { body: told, etag: response.headers.get("ETag") };
}

// A name for one attempt: sent again with the same name it changes nothing twice. (randomUUID is for https only.)
export function attempt() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
