"use strict";
// The audit's map: how much of every section is wet at the moment, where carts are, and the chosen
// violation with its track points. The time bar is that of the watering map.

QX.readData = function () {
  const { data } = QX;
  QX.letters = Object.fromEntries([...QX.alphabet].map((letter, place) => [letter, place]));
  QX.text = (number) => data.strings[number];
  QX.lines = data.sections.line.map(QX.decodeLine);
  QX.tracks = data.carts.map((cart) => {
    let second = 0;
    const at = cart.at.map((step) => (second += step));
    return { at, corners: QX.decodeLine(cart.line), wet: cart.wet };
  });
  QX.minute = 10 * 60;
  QX.cart = -1;
  QX.violation = -1;
  QX.bins = new Array(QX.lines.length).fill(-1);
  QX.layerOf = new Map();
};

QX.overlayOf = (kind) => QX.overlays.find((one) => one.kind === kind);
QX.clock = function (seconds) {
  const whole = Math.floor(seconds / 60 + 1e-6);
  const clock = `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
  return seconds < 0 ? `-1d ${QX.clock(seconds + QX.daySeconds)}` : clock;
};
QX.clockSeconds = (seconds) => `${QX.clock(seconds)}:${String(Math.round(QX.inDay(seconds)) % 60).padStart(2, "0")}`;
QX.km = (metres, digits = 1) => `${QX.number(metres / 1000, digits)} km`;
QX.percent = (share) => `${QX.number(share * 100, 1)}%`;
QX.cartTitle = (row) => QX.data.carts[row].id;
QX.roadOf = (section) => QX.text(QX.data.sections.name[section]) || QX.words.unnamed;

// ---- wetness -------------------------------------------------------------------------------

// Hundredths of a section that are wet, and that nobody can tell, at a minute.
QX.sharesAt = function (section, minute) {
  const steps = QX.data.sections.steps[section];
  let low = 0;
  let high = steps.length / 3;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[3 * middle] <= minute) low = middle + 1;
    else high = middle;
  }
  return low ? [steps[3 * low - 2], steps[3 * low - 1]] : [0, 0];
};

QX.binOf = function (section, minute) {
  const [wet, unknown] = QX.sharesAt(section, minute);
  if (wet >= QX.data.covered * 100) return 0;
  if (unknown >= 50) return 4;
  if (wet >= 50) return 1;
  return wet > 0 ? 2 : 3;
};

QX.measureWet = function () {
  QX.metres_in = new Array(5).fill(0);
  QX.wet_now = [0, 0];
  QX.lines.forEach((_, row) => {
    const bin = QX.binOf(row, QX.minute);
    const shares = QX.sharesAt(row, QX.minute);
    QX.metres_in[bin] += QX.data.sections.length[row];
    shares.forEach((share, place) => (QX.wet_now[place] += (share / 100) * QX.data.sections.length[row]));
    if (bin === QX.bins[row]) return;
    QX.bins[row] = bin;
    const layer = QX.layerOf.get(row);
    if (layer) layer.setStyle(QX.styleFeature(QX.overlayOf("wet"), row));
  });
};

QX.profile = function (steps) {
  const { length } = QX.data.sections;
  const whole = length.reduce((sum, metres) => sum + metres, 0);
  const profile = [];
  for (let step = 0; step <= steps; step += 1) {
    const sums = [0, 0];
    length.forEach((metres, row) =>
      QX.sharesAt(row, Math.min((step * 1440) / steps, 1439)).forEach((share, place) => (sums[place] += (share / 100) * metres)),
    );
    profile.push(sums.map((metres) => (whole ? metres / whole : 0)));
  }
  return profile;
};

QX.drawProfile = function () {
  const steps = 96;
  const colour = (bin) => QX.data.bins[bin].colour;
  const svg = QX.svg("svg", { viewBox: `0 0 ${steps} 20`, preserveAspectRatio: "none", class: "qx-profile", "aria-hidden": "true" });
  const profile = QX.profile(steps);
  const area = (height) => {
    const top = profile.map((shares, step) => `${step},${(20 - 20 * height(shares)).toFixed(2)}`);
    return `M0,20L${top.join("L")}L${steps},20Z`;
  };
  svg.append(QX.svg("rect", { width: steps, height: 20, fill: colour(3), "fill-opacity": QX.lines.length ? 0.75 : 0 }));
  svg.append(QX.svg("path", { d: area(([wet, unknown]) => Math.min(wet + unknown, 1)), fill: "#c3c6c1" }));
  svg.append(QX.svg("path", { d: area(([wet]) => wet), fill: "#5b9bcb" }));
  return svg;
};

// ---- looks ---------------------------------------------------------------------------------

QX.styleOf = (number) => (feature) => QX.styleFeature(QX.overlays[number], feature.properties.i);

QX.styleFeature = function (overlay, row) {
  const { drawn, kind } = overlay;
  const factor = Math.max(QX.factor, 0.6);
  if (kind === "wet") {
    const bin = Math.max(QX.bins[row], 0);
    const weight = (drawn.weight + (bin === 3 ? 1.5 : 0)) * factor;
    const opacity = QX.violation >= 0 ? 0.55 : 1;
    return { ...drawn, color: QX.data.bins[bin].colour, weight, opacity, dashArray: bin === 4 ? "2 5" : null, fill: false };
  }
  if (overlay.shape === "point") return { ...drawn, weight: 1.4, radius: drawn.radius };
  return { ...drawn, weight: Math.max(drawn.weight * factor, 1.6), fill: false };
};

QX.plainSwatch = QX.swatch;
QX.swatch = function (overlay) {
  if (overlay.kind === "cart") {
    const box = QX.make("span", "qx-swatch qx-cart-swatch");
    box.append(QX.make("i", "qx-cart qx-spray", "1"));
    return box;
  }
  return QX.plainSwatch(overlay);
};

QX.binSwatch = function (number) {
  const svg = QX.svg("svg", { width: 30, height: 16, class: "qx-swatch", "aria-hidden": "true" });
  const { colour } = QX.data.bins[number];
  const dash = number === 4 ? "2 5" : "none";
  svg.append(QX.svg("path", { d: "M1,8H29", stroke: colour, "stroke-width": number === 3 ? 6.5 : 5, "stroke-dasharray": dash }));
  return svg;
};

// ---- layers --------------------------------------------------------------------------------

QX.feature = (i, type, coordinates) => ({ type: "Feature", properties: { i }, geometry: { type, coordinates } });
QX.put = function (kind, features) {
  const { layer } = QX.overlayOf(kind);
  layer.clearLayers();
  layer.addData({ type: "FeatureCollection", features });
};

QX.bindOverlays = function () {
  Object.assign(QX.map.options, { zoomSnap: 0.25, zoomDelta: 0.75 });
  QX.measureWet();
  const rows = [...QX.lines.keys()].filter((row) => QX.lines[row].length);
  QX.put("wet", rows.map((row) => QX.feature(row, "LineString", QX.lines[row])));
  QX.overlayOf("wet").layer.eachLayer((layer) => QX.layerOf.set(layer.feature.properties.i, layer));
  for (const kind of ["wet", "proof", "violation"]) {
    const { layer } = QX.overlayOf(kind);
    layer.bindTooltip((one) => QX.make("div", "", QX.sentence(kind, one.feature.properties.i)), { sticky: true, className: "qx-tooltip" });
    layer.on("click", (event) => {
      layer.closeTooltip();
      const row = event.propagatedFrom.feature.properties.i;
      QX.popupAt(event.latlng, kind === "wet" ? QX.sectionCard(row) : QX.violationCard(QX.violation));
    });
  }
  QX.drawCarts();
  QX.addTimeBar();
};

QX.showBeside = () => {};
QX.raise = (overlay) => overlay.kind !== "cart" && overlay.layer.bringToFront();

// ---- carts ---------------------------------------------------------------------------------

// What a cart does at a second, and where: between two records as far as they are not too far apart.
QX.cartAt = function (row, second) {
  const { at, corners, wet } = QX.tracks[row];
  if (!at.length || second < at[0] || second > at[at.length - 1]) return { doing: "off", place: null };
  let after = at.findIndex((one) => one >= second);
  after = Math.max(after, 1);
  if (at.length < 2) return { doing: "wait", place: corners[0] };
  const [start, end] = [at[after - 1], at[after]];
  const [[a, b], [c, d]] = [corners[after - 1], corners[after]];
  const metres = Math.hypot((c - a) * Math.cos((b * Math.PI) / 180), d - b) * 111195;
  if (end - start > QX.data.silent && metres > 100) return { doing: "off", place: [a, b] };
  const share = end > start ? (second - start) / (end - start) : 0;
  const place = [a + (c - a) * share, b + (d - b) * share];
  if (metres < 0.4 * (end - start)) return { doing: "wait", place };
  return { doing: wet[after - 1] === "1" ? "spray" : "drive", place };
};

QX.drawCarts = function () {
  const { layer } = QX.overlayOf("cart");
  QX.cartMarkers ||= QX.data.carts.map((_, row) => {
    const marker = L.marker([0, 0], { keyboard: false });
    marker.on("click", () => QX.popupAt(marker.getLatLng(), QX.cartCard(row)));
    marker.bindTooltip(() => QX.make("div", "", `${QX.cartTitle(row)} · ${QX.sayDoing(row)}`), { className: "qx-tooltip", direction: "top" });
    return marker;
  });
  QX.doing = QX.data.carts.map((_, row) => QX.cartAt(row, QX.minute * 60));
  QX.doing.forEach(({ doing, place }, row) => {
    const marker = QX.cartMarkers[row];
    if (!place) return void layer.removeLayer(marker);
    marker.setLatLng([place[1], place[0]]);
    const html = QX.make("i", `qx-cart qx-${doing}${QX.cart >= 0 && QX.cart !== row ? " qx-faint" : ""}`, QX.cartTitle(row));
    marker.setIcon(L.divIcon({ className: "qx-label", html, iconSize: [0, 0] }));
    if (!layer.hasLayer(marker)) layer.addLayer(marker);
  });
};

QX.setCart = function (row) {
  QX.cart = row;
  const parts = [];
  if (row >= 0) {
    const { at, corners } = QX.tracks[row];
    at.forEach((second, place) => {
      if (!place || second - at[place - 1] > QX.data.silent) parts.push([]);
      parts[parts.length - 1].push(corners[place]);
    });
  }
  QX.put("track", parts.filter((part) => part.length > 1).map((part) => QX.feature(row, "LineString", part)));
  for (const box of document.querySelectorAll("select.qx-choose-cart")) box.value = String(row);
  QX.drawCarts();
  QX.tellCart();
  QX.refresh();
};

QX.showCart = function (row) {
  QX.setCart(row);
  const bounds = QX.overlayOf("track").layer.getBounds();
  if (bounds.isValid()) QX.map.fitBounds(bounds, { ...QX.room(), maxZoom: 16 });
  else QX.popupAt(QX.map.getCenter(), QX.cartCard(row));
};

// ---- violations ----------------------------------------------------------------------------

QX.showViolation = function (number) {
  const one = QX.data.violations[number];
  QX.violation = number;
  const own = one.section >= 0 ? [QX.lines[one.section]] : one.lines.map(QX.decodeLine);
  QX.put("violation", own.filter((line) => line.length).map((line) =>
    line.length > 1 ? QX.feature(number, "LineString", line) : QX.feature(number, "Point", line[0])));
  QX.put("proof", one.points.map(([, lon, lat], place) => QX.feature(place, "Point", [lon, lat])));
  QX.setTime(Math.min(Math.floor((one.from + one.to) / 120), 1439));
  const wet = QX.overlayOf("wet").layer;
  wet.setStyle(wet.options.style);
  const layers = L.featureGroup([QX.overlayOf("violation").layer, QX.overlayOf("proof").layer]);
  const bounds = layers.getBounds();
  if (bounds.isValid()) QX.map.fitBounds(bounds, { ...QX.room(), maxZoom: 17 });
  const line = own.find((part) => part.length);
  const place = line ? QX.along(line, 0.5) : null;
  QX.refresh();
  QX.popupAt(place ? L.latLng(place[1], place[0]) : QX.map.getCenter(), QX.violationCard(number));
};

QX.room = () => ({ paddingTopLeft: [40, 40], paddingBottomRight: [QX.isWide() ? 320 : 30, 40], animate: false });

QX.showSection = function (row) {
  const corners = QX.lines[row].map(([lon, lat]) => [lat, lon]);
  if (!corners.length) return;
  QX.map.fitBounds(corners, { ...QX.room(), maxZoom: 16 });
  const middle = QX.along(QX.lines[row], 0.5);
  QX.popupAt(L.latLng(middle[1], middle[0]), QX.sectionCard(row));
};

QX.showWhole = function () {
  const lines = QX.lines.filter((line) => line.length);
  if (lines.length) QX.map.fitBounds(L.latLngBounds(lines.flat().map(([lon, lat]) => [lat, lon])), { ...QX.room(), maxZoom: 16 });
  else if (QX.data.base.bounds) QX.map.fitBounds(QX.data.base.bounds, QX.room());
  else QX.map.setView([30, 110], 5);
};
