"""What sources say of a person: each keeps its own word, none overwrites another's."""

from django.db import models

from tongban.rooms.ids import uuid7
from tongban.rooms.people.models.persons import Person


class Attribute(models.Model):
    """One field of one person as one source says it; a later word of the same source takes the place of its earlier."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    #: ``phone``, ``domicile`` …: codes of the catalogue's fields.
    field = models.CharField(max_length=40)
    value_sealed = models.BinaryField()
    #: Code of the unit or system that says it, and when.
    source = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "field", "source"], name="attribute_once")]
