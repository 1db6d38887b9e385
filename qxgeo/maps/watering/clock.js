"use strict";
// The watering plan in time: what is wetted when, how dry it is at a moment, where every cart is.
// The day repeats, as in the plan: what was wetted late yesterday is still wet early today.

QX.daySeconds = 86400;
QX.alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Steps of a millionth of a degree, five bits to a letter, low bits first.
QX.decodeLine = function (text) {
  const steps = [];
  let step = 0;
  let shift = 1;
  for (const letter of text) {
    const bits = QX.letters[letter];
    step += (bits & 31) * shift;
    shift *= 32;
    if (bits & 32) continue;
    steps.push(step % 2 ? -(step + 1) / 2 : step / 2);
    step = 0;
    shift = 1;
  }
  const corners = [];
  let [lon, lat] = [0, 0];
  for (let i = 0; i < steps.length; i += 2) {
    lon += steps[i];
    lat += steps[i + 1];
    corners.push([lon / 1e6, lat / 1e6]);
  }
  return corners;
};

QX.readPlan = function () {
  const { data } = QX;
  QX.letters = Object.fromEntries([...QX.alphabet].map((letter, place) => [letter, place]));
  QX.text = (number) => data.strings[number];
  const { sections, legs, tours } = data;
  QX.lines = sections.line.map(QX.decodeLine);
  QX.tours = new Map();
  tours.tour.forEach((number, row) => QX.tours.set(number, { row, legs: [], starts: [] }));
  legs.tour.forEach((number, leg) => QX.tours.get(number).legs.push(leg));
  for (const cart of data.carts)
    for (const [, tour, start] of cart.runs) if (tour >= 0) QX.tours.get(tour).starts.push(start);
  // Each leg wets one strip of its section (a pass, a direction): the driest strip counts. A spray
  // is [end in the day, seconds it takes]: it wets when it has ended, and dries from its beginning.
  QX.strips = sections.line.map(() => []);
  legs.section.forEach((section, leg) => {
    if (section < 0 || legs.task[leg] !== 0) return;
    const after = legs.offset[leg] + legs.duration[leg];
    const sprays = QX.tours.get(legs.tour[leg]).starts.map((start) => [QX.inDay(start + after), legs.duration[leg]]);
    QX.strips[section].push(sprays.sort((a, b) => a[0] - b[0]));
  });
  sections.state.forEach((state, section) => state === 2 && QX.strips[section].push([]));
  QX.rainEnds = data.drying.rain.flatMap((rain, hour) => (rain ? [[QX.inDay((hour + 1) * 3600), 0]] : []));
  QX.rainEnds.sort((a, b) => a[0] - b[0]);
};

QX.inDay = (seconds) => ((seconds % QX.daySeconds) + QX.daySeconds) % QX.daySeconds;

// ---- wetness -------------------------------------------------------------------------------

// Drying intervals that pass from the start of the day to a moment.
QX.intervalsAt = function (at) {
  const { passed } = QX.data.drying;
  const day = Math.floor(at / QX.daySeconds);
  const hours = (at - day * QX.daySeconds) / 3600;
  const hour = Math.min(Math.floor(hours), 23);
  return day * passed[24] + passed[hour] + (hours - hour) * (passed[hour + 1] - passed[hour]);
};

// When the last spray of a repeating day began that has ended at a moment.
QX.lastOf = function (sprays, at) {
  if (!sprays.length) return -Infinity;
  let low = 0;
  let high = sprays.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sprays[middle][0] <= at) low = middle + 1;
    else high = middle;
  }
  const [end, took] = low ? sprays[low - 1] : sprays[sprays.length - 1];
  return (low ? end : end - QX.daySeconds) - took;
};

QX.isFrost = (seconds) => Boolean(QX.data.drying.frost[Math.floor(QX.inDay(seconds) / 3600)]);

// How much of its interval a section has used; above 1 it is dry, infinite where nothing wets it.
// In frost, when nothing is sprayed and nothing asked, it is no number.
QX.usedShare = function (section, seconds) {
  const at = QX.inDay(seconds);
  if (QX.isFrost(at)) return NaN;
  if (QX.data.drying.rain[Math.floor(at / 3600)]) return 0;
  const rain = QX.lastOf(QX.rainEnds, at);
  const strips = QX.strips[section];
  let first = strips.length ? Infinity : rain;
  for (const sprays of strips) first = Math.min(first, Math.max(QX.lastOf(sprays, at), rain));
  if (first === -Infinity) return Infinity;
  return (QX.intervalsAt(at) - QX.intervalsAt(first)) / QX.data.sections.factor[section];
};

// ---- where a cart is -----------------------------------------------------------------------

QX.lineOf = function (leg) {
  const { legs } = QX.data;
  if (legs.line[leg]) return QX.decodeLine(legs.line[leg]);
  const section = legs.section[leg];
  if (section < 0) return [];
  return legs.forward[leg] ? QX.lines[section] : QX.lines[section].slice().reverse();
};

QX.along = function (corners, share) {
  if (corners.length < 2) return corners[0];
  const narrow = Math.cos((corners[0][1] * Math.PI) / 180);
  const sizes = corners.slice(1).map(([lon, lat], i) =>
    Math.hypot((lon - corners[i][0]) * narrow, lat - corners[i][1]),
  );
  let rest = sizes.reduce((sum, size) => sum + size, 0) * Math.min(Math.max(share, 0), 1);
  for (let i = 0; i < sizes.length; i += 1) {
    if (rest <= sizes[i] || i === sizes.length - 1) {
      const part = sizes[i] ? Math.min(rest / sizes[i], 1) : 0;
      const [[a, b], [c, d]] = [corners[i], corners[i + 1]];
      return [a + (c - a) * part, b + (d - b) * part];
    }
    rest -= sizes[i];
  }
  return corners[corners.length - 1];
};

QX.sitePlace = function (id) {
  const site = QX.data.sites.find((one) => one.id === id);
  return site ? [site.lon, site.lat] : null;
};

QX.endOf = function (leg) {
  const { legs } = QX.data;
  const line = QX.lineOf(leg);
  return line.length ? line[line.length - 1] : QX.sitePlace(legs.site[leg]);
};

// The run of a cart at a moment: of today, or of yesterday where it ends after midnight.
QX.runAt = function (cart, at) {
  for (const moment of [at, at + QX.daySeconds]) {
    const run = cart.runs.find(([, , start, end]) => start <= moment && moment < end);
    if (run) return { run, since: moment - run[2] };
  }
  return null;
};

QX.lastPlace = function (cart, at) {
  let best = null;
  for (const run of cart.runs) {
    if (run[1] < 0) continue;
    const ago = QX.inDay(at - run[3]);
    if (!best || ago < best.ago) best = { ago, run };
  }
  if (!best) return QX.sitePlace(cart.depot);
  const own = QX.tours.get(best.run[1]).legs;
  return own.length ? QX.endOf(own[own.length - 1]) : QX.sitePlace(cart.depot);
};

// What a cart does at a moment: spray, drive, refill, wait, break or off; on which leg, and where.
QX.cartAt = function (cart, seconds) {
  const at = QX.inDay(seconds);
  const found = QX.runAt(cart, at);
  if (!found) return { doing: "off", place: QX.lastPlace(cart, at), leg: -1, run: null };
  const { run, since } = found;
  if (run[1] < 0)
    return { doing: run[0] === 3 ? "break" : "wait", place: QX.lastPlace(cart, at), leg: -1, run };
  const { legs } = QX.data;
  const own = QX.tours.get(run[1]).legs;
  const leg = own.find((one) => since < legs.offset[one] + legs.duration[one]);
  if (leg === undefined) return { doing: "wait", place: QX.lastPlace(cart, at), leg: -1, run };
  if (since < legs.offset[leg]) {
    const before = own[own.indexOf(leg) - 1];
    const place = before === undefined ? QX.lineOf(leg)[0] || QX.sitePlace(legs.site[leg]) : QX.endOf(before);
    return { doing: "wait", place, leg: -1, run };
  }
  const doing = ["spray", "drive", "refill"][legs.task[leg]];
  const line = QX.lineOf(leg);
  const share = legs.duration[leg] ? (since - legs.offset[leg]) / legs.duration[leg] : 1;
  const place = line.length ? QX.along(line, share) : QX.sitePlace(legs.site[leg]) || QX.lastPlace(cart, at);
  return { doing, place, leg, run };
};
