"""Rasters: what they say of places and polygons. The only room that knows rasterio."""
