"""Signing in: what opens, what is refused, how guessing is slowed, and what is never told."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.accounts import keeping, own, passwords, second_factor, signing_in
from gridmap.accounts.backoff import BY_ADDRESS, BY_NAME, LONGEST, network
from gridmap.accounts.models import Account
from gridmap.accounts.sealing import Seal
from gridmap.accounts.signing_in import Outcome, Result
from gridmap.errors import Invalid, NotAllowed, Unavailable
from tests import callers
from tests.callers import PASSWORD

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SEAL = Seal("for tests")
HERE = "192.0.2.1"


def try_in(
    session: Session, username: str = "ana", password: str = PASSWORD, *, address: str = HERE, at: datetime = NOW
) -> Outcome:
    return signing_in.by_password(session, username, password, address=address, now=at)


@pytest.fixture
def ana(session: Session) -> Account:
    return callers.account(session, username="ana")


def test_name_and_password_open_and_nothing_else_does(session: Session, ana: Account) -> None:
    done = try_in(session, " ANA ")
    assert (done.result, done.account) == (Result.IN, ana)
    assert ana.signed_in_at == NOW
    for name, password in (
        ("ana", PASSWORD + " "),
        ("ana", ""),
        ("bob", PASSWORD),
        ("", ""),
        ("ana\x00", PASSWORD),
        ("ana", "\ud800"),
    ):
        assert try_in(session, name.replace("\x00", "?"), password.replace("\ud800", "?")).result is Result.REFUSED


def test_a_disabled_account_is_refused_like_any_other_failure(session: Session, ana: Account) -> None:
    ana.disabled_at = NOW
    assert try_in(session) == Outcome(Result.REFUSED)


@pytest.mark.parametrize("username", ["ana", "nobody"])
def test_guessing_is_slowed_whether_anybody_has_the_name_or_not(session: Session, ana: Account, username: str) -> None:
    at = NOW
    pauses = []
    for _ in range(14):
        outcome = try_in(session, username, "wrong", at=at)
        while outcome.result is Result.WAIT:
            pauses.append(outcome.wait_s)
            at += timedelta(seconds=outcome.wait_s)
            outcome = try_in(session, username, "wrong", at=at)
        assert outcome.result is Result.REFUSED
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900]
    waits = try_in(session, "ana", PASSWORD, at=at).result is Result.WAIT
    assert waits is (username == "ana"), "the right password waits too, and nobody else does"


def test_success_forgets_the_failures_and_a_day_does_too(session: Session, ana: Account) -> None:
    for _ in range(4):
        try_in(session, password="wrong")
    assert try_in(session).result is Result.IN
    for _ in range(5):
        assert try_in(session, password="wrong").result is Result.REFUSED
    assert try_in(session).result is Result.WAIT
    assert try_in(session, at=NOW + timedelta(hours=25)).result is Result.IN


def test_many_names_from_one_place_are_slowed_too_and_ones_own_success_does_not_help(session: Session, ana: Account) -> None:
    for number in range(BY_ADDRESS.free):
        assert try_in(session, f"name-{number}", "wrong").result is Result.REFUSED
        if number % 10 == 0:
            assert try_in(session).result is Result.IN
    assert try_in(session, "another", "wrong").result is Result.WAIT
    assert try_in(session, "another", "wrong", address="192.0.2.2").result is Result.REFUSED


def test_a_pause_has_an_end() -> None:
    assert BY_NAME.pause(10_000) == LONGEST
    assert BY_NAME.pause(0) == timedelta(0)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_a_place_is_an_address_or_a_customers_network(address: str, place: str) -> None:
    assert network(address) == place


def test_no_secret_is_written_down(session: Session, ana: Account) -> None:
    try_in(session, password="my-typed-secret")
    try_in(session, username="a-password-in-the-wrong-field")
    _, first = keeping.create(session, "bea", actor="test")
    again = keeping.reset(session, "bea", actor="test")
    for table in ("account", "account_grant", "guessing", "journal"):
        written = str(session.execute(text(f"SELECT t::text FROM {table} t")).scalars().all())
        for secret in ("my-typed-secret", "wrong-field", PASSWORD, first, again):
            assert secret not in written


# --- the second factor ---------------------------------------------------------------------------------------------


def with_second_factor(session: Session, ana: Account) -> tuple[str, list[str]]:
    secret = second_factor.fresh_secret()
    code = pyotp.TOTP(secret).at(NOW - timedelta(minutes=10))
    return secret, own.add_second_factor(session, "ana", secret, code, seal=SEAL, now=NOW - timedelta(minutes=10))


def try_code(session: Session, ana: Account, code: str, at: datetime = NOW) -> Result:
    return signing_in.by_second_factor(session, ana.id, code, seal=SEAL, address=HERE, now=at).result


def test_with_a_second_factor_the_password_is_half_the_way(session: Session, ana: Account) -> None:
    secret, _ = with_second_factor(session, ana)
    assert try_in(session).result is Result.SECOND
    assert ana.signed_in_at is None
    assert try_code(session, ana, "000000") is Result.REFUSED
    code = pyotp.TOTP(secret).at(NOW)
    assert try_code(session, ana, f"{code[:3]} {code[3:]}") is Result.IN
    assert try_code(session, ana, code) is Result.REFUSED, "none is good twice"
    assert secret.encode() not in (ana.totp_secret or b"")


def test_a_clock_may_be_one_step_off_and_no_more(session: Session, ana: Account) -> None:
    secret, _ = with_second_factor(session, ana)
    totp = pyotp.TOTP(secret)
    assert try_code(session, ana, totp.at(NOW - timedelta(seconds=60))) is Result.REFUSED
    assert try_code(session, ana, totp.at(NOW + timedelta(seconds=60))) is Result.REFUSED
    assert try_code(session, ana, totp.at(NOW - timedelta(seconds=30))) is Result.IN
    assert try_code(session, ana, totp.at(NOW + timedelta(seconds=30))) is Result.IN


def test_a_recovery_code_opens_once(session: Session, ana: Account) -> None:
    _, codes = with_second_factor(session, ana)
    assert len(set(codes)) == 10
    assert try_code(session, ana, codes[3].upper().replace("-", " ")) is Result.IN
    assert try_code(session, ana, codes[3]) is Result.REFUSED
    assert len(ana.recovery) == 9


def test_codes_are_guessed_as_slowly_as_passwords_and_the_right_password_does_not_help(session: Session, ana: Account) -> None:
    with_second_factor(session, ana)
    for _ in range(BY_NAME.free):
        assert try_in(session).result is Result.SECOND
        assert try_code(session, ana, "000000") is Result.REFUSED
    assert try_code(session, ana, "000000") is Result.WAIT
    assert try_in(session).result is Result.WAIT


def test_a_wrong_code_turns_nothing_on(session: Session, ana: Account) -> None:
    with pytest.raises(Invalid):
        own.add_second_factor(session, "ana", second_factor.fresh_secret(), "000000", seal=SEAL, now=NOW)
    assert ana.totp_secret is None


def test_with_another_key_the_second_factor_can_only_be_removed(session: Session, ana: Account) -> None:
    secret, _ = with_second_factor(session, ana)
    with pytest.raises(Unavailable):
        signing_in.by_second_factor(session, ana.id, pyotp.TOTP(secret).at(NOW), seal=Seal("another"), address=HERE, now=NOW)
    keeping.remove_second_factor(session, "ana", actor="test")
    assert try_in(session).result is Result.IN


# --- passwords -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weak", ["short", "password123", "1234567890", "qwertyuiop", "ana.lin-2026", "aaaaaaaaaaaa", "x" * 129])
def test_what_a_guesser_tries_first_is_no_password(weak: str) -> None:
    with pytest.raises(Invalid):
        passwords.check(weak, about=("ana.lin", "Ana Lin"))


@pytest.mark.parametrize("good", ["brown kettle sings", "红茶壶在七楼唱歌吗", "kV9-tulip-harbour", "jj6W-ux2y-qNT7-aYq7"])
def test_no_rule_of_composition_stands_in_the_way(good: str) -> None:
    if len(good) >= passwords.SHORTEST:
        passwords.check(good, about=("ana.lin", "Ana Lin"))
    kept = passwords.hashed(good)
    assert kept.startswith("$argon2id$")
    assert passwords.matches(good, kept)
    assert not passwords.matches(good + "x", kept)


def test_a_password_is_kept_at_the_cost_the_standard_asks(costly: PasswordHasher) -> None:
    assert costly.hash("brown kettle sings").startswith("$argon2id$v=19$m=65536,t=3,p=4$")  # RFC 9106, 4, the second


def test_one_kept_more_weakly_is_kept_anew_when_its_owner_comes(session: Session, ana: Account) -> None:
    ana.password_hash = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    assert passwords.outdated(ana.password_hash)
    assert try_in(session).result is Result.IN
    assert not passwords.outdated(ana.password_hash)
    assert passwords.matches(PASSWORD, ana.password_hash)


def test_one_made_up_by_the_program_is_good_enough() -> None:
    made = {passwords.made_up() for _ in range(20)}
    assert len(made) == 20
    for one in made:
        passwords.check(one)


def test_nobody_has_no_password() -> None:
    assert not passwords.matches("", None)


def test_changing_it_needs_the_present_one_and_ends_other_sessions(session: Session, ana: Account) -> None:
    with pytest.raises(Invalid):
        own.change_password(session, "ana", "wrong", "brown kettle sings", address=HERE, now=NOW)
    with pytest.raises(Invalid):
        own.change_password(session, "ana", PASSWORD, PASSWORD, address=HERE, now=NOW)
    assert own.change_password(session, "ana", PASSWORD, "brown kettle sings", address=HERE, now=NOW) == ana.session_epoch == 1
    assert try_in(session, password="brown kettle sings").result is Result.IN
    for _ in range(BY_NAME.free):
        with pytest.raises(Invalid):
            own.change_password(session, "ana", "wrong", "brown kettle sinks", address=HERE, now=NOW)
    with pytest.raises(NotAllowed):
        own.change_password(session, "ana", "brown kettle sings", "brown kettle sinks", address=HERE, now=NOW)
