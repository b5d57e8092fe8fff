"""Keys: making, using, rotating, and the key-encryption key around them."""

import base64
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.checks import CheckMessage, run_checks
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from guildmark.apps.audit.models import Event, LedgerPending
from guildmark.apps.keys import kek, queries, services
from guildmark.apps.keys.checks import DOCTOR
from guildmark.apps.keys.models import Key
from guildmark.apps.keys.states import KeyPurpose

pytestmark = pytest.mark.django_db
LEDGER, DATA, SIGNS = KeyPurpose.LEDGER, KeyPurpose.DATA, KeyPurpose.CREDENTIALS
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def fresh_kek() -> str:
    return secrets.token_urlsafe(32)


@pytest.fixture(autouse=True)
def kek_file(settings: Settings, tmp_path: Path) -> Path:
    """A key-encryption key of the test's own."""
    path = tmp_path / "secrets" / "kek"
    settings.GUILDMARK_KEK = ""
    settings.GUILDMARK_KEK_FILE = path
    return path


def findings() -> dict[str, CheckMessage]:
    found = run_checks(tags=[DOCTOR], include_deployment_checks=True, databases=["default"])
    return {str(each.id): each for each in found if str(each.id).startswith("guildmark.keys")}


def test_a_signature_verifies_with_the_public_half(at: datetime) -> None:
    key = services.create_key(purpose=LEDGER, actor=None, at=at)
    signature = services.sign(purpose=LEDGER, message=b"text")
    assert signature.kid == key.kid
    public = Ed25519PublicKey.from_public_bytes(bytes(key.public))
    public.verify(signature.value, b"text")
    with pytest.raises(InvalidSignature):
        public.verify(signature.value, b"other")


def test_signing_without_a_key_says_which_is_missing() -> None:
    with pytest.raises(queries.KeyMissing, match="ledger"):
        services.sign(purpose=LEDGER, message=b"")


def test_a_second_key_of_a_purpose_is_refused(at: datetime) -> None:
    services.create_key(purpose=LEDGER, actor=None, at=at)
    with pytest.raises(services.KeyExists, match="Rotate it"):
        services.create_key(purpose=LEDGER, actor=None, at=at)
    services.create_key(purpose=DATA, actor=None, at=at)


def test_the_database_refuses_two_active_keys_of_a_purpose(at: datetime) -> None:
    services.create_key(purpose=LEDGER, actor=None, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        services._make(LEDGER, at)


def test_a_rotated_key_signs_no_more_but_stays_to_verify(at: datetime) -> None:
    old = services.create_key(purpose=LEDGER, actor=None, at=at)
    later = at + timedelta(days=1)
    new = services.rotate_key(purpose=LEDGER, actor=None, at=later, reason="Two years.")
    assert services.sign(purpose=LEDGER, message=b"").kid == new.kid
    assert list(queries.public_keys(LEDGER)) == [new, old]
    old.refresh_from_db()
    assert (old.activates_at, old.retired_at) == (at, later)


def test_a_key_never_ends_before_what_it_signed(at: datetime) -> None:
    services.create_key(purpose=SIGNS, actor=None, at=at)
    for seconds in (3.7, 2):
        services.note_signing(purpose=SIGNS, at=at + seconds * SECOND)
    new = services.rotate_key(purpose=SIGNS, actor=None, at=at + SECOND, reason="A test.")
    old = queries.public_keys(SIGNS).get(retired_at__isnull=False)
    assert (old.signed_until, old.retired_at) == (at + 3 * SECOND, at + 3 * SECOND)
    assert new.activates_at == at + SECOND


def test_a_key_signs_for_no_moment_before_it_was_active(at: datetime) -> None:
    first = services.create_key(purpose=SIGNS, actor=None, at=at + 10.7 * SECOND)
    assert services.note_signing(purpose=SIGNS, at=at) == (first, at + 10 * SECOND)
    assert services.note_signing(purpose=SIGNS, at=at + 12.3 * SECOND)[1] == at + 12 * SECOND


# Compromised keys


@pytest.fixture
def retired(at: datetime) -> Key:
    """A key that signed credentials and was rotated an hour later."""
    key = services.create_key(purpose=SIGNS, actor=None, at=at)
    services.rotate_key(purpose=SIGNS, actor=None, at=at + HOUR, reason="It is old.")
    return key


def test_a_key_rotated_out_long_ago_can_be_marked_as_compromised(
    retired: Key, at: datetime
) -> None:
    new = queries.active_key(SIGNS)
    services.mark_compromised(retired.kid, actor=None, at=at + 2 * HOUR, reason="A lost backup.")
    retired.refresh_from_db()
    assert (retired.retired_at, retired.compromised_at) == (at + HOUR, at + 2 * HOUR)
    assert queries.active_key(SIGNS) == new
    assert new.compromised_at is None
    event = Event.objects.get(name="keys:key:compromised")
    assert (event.payload["kid"], event.detail.reason) == (retired.kid, "A lost backup.")
    assert LedgerPending.objects.filter(event=event).exists()


def test_marking_a_key_twice_changes_and_tells_nothing_more(retired: Key, at: datetime) -> None:
    for hours in (2, 3):
        services.mark_compromised(retired.kid, actor=None, at=at + hours * HOUR, reason="Lost.")
    retired.refresh_from_db()
    assert retired.compromised_at == at + 2 * HOUR
    assert Event.objects.filter(name="keys:key:compromised").count() == 1


@pytest.mark.parametrize("purpose", [LEDGER, SIGNS])
def test_marking_the_key_in_use_rotates_it(purpose: KeyPurpose, at: datetime) -> None:
    old = services.create_key(purpose=purpose, actor=None, at=at)
    for hours in (1, 2):
        services.mark_compromised(old.kid, actor=None, at=at + hours * HOUR, reason="Stolen.")
    old.refresh_from_db()
    assert (old.retired_at, old.compromised_at) == (at + HOUR, at + HOUR)
    rotated = Event.objects.get(name="keys:key:rotated").payload
    assert rotated["kid"] == queries.active_key(purpose).kid
    assert (rotated["replaces"], rotated["compromised"]) == (old.kid, True)


def test_a_key_in_use_that_cannot_be_replaced_is_not_marked(
    settings: Settings, at: datetime
) -> None:
    key = services.create_key(purpose=SIGNS, actor=None, at=at)
    settings.GUILDMARK_KEK = "wrong"
    with pytest.raises(kek.KekUnavailable):
        services.mark_compromised(key.kid, actor=None, at=at, reason="Stolen.")
    key.refresh_from_db()
    assert (key.retired_at, key.compromised_at) == (None, None)


def test_what_was_signed_in_the_second_of_the_compromise_lies_before_it(at: datetime) -> None:
    key = services.create_key(purpose=SIGNS, actor=None, at=at)
    services.note_signing(purpose=SIGNS, at=at + 0.2 * SECOND)
    services.mark_compromised(key.kid, actor=None, at=at + 0.9 * SECOND, reason="Stolen.")
    key.refresh_from_db()
    assert key.compromised_at == at + SECOND


def test_a_data_key_cannot_be_marked_because_it_signs_nothing(at: datetime) -> None:
    key = services.create_key(purpose=DATA, actor=None, at=at)
    with pytest.raises(services.SignsNothing, match="set up anew"):
        services.mark_compromised(key.kid, actor=None, at=at, reason="Stolen.")
    with pytest.raises(services.SignsNothing, match="set up anew"):
        services.rotate_key(purpose=DATA, actor=None, at=at, reason="", compromised=True)
    assert queries.active_key(DATA) == key


def test_a_name_that_no_key_has_is_refused_with_those_there_are(retired: Key, at: datetime) -> None:
    with pytest.raises(queries.KeyUnknown, match=retired.kid):
        services.mark_compromised("credentials-0", actor=None, at=at, reason="Stolen.")


def test_the_command_marks_a_key_of_its_purpose(
    retired: Key, at: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    new = queries.active_key(SIGNS)
    marking = ("rotate_key", "credentials", "--reason", "Lost.", "--compromised-key")
    call_command(*marking, retired.kid)
    assert retired.kid in capsys.readouterr().out
    retired.refresh_from_db()
    assert retired.compromised_at is not None
    assert queries.active_key(SIGNS) == new


def test_the_command_names_the_keys_of_its_purpose_where_one_is_unknown(
    retired: Key, at: datetime
) -> None:
    other = services.create_key(purpose=LEDGER, actor=None, at=at)
    for kid in ("credentials-0", other.kid):
        with pytest.raises(CommandError, match=retired.kid) as refusal:
            call_command("rotate_key", "credentials", "--reason=x", "--compromised-key", kid)
        assert other.kid not in str(refusal.value).partition("Known")[2]
    services.create_key(purpose=DATA, actor=None, at=at)
    with pytest.raises(CommandError, match="sign nothing"):
        call_command("rotate_key", "data", "--reason=x", "--compromised")


def test_the_command_takes_one_word_about_a_compromise(retired: Key) -> None:
    with pytest.raises(CommandError, match="not allowed with"):
        call_command(
            "rotate_key", "credentials", "--reason=x", "--compromised", "--compromised-key=x"
        )


def test_there_is_nothing_to_rotate_before_the_first_key(at: datetime) -> None:
    with pytest.raises(queries.KeyMissing):
        services.rotate_key(purpose=LEDGER, actor=None, at=at, reason="")


def test_what_was_encrypted_can_be_read_in_its_place_only() -> None:
    token = services.encrypt(plaintext="sécret", context=b"totp:1")
    assert "sécret" not in token
    assert services.decrypt(ciphertext=token, context=b"totp:1") == "sécret"
    with pytest.raises(services.DecryptionRefused, match="belongs elsewhere"):
        services.decrypt(ciphertext=token, context=b"totp:2")


def test_the_same_text_never_gives_the_same_ciphertext() -> None:
    tokens = {services.encrypt(plaintext="a", context=b"") for _ in range(20)}
    assert len(tokens) == 20


@pytest.mark.parametrize(
    "damage",
    [
        lambda token: token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"),
        lambda token: token.replace("v1.", "v2."),
        lambda token: token.replace("data-", "ledger-"),
        lambda token: token + "!",
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: token[:0],
    ],
)
def test_a_damaged_ciphertext_is_refused(damage: object) -> None:
    assert callable(damage)
    token = services.encrypt(plaintext="a", context=b"")
    with pytest.raises(services.DecryptionRefused):
        services.decrypt(ciphertext=damage(token), context=b"")


def test_what_an_old_data_key_encrypted_can_still_be_read(at: datetime) -> None:
    token = services.encrypt(plaintext="a", context=b"")
    services.rotate_key(purpose=DATA, actor=None, at=at, reason="Two years.")
    assert services.decrypt(ciphertext=token, context=b"") == "a"
    assert token.split(".")[1] != services.encrypt(plaintext="a", context=b"").split(".")[1]


def test_a_key_encryption_key_is_made_on_a_development_machine_for_its_owner_only(
    kek_file: Path,
) -> None:
    services.encrypt(plaintext="a", context=b"")
    assert kek_file.stat().st_mode & 0o777 == 0o600
    assert kek_file.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in kek_file.parent.iterdir()] == ["kek"]


def test_a_key_encryption_key_is_never_made_in_production(
    settings: Settings, kek_file: Path
) -> None:
    settings.GUILDMARK_KEK_MAY_BE_MADE = False
    with pytest.raises(kek.KekUnavailable, match="GUILDMARK_KEK_FILE"):
        services.encrypt(plaintext="a", context=b"")
    assert not kek_file.exists()


@pytest.mark.parametrize("wrong", ["short", "ä" * 43, "!" * 43, " \n"])
def test_a_malformed_key_encryption_key_is_refused_without_being_shown(
    settings: Settings, wrong: str
) -> None:
    settings.GUILDMARK_KEK = wrong
    with pytest.raises(kek.KekUnavailable) as refusal:
        kek.key_encryption_keys()
    assert wrong.strip() == "" or wrong not in str(refusal.value)


def test_rewrapping_frees_from_the_old_key_encryption_key(kek_file: Path, at: datetime) -> None:
    token = services.encrypt(plaintext="a", context=b"")
    old, new = kek_file.read_text().strip(), fresh_kek()
    kek_file.write_text(f"{new}\n{old}\n")
    assert services.decrypt(ciphertext=token, context=b"") == "a"
    assert "guildmark.keys.W002" in findings()
    assert services.rewrap_keys(actor=None, at=at) == 1
    assert services.rewrap_keys(actor=None, at=at) == 0
    kek_file.write_text(f"{new}\n")
    assert services.decrypt(ciphertext=token, context=b"") == "a"
    assert findings() == {}


def test_a_key_encryption_key_that_is_gone_is_named_by_its_fingerprint(kek_file: Path) -> None:
    token = services.encrypt(plaintext="a", context=b"")
    fingerprint = Key.objects.get().kek
    kek_file.write_text(fresh_kek())
    with pytest.raises(kek.KekUnavailable, match=fingerprint):
        services.decrypt(ciphertext=token, context=b"")
    assert fingerprint in findings()["guildmark.keys.E001"].msg


def test_a_key_under_another_name_cannot_be_unwrapped(at: datetime) -> None:
    services.create_key(purpose=LEDGER, actor=None, at=at)
    Key.objects.update(kid="ledger-renamed")
    with pytest.raises(kek.KekUnavailable, match="was changed"):
        services.sign(purpose=LEDGER, message=b"")


def test_a_missing_key_encryption_key_is_found_before_it_is_needed(
    settings: Settings,
) -> None:
    assert findings() == {}
    settings.GUILDMARK_KEK_MAY_BE_MADE = False
    assert "GUILDMARK_KEK_FILE" in findings()["guildmark.keys.E001"].msg


def test_halves_that_do_not_belong_together_are_found(at: datetime) -> None:
    services.create_key(purpose=LEDGER, actor=None, at=at)
    Key.objects.update(public=b"\x00" * 32)
    assert "belong together" in findings()["guildmark.keys.E001"].msg


def test_a_key_that_should_be_replaced_soon_is_found(at: datetime) -> None:
    services.create_key(purpose=LEDGER, actor=None, at=timezone.now())
    assert findings() == {}
    Key.objects.update(not_after=timezone.now() + timedelta(days=29))
    assert "rotate-key ledger" in str(findings()["guildmark.keys.W001"].hint)


def test_a_readable_key_file_is_found(kek_file: Path) -> None:
    services.encrypt(plaintext="a", context=b"")
    kek_file.chmod(0o640)
    assert "chmod 600" in str(findings()["guildmark.keys.E002"].hint)


def test_every_change_of_keys_is_told_to_the_ledger_without_secrets(
    kek_file: Path, at: datetime
) -> None:
    services.create_key(purpose=LEDGER, actor=None, at=at)
    call_command("rotate_key", "ledger", "--reason", "Two years are over.")
    kek_file.write_text(f"{fresh_kek()}\n{kek_file.read_text()}")
    call_command("rewrap_keys")
    names = ["keys:key:created", "keys:key:rotated", "keys:key:rewrapped"]
    assert list(Event.objects.order_by("pk").values_list("name", flat=True)) == names
    rotated = Event.objects.get(name="keys:key:rotated")
    assert rotated.detail.reason == "Two years are over."
    half = {"kid", "purpose", "algorithm", "public_key"}
    assert set(rotated.payload) == {*half, "replaces", "compromised"}
    assert rotated.payload["compromised"] is False


def test_commands_refuse_with_the_reason(settings: Settings, at: datetime) -> None:
    with pytest.raises(CommandError, match="no key for the purpose"):
        call_command("rotate_key", "ledger", "--reason", "None.")
    services.create_key(purpose=LEDGER, actor=None, at=at)
    settings.GUILDMARK_KEK = "wrong"
    with pytest.raises(CommandError, match="not well-formed"):
        call_command("rewrap_keys")


def test_nothing_secret_shows_when_a_key_is_printed(kek_file: Path, at: datetime) -> None:
    key = services.create_key(purpose=DATA, actor=None, at=at)
    secret = services._secret(key)
    raw = base64.urlsafe_b64decode(kek_file.read_text().strip() + "=")
    shown = f"{key} {key!r} {kek.key_encryption_keys()!r}".encode()
    for hidden in (secret, raw, repr(secret).encode(), repr(raw).encode()):
        assert hidden not in shown
