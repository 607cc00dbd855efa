"""What a process remembers of a database for a second, for questions that every alert asks and whose answers seldom change.

Whoever changes such an answer calls `forget`: in the process of the change nobody is told the old one again; in the others it
lives on for that second.
"""

import time
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.db import engine_of

FRESH_S = 1.0
MOST = 10_000  # Answers kept of one database; whoever asks for more starts anew.

_all: WeakSet["Recent[Any, Any]"] = WeakSet()

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Recent(Generic[Question, Answer]):
    """Answers to questions of one kind, each as it stood within the last second."""

    def __init__(self) -> None:
        _all.add(self)
        self._lock = Lock()
        self._heard: WeakKeyDictionary[Engine, dict[Question, tuple[float, Answer]]] = WeakKeyDictionary()

    def get(self, session: Session, question: Question) -> Answer | None:
        """The answer, if this process has heard it of this database within the last second."""
        return self.known(session, [question]).get(question)

    def known(self, session: Session, questions: Iterable[Question]) -> dict[Question, Answer]:
        """The answers to those of the questions it has heard."""
        since = time.monotonic() - FRESH_S
        with self._lock:
            heard = self._heard.get(engine_of(session), {})
            return {question: heard[question][1] for question in questions if question in heard and heard[question][0] >= since}

    def keep(self, session: Session, answers: Mapping[Question, Answer]) -> None:
        """Remember answers that have just been heard."""
        now = time.monotonic()
        with self._lock:
            heard = self._heard.setdefault(engine_of(session), {})
            if len(heard) + len(answers) > MOST:
                heard.clear()
            heard.update({question: (now, answer) for question, answer in answers.items()})

    def forget(self) -> None:
        """Remember nothing."""
        with self._lock:
            self._heard.clear()


def forget_everything() -> None:
    """Remember nothing of any kind: for tests, which take back what they have written."""
    for one in _all:
        one.forget()
