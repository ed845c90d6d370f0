"""A program written against the generated client: it is type-checked, then reads real rows."""

import sys

from yaodian_client import Client
from yaodian_client.api.targets import get_target
from yaodian_client.api.tasks import list_tasks
from yaodian_client.models import Problem, TargetDetail, TaskList
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


if __name__ == "__main__":
    main()
