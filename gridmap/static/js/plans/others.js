// What others do to the plan while one looks at it: taken in at once, unless something of one's own is under way.
import { Live } from "../live.js";

// `draft`; `talked()`: somebody said something; `position`: of the feed, from before the plan was read.
export function others(draft, { url, plan, position, talked, failed }) {
  const live = new Live(url);
  let newest = 0;
  const catch_up = () => {
    if (!draft.busy && draft.facts && newest > draft.facts.version) draft.load().catch(failed);
  };
  live.happened.on(({ topic, kind, subject, data }) => {
    if (topic !== "plans" || subject !== plan) return;
    if (kind === "plan.commented") talked();
    newest = Math.max(newest, data.version ?? 0);
    catch_up();
  });
  live.reset.on(() => draft.load().catch(failed));
  draft.under_way.on((busy) => { if (!busy) catch_up(); });
  live.start(position);
  return live;
}
