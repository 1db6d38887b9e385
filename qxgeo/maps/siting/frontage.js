"use strict";
// Which road an entrance opens on, and what follows: qxgeo/rules/roadside.py, frontage.py,
// road_names.py and siting/entrances.py, for one place at a time.

QS.DIGITS = { 零: 0, 〇: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 };
QS.NUMERAL = /[零〇一二两三四五六七八九十]+/g;
QS.HOUSE_NUMBER = /(?<=[路街巷道弄])-?\p{Nd}+(?:[-之]\p{Nd}+)?[号號](?![路街巷道线]).*$/u;
QS.ORNAMENT = /[—–_·•・.,，。、()[\]【】「」《》"'“”‘’]+|(?<!\p{Nd})-|-(?!\p{Nd})/gu;

// Makes road names comparable: width, blanks, case and numerals levelled, a house number left off.
QS.plainRoadName = function (name) {
  const number = (numeral) => {
    const at = numeral.indexOf("十");
    if (at < 0) return [...numeral].map((one) => QS.DIGITS[one]).join("");
    const [tens, ones] = [numeral.slice(0, at), numeral.slice(at + 1)];
    if (tens.length > 1 || ones.length > 1 || ones.includes("十")) return numeral;
    return String(10 * (tens ? QS.DIGITS[tens] : 1) + (ones ? QS.DIGITS[ones] : 0));
  };
  return (name || "")
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\s+/g, "")
    .replace(QS.NUMERAL, number)
    .replace(QS.HOUSE_NUMBER, "")
    .replace(QS.ORNAMENT, "");
};

QS.PROHIBITED = 0;
QS.DOUBTFUL = 1;
QS.NO_CLASS = 2;
QS.ALLOWED = 3;
QS.SAME_VERDICT = [[QS.PROHIBITED], [QS.DOUBTFUL, QS.NO_CLASS], [QS.ALLOWED]];

// Gets the roads of a rule ready: which of them come to the same verdict, and their names' keys.
QS.readRoads = function (rule) {
  const numbers = rule.answers.map((_, number) => number);
  const plain = rule.names.map((name, number) => rule.plain[number] ?? name);
  const named = new Map();
  plain.forEach((name, number) => {
    if (!named.has(name)) named.set(name, []);
    named.get(name).push(number);
  });
  const alike = (among) =>
    QS.SAME_VERDICT.map((answers) => among.filter((number) => answers.includes(rule.answers[number])));
  return { table: QS.tables[rule.reference], plain, groups: alike(numbers), alike, named };
};

QS.nearestByVerdict = (subject, table, groups) =>
  groups.map((among) => (among.length ? QS.nearest(subject, table, among) : null));

// The road that is named, else the nearest; and the nearest under another verdict.
QS.findOpening = function (subject, asked, roads, { tolerance, error }) {
  const least = (several) => {
    let best = null;
    for (const one of several) if (one && (!best || one.distance < best.distance)) best = one;
    return best;
  };
  let found = QS.nearestByVerdict(subject, roads.table, roads.groups);
  let isNamed = false;
  if (asked && roads.named.has(asked)) {
    const theirs = QS.nearestByVerdict(subject, roads.table, roads.alike(roads.named.get(asked)));
    isNamed = least(theirs).distance <= tolerance;
    if (isNamed) found = theirs;
  }
  const first = least(found);
  const second = least(found.filter((one) => one !== first));
  const gap = second && second.distance - first.distance;
  return {
    road: first,
    rival: second && (gap < error || gap === 0) ? second : null,
    isMatched: Boolean(first) && first.distance <= tolerance && (isNamed || !asked),
    isNamed,
  };
};

// Roads within the tolerance, nearest first; the sections of a name under one answer are one road.
QS.roadsNear = function (subject, rule, roads) {
  const seen = new Set();
  return QS.within(subject, roads.table, rule.radius_m).filter(({ reference }) => {
    const key = `${roads.plain[reference] || `#${reference}`}\n${rule.answers[reference]}`;
    return !seen.has(key) && seen.add(key);
  });
};

// ---- sentences -------------------------------------------------------------------------------

QS.nameRoad = (rule, { reference, distance }) =>
  QS.remark("road", {
    name: rule.names[reference] || QS.remark("unnamed"),
    class: rule.classes[rule.class[reference]] || QS.remark("class_unknown"),
    section: rule.section_ids[reference],
    distance: QS.fixed(distance, 1),
  });

QS.explainOpening = function (rule, opening, error) {
  const { road, rival } = opening;
  if (rival)
    return QS.remark("rival", {
      rival: QS.nameRoad(rule, rival),
      gap: QS.fixed(rival.distance - road.distance, 1),
      error: QS.fixed(error, 0),
    });
  const name = ["prohibited", "doubtful", "no_class", "allowed"][rule.answers[road.reference]];
  return QS.remark(name, { meant: rule.meant, doubtful: rule.doubtful });
};

QS.remarkOpening = function (rule, roads, subject, asked, opening, error) {
  const { road } = opening;
  const isSet = rule.radius_m !== null;
  const tolerance = isSet ? QS.general(rule.radius_m) : "";
  if (opening.isMatched) {
    const limit = isSet ? QS.remark("limit", { tolerance }) : QS.remark("limit_open");
    const how = opening.isNamed ? "by_name" : "by_distance";
    return QS.remark("and", {
      match: QS.remark(how, { road: QS.nameRoad(rule, road), limit }),
      answer: QS.explainOpening(rule, opening, error),
    });
  }
  if (!road) return QS.remark("no_road");
  if (isSet && road.distance <= rule.radius_m) {
    const near = QS.roadsNear(subject, rule, roads).slice(0, rule.roads_shown);
    const several = near.map((one) => QS.nameRoad(rule, one));
    return QS.remark("not_near", { asked, tolerance, roads: QS.join(several, QS.remark("comma")) });
  }
  const named = asked ? QS.remark("named", { asked }) : ["", ""];
  return QS.remark("far", { named, road: QS.nameRoad(rule, road), tolerance });
};

// ---- one place -------------------------------------------------------------------------------

// What a frontage rule says of one entrance.
QS.judgeEntrance = function (rule, roads, entrance, accuracy) {
  const error = accuracy + rule.accuracy_m;
  const subject = QS.makeTable([QS.piecesOf({ type: "Point", coordinates: [entrance.lon, entrance.lat] })]);
  const written = (entrance.road_name || "").trim();
  const isSet = rule.radius_m !== null;
  const opening = QS.findOpening(subject, QS.plainRoadName(written), roads, {
    tolerance: isSet ? rule.radius_m : Infinity, error,
  });
  const { road, rival, isMatched } = opening;
  const answer = road ? rule.answers[road.reference] : QS.NO_CLASS;
  let verdict = "unknown";
  if (!isSet) verdict = road ? "needs_decision" : "unknown";
  else if (isMatched && rival) verdict = "too_close_to_call";
  else if (isMatched) verdict = [rule.caught, "needs_decision", "needs_decision", "allowed"][answer];
  const remark = QS.remarkOpening(rule, roads, subject, written, opening, error);
  return { id: entrance.id, verdict, remark, road, error };
};

// The least binding entrance speaks for the place, since it may use that one; the first of equals.
QS.judgeEntrances = function (rule, place, accuracy) {
  const roads = QS.roads.get(rule.id);
  const several = place.entrances.map((one) => QS.judgeEntrance(rule, roads, one, accuracy));
  let best = null;
  for (const one of several)
    if (!best || QS.verdictCode(one.verdict) > QS.verdictCode(best.verdict)) best = one;
  return { best, remark: best ? QS.tellEntrances(best, several) : QS.tellFrontages(rule, roads, place) };
};

QS.tellEntrances = function (best, several) {
  const first =
    several.length > 1 ? QS.template("entrance", { entrance: best.id, remark: best.remark }) : best.remark;
  const others = several
    .filter((one) => one !== best)
    .map(({ id, verdict, remark }) =>
      QS.template("other_entrance", { entrance: id, verdict: QS.verdictLabel(verdict), remark }),
    );
  return QS.join([first, ...others], QS.template("next_entrance"));
};

// A parcel without an entrance: the roads that it fronts on, and which of them may be used.
QS.tellFrontages = function (rule, roads, place) {
  if (place.isPoint) return ["", ""];
  const near = rule.radius_m === null ? [] : QS.roadsNear(place.table, rule, roads);
  if (!near.length) return QS.template("fronts_on_none");
  const words = ["prohibited", "needs_decision", "needs_decision", "allowed"];
  const several = near.map(({ reference, distance }) =>
    QS.template("one_frontage", {
      road: rule.names[reference] || QS.template("unnamed_road"),
      distance: QS.fixed(distance, 0),
      verdict: QS.verdictLabel(words[rule.answers[reference]]),
    }),
  );
  return QS.template("fronts_on", { roads: QS.join(several, QS.template("next_frontage")) });
};
