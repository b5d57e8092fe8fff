"""The states of a delivery and of a job, and the moves between them."""

from enum import StrEnum

from guildmark.cores.lifecycle import Lifecycle, Transition


class DeliveryState(StrEnum):
    """Where an event stands with one receiver."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class JobState(StrEnum):
    """Where a job stands."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


DELIVERY = Lifecycle(
    "delivery",
    DeliveryState,
    DeliveryState.WAITING,
    (
        Transition("deliver", {DeliveryState.WAITING}, DeliveryState.DONE),
        Transition("fail", {DeliveryState.WAITING}, DeliveryState.WAITING),
        Transition("give up", {DeliveryState.WAITING}, DeliveryState.DEAD),
        Transition("retry", {DeliveryState.DEAD}, DeliveryState.WAITING),
    ),
)

JOB = Lifecycle(
    "job",
    JobState,
    JobState.READY,
    (
        Transition("take", {JobState.READY}, JobState.RUNNING),
        Transition("finish", {JobState.RUNNING}, JobState.DONE),
        Transition("put back", {JobState.RUNNING}, JobState.READY),
        Transition("give up", {JobState.RUNNING}, JobState.DEAD),
        Transition("retry", {JobState.DEAD}, JobState.READY),
    ),
)
