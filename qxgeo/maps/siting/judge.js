"use strict";
// The verdict card of one place, as qxgeo.siting judges it (lines.py, combine.py, table.py): every
// line with its distance, its reason and its sentence. Nothing here draws.

QS.open = function (book) {
  QS.book = book;
  QS.tables = book.references.map((one) => ({ ...one, ...QS.makeTable(QS.unpackShapes(one)) }));
  const ground = QS.tables[book.ground.district];
  QS.ground = { table: ground, outline: QS.outlines(ground.shapes) };
  QS.townships = QS.unpackShapes(book.ground.townships);
  QS.roads = new Map();
  QS.areas = new Map();
  for (const rule of book.rules) {
    if (rule.missing.length) continue;
    if (rule.test === "frontage") QS.roads.set(rule.id, QS.readRoads(rule));
    if (rule.test === "inside_polygon") {
      const pieces = QS.tables[rule.area].shapes.flat();
      QS.areas.set(rule.id, { pieces, outline: QS.outlines([pieces]) });
    }
  }
};

// A place: `geometry` (GeoJSON point or polygon, WGS 84), `attributes`, `status`, `entrances`
// ({id, lon, lat, road_name}), `accuracy_m`; what is left out is unknown, and a status is proposed.
QS.readPlace = function ({ geometry, attributes, status, entrances, accuracy_m, township }) {
  const pieces = QS.piecesOf(geometry);
  const word = QS.isBlank(status) ? "proposed" : status;
  return {
    pieces,
    table: QS.makeTable([pieces]),
    isPoint: geometry.type === "Point",
    facts: { ...attributes, status: word },
    status: word,
    entrances: (entrances || []).map((one, i) => ({ ...one, id: one.id || `1-${i + 1}` })),
    accuracy: Number.isFinite(accuracy_m) ? accuracy_m : QS.book.accuracy_m,
    township,
  };
};

QS.judge = function (given) {
  const place = QS.readPlace(given);
  const lines = [QS.judgeGround(place), ...QS.book.rules.map((rule) => QS.judgeLine(rule, place))];
  const code = Math.min(...lines.map(({ verdict }) => QS.verdictCode(verdict)));
  const [summary] = QS.book.words.verdicts[code];
  const clauses = lines.filter((one) => one.rule_id && one.verdict === summary).map((one) => one.rule_id);
  let reason = QS.book.words.summaries[summary];
  if (clauses.length && summary !== "allowed")
    reason = [`${reason[0]}（${clauses.join("、")}）`, `${reason[1]} (${clauses.join(", ")})`];
  return { summary, reason, lines, accuracy_m: place.accuracy, ...QS.townshipOf(place) };
};

// ---- whose ground ----------------------------------------------------------------------------

QS.townshipOf = function (place) {
  const { township_ids: ids, township_names: names } = QS.book.ground;
  let number = ids.indexOf(place.township);
  if (number < 0) {
    const [{ strings }] = place.pieces;
    const point = place.isPoint ? strings[0][0] : QS.innerPoint(place.pieces);
    number = QS.townships.findIndex((pieces) => QS.holds(pieces, point));
    const isOurs = QS.holds(QS.ground.table.shapes[0], point);
    if (number < 0) number = ids.length - (isOurs ? 2 : 1);
  }
  return { township_id: ids[number], township_name: names[number][0], township_label: names[number] };
};

// A point inside a parcel: in the middle of its widest stretch along the line half way between the
// vertices next to its middle latitude (what GEOS calls the interior point).
QS.innerPoint = function (pieces) {
  let [best, point] = [-1, pieces[0].strings[0][0]];
  for (const piece of pieces) {
    const lat = QS.scanLatitude(piece.strings[0]);
    const cuts = [];
    QS.eachEdge(piece, ([x, y], [u, v]) => {
      if (y > lat !== v > lat) cuts.push(x + ((u - x) * (lat - y)) / (v - y));
    });
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      if (cuts[i + 1] - cuts[i] <= best) continue;
      best = cuts[i + 1] - cuts[i];
      point = [(cuts[i] + cuts[i + 1]) / 2, lat];
    }
  }
  return point;
};

QS.scanLatitude = function (ring) {
  const lats = ring.map(([, lat]) => lat);
  let [low, high] = [Math.min(...lats), Math.max(...lats)];
  const middle = (low + high) / 2;
  for (const lat of lats) {
    if (lat <= middle) low = Math.max(low, lat);
    else high = Math.min(high, lat);
  }
  return (low + high) / 2;
};

QS.judgeGround = function (place) {
  const { table, outline } = QS.ground;
  const area = table.shapes[0];
  const inside = QS.covers(area, place.pieces);
  const across = !inside && QS.meet(place.pieces, area);
  const edge = QS.nearest(place.table, outline);
  const margin = inside ? edge.distance : -edge.distance;
  const error = place.accuracy + QS.book.ground.accuracy_m;
  let [verdict, why] = ["out_of_scope", "outside_district"];
  if (across) [verdict, why] = ["needs_decision", "across_boundary"];
  else if (Math.abs(margin) < error) [verdict, why] = ["too_close_to_call", "near_boundary"];
  else if (inside) [verdict, why] = ["allowed", "in_district"];
  const line = {
    ...QS.blankLine({ line: 0, id: "", measure: "", assumptions: [] }), verdict, why,
    distance_m: edge.distance, margin_m: margin, error_m: error,
    from: edge.from, to: edge.to, table, number: 0,
  };
  return QS.finish(line, place, {});
};

// ---- one rule --------------------------------------------------------------------------------

QS.blankLine = (rule) => ({
  line: rule.line, rule_id: rule.id, measure_id: rule.measure, verdict: "allowed", why: "promotes",
  distance_m: null, threshold_m: null, margin_m: null, error_m: null, measured_from: "",
  measured_to: "", reference_id: "", reference_name: "", is_spared: false, from: null, to: null,
  table: null, number: null, source: "", remark: ["", ""], assumption_ids: rule.assumptions,
});

QS.judgeLine = function (rule, place) {
  const line = QS.blankLine(rule);
  const truth = QS.allOf(rule.when.map((where) => QS.ask(where, place.facts)));
  if (rule.missing.length) return QS.finish({ ...line, verdict: "unknown", why: "no_layer" }, place, rule);
  if (rule.test === "none") return QS.finish(line, place, rule);
  const tests = {
    attribute: () => ({ catches: "applies" }),
    within_distance: QS.testDistance,
    inside_polygon: QS.testArea,
    frontage: QS.testFrontage,
  };
  const { catches, isOpen, chosen, ...measured } = tests[rule.test](rule, place);
  Object.assign(line, measured, QS.combine(rule, catches, truth, place.status, isOpen));
  if (rule.test === "frontage" && line.why === "frontage") {
    line.verdict = chosen ? chosen.verdict : "unknown";
    if (!chosen) line.why = "no_entrance";
  }
  line.is_spared = line.why === "spared";
  return QS.finish(line, place, rule);
};

// Applies where the margin is at least the error, does not where it is below minus the error.
QS.judgeMargin = function (margin, error) {
  if (margin >= error) return "applies";
  return margin < -error ? "does_not_apply" : "too_close_to_call";
};

QS.testDistance = function (rule, place) {
  const table = QS.tables[rule.reference];
  const { distance, reference, from, to } = QS.nearest(place.table, table);
  const error = place.accuracy + rule.accuracy_m;
  const isOpen = rule.radius_m === null;
  const margin = isOpen ? null : rule.radius_m - distance;
  let catches = isOpen ? "unknown" : QS.judgeMargin(margin, error);
  if (catches === "too_close_to_call" && distance === 0 && rule.zero_is_within) catches = "applies";
  return {
    catches, isOpen, distance_m: distance, threshold_m: rule.radius_m, margin_m: margin, error_m: error,
    table, number: reference, from, to,
  };
};

QS.testArea = function (rule, place) {
  const table = QS.tables[rule.reference];
  const { distance, reference, from, to } = QS.nearest(place.table, table);
  const { pieces, outline } = QS.areas.get(rule.id);
  let [margin, deepest] = [-distance + 0, { from, to }];
  if (QS.meet(place.pieces, pieces)) {
    // Of a parcel cut by the area only its own corners can lie deeper than the area's edge.
    margin = 0;
    for (const { strings } of place.pieces)
      for (const corner of strings.flat()) {
        if (!QS.holds(pieces, corner)) continue;
        const one = QS.makeTable([QS.piecesOf({ type: "Point", coordinates: corner })]);
        const depth = QS.nearest(one, outline);
        if (depth.distance >= margin) [margin, deepest] = [depth.distance, depth];
      }
  }
  const error = place.accuracy + rule.accuracy_m;
  return {
    catches: QS.limitToStations(rule, place, QS.judgeMargin(margin, error)), isOpen: false,
    distance_m: distance, margin_m: margin, error_m: error,
    table, number: reference, from: deepest.from, to: deepest.to,
  };
};

// The reading "also within a distance of a station".
QS.limitToStations = function ({ near_station: limit }, place, catches) {
  if (!limit) return catches;
  const { distance } = QS.nearest(place.table, QS.tables[limit.reference]);
  const near = QS.judgeMargin(limit.radius_m - distance, place.accuracy + limit.accuracy_m);
  const both = [catches, near];
  if (both.includes("does_not_apply")) return "does_not_apply";
  return both.every((one) => one === "applies") ? "applies" : "too_close_to_call";
};

QS.testFrontage = function (rule, place) {
  const { best, remark } = QS.judgeEntrances(rule, place, place.accuracy);
  const road = best && best.road;
  return {
    catches: best && best.verdict === "allowed" ? "does_not_apply" : "applies",
    isOpen: false, chosen: best, remark, source: "entrance",
    distance_m: road ? road.distance : null, threshold_m: best ? rule.radius_m : null,
    error_m: best ? best.error : null, table: QS.tables[rule.reference],
    number: road ? road.reference : null, from: road ? road.from : null, to: road ? road.to : null,
  };
};

QS.WITHIN = {
  within_distance: ["within", "beyond"],
  inside_polygon: ["in_area", "out_of_area"],
  frontage: ["frontage", "frontage"],
  attribute: ["has_attribute", "lacks_attribute"],
};

// Place, attributes, status and open numbers to one verdict: the first case that holds.
QS.combine = function (rule, catches, truth, status, isOpen) {
  const [within, beyond] = QS.WITHIN[rule.test];
  const close = rule.test === "inside_polygon" ? "too_close_to_edge" : "too_close";
  const say = (verdict, why) => ({ verdict, why });
  if (truth === 0) return say("allowed", rule.test === "attribute" ? "lacks_attribute" : "not_concerned");
  if (catches === "does_not_apply") return say("allowed", beyond);
  if (rule.new_only && status === "existing") return say("allowed", "spared");
  if (truth !== 1) return say("unknown", "no_attribute");
  if (rule.new_only && status !== "proposed") return say("needs_decision", "is_change");
  if (isOpen) return say("needs_decision", "no_number");
  if (catches === "too_close_to_call") return say("too_close_to_call", close);
  return say(rule.caught, within);
};

// ---- sentences -------------------------------------------------------------------------------

QS.finish = function (line, place, rule) {
  const isMeasured = line.distance_m !== null;
  const source = line.source || (place.isPoint ? "point" : "parcel");
  if (line.table && line.number !== null) {
    line.reference_id = line.table.ids[line.number];
    line.reference_name = line.table.names[line.number];
  }
  line.measured_from = isMeasured ? source : "";
  line.measured_to = isMeasured ? line.table.layer : "";
  const isStated = place.accuracy !== QS.book.accuracy_m;
  if (isStated) line.assumption_ids = line.assumption_ids.filter((id) => id !== QS.book.accuracy_parameter);
  const facts = {
    distance: QS.metres(line.distance_m), threshold: QS.metres(line.threshold_m),
    margin: QS.metres(line.margin_m), error: QS.metres(line.error_m),
    from: QS.book.words.from[source],
    reference: line.table ? QS.labelReference(line.table, line.number) : ["", ""],
    subject: rule.subject || ["", ""], parameter: rule.parameter || ["", ""],
    missing: QS.join(rule.missing || [], ["、", ", "]), remark: line.remark,
    attributes: QS.blankAttributes(rule, place),
  };
  facts.place = QS.tellPlace(rule, line, facts);
  line.reason = QS.template(line.why, facts);
  return line;
};

QS.tellPlace = function (rule, line, facts) {
  if (rule.test === "frontage") return facts.remark;
  if (rule.test === "inside_polygon") return QS.template("in_the_area", facts);
  if (rule.test === "within_distance")
    return QS.template(line.threshold_m === null ? "near_open" : "near", facts);
  return QS.template("asks", facts);
};

QS.blankAttributes = function (rule, place) {
  const blank = QS.book.kind.attributes.filter(
    ({ name }) => (rule.asked || []).includes(name) && QS.isBlank(place.facts[name]),
  );
  return [
    blank.map(({ title }) => `“${title[0]}”`).join("、"),
    blank.map(({ title }) => title[1]).join(", "),
  ];
};

// For tests and for other programs in the page: the card of one place, or of many, as plain values.
QS.plainCard = (card) => ({
  ...card,
  lines: card.lines.map(({ table: _t, number: _n, source: _s, remark: _r, ...line }) => line),
});

window.qxgeoSiting = {
  judge: (place) => QS.plainCard(QS.judge(place)),
  judgeAll: (places) => places.map((place) => QS.plainCard(QS.judge(place))),
};
