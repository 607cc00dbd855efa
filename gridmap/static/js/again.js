// Asking again what failed: later each time, and not everybody at once.

// How long to wait after so many failures, in milliseconds: of `pauses` that one or the last, a quarter more or less.
export function pause_after(failures, pauses) {
  return pauses[Math.min(failures, pauses.length - 1)] * (0.75 + Math.random() / 2);
}

// The bytes at `url`. While the server is away or busy it is asked again, until `signal` says that nobody wants them any more.
// Throws where it refuses (4xx), and where they are no longer wanted.
export async function bytes_of(url, signal, pauses) {
  for (let failures = 0; ; failures += 1) {
    const came = await once(url, signal);
    if (came) return came;
    await new Promise((go) => { setTimeout(go, pause_after(failures, pauses)); });
  }
}

async function once(url, signal) {
  try {
    const answer = await fetch(url, { signal });
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
    if (answer.status >= 500) return null;
    throw new Refused(String(answer.status));
  } catch (error) {
    if (signal.aborted || error instanceof Refused) throw error;
    return null; // The line went, before the answer or within it.
  }
}

class Refused extends Error {}
