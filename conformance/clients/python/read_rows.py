"""A program written against the generated client: it is type-checked, then reads real rows."""

import sys

from yaodian_client import Client
from yaodian_client.api.changes import list_changes
from yaodian_client.api.history import get_diff, get_history
from yaodian_client.api.targets import get_target
from yaodian_client.api.tasks import list_tasks
from yaodian_client.models import (
    ChangeList,
    DiffList,
    GetHistoryVintages,
    HistoryList,
    ListChangesResourceItem,
    Problem,
    TargetDetail,
    TaskList,
)
from yaodian_client.types import Unset


def main() -> None:
    """Read a list, a detail and a refusal, each by its type."""
    client = Client(base_url=sys.argv[1], raise_on_unexpected_status=True)

    tasks = list_tasks.sync(client=client, area=["xxjyj-2023-a3"])
    assert isinstance(tasks, TaskList)
    assert tasks.meta.total == 6
    assert [task.number for task in tasks.data] == list(range(7, 13))

    target = get_target.sync("xxjyj-2023-public-kindergarten-share", client=client)
    assert isinstance(target, TargetDetail)
    value: float | None = target.data.value
    assert value == 60
    assert target.data.value_status == "stated"

    problem = list_tasks.sync(client=client, area=["xxjyj-2023-a33"])
    assert isinstance(problem, Problem)
    assert problem.status == 422
    assert not isinstance(problem.errors, Unset)
    (place,) = problem.errors
    assert (place.name, place.suggestion) == ("area", "xxjyj-2023-a3")

    what_became_of_it(client)


def what_became_of_it(client: Client) -> None:
    """What changed and why, the versions of a figure, one plan against the next."""
    changes = list_changes.sync(
        client=client, since=3, material=[True], resource=[ListChangesResourceItem.TARGETS]
    )
    assert isinstance(changes, ChangeList)
    told = [(row.action, row.field, row.before, row.after) for row in changes.data]
    assert ("changed", "value", 60, 65) in told

    history = get_history.sync("aa-share", client=client, vintages=GetHistoryVintages.ALL)
    assert isinstance(history, HistoryList)
    versions = [row for row in history.data if row.code == "aa-2024-share"]
    values: list[float | None] = [row.value for row in versions]
    assert values == [60, 65]
    assert history.meta.versions.correction >= 1
    assert history.meta.versions.issuer_change == 0

    diff = get_diff.sync("aa-2024", "aa-2025", client=client)
    assert isinstance(diff, DiffList)
    (share,) = [row for row in diff.data if row.indicator == "aa-share"]
    assert (share.result, share.ambition) == ("changed", "more")
    before = {change.field: change.before for change in share.changes}
    assert before["value"] == 65


if __name__ == "__main__":
    main()
