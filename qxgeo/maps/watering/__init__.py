"""The map of a watering plan: routes, wetness at any moment, where every cart is."""
