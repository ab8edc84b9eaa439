"""What supervision keeps: sums of days that are over, so that years of figures need not be counted again."""

from django.db import models


class Cell(models.Model):
    """What one day adds to one figure of one unit, as the journal stood at the county's mark."""

    pk = models.CompositePrimaryKey("county", "code", "unit", "day")
    county = models.CharField(max_length=6)
    #: Code of the figure; one of ``rulebook.indicators.ADDS_ON``.
    code = models.CharField(max_length=24)
    unit = models.CharField(max_length=40)
    day = models.DateField()
    above = models.IntegerField()
    below = models.IntegerField()


class Mark(models.Model):
    """Up to where the journal of a county is in its cells: all of its transactions below, none from there on."""

    county = models.CharField(primary_key=True, max_length=6)
    xact = models.BigIntegerField()
