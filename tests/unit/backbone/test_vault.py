from __future__ import annotations

import pytest

from backbone.vault.cache import KeyCache
from backbone.vault.cipher import DataKey, keyed_hash, open_sealed, seal


def test_sm4_gcm_gives_what_rfc_8998_publishes() -> None:
    # RFC 8998, appendix A.1
    secret = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    associated = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plaintext = bytes.fromhex(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD"
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    )
    ciphertext = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
    )
    tag = bytes.fromhex("83DE3541E4C2B58177E065A9BF7B62EC")
    assert seal(secret, nonce, plaintext, associated) == nonce + ciphertext + tag
    assert open_sealed(secret, nonce + ciphertext + tag, associated) == plaintext


def test_hmac_sm3_gives_what_the_standard_publishes() -> None:
    # GB/T 15852.2-2012, annex; OpenSSL's own tests have the same vector.
    key = bytes(range(1, 33))
    data = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2
    assert keyed_hash(key, data).hex() == "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"


def test_a_cache_forgets_the_least_used_beyond_its_bound() -> None:
    cache = KeyCache(size=2)
    keys = [DataKey(bytes([n]) * 16, bytes(16)) for n in range(3)]
    cache.put("a", keys[0])
    cache.put("b", keys[1])
    assert cache.get("a") == keys[0]
    cache.put("c", keys[2])
    assert cache.get("b") is None
    assert cache.get("a") == keys[0]
    assert len(cache) == 2


def test_a_cache_does_not_outlive_an_erasure_by_much() -> None:
    now = [0.0]
    cache = KeyCache(seconds=5, clock=lambda: now[0])
    cache.put("a", DataKey(bytes(16), bytes(16)))
    now[0] = 4.9
    assert cache.get("a") is not None
    now[0] = 5.0
    assert cache.get("a") is None
    assert len(cache) == 0


@pytest.mark.parametrize("shown", [repr(DataKey(b"i" * 16, b"s" * 16))])
def test_a_key_does_not_print_its_secret(shown: str) -> None:
    assert "ssss" not in shown
