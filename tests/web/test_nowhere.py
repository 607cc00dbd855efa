"""An address where nothing is: a page for who looks at pages, a problem for programs."""

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap.accounts.rights import Role
from tests import callers

LOOKS = {"Accept": "text/html,*/*;q=0.8"}


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_person_gets_a_page_in_their_language(app: APIFlask, signed_in: bool) -> None:
    client = callers.signed_in(app, Role.OPERATOR) if signed_in else app.test_client()
    for language, words in (("zh-CN", "这个地址没有内容"), ("en", "There is nothing at this address")):
        answer = client.get("/nowhere", headers={**LOOKS, "Accept-Language": language})
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert words in answer.get_data(as_text=True)


def test_a_program_gets_a_problem(client: FlaskClient) -> None:
    for path, headers in (("/nowhere", {}), ("/api/v1/nowhere", LOOKS)):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
