"use strict";
// Coordinates as people have them, to WGS 84: the shifts of GCJ-02 and BD-09 are solved for by
// repetition, as in qxgeo/datum/offsets.py.

QS.CHINA_BOX = [72.004, 0.8293, 137.8347, 55.8271];
QS.KRASOVSKY = { axis: 6378245, squared: 0.00669342162296594323 };

QS.gcjShift = function (lon, lat) {
  const [x, y, { sin, PI, sqrt, abs, cos }] = [lon - 105, lat - 35, Math];
  const ripple = ((20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)) * 2) / 3;
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple;
  east += ((20 * sin(PI * x) + 40 * sin((PI * x) / 3)) * 2) / 3;
  east += ((150 * sin((PI * x) / 12) + 300 * sin((PI * x) / 30)) * 2) / 3;
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple;
  north += ((20 * sin(PI * y) + 40 * sin((PI * y) / 3)) * 2) / 3;
  north += ((160 * sin((PI * y) / 12) + 320 * sin((PI * y) / 30)) * 2) / 3;
  const phi = lat * QS.RADIANS;
  const rest = 1 - QS.KRASOVSKY.squared * sin(phi) ** 2;
  const meridian = (QS.KRASOVSKY.axis * (1 - QS.KRASOVSKY.squared)) / (rest * sqrt(rest));
  const parallel = (QS.KRASOVSKY.axis / sqrt(rest)) * cos(phi);
  return [east / parallel / QS.RADIANS, north / meridian / QS.RADIANS];
};

QS.bdShift = function (lon, lat) {
  const [east, north] = QS.gcjShift(lon, lat);
  const [x, y, turn] = [lon + east, lat + north, (Math.PI * 3000) / 180];
  const radius = Math.hypot(x, y) + 0.00002 * Math.sin(y * turn);
  const angle = Math.atan2(y, x) + 0.000003 * Math.cos(x * turn);
  return [radius * Math.cos(angle) + 0.0065 - lon, radius * Math.sin(angle) + 0.006 - lat];
};

QS.SHIFTS = { wgs84: () => [0, 0], gcj02: QS.gcjShift, bd09: QS.bdShift };

QS.toWgs84 = function (lon, lat, datum) {
  let [x, y] = [lon, lat];
  for (let round = 0; round < 30; round += 1) {
    const [east, north] = QS.SHIFTS[datum](x, y);
    const moved = Math.max(Math.abs(lon - east - x), Math.abs(lat - north - y));
    [x, y] = [lon - east, lat - north];
    if (moved <= 1e-13) break;
  }
  const [west, south, east, north] = QS.CHINA_BOX;
  const isInside = x >= west && x <= east && y >= south && y <= north;
  return isInside ? [x, y] : [lon, lat];
};

// Reads "110.3, 25.27" with any comma or blank between; null where these are not two degrees.
QS.readLonLat = function (text) {
  const numbers = text.normalize("NFKC").split(/[\s,;、，]+/).filter(Boolean);
  if (numbers.length !== 2 || !numbers.every((one) => /^[+-]?\d+(\.\d+)?$/.test(one))) return null;
  const [lon, lat] = numbers.map(Number);
  return Math.abs(lon) <= 180 && Math.abs(lat) < 90 ? [lon, lat] : null;
};
