"""Addresses of this context, from the root of the site."""

from django.urls import path

from .views import advisory, drafting, feedback, letters, own, public, queue, triage

app_name = "contributions"
urlpatterns = [
    path("advisory/", advisory.advisory, name="advisory"),
    path("feedback/", feedback.begin, name="feedback"),
    path("feedback/similar/", feedback.similar, name="similar"),
    path("feedback/credential/", feedback.credential, name="credential"),
    path("feedback/draft/", drafting.save, name="save_draft"),
    path("feedback/draft/<uuid:token>/drop/", drafting.drop, name="drop_draft"),
    path("feedback/files/<int:pk>/", drafting.file, name="file"),
    path("feedback/mine/", own.mine, name="mine"),
    path("feedback/mine/<str:number>/", own.one, name="own"),
    path("feedback/mine/<str:number>/withdraw/", own.withdraw, name="withdraw"),
    path("feedback/mine/<str:number>/contest/", own.contest, name="contest"),
    path("feedback/all/", public.fates, name="fates"),
    path("feedback/reasons/", public.reasons, name="reasons"),
    path("feedback/<str:number>/", public.fate, name="fate"),
    path("feedback/<str:number>/join/", public.join, name="join"),
    path("feedback/<str:number>/leave/", public.leave, name="leave"),
    path("contact/", letters.contact, name="contact"),
    path("contact/<str:number>/<str:token>/", letters.letter, name="letter"),
    path("queue/", queue.queue, name="queue"),
    path("queue/<str:number>/", triage.one, name="triage"),
    path("queue/<str:number>/decide/", triage.decide, name="decide"),
    path("queue/<str:number>/merge/", triage.merge, name="merge"),
    path("queue/<str:number>/split/", triage.split, name="split"),
    path("queue/<str:number>/aim/", triage.aim, name="aim"),
    path("queue/<str:number>/convert/", triage.convert, name="convert"),
    path("queue/<str:number>/undo/", triage.undo, name="undo"),
    path("queue/<str:number>/<str:act>/", triage.act, name="act"),
]
