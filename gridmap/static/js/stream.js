// Reads the text of a server-sent event stream (WHATWG HTML, 9.2.6) piece by piece. Pure.
export function reader(deliver) {
  let rest = "";
  let fresh = { event: "message", data: [], id: undefined };
  let after_return = false;

  function line(text) {
    if (text === "") {
      if (fresh.data.length) deliver({ event: fresh.event, data: fresh.data.join("\n"), id: fresh.id });
      fresh = { event: "message", data: [], id: undefined };
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return; // A comment: the heartbeat.
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "data") fresh.data.push(value);
    else if (field === "event") fresh.event = value || "message";
    else if (field === "id" && !value.includes("\0")) fresh.id = value;
  }

  return (text) => {
    if (after_return && text.startsWith("\n")) text = text.slice(1);
    after_return = text.endsWith("\r");
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = lines.pop();
    lines.forEach(line);
  };
}
