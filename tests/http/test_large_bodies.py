import io

from flask.testing import FlaskClient


def test_a_body_that_is_too_large_is_taken_in_and_told_how_large_it_may_be(standing: FlaskClient) -> None:
    sent = io.BytesIO(b'{"text": "' + b"x" * 10_000_000 + b'"}')
    length = len(sent.getvalue())
    headers = {"Content-Length": str(length)}
    answer = standing.post("/api/v1/alerts", input_stream=sent, headers=headers, content_type="application/json")

    assert answer.status_code == 413
    told = answer.get_json(force=True)
    assert "1048576 bytes" in told["detail"]
    assert [fault["field"] for fault in told["errors"]] == ["text"]
    # A sender that is cut off while it still sends sees a broken pipe, and no answer.
    assert sent.tell() == length
