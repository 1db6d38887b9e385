"""The audit of watering as one offline page."""
