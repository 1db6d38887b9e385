"use strict";
// Ground metres on the WGS 84 ellipsoid, line by line what qxgeo/geodesy/ellipsoid.py reckons: the
// straight chord through the earth, turned into the arc above it. Degrees in, metres out.
const QS = {};

QS.AXIS = 6378137;
QS.FLATTENING = 1 / 298.257223563;
QS.ECCENTRICITY2 = QS.FLATTENING * (2 - QS.FLATTENING);
QS.LONGEST_CHORD = 50000; // beyond it the series gives way to an iteration
QS.RADIANS = Math.PI / 180;

QS.toEarth = function (lon, lat) {
  const sine = Math.sin(lat * QS.RADIANS);
  const normal = QS.AXIS / Math.sqrt(1 - QS.ECCENTRICITY2 * sine * sine);
  const across = normal * Math.cos(lat * QS.RADIANS);
  return [
    across * Math.cos(lon * QS.RADIANS),
    across * Math.sin(lon * QS.RADIANS),
    normal * (1 - QS.ECCENTRICITY2) * sine,
  ];
};

// Radii of curvature along the meridian and across it.
QS.curvatureRadii = function (lat) {
  const sine = Math.sin(lat * QS.RADIANS);
  const rest = 1 - QS.ECCENTRICITY2 * sine * sine;
  const normal = QS.AXIS / Math.sqrt(rest);
  return [(normal * (1 - QS.ECCENTRICITY2)) / rest, normal];
};

QS.groundDistance = function ([lon1, lat1], [lon2, lat2]) {
  const [x, y, z] = QS.toEarth(lon1, lat1);
  const [u, v, w] = QS.toEarth(lon2, lat2);
  const chord2 = (u - x) ** 2 + (v - y) ** 2 + (w - z) ** 2;
  if (chord2 > QS.LONGEST_CHORD ** 2) return QS.farDistance(lon1, lat1, lon2, lat2);
  const middle = (lat1 + lat2) / 2;
  const [meridian, normal] = QS.curvatureRadii(middle);
  const north = (lat2 - lat1) * QS.RADIANS * meridian;
  const east = (lon2 - lon1) * QS.RADIANS * normal * Math.cos(middle * QS.RADIANS);
  const way2 = Math.max(north * north + east * east, 1e-30);
  const curvature = ((north * north) / meridian + (east * east) / normal) / way2;
  return Math.sqrt(chord2) * (1 + (chord2 * (curvature * curvature)) / 24);
};

// Vincenty's inverse formula (Survey Review 176, 1975), good to a millimetre; it fails only for
// places on opposite sides of the earth.
QS.farDistance = function (lon1, lat1, lon2, lat2) {
  const { FLATTENING: f, RADIANS: radians } = QS;
  const minor = QS.AXIS * (1 - f);
  const [u1, u2] = [lat1, lat2].map((lat) => Math.atan((1 - f) * Math.tan(lat * radians)));
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  const turn = (lon2 - lon1) * radians;
  let lambda = turn;
  for (let round = 0; round < 100; round += 1) {
    const [sl, cl] = [Math.sin(lambda), Math.cos(lambda)];
    const sine = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
    const cosine = s1 * s2 + c1 * c2 * cl;
    const sigma = Math.atan2(sine, cosine);
    const alpha = (c1 * c2 * sl) / sine;
    const cos2 = 1 - alpha * alpha;
    const middle = cos2 ? cosine - (2 * s1 * s2) / cos2 : 0;
    const c = (f / 16) * cos2 * (4 + f * (4 - 3 * cos2));
    const bent = middle + c * cosine * (2 * middle * middle - 1);
    const next = turn + (1 - c) * f * alpha * (sigma + c * sine * bent);
    const isSettled = Math.abs(next - lambda) < 1e-13;
    lambda = next;
    if (!isSettled) continue;
    const u = (cos2 * (QS.AXIS ** 2 - minor ** 2)) / minor ** 2;
    const a = 1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u)));
    const b = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
    const four = (-3 + 4 * sine * sine) * (-3 + 4 * middle * middle);
    const inner = cosine * (2 * middle * middle - 1) - (b / 6) * middle * four;
    return minor * a * (sigma - b * sine * (middle + (b / 4) * inner));
  }
  return NaN;
};
