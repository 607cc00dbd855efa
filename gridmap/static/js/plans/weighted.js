// Points as people paste them: lines of "longitude, latitude" or "longitude, latitude, weight"; WGS-84. Pure.

// {points: [[lon, lat, weight], …], bad: the first line that is none ({line, text}), or null}
export function weighted(text) {
  const lines = text.split("\n").map((line, index) => ({ line: index + 1, text: line.trim() })).filter((one) => one.text);
  const points = lines.map((one) => {
    const [lon, lat, weight = 1, ...more] = one.text.split(/[\s,;，；]+/).map(Number);
    return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 && weight >= 0 && Number.isFinite(weight) && !more.length ? [lon, lat, weight] : null;
  });
  return { points: points.filter(Boolean), bad: lines[points.indexOf(null)] ?? null };
}
