import pytest


@pytest.mark.parametrize(("given", "kept"), [("abcDEF-123_xyz", True), ("short", False), ("new\tline and more", False)])
def test_request_id_is_kept_or_made(client, given, kept):
    answered = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert (answered == given) is kept
    assert len(answered) >= 8
