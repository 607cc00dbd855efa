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

// Many calls in one frame become one, at the frame's end.
export function once_a_frame(deed) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    // A hidden tab draws no frames; its lists must still be right when it is looked at again.
    const later = document.hidden ? (run) => setTimeout(run, 250) : requestAnimationFrame;
    later(() => {
      waiting = false;
      deed();
    });
  };
}
