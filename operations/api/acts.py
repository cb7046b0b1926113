"""REST: what is done to an operation under way. Each answers with the operation as it is then."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.bodies import Nothing, RetrySeveral, StartBody
from operations.api.common import answered, given, scopes_of
from operations.api.operations import operation_answer
from operations.api.schemas import DoneOperationSchema, OperationSchema
from operations.choices import TargetState
from operations.services import control
from operations.services.deeds import on_hold
from operations.services.permits import operation_for
from operations.services.start import start_operation
from sites.idempotency import idempotent
from sites.services.actors import actor_of, now_of


class Start(APIView):
    @extend_schema(
        summary="Start a planned operation: its ready targets begin, so many at once",
        tags=["operations"], request=StartBody, responses=OperationSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        operation_for(request, scopes_of(request), pk)
        body = given(request, StartBody)
        with answered():
            start_operation(pk, actor_of(request), now_of(request), body["secrets"])
        return Response(operation_answer(request, pk))


class Hold(APIView):
    @extend_schema(
        summary="Let no further target start; what runs goes on",
        tags=["operations"], request=Nothing, responses=DoneOperationSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        return _hold(request, pk, True)


class Release(APIView):
    @extend_schema(
        summary="Let further targets start again", tags=["operations"], request=Nothing, responses=DoneOperationSchema
    )
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        return _hold(request, pk, False)


class Cancel(APIView):
    @extend_schema(
        summary="Stop what has not begun and what only waits; what is under way goes on, abort stops it",
        tags=["operations"], request=Nothing, responses=DoneOperationSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        operation_for(request, scopes_of(request), pk)
        given(request, Nothing)
        with answered():
            said = control.cancel(pk, actor_of(request), now_of(request))
        return Response(operation_answer(request, pk) | {"did": said})


class Retry(APIView):
    @extend_schema(
        summary="A new attempt for targets that failed or wait for a decision",
        tags=["operations"], request=RetrySeveral, responses=OperationSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        operation = operation_for(request, scopes_of(request), pk)
        body = given(request, RetrySeveral)
        failed = operation.targets.filter(state=TargetState.FAILED)
        chosen = body["targets"] if "targets" in body else list(failed.values_list("pk", flat=True))
        with answered():
            verb = body.get("verb", "")
            control.retry(pk, chosen, body["secrets"], actor_of(request), now_of(request), verb)
        return Response(operation_answer(request, pk))


def _hold(request: Request, pk: int, held: bool) -> Response:
    operation_for(request, scopes_of(request), pk)
    given(request, Nothing)
    with answered():
        operation = control.hold(pk, held, actor_of(request), now_of(request))
    said = on_hold(operation) if held else "Not on hold any more: further ones start."
    return Response(operation_answer(request, pk) | {"did": said})
