// Asking without being led away: who types on a bad connection, or after the session has ended, stays where they are.
const PATIENCE_MS = 20000;

export class Away extends Error {
  constructor(status) {
    super(`no answer (${status})`);
    this.status = status; // 0: no connection.
  }
}

// The answer and the version of what it tells of.
export async function ask_tagged(url) {
  let response;
  try {
    response = await fetch(url, { headers: { Accept: "application/json, application/problem+json" }, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Away(0);
  }
  const body = await response.json().catch(() => null);
  if (!response.ok || body === null) throw new Away(response.ok ? 0 : response.status);
  return { body, etag: response.headers.get("ETag") };
}

export const ask = async (url) => (await ask_tagged(url)).body;

// The same, or what was kept of it the last time.
export const ask_or = (url, kept) => ask(url).catch((error) => { if (error instanceof Away) return kept; throw error; });
