"use strict";
// Geometries: read from the rule book, unpacked into vertices, asked whether they meet. What lies
// inside is decided in the plane of degrees, where edges are straight, as in Python.

QS.POINT = 0;
QS.LINE = 1;
QS.AREA = 2;
QS.LONGEST_EDGE_DEG = 0.001; // an edge of 112 m is straight in space to within 0.4 mm

// From whole numbers (qxgeo/siting/book_shapes.py): a string is x, y, then steps from point to point.
QS.unpackShapes = function ({ decimals, origin, shapes }) {
  const scale = 10 ** decimals;
  const read = (steps) => {
    let [x, y] = origin;
    const string = [];
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      string.push([x / scale, y / scale]);
    }
    return string;
  };
  return shapes.map((pieces) => pieces.map(([sort, strings]) => ({ sort, strings: strings.map(read) })));
};

QS.piecesOf = function ({ type, coordinates }) {
  if (type === "Point") return [{ sort: QS.POINT, strings: [[coordinates]] }];
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  return polygons.map((rings) => ({ sort: QS.AREA, strings: rings }));
};

QS.toGeometry = function (pieces) {
  if (pieces.length > 1 && pieces.every(({ sort }) => sort === QS.AREA))
    return { type: "MultiPolygon", coordinates: pieces.map(({ strings }) => strings) };
  const several = pieces.map(({ sort, strings }) => {
    if (sort === QS.POINT) return { type: "Point", coordinates: strings[0][0] };
    if (sort === QS.LINE) return { type: "LineString", coordinates: strings[0] };
    return { type: "Polygon", coordinates: strings };
  });
  return several.length === 1 ? several[0] : { type: "GeometryCollection", geometries: several };
};

QS.boxOf = function (pieces) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { strings } of pieces)
    for (const string of strings)
      for (const [x, y] of string) {
        box[0] = Math.min(box[0], x);
        box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], x);
        box[3] = Math.max(box[3], y);
      }
  return box;
};

QS.boxesMeet = (one, other) =>
  one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];

// ---- vertices --------------------------------------------------------------------------------

// A table of geometries with all their vertices, long edges cut so that they are straight in space.
QS.makeTable = function (shapes) {
  const lonlat = [];
  const goesOn = [];
  const starts = [];
  for (const pieces of shapes) {
    starts.push(lonlat.length);
    for (const { strings } of pieces)
      for (const string of strings) {
        for (let i = 0; i < string.length; i += 1) {
          lonlat.push(string[i]);
          goesOn.push(i + 1 < string.length);
          if (i + 1 < string.length) QS.cutEdge(string[i], string[i + 1], lonlat, goesOn);
        }
      }
  }
  starts.push(lonlat.length);
  const xyz = new Float64Array(3 * lonlat.length);
  lonlat.forEach(([lon, lat], i) => xyz.set(QS.toEarth(lon, lat), 3 * i));
  const table = { shapes, boxes: shapes.map(QS.boxOf), lonlat, goesOn, starts, xyz };
  table.balls = shapes.map((_, number) => QS.ballAround(table, number));
  return table;
};

QS.cutEdge = function ([x, y], [u, v], lonlat, goesOn) {
  const length = Math.hypot(u - x, v - y);
  if (length <= QS.LONGEST_EDGE_DEG) return;
  const count = Math.ceil(length / QS.LONGEST_EDGE_DEG);
  for (let i = 1; i < count; i += 1) {
    lonlat.push([x + ((u - x) * i) / count, y + ((v - y) * i) / count]);
    goesOn.push(true);
  }
};

// A ball in space that holds a geometry: what lies far from it need not be looked at.
QS.ballAround = function ({ starts, xyz }, number) {
  const [start, end] = [starts[number], starts[number + 1]];
  const centre = [0, 0, 0];
  for (let i = 3 * start; i < 3 * end; i += 1) centre[i % 3] += xyz[i] / (end - start);
  let radius = 0;
  for (let i = 3 * start; i < 3 * end; i += 3)
    radius = Math.max(
      radius,
      Math.hypot(xyz[i] - centre[0], xyz[i + 1] - centre[1], xyz[i + 2] - centre[2]),
    );
  return { centre, radius };
};

// The outlines of areas as lines: what a depth inside is measured to.
QS.outlines = (shapes) =>
  QS.makeTable(
    shapes.flatMap((pieces) =>
      pieces.flatMap(({ strings }) => strings.map((ring) => [{ sort: QS.LINE, strings: [ring] }])),
    ),
  );

// ---- insides ---------------------------------------------------------------------------------

// Above zero where a point lies to the left of the way from one to the other, zero on it.
QS.sideOf = ([x, y], [u, v], [px, py]) => (u - x) * (py - y) - (v - y) * (px - x);

QS.isBetween = ([x, y], [u, v], [px, py]) =>
  Math.min(x, u) <= px && px <= Math.max(x, u) && Math.min(y, v) <= py && py <= Math.max(y, v);

// 1 inside a ring, 0 on it, -1 outside.
QS.placeInRing = function (ring, point) {
  let inside = -1;
  for (let i = 1; i < ring.length; i += 1) {
    const [one, other] = [ring[i - 1], ring[i]];
    const side = QS.sideOf(one, other, point);
    if (side === 0 && QS.isBetween(one, other, point)) return 0;
    if (one[1] > point[1] !== other[1] > point[1] && side > 0 === other[1] > one[1]) inside = -inside;
  }
  return inside;
};

QS.placeInArea = function (rings, point) {
  const outer = QS.placeInRing(rings[0], point);
  if (outer <= 0) return outer;
  for (const hole of rings.slice(1)) {
    const place = QS.placeInRing(hole, point);
    if (place >= 0) return -place;
  }
  return 1;
};

// Whether a point lies in any area of a geometry, edges included.
QS.holds = (pieces, point) =>
  pieces.some(({ sort, strings }) => sort === QS.AREA && QS.placeInArea(strings, point) >= 0);

QS.eachEdge = function ({ strings }, visit) {
  for (const string of strings)
    for (let i = 1; i < string.length; i += 1) if (visit(string[i - 1], string[i])) return true;
  return false;
};

// Whether two edges share a point; `isProper` leaves out those that merely touch.
QS.edgesMeet = function (a, b, c, d, isProper) {
  const [p, q, r, s] = [QS.sideOf(a, b, c), QS.sideOf(a, b, d), QS.sideOf(c, d, a), QS.sideOf(c, d, b)];
  if (p > 0 !== q > 0 && r > 0 !== s > 0 && p && q && r && s) return true;
  if (isProper) return false;
  return (
    (p === 0 && QS.isBetween(a, b, c)) || (q === 0 && QS.isBetween(a, b, d)) ||
    (r === 0 && QS.isBetween(c, d, a)) || (s === 0 && QS.isBetween(c, d, b))
  );
};

QS.piecesMeet = function (one, other) {
  if (one.sort > other.sort) return QS.piecesMeet(other, one);
  const [point] = one.strings[0];
  if (one.sort === QS.POINT) {
    if (other.sort === QS.AREA) return QS.placeInArea(other.strings, point) >= 0;
    if (other.sort === QS.POINT) return other.strings[0][0].every((value, i) => value === point[i]);
    return QS.eachEdge(other, (a, b) => QS.sideOf(a, b, point) === 0 && QS.isBetween(a, b, point));
  }
  if (QS.eachEdge(one, (a, b) => QS.eachEdge(other, (c, d) => QS.edgesMeet(a, b, c, d)))) return true;
  if (other.sort === QS.AREA && QS.placeInArea(other.strings, point) >= 0) return true;
  return one.sort === QS.AREA && QS.placeInArea(one.strings, other.strings[0][0]) >= 0;
};

QS.meet = (one, other) => one.some((a) => other.some((b) => QS.piecesMeet(a, b)));

// Whether an area holds all of a place, its edge included.
QS.covers = function (area, place) {
  const isIn = place.every(({ strings }) => strings.every((s) => s.every((p) => QS.holds(area, p))));
  if (!isIn || place[0].sort === QS.POINT) return isIn;
  const isCut = place.some((a) =>
    area.some((b) => QS.eachEdge(a, (p, q) => QS.eachEdge(b, (r, s) => QS.edgesMeet(p, q, r, s, true)))),
  );
  const hasHole = area.some(({ strings }) =>
    strings.some((ring) => ring.some((p) => place.some((a) => QS.placeInArea(a.strings, p) > 0))),
  );
  return !isCut && !hasHole;
};
