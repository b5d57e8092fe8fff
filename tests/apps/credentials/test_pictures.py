"""A badge is a picture that carries the signed credential, and a certificate leads back to it."""

import io
from datetime import datetime

import pytest
from django.test import Client
from PIL import Image

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import pictures
from guildmark.apps.credentials.queries import CredentialType
from guildmark.cores.vc import baking
from tests.apps.accounts.factories import member, signed_in
from tests.apps.credentials.factories import a_type, awarded


def test_png_and_svg_give_the_signed_credential_back(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    signed_in(client, holder)
    png = client.get(f"/credentials/held/{made.number}/badge.png")
    assert baking.unbake_png(png.content) == made.document
    assert Image.open(io.BytesIO(png.content)).size == (800, 800)
    svg = client.get(f"/credentials/held/{made.number}/badge.svg")
    assert baking.unbake_svg(svg.content) == made.document
    assert f'filename="{made.number}.svg"' in svg["Content-Disposition"]


def test_names_of_any_length_and_script_are_drawn_and_escaped(
    registrar: User, holder: User, at: datetime
) -> None:
    for name in ("", "<Ärzte & Söhne>", "A very long name of a credential " * 4, "実務者"):
        kind = a_type(f"T{len(name)}", at=at, name=name, second_person=())
        made = awarded(kind, actor=registrar, at=at)
        assert baking.unbake_svg(pictures.baked_svg(made)) == made.document
        assert baking.unbake_png(pictures.baked_png(made)) == made.document


@pytest.mark.parametrize("page", ["", "badge.png", "badge.svg", "certificate/"])
def test_nobody_but_the_holder_takes_them_away(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime, page: str
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    address = f"/credentials/held/{made.number}/{page}"
    assert "/account/login/" in client.get(address)["Location"]
    assert signed_in(client, member()).get(address).status_code == 404
    assert signed_in(client, holder).get(address).status_code == 200


def test_the_certificate_names_the_holder_and_leads_to_its_verification(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    text = signed_in(client, holder).get(f"/credentials/held/{made.number}/certificate/").content
    assert b"Ada Example" in text
    assert f"https://example.org/verify/{made.number}".encode() in text
    assert b"<svg" in text
