// Something that can be listened to.
export function signal() {
  const listeners = new Set();
  return {
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(...facts) {
      for (const listener of [...listeners]) listener(...facts);
    },
  };
}

// Many calls in a while become one, at the while's end.
export function at_most_every(milliseconds, deed) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; deed(); }, milliseconds);
  };
}

// Many calls in one frame become one, at the frame's end; a deed that takes long rests three times as long.
export function once_a_frame(deed) {
  let waiting = false;
  let rest_until = 0;
  const act = () => {
    waiting = false;
    const began = performance.now();
    deed();
    const ended = performance.now();
    rest_until = ended + 3 * (ended - began);
  };
  return () => {
    if (waiting) return;
    waiting = true;
    const rest = rest_until - performance.now();
    // A hidden tab draws no frames; its lists must still be right when it is looked at again.
    if (document.hidden || rest > 50) setTimeout(act, Math.max(rest, 50));
    else requestAnimationFrame(act);
  };
}
