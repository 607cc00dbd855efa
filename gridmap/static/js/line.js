// The live lines of one browser. Over HTTP/1.1 it opens six connections a host at the most: were all of them lines, the next
// page of ours would not even load. So of its tabs some hold a line; the others ask every few seconds until one is free.
const LINES = ["live-line-1", "live-line-2", "live-line-3", "live-line-4"];

// Whether all tabs of this browser share six connections; newer protocols carry everything in one.
function scarce() {
  const protocol = performance.getEntriesByType("navigation")[0]?.nextHopProtocol ?? "";
  return Boolean(navigator.locks) && !/^h[23]/.test(protocol); // Only pages by https, or from this machine, have locks.
}

// A function that gives the line back; none if all are taken. A tab that closes or crashes gives it back by itself.
export async function take_line() {
  if (!scarce()) return () => {};
  for (const name of LINES) {
    const give_back = await held(name);
    if (give_back) return give_back;
  }
  return null;
}

function held(name) {
  return new Promise((answer) => {
    const hold = (lock) => (lock ? new Promise(answer) : answer(null));
    // A browser that keeps nothing for this page refuses locks as well; better too many lines than none.
    navigator.locks.request(name, { ifAvailable: true }, hold).catch(() => answer(() => {}));
  });
}
