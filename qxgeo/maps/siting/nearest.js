"use strict";
// The nearest reference, as qxgeo/geodesy/approach.py finds it: by chords between vertices and
// edges, measured as arcs on the ground; of references at the same distance the first counts.

QS.SAME_DISTANCE = 1e-6;
QS.BEND = 1e-3; // edges bend by less than 0.4 mm, on both sides of a comparison
QS.ARC_SPREAD = 0.04 / 24 / QS.AXIS ** 2;

QS.reachOf = (chord) => chord + QS.BEND + QS.ARC_SPREAD * chord ** 3;

// Drops a perpendicular from vertex v of one side to the edge that begins in vertex e of the other.
QS.dropFoot = function (side, v, other, e) {
  const [p, a] = [side.xyz, other.xyz];
  const [i, j] = [3 * v, 3 * e];
  let [x, y, z] = [p[i] - a[j], p[i + 1] - a[j + 1], p[i + 2] - a[j + 2]];
  let share = 0;
  if (other.goesOn[e]) {
    const [u, w, t] = [a[j + 3] - a[j], a[j + 4] - a[j + 1], a[j + 5] - a[j + 2]];
    const length2 = Math.max(u * u + w * w + t * t, 1e-30);
    share = Math.min(Math.max((u * x + w * y + t * z) / length2, 0), 1);
    x -= u * share;
    y -= w * share;
    z -= t * share;
  }
  return { share, chord: Math.sqrt(x * x + y * y + z * z) };
};

// The place on an edge; on a vertex it is that vertex, bit for bit.
QS.footPlace = function ({ lonlat }, e, share) {
  const from = lonlat[e];
  if (share === 0) return from;
  const to = lonlat[e + 1];
  return [from[0] * (1 - share) + to[0] * share, from[1] * (1 - share) + to[1] * share];
};

// Visits the feet between the only geometry of `subject` and one reference, to and fro.
QS.eachFoot = function (subject, table, number, visit) {
  const [start, end] = [table.starts[number], table.starts[number + 1]];
  const isLast = (side, e) => !side.goesOn[e] && e > 0 && side.goesOn[e - 1];
  const count = subject.lonlat.length;
  for (let e = start; e < end; e += 1) {
    if (isLast(table, e)) continue; // it was the end of an edge
    for (let v = 0; v < count; v += 1) visit(v, e, QS.dropFoot(subject, v, table, e), false);
  }
  for (let e = 0; e < count; e += 1) {
    if (!subject.goesOn[e]) continue; // points have been measured to and fro
    for (let v = start; v < end; v += 1) visit(e, v, QS.dropFoot(table, v, subject, e), true);
  }
};

QS.leastChord = function (subject, table, number, most) {
  const [one, other] = [subject.balls[0], table.balls[number]];
  const apart = Math.hypot(...one.centre.map((value, i) => value - other.centre[i]));
  if (apart - one.radius - other.radius > QS.reachOf(most)) return Infinity;
  let least = Infinity;
  QS.eachFoot(subject, table, number, (_v, _e, { chord }) => (least = Math.min(least, chord)));
  return least;
};

// Measures from one reference: metres, and the places between which they are.
QS.measure = function (subject, table, number, limit = Infinity) {
  if (QS.boxesMeet(subject.boxes[0], table.boxes[number]) && QS.meet(subject.shapes[0], table.shapes[number]))
    return { distance: 0, reference: number, from: null, to: null };
  const most = limit === Infinity ? QS.reachOf(QS.leastChord(subject, table, number, Infinity)) : limit;
  let best = { distance: Infinity, reference: number };
  QS.eachFoot(subject, table, number, (v, e, { share, chord }, isBack) => {
    if (chord > most) return;
    const from = isBack ? QS.footPlace(subject, v, share) : subject.lonlat[v];
    const to = isBack ? table.lonlat[e] : QS.footPlace(table, e, share);
    const distance = QS.groundDistance(from, to);
    if (distance < best.distance) best = { distance, reference: number, from, to };
  });
  return best;
};

// The nearest of some references (all, where `among` names none); null where there is none.
QS.nearest = function (subject, table, among) {
  const numbers = among || table.shapes.map((_, number) => number);
  const met = numbers.find(
    (number) =>
      QS.boxesMeet(subject.boxes[0], table.boxes[number]) &&
      QS.meet(subject.shapes[0], table.shapes[number]),
  );
  if (met !== undefined) return { distance: 0, reference: met, from: null, to: null };
  let least = Infinity;
  const chords = numbers.map((number) => {
    const chord = QS.leastChord(subject, table, number, least);
    least = Math.min(least, chord);
    return chord;
  });
  if (least === Infinity) return null;
  const limit = QS.reachOf(least);
  const near = numbers
    .filter((_, i) => chords[i] <= limit)
    .map((number) => QS.measure(subject, table, number, limit));
  const nearest = Math.min(...near.map(({ distance }) => distance));
  return near.find(({ distance }) => distance <= nearest + QS.SAME_DISTANCE);
};

// All references within a distance, nearest first, of equals the earlier one first.
QS.within = function (subject, table, metres) {
  const found = [];
  table.shapes.forEach((_, number) => {
    // What crosses the subject is near, however far its vertices are.
    const isApart = !QS.boxesMeet(subject.boxes[0], table.boxes[number]);
    if (isApart && QS.leastChord(subject, table, number, metres) > QS.reachOf(metres)) return;
    const one = QS.measure(subject, table, number);
    if (one.distance <= metres) found.push(one);
  });
  return found.sort((a, b) => a.distance - b.distance || a.reference - b.reference);
};
