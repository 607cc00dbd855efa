import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_own_names_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "[::1", "", "@localhost.evil"]
)
def test_a_foreign_name_reads_nothing(client: FlaskClient, host: str) -> None:
    answer = client.get("/api/v1/cases.geojson", headers={"Host": host})
    assert answer.status_code == 403
    assert "GRIDMAP_TRUSTED_HOSTS" in answer.get_json()["detail"]
