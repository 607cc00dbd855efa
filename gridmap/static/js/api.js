// Asking the server.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || String(status));
    this.status = status;
    this.problem = problem;
  }
}

// The session has ended: sign in, and come back to where one was.
export function signed_out() {
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
}

export async function get(url, params = {}, options = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== "") query.append(key, one);
  }
  const asked = query.size ? `${url}?${query}` : url;
  const response = await fetch(asked, { headers: { Accept: "application/json, application/geo+json, application/problem+json" }, ...options });
  const body = await response.json().catch(() => null);
  if (response.status === 401) signed_out();
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}
