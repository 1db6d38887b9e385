"""The audit of watering as a workbook and as a record."""
