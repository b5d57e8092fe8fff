"""Credentials are awarded by registrars, with a reason, and signed in the same transaction."""

import json
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress

from guildmark.apps.accounts.models import RoleGrant
from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.credentials import answers, issuing, queries, services, status_lists
from guildmark.apps.credentials.models import Credential, Proposal
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.credentials.services import Award, CredentialRefused
from guildmark.apps.institute.queries import institute as the_institute
from guildmark.apps.mail.models import Message
from guildmark.cores.identifiers import read_id
from guildmark.cores.vc import dids, open_badges, proofs, status_list
from tests.apps.accounts.factories import member, staff
from tests.apps.credentials.factories import a_type, awarded


def test_an_award_is_signed_numbered_and_told_to_its_holder(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    assert made.holder == holder
    assert read_id(made.number).checked
    assert made.valid_until is not None
    assert made.valid_until.year == at.year + 2
    message = Message.objects.get(recipient="holder@example.org")
    assert made.number in message.text


def test_a_signed_credential_verifies_with_the_published_document_of_the_institute(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    document = json.loads(made.document)
    open_badges.check_structure(document)
    assert document["issuer"]["id"] == "did:web:example.org"
    published = dids.read_controller_document(
        json.dumps(issuing.controller_document()), "did:web:example.org"
    )
    proof = proofs.read_proof(document)
    proofs.check_proof(document, published.method(proof.verification_method).public)


def test_the_first_award_fixes_the_web_address_for_ever(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    assert the_institute().origin_fixed_at is None
    awarded(cpap, actor=registrar, at=at)
    assert the_institute().origin_fixed_at == at


def test_the_holder_is_named_only_by_a_salted_digest_of_their_address(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    document = awarded(cpap, actor=registrar, at=at).document
    assert "holder@example.org" not in document
    assert "Ada" not in document
    identity = json.loads(document)["credentialSubject"]["identifier"][0]
    assert open_badges.is_identity_of(identity, "holder@example.org")


def test_where_the_type_wants_it_a_second_registrar_approves(
    registrar: User, second: User, holder: User, at: datetime
) -> None:
    kind = a_type("CPAA", at=at)
    wanted = Award(kind, "holder@example.org", "Ada Example", "Passed everything.")
    asked = services.award(wanted, actor=registrar, at=at)
    assert isinstance(asked, Proposal)
    assert not Credential.objects.exists()
    made = services.approve(asked, reason="Seen the file.", actor=second, at=at)
    assert isinstance(made, Credential)
    assert made.holder == holder


def test_nobody_approves_what_they_asked_for_or_gain_by(
    registrar: User, second: User, at: datetime
) -> None:
    kind = a_type("CPAA", at=at)
    wanted = Award(kind, "second@example.org", "Second Person", "Passed everything.")
    asked = services.award(wanted, actor=registrar, at=at)
    assert isinstance(asked, Proposal)
    for nobody in (registrar, second):
        with pytest.raises(PermissionRefused):
            services.approve(asked, reason="Why not.", actor=nobody, at=at)


def test_a_refused_or_withdrawn_proposal_awards_nothing(
    registrar: User, second: User, holder: User, at: datetime
) -> None:
    kind = a_type("CPAA", at=at)
    wanted = Award(kind, "holder@example.org", "Ada Example", "Passed everything.")
    for end in ("refuse", "withdraw"):
        asked = services.award(wanted, actor=registrar, at=at)
        assert isinstance(asked, Proposal)
        if end == "refuse":
            services.refuse(asked, reason="The file is not there.", actor=second, at=at)
        else:
            services.withdraw(asked, actor=registrar, at=at)
        with pytest.raises(PermissionRefused, match="decided already"):
            services.approve(asked, reason="Late.", actor=second, at=at)
    assert not Credential.objects.exists()


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_registrars_award(cpap: CredentialType, role: Role | None, at: datetime) -> None:
    actor = staff(role) if role else member()
    with pytest.raises(PermissionRefused, match="registrar"):
        awarded(cpap, actor=actor, at=at)


@pytest.mark.parametrize(
    ("email", "name", "reason", "problem"),
    [
        ("holder", "Ada", "Passed.", "no e-mail address|not an e-mail address"),
        ("holder@example.org", " ", "Passed.", "name as it is to stand"),
        ("holder@example.org", "Ada", " ", "Give the reason"),
        ("holder@example.org", "Ada", "x" * 501, "501 characters"),
        ("asking@example.org", "Myself", "I am good.", "to themselves"),
    ],
)
def test_an_award_that_lacks_something_is_refused_with_what_is_missing(
    cpap: CredentialType, registrar: User, at: datetime, email: str, name: str, reason: str,
    problem: str,
) -> None:  # fmt: skip
    with pytest.raises(CredentialRefused, match=problem):
        services.award(Award(cpap, email, name, reason), actor=registrar, at=at)


def test_a_credential_for_somebody_without_an_account_waits_until_they_claim_it(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at, email="Later@Example.org")
    assert made.holder is None
    assert answers.answer(made.number, at=at).state == "valid"
    stranger, person = member(), member("later@example.org")
    with pytest.raises(CredentialRefused, match="confirmed"):
        services.claim(made, actor=stranger, at=at)
    assert services.claim(made, actor=person, at=at).holder == person
    assert list(queries.waiting_for_claim(["later@example.org"])) == []


def test_each_credential_has_a_place_of_its_own_in_a_status_list(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    made = [awarded(cpap, actor=registrar, at=at, email=f"p{i}@example.org") for i in range(5)]
    places = {(each.status_list_id, each.status_index) for each in made}
    assert len(places) == 5


def test_two_codes_that_read_alike_are_not_both_defined(cpap: CredentialType, at: datetime) -> None:
    a_type("AI0", at=at)
    with pytest.raises(CredentialRefused, match="reads like"):
        a_type("A1O", at=at)


def test_a_status_list_says_of_each_credential_what_the_registry_says(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    assert made.status_list is not None
    listed = json.loads(status_lists.text_of(made.status_list, at=at))
    entry = status_list.read_entry(json.loads(made.document)["credentialStatus"])
    found = status_list.read_status(entry, listed, at + timedelta(minutes=1))
    assert found.standing is status_list.Standing.VALID


def _asked_for(email: str, *, by: User, at: datetime) -> Proposal:
    wanted = Award(a_type("CPAA", at=at), email, "Ada Example", "Passed everything.")
    asked = services.award(wanted, actor=by, at=at)
    assert isinstance(asked, Proposal)
    return asked


def test_who_asked_and_then_owns_up_to_the_address_gets_nothing(
    registrar: User, second: User, at: datetime
) -> None:
    asked = _asked_for("private@example.org", by=registrar, at=at)
    EmailAddress.objects.create(user=registrar, email="private@example.org", verified=True)
    with pytest.raises(CredentialRefused, match="to themselves"):
        services.approve(asked, reason="Seen.", actor=second, at=at)


@pytest.mark.parametrize("who", ["registrar", "second"])
def test_nobody_claims_what_they_asked_for_or_approved(
    request: pytest.FixtureRequest, registrar: User, second: User, at: datetime, who: str
) -> None:
    asked = _asked_for("private@example.org", by=registrar, at=at)
    made = services.approve(asked, reason="Seen.", actor=second, at=at)
    assert isinstance(made, Credential)
    person = request.getfixturevalue(who)
    EmailAddress.objects.create(user=person, email="private@example.org", verified=True)
    with pytest.raises(CredentialRefused, match="took part"):
        services.claim(made, actor=person, at=at)


def test_nobody_claims_what_they_awarded_alone(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at, email="private@example.org")
    EmailAddress.objects.create(user=registrar, email="private@example.org", verified=True)
    with pytest.raises(CredentialRefused, match="took part"):
        services.claim(made, actor=registrar, at=at)


def test_what_somebody_asked_for_who_is_no_registrar_any_more_is_not_approved(
    registrar: User, second: User, holder: User, at: datetime
) -> None:
    asked = _asked_for("holder@example.org", by=registrar, at=at)
    RoleGrant.objects.filter(user=registrar).update(
        ended_at=at, ended_by=second, end_reason="Has left."
    )
    with pytest.raises(CredentialRefused, match="may not do it any more"):
        services.approve(asked, reason="Seen.", actor=second, at=at)
    assert Proposal.objects.get().state == "open"


def test_an_account_with_an_unconfirmed_address_does_not_hold_what_was_awarded_to_it(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    EmailAddress.objects.filter(user=holder).update(verified=False)
    made = awarded(cpap, actor=registrar, at=at)
    assert (made.holder, made.holder_email) == (None, "holder@example.org")


@pytest.mark.django_db
def test_what_can_not_be_signed_is_refused_when_the_type_is_defined(at: datetime) -> None:
    for text in ("a\tb", "a\r\nb"):
        with pytest.raises(CredentialRefused, match="can't be printed"):
            a_type("CPAP", at=at, criteria=text)
