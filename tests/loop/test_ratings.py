"""评价: links, the residents' page behind them, one vote each; "not solved" brings the case back to whoever handled it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from gridmap import clock
from gridmap.http.pace import Pace
from gridmap.http.state import state
from gridmap.web import rating
from tests import callers
from tests.api.test_evidence import add
from tests.loop.crew_at_work import Town
from tests.store import photos

GOOD = {"verdict": "very_satisfied", "score": "5", "solved": "yes", "reason": "很快"}
BAD = {"verdict": "dissatisfied", "score": "1", "solved": "no", "reason": "第二天又堆满了"}


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating, "_pace", Pace(most=20, seconds=600))


def link(at_work: Town, number: str, who: str = "operator", **body: Any) -> dict[str, Any]:
    answer = at_work.clients[who].post(f"/api/v1/cases/{number}/rating-links", json=body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def path(told: dict[str, Any]) -> str:
    return "/" + str(told["url"]).split("/", 3)[3]


def standing(client: FlaskClient, address: str) -> tuple[int, str]:
    answer = client.get(address)
    found = re.search(r'data-standing="(\w+)"', answer.text)
    assert found, answer.text
    return answer.status_code, found[1]


def vote(at_work: Town, address: str, said: dict[str, str], client: FlaskClient | None = None) -> int:
    """A resident opens the page, ticks, and sends."""
    client = client or callers.anonymous(at_work.app)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    return client.post(address, data=said | {"csrf_token": token[1] if token else ""}).status_code


@pytest.fixture
def number(at_work: Town) -> str:
    """A case that was handled and verified."""
    number = at_work.alert()
    at_work.handled(number)
    at_work.do("micro_head", "verify", number)
    return number


def test_a_good_vote_closes_the_case(at_work: Town, number: str) -> None:
    told = link(at_work, number, label="示例居民")
    assert told["standing"] == "open"
    assert told["qr"].startswith("<svg")
    assert vote(at_work, path(told), GOOD) == 303
    case = at_work.see(number)
    assert case["state"] == "closed"
    assert [(one["verdict"], one["score"], one["solved"], one["reason"]) for one in case["ratings"]] == [
        ("very_satisfied", 5, True, "很快")
    ]
    assert case["timeline"][-1]["actor"] == f"resident:{told['id']}"
    assert standing(callers.anonymous(at_work.app), path(told)) == (200, "used")


def test_not_solved_brings_it_back_to_the_same_handler(at_work: Town, number: str) -> None:
    first, second = link(at_work, number), link(at_work, number)
    assert vote(at_work, path(first), BAD) == 303
    case = at_work.see(number, "member")
    assert case["state"] == "handling"
    live = [task for task in case["tasks"] if task["state"] == "accepted"]
    assert [(task["holder"], task["note"]) for task in live] == [("account:member", "第二天又堆满了")]
    resident = callers.anonymous(at_work.app)
    assert "由原处置人" in resident.get(path(first), headers={"Accept-Language": "zh"}).text
    assert standing(resident, path(second)) == (410, "earlier_round")
    assert at_work.clients["operator"].post(f"/api/v1/cases/{number}/rating-links", json={}).status_code == 409


def test_one_vote_a_link_and_several_residents_each_their_own(at_work: Town, number: str) -> None:
    one, other = link(at_work, number), link(at_work, number)
    assert vote(at_work, path(one), GOOD) == 303
    assert vote(at_work, path(other), GOOD | {"verdict": "satisfied"}) == 303
    resident = callers.anonymous(at_work.app)
    token = re.search(r'csrf_token" value="([^"]+)"', resident.get(path(link(at_work, number))).text)
    assert token
    again = resident.post(path(one), data=BAD | {"csrf_token": token[1]})
    assert again.status_code == 303
    assert [one["verdict"] for one in at_work.see(number)["ratings"]] == ["very_satisfied", "satisfied"]
    assert at_work.see(number)["state"] == "closed"


def test_the_page_tells_nothing_personal(at_work: Town) -> None:
    number = at_work.alert(text="王示例家门口堆物，电话 021-5550-9999", address="示例路 1 弄 2 号 303 室")
    at_work.handled(number)
    at_work.do("micro_head", "verify", number, note="示例备注")
    page = callers.anonymous(at_work.app).get(path(link(at_work, number, label="示例居民李"))).text
    for word in ("王示例", "5550", "303", "演示人", "示例备注", "示例居民李", "清理完毕", number):
        assert word not in page, word
    assert "Category 06010" in page


def test_photos_are_seen_by_the_link_and_without_it_by_nobody(at_work: Town, number: str) -> None:
    shown = add(at_work.clients["operator"], number, photos.photo(exif=photos.exif()), kind="before").get_json()
    hidden = add(at_work.clients["operator"], number, photos.photo(colour=(1, 2, 3)), kind="other").get_json()
    address = path(link(at_work, number))
    resident = callers.anonymous(at_work.app)
    assert f'{address}/photos/{shown["id"]}"' in resident.get(address).text
    photo = resident.get(f"{address}/photos/{shown['id']}")
    assert (photo.status_code, photo.mimetype) == (200, "image/jpeg")
    assert b"Exif" not in photo.data
    assert resident.get(f"{address}/photos/{hidden['id']}").status_code == 404
    other = at_work.alert()
    elsewhere = add(at_work.clients["operator"], other, photos.photo(), kind="before").get_json()
    assert resident.get(f"{address}/photos/{elsewhere['id']}").status_code == 404
    assert resident.get(f"{address}x/photos/{shown['id']}").status_code == 404


def test_a_link_expires(at_work: Town, number: str) -> None:
    told = link(at_work, number, expires_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    with clock.frozen(datetime.now(UTC) + timedelta(hours=2)):
        assert standing(callers.anonymous(at_work.app), path(told)) == (410, "expired")
    for wrong in (datetime.now(UTC) - timedelta(minutes=1), datetime.now(UTC) + timedelta(days=400)):
        answer = at_work.clients["operator"].post(f"/api/v1/cases/{number}/rating-links", json={"expires_at": wrong.isoformat()})
        assert answer.status_code == 422


def test_made_up_links_lead_nowhere(at_work: Town, number: str) -> None:
    address = path(link(at_work, number))
    resident = callers.anonymous(at_work.app)
    for wrong in (address[:-1], address + "A", "/r/1", "/r/" + "x" * 5000, "/r/WzEsMV0.abc"):
        assert standing(resident, wrong) == (404, "unknown"), wrong
    # Another database under the same secret has links of the same ids.
    with state(at_work.app).sessions.begin() as session:
        session.execute(text("UPDATE rating_link SET made_at = made_at - interval '1 second' WHERE id = (SELECT max(id) FROM rating_link)"))  # fmt: skip
    assert standing(resident, address) == (404, "unknown")


def test_a_vote_without_an_answer_is_asked_again_with_what_was_ticked(at_work: Town, number: str) -> None:
    address = path(link(at_work, number))
    for missing in ("verdict", "score", "solved"):
        assert vote(at_work, address, {key: value for key, value in GOOD.items() if key != missing}) == 422
    for wrong in ({"score": "6"}, {"score": "five"}, {"verdict": "ok"}, {"solved": "maybe"}):
        assert vote(at_work, address, GOOD | wrong) == 422
    assert at_work.see(number)["state"] == "rating"


def test_who_hammers_is_asked_to_wait(at_work: Town, number: str) -> None:
    address, resident = path(link(at_work, number)), callers.anonymous(at_work.app)
    codes = [vote(at_work, address, {"score": "1"}, resident) for _ in range(22)]
    assert codes[:20] == [422] * 20
    assert codes[20:] == [429] * 2


def test_who_may_make_links_and_see_them(at_work: Town, number: str) -> None:
    told = link(at_work, number, "micro_head", label="示例居民")
    seen = at_work.clients["operator"].get(f"/api/v1/cases/{number}/rating-links").get_json()["links"]
    assert [(one["id"], one["url"], one["standing"]) for one in seen] == [(told["id"], told["url"], "open")]
    for who in ("member", "stranger", "auditor", "chengguan", "planner"):
        assert at_work.clients[who].post(f"/api/v1/cases/{number}/rating-links", json={}).status_code == 403, who
        assert at_work.clients[who].get(f"/api/v1/cases/{number}/rating-links").status_code == 403, who


def test_no_link_before_the_case_is_handled(at_work: Town) -> None:
    assert at_work.clients["operator"].post(f"/api/v1/cases/{at_work.alert()}/rating-links", json={}).status_code == 409


def test_reporters_get_their_links_when_the_case_is_verified(at_work: Town) -> None:
    number = at_work.alert(reporter={"name": "示例报事人甲", "phone": "021-5550-9001"})
    other = at_work.alert(reporter={"name": "示例报事人乙"})
    at_work.do("operator", "merge", other, into=number)
    seen = at_work.see(number)["reporters"]
    assert [(one["name"], one["phone"]) for one in seen] == [("示例报事人甲", "021-5550-9001"), ("示例报事人乙", "")]
    assert "reporters" not in at_work.see(number, "stranger")
    assert "reporters" not in at_work.see(number, "auditor")
    at_work.handled(number)
    at_work.do("micro_head", "verify", number)
    seen = at_work.clients["operator"].get(f"/api/v1/cases/{number}/rating-links").get_json()["links"]
    assert sorted(one["label"] for one in seen) == ["示例报事人乙", "示例报事人甲"]
    assert {one["standing"] for one in seen} == {"open"}
    assert {one["reporter"] for one in seen} == {one["id"] for one in at_work.see(number)["reporters"]}
    assert [one["sent"] for one in seen] == [[], []], "the worker sends them"
    assert (at_work.see(number)["invites"], at_work.see(number, "member")["invites"]) == (True, False)
    with state(at_work.app).sessions() as session:
        rows = session.execute(text("SELECT data::text FROM journal WHERE subject = :number"), {"number": number}).scalars()
        assert not [row for row in rows if "示例报事人" in row], "names stay out of the journal"


def test_the_page_tells_what_was_done_in_the_words_meant_for_it(at_work: Town) -> None:
    number = at_work.alert()
    at_work.handled(number)
    at_work.do("micro_head", "verify", number, note="内部说明", reply="垃圾已清运")
    page = callers.anonymous(at_work.app).get(path(link(at_work, number))).text
    assert "垃圾已清运" in page
    assert "内部说明" not in page


def test_two_votes_at_once_are_one(at_work: Town, number: str) -> None:
    address = path(link(at_work, number))
    clients = [callers.anonymous(at_work.app) for _ in range(4)]
    tokens = [re.search(r'csrf_token" value="([^"]+)"', client.get(address).text) for client in clients]
    with ThreadPoolExecutor(4) as pool:
        codes = list(
            pool.map(lambda pair: pair[0].post(address, data=GOOD | {"csrf_token": pair[1][1]}).status_code,
                     zip(clients, tokens, strict=True))
        )  # fmt: skip
    assert codes == [303] * 4
    assert len(at_work.see(number)["ratings"]) == 1
