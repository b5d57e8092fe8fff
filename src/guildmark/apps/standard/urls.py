"""Addresses of this context, below /standard/. Those with an edition are permanent."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from .views import citing, comparing, exporting, reading, searching


class WordConverter(StringConverter):
    """What may stand between two slashes and in a database: anything but the sign zero."""

    regex = r"[^/\0]+"


register_converter(WordConverter, "word")

app_name = "standard"
urlpatterns = [
    path("", reading.frameworks, name="frameworks"),
    path("<slug:framework>/", reading.framework, name="framework"),
    path("<slug:framework>/editions/", reading.editions, name="editions"),
    path("<slug:framework>/search/", searching.search, name="search"),
    path("<slug:framework>/feed.atom", exporting.feed, name="feed"),
    path("<slug:framework>/requirement/<word:word>/", reading.newest_requirement, name="newest"),
    path("<slug:framework>/edition/<word:number>/", reading.edition, name="edition"),
    path("<slug:framework>/edition/<word:number>/whole/", reading.whole, name="whole"),
    path(
        "<slug:framework>/edition/<word:number>/domain/<word:key>/", reading.domain, name="domain"
    ),
    path(
        "<slug:framework>/edition/<word:number>/requirement/<word:word>/",
        reading.requirement,
        name="requirement",
    ),
    path("<slug:framework>/edition/<word:number>/cite/", citing.edition, name="cite"),
    path(
        "<slug:framework>/edition/<word:number>/cite/<word:word>/", citing.requirement, name="cite"
    ),
    path(
        "<slug:framework>/edition/<word:number>/download/<word:form>",
        exporting.download,
        name="download",
    ),
    path("<slug:framework>/compare/", comparing.choose, name="compare"),
    path(
        "<slug:framework>/compare/<word:older>/<word:newer>/",
        comparing.comparison,
        name="comparison",
    ),
    path(
        "<slug:framework>/compare/<word:older>/<word:newer>/changes.json",
        comparing.as_json,
        name="comparison_json",
    ),
    path(
        "<slug:framework>/compare/<word:older>/<word:newer>/<word:key>/",
        comparing.one,
        name="compared",
    ),
]
