from factory.django import DjangoModelFactory


class ByAction(DjangoModelFactory):
    """Creates by calling an action instead of saving the model."""

    class Meta:
        abstract = True

    by = None

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return cls.act(*args, **kwargs)
