from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.ledger import (
    EMPTY_ROOT,
    Checkpoint,
    CheckpointMalformed,
    NoteInvalid,
    NoteMalformed,
    OriginMismatch,
    SignatureInvalid,
    SignatureMissing,
    VerifierKey,
    VerifierKeyMalformed,
    open_checkpoint,
    open_note,
    sign_checkpoint,
    sign_note,
)
from guildmark.cores.ledger.note import MAXIMUM_NOTE_BYTES

pytestmark = pytest.mark.once

# The example of golang.org/x/mod/sumdb/note (note_test.go), the reference implementation.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_PRIVATE = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
GO_NOTE = f"{GO_TEXT}\n{GO_SIGNATURE}"
# The examples in c2sp.org/tlog-checkpoint and c2sp.org/signed-note; their keys are not given.
C2SP_CHECKPOINT = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q"
    "1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
ORIGIN = "institute.example/ledger"


def key_pair(name: str = ORIGIN, seed: int = 1) -> tuple[VerifierKey, Callable[[bytes], bytes]]:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))
    return VerifierKey(name, private.public_key().public_bytes_raw()), private.sign


KEY, SIGN = key_pair()
CHECKPOINT = Checkpoint(ORIGIN, 3, bytes(range(32)))
NOTE = sign_checkpoint(CHECKPOINT, key=KEY, sign=SIGN)


def test_the_note_of_the_reference_implementation_opens_with_its_key() -> None:
    key = VerifierKey.parse(GO_VKEY)
    assert open_note(GO_NOTE, keys=[key]).text == GO_TEXT
    assert open_note(GO_NOTE.encode(), keys=[key]).signed_by == (key,)


def test_signing_with_the_reference_key_gives_the_reference_note_byte_for_byte() -> None:
    private = Ed25519PrivateKey.from_private_bytes(b64decode(GO_PRIVATE)[1:])
    assert sign_note(GO_TEXT, key=VerifierKey.parse(GO_VKEY), sign=private.sign) == GO_NOTE


def test_a_verifier_key_is_written_as_it_was_read() -> None:
    assert VerifierKey.parse(GO_VKEY).encode() == GO_VKEY
    assert VerifierKey.parse(KEY.encode()) == KEY


def test_no_part_of_a_verifier_key_and_no_neighbour_of_it_is_accepted() -> None:
    for start in range(len(GO_VKEY)):
        for stop in range(start + 1, len(GO_VKEY) + 1):
            if stop - start < len(GO_VKEY):
                with pytest.raises(VerifierKeyMalformed):
                    VerifierKey.parse(GO_VKEY[start:stop])
    for place, character in enumerate(GO_VKEY):
        with pytest.raises(VerifierKeyMalformed):
            VerifierKey.parse(GO_VKEY[:place] + chr(ord(character) + 1) + GO_VKEY[place + 1 :])


@pytest.mark.parametrize("name", ["", "two words", "a+b", "no\u2003em", "line\nfeed", "bell\x07"])
def test_a_key_name_without_letters_or_with_spaces_or_plus_is_refused(name: str) -> None:
    with pytest.raises(VerifierKeyMalformed, match="cannot name a key"):
        VerifierKey(name, KEY.public_key)


def test_a_key_of_another_kind_is_refused() -> None:
    ecdsa = "example+00000000+" + b64encode(b"\x02" + bytes(32)).decode()
    with pytest.raises(VerifierKeyMalformed, match="not an Ed25519 key"):
        VerifierKey.parse(ecdsa)
    with pytest.raises(VerifierKeyMalformed, match="31 bytes instead of 32"):
        VerifierKey(ORIGIN, bytes(31))


def test_the_checkpoint_of_the_specification_is_read() -> None:
    text = C2SP_CHECKPOINT.partition("\n\n")[0] + "\n"
    checkpoint = Checkpoint.parse(text)
    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.size == 20852163
    assert checkpoint.root.hex() == (
        "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    )
    assert checkpoint.text() == text
    with pytest.raises(SignatureMissing, match=r"example\.com/behind-the-sofa"):
        open_note(C2SP_CHECKPOINT, keys=[KEY])


def test_a_checkpoint_has_exactly_the_documented_form() -> None:
    signature = b64encode(KEY.key_id + SIGN(CHECKPOINT.text().encode())).decode()
    assert (
        "institute.example/ledger\n"
        "3\n"
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        "\n"
        f"— institute.example/ledger {signature}\n"
    ) == NOTE


@given(
    st.integers(0, 2**62),
    st.binary(min_size=32, max_size=32),
    st.lists(st.from_regex(r"[^\x00-\x1f]{1,20}", fullmatch=True), max_size=3),
)
def test_what_was_signed_is_what_opens(size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root, tuple(extensions))
    note = sign_checkpoint(checkpoint, key=KEY, sign=SIGN)
    assert open_checkpoint(note, keys=[KEY], origin=ORIGIN) == checkpoint


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_a_single_changed_bit_anywhere_is_noticed(bit: int) -> None:
    raw = bytearray(NOTE.encode())
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(NoteInvalid):
        open_checkpoint(bytes(raw), keys=[KEY], origin=ORIGIN)


def test_signatures_of_strangers_are_passed_over() -> None:
    stranger, sign = key_pair("witness.example", seed=2)
    line = sign_note(CHECKPOINT.text(), key=stranger, sign=sign).rpartition("\n\n")[2]
    opened = open_note(NOTE + line, keys=[KEY])
    assert opened.signed_by == (KEY,)
    assert open_note(NOTE + line, keys=[stranger, KEY]).signed_by == (KEY, stranger)


def test_a_stranger_with_the_same_name_does_not_count() -> None:
    impostor, sign = key_pair(seed=2)
    note = sign_checkpoint(CHECKPOINT, key=impostor, sign=sign)
    with pytest.raises(SignatureMissing, match=f"only .*{KEY.key_id.hex()}.* is known"):
        open_note(note, keys=[KEY])
    with pytest.raises(SignatureMissing, match="only no key is known"):
        open_note(note, keys=[])


def test_one_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    text, _, line = NOTE.rpartition("\n\n")
    wrong = "— " + ORIGIN + " " + b64encode(KEY.key_id + bytes(64)).decode() + "\n"
    with pytest.raises(SignatureInvalid, match="one of them was changed"):
        open_note(f"{text}\n\n{line}{wrong}", keys=[KEY])


def test_a_text_with_empty_lines_is_split_at_the_last_one() -> None:
    note = sign_note("first\n\nlast\n", key=KEY, sign=SIGN)
    assert open_note(note, keys=[KEY]).text == "first\n\nlast\n"


def test_signing_with_a_key_that_does_not_belong_is_noticed_at_once() -> None:
    _, other = key_pair(seed=2)
    with pytest.raises(SignatureInvalid):
        sign_checkpoint(CHECKPOINT, key=KEY, sign=other)


@pytest.mark.parametrize("text", ["", "no line feed", "tab\t\n", "carriage return\r\n", "\ud800\n"])
def test_a_text_that_no_note_may_have_is_not_signed(text: str) -> None:
    with pytest.raises(NoteMalformed):
        sign_note(text, key=KEY, sign=SIGN)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n\n",
        b"no signature\n",
        GO_TEXT.encode() + b"\n",
        NOTE.encode()[:-1],
        NOTE.replace("\n\n", "\n").encode(),
        NOTE.replace("\n", "\r\n").encode(),
        NOTE.replace("—", "-").encode(),
        (NOTE + "— name not*base64=\n").encode(),
        (NOTE + "— name AAAAAA==\n").encode(),
        (NOTE + "— name\n").encode(),
        (NOTE + "anything\n").encode(),
        b"\xff" + NOTE.encode(),
        b"x" * MAXIMUM_NOTE_BYTES + NOTE.encode(),
    ],
)
def test_what_is_not_a_signed_note_is_refused(note: bytes) -> None:
    with pytest.raises(NoteMalformed):
        open_note(note, keys=[KEY])


def test_base64_that_is_not_canonical_is_refused() -> None:
    line = NOTE.rpartition(" ")[2].strip()
    assert line.endswith("=")
    loose = line[:-2] + chr(ord(line[-2]) + 1) + "="
    assert b64decode(loose) == b64decode(line)
    with pytest.raises(NoteMalformed):
        open_note(NOTE.replace(line, loose), keys=[KEY])


ROOT_LINE = b64encode(EMPTY_ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"o\n0\n{ROOT_LINE}",
        "o\n0\n",
        f"\n0\n{ROOT_LINE}\n",
        f"o\n00\n{ROOT_LINE}\n",
        f"o\n01\n{ROOT_LINE}\n",
        f"o\n-1\n{ROOT_LINE}\n",
        f"o\n+1\n{ROOT_LINE}\n",
        f"o\n 1\n{ROOT_LINE}\n",
        f"o\n1_0\n{ROOT_LINE}\n",
        f"o\n\u0661\n{ROOT_LINE}\n",
        f"o\n1{'0' * 19}\n{ROOT_LINE}\n",
        f"o\n1\n{ROOT_LINE[:-1]}\n",
        "o\n1\nAAAA\n",
        f"o\n1\n{ROOT_LINE}\n\n",
        f"o\n1\n{ROOT_LINE}\next\n\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CheckpointMalformed):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 1, EMPTY_ROOT, ()),
        ("two\nlines", 1, EMPTY_ROOT, ()),
        (ORIGIN, -1, EMPTY_ROOT, ()),
        (ORIGIN, 1, EMPTY_ROOT[:-1], ()),
        (ORIGIN, 1, EMPTY_ROOT, ("",)),
    ],
)
def test_a_checkpoint_that_could_not_be_read_again_cannot_be_made(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    with pytest.raises(CheckpointMalformed):
        Checkpoint(origin, size, root, extensions)


def test_a_checkpoint_of_another_ledger_is_refused_though_the_signature_is_right() -> None:
    other = Checkpoint("other.example/ledger", 3, CHECKPOINT.root)
    note = sign_checkpoint(other, key=KEY, sign=SIGN)
    with pytest.raises(OriginMismatch, match=r'"other\.example/ledger", but "institute\.example'):
        open_checkpoint(note, keys=[KEY], origin=ORIGIN)
