"""The service as the documentation of FastAPI and SQLModel teaches to write one.

Tables and public models, a session for each request from a dependency with `yield`, plain `def`
routes, `select(…).where(…)`, relationships, a response model. Its rows have the columns of ours.
Where the teaching leaves a choice, the quicker one is taken: a row's area comes with the row in
one statement, there is no count, there is no access log.
"""

import csv
import io
import os
from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.middleware.gzip import GZipMiddleware
from sqlalchemy.orm import joinedload
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select


class Area(SQLModel, table=True):
    """A chapter of a plan."""

    code: str = Field(primary_key=True)
    title_zh: str
    title_en: str
    tasks: list["Task"] = Relationship(back_populates="chapter")


class TaskBase(SQLModel):
    """What a task has in the table and in answers."""

    code: str = Field(primary_key=True)
    plan: str = Field(index=True)
    year: int = Field(index=True)
    area: str = Field(foreign_key="area.code", index=True)
    number: int
    section_zh: str
    title_zh: str
    title_en: str
    title_printed_zh: str | None = None
    summary_zh: str
    summary_en: str
    target_count: int
    redacted_count: int
    deliverable_count: int
    responsibility_stated: bool
    text_complete: bool
    text_gap_zh: str | None = None
    text_gap_en: str | None = None
    continues: str | None = None
    source_document: str
    source_start: int
    source_end: int
    source_sha256: str
    release_from: int


class Task(TaskBase, table=True):
    """A numbered item of a plan."""

    chapter: Area = Relationship(back_populates="tasks")

    @property
    def area_title_zh(self) -> str:
        """The title of its area in Chinese."""
        return self.chapter.title_zh

    @property
    def area_title_en(self) -> str:
        """The title of its area in English."""
        return self.chapter.title_en


class TaskPublic(TaskBase):
    """A task as it is sent."""

    area_title_zh: str
    area_title_en: str


class IndicatorBase(SQLModel):
    """What an indicator has in the table and in answers."""

    code: str = Field(primary_key=True)
    issuer: str = Field(index=True)
    name_zh: str
    name_en: str
    definition_zh: str | None = None
    definition_en: str | None = None
    population_zh: str | None = None
    population_en: str | None = None
    open_zh: str | None = None
    open_en: str | None = None
    unit: str
    unit_zh: str | None = None
    unit_en: str | None = None
    kind: str
    measure: str
    desired_direction: str | None = None
    target: str | None = None
    target_plan: str | None = None
    target_value: float | None = None
    target_value_status: str | None = None
    target_text_zh: str | None = None
    target_text_en: str | None = None
    target_commitment: str | None = None
    target_due: str | None = None
    target_alternative_zh: str | None = None
    target_alternative_en: str | None = None
    latest_period: str | None = None
    latest_value: float | None = None
    latest_value_status: str | None = None
    attainment: str | None = None
    attainment_reason: str | None = None
    release_from: int


class Indicator(IndicatorBase, table=True):
    """What is measured."""

    targets: list["Target"] = Relationship(back_populates="measured")
    observations: list["Observation"] = Relationship(back_populates="measured")


class TargetBase(SQLModel):
    """What a target has in the table and in answers."""

    plan: str
    year: int
    code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    value: float | None = None
    unit: str
    value_status: str
    value_text_zh: str
    value_text_en: str
    commitment: str
    due: str
    alternative_zh: str | None = None
    alternative_en: str | None = None
    attainment: str


class Target(TargetBase, table=True):
    """A promise on an indicator."""

    indicator: str = Field(foreign_key="indicator.code", index=True)
    measured: Indicator = Relationship(back_populates="targets")


class ObservationBase(SQLModel):
    """What an observation has in the table and in answers."""

    code: str = Field(primary_key=True)
    period: str
    value: float | None = None
    unit: str
    value_status: str
    value_text_zh: str
    value_text_en: str
    source: str
    source_title: str
    source_date: str | None = None


class Observation(ObservationBase, table=True):
    """A result on an indicator."""

    indicator: str = Field(foreign_key="indicator.code", index=True)
    measured: Indicator = Relationship(back_populates="observations")


class IndicatorPublicWithFigures(IndicatorBase):
    """An indicator as it is sent, with its targets and results."""

    targets: list[TargetBase] = []
    observations: list[ObservationBase] = []


DATABASE = os.environ["BENCH_DATABASE"]
engine = create_engine(
    DATABASE, connect_args={"check_same_thread": False} if DATABASE.startswith("sqlite") else {}
)


def get_session() -> Iterator[Session]:
    """A session for one request."""
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]

app = FastAPI()
if os.environ.get("BENCH_GZIP"):
    app.add_middleware(GZipMiddleware)


def find_tasks(session: Session, area: str | None, limit: int) -> Sequence[Task]:
    """Tasks in the order of the plan."""
    statement = select(Task).options(joinedload(Task.chapter))
    if area:
        statement = statement.where(Task.area == area)
    return session.exec(statement.order_by(Task.number).limit(limit)).all()


@app.get("/v1/tasks.csv")
def read_tasks_as_csv(
    session: SessionDep,
    area: str | None = None,
    limit: Annotated[int, Query(le=1000)] = 100,
) -> Response:
    """Tasks as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(TaskPublic.model_fields))
    writer.writeheader()
    for task in find_tasks(session, area, limit):
        writer.writerow(TaskPublic.model_validate(task).model_dump())
    return Response(text.getvalue(), media_type="text/csv")


@app.get("/v1/tasks", response_model=list[TaskPublic])
def read_tasks(
    session: SessionDep,
    area: str | None = None,
    limit: Annotated[int, Query(le=1000)] = 100,
):
    """Tasks."""
    return find_tasks(session, area, limit)


@app.get("/v1/indicators/{code}", response_model=IndicatorPublicWithFigures)
def read_indicator(code: str, session: SessionDep):
    """An indicator."""
    indicator = session.get(Indicator, code)
    if not indicator:
        raise HTTPException(status_code=404, detail="Indicator not found")
    return indicator
