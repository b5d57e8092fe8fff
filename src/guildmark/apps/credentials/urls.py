"""Addresses of this context, from the root of the site: some of them stand in credentials."""

from django.urls import path

from .views import (
    awarding,
    badges,
    bulk,
    components,
    deciding,
    documents,
    files,
    holding,
    issuers,
    naming,
    registry,
    renewing,
    sharing,
    verifying,
)

app_name = "credentials"
HELD = "credentials/held/<path:number>/"
urlpatterns = [
    path("verify/", verifying.verify, name="verify"),
    path("verify/file/", files.verify_file, name="verify_file"),
    path("verify/many/", bulk.verify_many, name="verify_many"),
    path("verify/<path:number>/badge.svg", badges.live, name="live_badge"),
    path("verify/<path:number>/named/<str:secret>/", sharing.named, name="named"),
    path("verify/<path:number>/name/", naming.surname, name="surname"),
    path("verify/<path:number>/credential.json", documents.document, name="document"),
    path("verify/<path:number>.json", verifying.as_json, name="verified_json"),
    path("verify/<path:number>", verifying.verified, name="verified"),
    path("credentials/", verifying.types, name="types"),
    path("credentials/types/<str:code>/", verifying.type_page, name="type"),
    path("credentials/status/<int:number>", documents.status_list, name="status_list"),
    path(".well-known/did.json", documents.did, name="did"),
    path("credentials/held/<path:number>/shown/", holding.shown, name="shown"),
    path("credentials/held/<path:number>/surrender/", holding.surrender, name="surrender"),
    path("credentials/held/<path:number>/badge.png", holding.badge, {"form": "png"}, "badge_png"),
    path("credentials/held/<path:number>/badge.svg", holding.badge, {"form": "svg"}, "badge_svg"),
    path("credentials/held/<path:number>/certificate/", holding.certificate, name="certificate"),
    path(f"{HELD}links/", sharing.make_link, name="name_links"),
    path(f"{HELD}links/<int:pk>/withdraw/", sharing.withdraw_link, name="withdraw_link"),
    path(f"{HELD}certificate.pdf", holding.certificate_pdf, name="certificate_pdf"),
    path("credentials/held/<path:number>/", holding.credential, name="held"),
    path("credentials/claim/", holding.claim, name="claim"),
    path("credentials/progress/", components.progress, name="progress"),
    path("registry/", registry.registry, name="registry"),
    path("registry/award/", awarding.award, name="award"),
    path("registry/components/", components.components, name="components"),
    path("registry/proposals/<int:pk>/", deciding.proposal, name="proposal"),
    path("registry/issuers/", issuers.issuers, name="issuers"),
    path("registry/issuers/<int:pk>/", issuers.issuer, name="issuer"),
    path("registry/<path:number>/renew/", renewing.renew, name="renew"),
    path("registry/<path:number>/", registry.kept, name="kept"),
]
