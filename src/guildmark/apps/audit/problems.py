"""Problem details (RFC 9457): how a machine is told what is wrong and what to do."""

from http import HTTPStatus

from django.http import JsonResponse


def problem(status: HTTPStatus, detail: str, **members: object) -> JsonResponse:
    """Return a response that says what is wrong and what to do in `detail`.

    `members` are further members of the document, such as the field that is meant.
    """
    document = {"type": "about:blank", "title": status.phrase, "status": status.value}
    return JsonResponse(
        {**document, "detail": detail, **members},
        status=status,
        content_type="application/problem+json",
    )
