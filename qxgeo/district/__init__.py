"""A district is a folder: district.toml names its layers, their datum, accuracy and parameters."""

from __future__ import annotations

from qxgeo.district.model import District, Layer, ParameterValue
from qxgeo.district.reach import longest_radius_m, reach_area, save_roads
from qxgeo.district.readiness import describe_missing, missing_inputs, parameter_value
from qxgeo.district.stations import stations_in_force
from qxgeo.district.streamed import STREAM_FROM_ROWS, StreamedRows, read_batch
from qxgeo.district.survey import LayerSurvey, Survey, load_district, survey_district
from qxgeo.district.titles import title_layer

__all__ = [
    "STREAM_FROM_ROWS",
    "District",
    "Layer",
    "LayerSurvey",
    "ParameterValue",
    "StreamedRows",
    "Survey",
    "describe_missing",
    "load_district",
    "longest_radius_m",
    "missing_inputs",
    "parameter_value",
    "reach_area",
    "read_batch",
    "save_roads",
    "stations_in_force",
    "survey_district",
    "title_layer",
]
