"""Two at once, twice, late: one wins, the others are told who has it; nothing is done twice."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from gridmap.http.state import state
from tests import callers
from tests.loop.crew_at_work import Town


def test_a_hundred_claims_one_wins(at_work: Town) -> None:
    number = at_work.alert()
    etag, clients = at_work.etag(number), [at_work.clients[who] for who in ("member", "member2")]
    ready, statuses = Barrier(20), []

    def claim(turn: int) -> None:
        client = at_work.app.test_client()
        mine = clients[turn % 2]
        client._cookies = mine._cookies
        client.environ_base.update(mine.environ_base)
        ready.wait()
        for _ in range(5):
            answer = client.post(f"/api/v1/cases/{number}/actions/accept", json={}, headers={"If-Match": etag})
            statuses.append(answer.status_code)

    threads = [Thread(target=claim, args=(turn,)) for turn in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses.count(200), statuses.count(409)) == (1, 99)
    told = at_work.see(number)
    assert [task["state"] for task in told["tasks"]] == ["accepted"]


def test_who_is_late_is_told_who_has_it(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("member", "accept", number)
    late = at_work.try_to("member2", "accept", number)
    assert late.status_code == 409
    told = late.get_json()
    assert told["state"] == "handling"
    assert told["holder"] == "Demo Person 1"
    assert "comment" in told["allowed"]
    assert told["who"]["accept"]


def test_a_refusal_speaks_the_readers_language(at_work: Town) -> None:
    number = at_work.alert()
    client = at_work.clients["operator"]
    answer = client.post(f"/api/v1/cases/{number}/actions/close", json={}, headers={"If-Match": "*", "Accept-Language": "zh-CN"})
    assert answer.get_json()["detail"] == "案件现为“待处理”，不能进行：结案"


@pytest.mark.parametrize(("etag", "status"), [(None, 428), ('"v7"', 409), ('"nonsense"', 409), ("*", 200)])
def test_a_change_names_the_version_it_was_decided_on(at_work: Town, etag: str | None, status: int) -> None:
    number = at_work.alert()
    assert at_work.try_to("member", "accept", number, etag=etag).status_code == status


def test_the_etag_that_was_read_is_good_once(at_work: Town) -> None:
    number = at_work.alert()
    etag = at_work.etag(number)
    assert at_work.try_to("operator", "supervise", number, etag=etag, kind="focus", text="请关注").status_code == 200
    assert at_work.try_to("member", "accept", number, etag=etag).status_code == 409
    assert at_work.try_to("member", "accept", number, etag=at_work.etag(number)).status_code == 200


def test_the_same_key_changes_nothing_twice(at_work: Town) -> None:
    number = at_work.alert()
    etag = at_work.etag(number)
    first = at_work.try_to("member", "accept", number, etag=etag, key="k-1")
    again = at_work.try_to("member", "accept", number, etag=etag, key="k-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.get_json()["fresh"], again.get_json()["fresh"]) == (True, False)
    assert first.get_json()["version"] == again.get_json()["version"] == at_work.see(number)["version"] == 1
    other = at_work.try_to("member", "start", number, key="k-1")
    assert other.status_code == 409
    assert at_work.try_to("member2", "comment", number, key="k-1", text="我的键").status_code == 200


def test_two_merges_that_cross_wait_for_each_other(at_work: Town) -> None:
    one, other = at_work.alert(), at_work.alert()
    ready, statuses = Barrier(2), []

    def merge(who: str, number: str, into: str) -> None:
        ready.wait()
        statuses.append(at_work.try_to(who, "merge", number, into=into).status_code)

    threads = [Thread(target=merge, args=args) for args in (("operator", one, other), ("operator2", other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409]


def test_a_refused_action_leaves_no_trace(at_work: Town) -> None:
    number = at_work.alert()
    before = at_work.see(number)
    at_work.try_to("member", "finish", number, result="x", evidence=[at_work.photo(number)])
    at_work.try_to("stranger", "accept", number)
    at_work.try_to("operator", "dispatch", number, to=[{"person": "nobody"}])
    after = at_work.see(number)
    assert {**before, "evidence": None} == {**after, "evidence": None}


def test_the_journal_is_the_only_memory_of_who_did_what(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("member", "accept", number)
    with state(at_work.app).sessions() as session:
        rows = session.execute(text("SELECT kind, actor FROM journal WHERE subject = :number ORDER BY id"), {"number": number})
        assert [tuple(row) for row in rows] == [("case.opened", "key:loop"), ("case.accept", "account:member")]


def test_who_did_it_is_told_by_name(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("member", "accept", number)
    at_work.do("member", "ask_extension", number, reason="雨天")
    request = at_work.see(number)["requests"][0]["id"]
    at_work.do("micro_head", "review", number, request=request, granted=False, reason="不必")
    told = at_work.see(number)
    assert told["timeline"][1]["actor"] == told["tasks"][0]["holder"] == "account:member"
    assert told["names"]["account:member"] == {"name": "演示人1", "name_en": "Demo Person 1"}
    assert told["names"][told["requests"][0]["reviews"][0]["by"]]["name_en"] == "Demo Person 4"
    assert not any(actor.startswith("key:") for actor in told["names"])


def test_out_of_scope_no_names(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("operator", "dispatch", number, to=[{"person": "T0001"}], note="请演示人1")
    inside, outside = at_work.see(number, "member"), at_work.see(number, "stranger")
    assert inside["tasks"][0]["person_name"] == "演示人1"
    assert "演示人1" not in str(outside["tasks"])
    assert "comments" not in outside
    assert all(entry["actor"] != "account:operator" for entry in outside["timeline"])
    assert "演示人1" not in str(outside)
    assert outside["names"] == {}
    assert callers.PASSWORD not in str(inside)
