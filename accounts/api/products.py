from rest_framework import serializers

from accounts.lists import ProductList
from accounts.models import Product
from crm.api_base import ReadOnlyRecordViewSet


class ProductSerializer(serializers.ModelSerializer):
    """`price` is in minor units per billing period."""

    class Meta:
        model = Product
        fields = ["id", "name", "family", "billing", "price", "currency", "is_active", "description"]


class ProductViewSet(ReadOnlyRecordViewSet):
    list_class = ProductList
    serializer_class = ProductSerializer
