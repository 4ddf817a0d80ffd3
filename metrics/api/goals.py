from django.utils.translation import gettext as _
from rest_framework import serializers

from crm.api_base import RecordViewSet
from crm.exceptions import Forbidden
from metrics.actions import goals
from metrics.forms.goals import segment_choices
from metrics.lists import GoalList
from metrics.models import Goal


class GoalSerializer(serializers.ModelSerializer):
    """Values are in the number's own unit: percent points, whole units of the currency, counts, days. `standing` is
    counted live: where it is, how much of the way is done, how much time is gone, and where it will end."""

    standing = serializers.SerializerMethodField()

    class Meta:
        model = Goal
        fields = [
            "id", "name", "kpi", "dimension", "member", "starts_on", "ends_on", "baseline", "target", "target_change",
            "target_value", "direction", "state", "state_since", "owner", "team", "standing",
        ]  # fmt: skip
        read_only_fields = ["state", "state_since", "owner", "team"]
        extra_kwargs = {
            "direction": {"required": False},
            "member": {"required": False},
            "dimension": {"required": False},
        }

    def get_standing(self, goal) -> dict:
        standing = goals.standing_of(goal)
        plain = lambda value: None if value is None else float(value)  # noqa: E731
        return {
            "actual": plain(standing.actual),
            "progress": plain(standing.progress),
            "pace": plain(standing.pace),
            "projected": plain(standing.projected),
            "state": str(standing.state),
        }


class GoalViewSet(RecordViewSet):
    list_class = GoalList
    serializer_class = GoalSerializer

    def perform_create(self, serializer):
        data = serializer.validated_data
        self.refuse_foreign(data.get("dimension", ""), data.get("member", ""))
        serializer.instance = goals.add(by=self.request.user, **data)

    def perform_update(self, serializer):
        goal, data = serializer.instance, serializer.validated_data
        self.refuse_foreign(data.get("dimension", goal.dimension), data.get("member", goal.member))
        goals.edit(goal, by=self.request.user, **data)

    def refuse_foreign(self, dimension, member):
        """The same segments as the form offers."""
        offered = {key for key, _label in segment_choices(self.request.user)}
        if (f"{dimension}:{member}" if dimension else "") not in offered:
            raise Forbidden(_("You may set goals for yourself and your teams."))
