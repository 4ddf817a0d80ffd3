from rest_framework import serializers

from accounts.models import Team, User
from crm.api_base import ReadOnlyRecordViewSet


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "name", "email", "team", "is_active"]


class UserViewSet(ReadOnlyRecordViewSet):
    """Who may be an owner: the colleagues the user may see."""

    model = User
    serializer_class = UserSerializer
    ordering = ("name",)


class TeamSerializer(serializers.ModelSerializer):
    class Meta:
        model = Team
        fields = ["id", "name", "manager", "region"]


class TeamViewSet(ReadOnlyRecordViewSet):
    model = Team
    serializer_class = TeamSerializer
    ordering = ("name",)
