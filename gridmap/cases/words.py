"""States and actions in words; English sentences are translation keys (see gridmap.errors.msg)."""

from collections.abc import Mapping

from gridmap.cases.states import State
from gridmap.errors import msg

STATES: Mapping[State, str] = {
    State.DISCOVERED: msg("discovered"),
    State.CONSULTING: msg("in consultation"),
    State.DISPATCHED: msg("dispatched"),
    State.HANDLING: msg("being handled"),
    State.SUSPENDED: msg("suspended"),
    State.VERIFYING: msg("to be verified"),
    State.RATING: msg("to be rated"),
    State.CLOSED: msg("closed"),
    State.VOID: msg("void"),
    State.MERGED: msg("merged into another"),
}
ACTIONS: Mapping[str, str] = {
    "classify": msg("classify"),
    "locate": msg("locate"),
    "accept": msg("accept"),
    "start": msg("start"),
    "self_handle": msg("settle on the spot"),
    "hand_up": msg("hand up"),
    "consult": msg("consult"),
    "dispatch": msg("dispatch"),
    "hand_back": msg("hand back"),
    "transfer": msg("pass on"),
    "finish": msg("finish"),
    "verify": msg("verify"),
    "rework": msg("send back for rework"),
    "rate": msg("rate"),
    "close": msg("close"),
    "reopen": msg("reopen"),
    "void": msg("declare void"),
    "merge": msg("merge"),
    "unmerge": msg("unmerge"),
    "ask_extension": msg("ask for an extension"),
    "ask_suspension": msg("ask for a suspension"),
    "ask_appeal": msg("appeal"),
    "review": msg("review"),
    "resume": msg("resume"),
    "supervise": msg("supervise"),
    "answer_supervision": msg("answer a supervision order"),
    "lift_supervision": msg("lift a supervision order"),
    "comment": msg("comment"),
    "attach": msg("attach evidence"),
}
