import factory

from leads.actions import deals, pipelines
from leads.models import Deal, Pipeline, Stage
from tests.factories.accounts import AccountFactory
from tests.factories.by_action import ByAction


class PipelineFactory(ByAction):
    class Meta:
        model = Pipeline

    name = factory.Sequence(lambda n: f"Pipeline {n}")
    act = staticmethod(pipelines.add)


class StageFactory(ByAction):
    class Meta:
        model = Stage

    pipeline = factory.SubFactory(PipelineFactory)
    name = factory.Sequence(lambda n: f"Stage {n}")

    @staticmethod
    def act(pipeline, **kwargs):
        return pipelines.add_stage(pipeline, **kwargs)


class DealFactory(ByAction):
    """Open, in the first stage of the default pipeline."""

    class Meta:
        model = Deal

    account = factory.SubFactory(AccountFactory)
    name = factory.Sequence(lambda n: f"Deal {n}")
    act = staticmethod(deals.add)
