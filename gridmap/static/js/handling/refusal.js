// Why something was not done, in words, and what to do about it.
import { Refused } from "../api.js";
import { t } from "../words.js";

export function refusal(error) {
  if (!(error instanceof Refused)) return [t("refusal.no_answer")];
  if (error.status === 401) return [t("refusal.signed_out")];
  const { state, holder } = error.problem ?? {};
  if (error.status !== 409 || !state) return [error.message];
  return [
    error.message,
    holder ? t("refusal.held", { state: t(`state.${state}`), holder }) : t("refusal.stands", { state: t(`state.${state}`) }),
    t("refusal.look_again"),
  ].filter(Boolean);
}
