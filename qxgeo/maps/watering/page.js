"use strict";
// The watering map: sections by how dry they are, routes of a cart, carts and sites. What is known of
// a moment stands in clock.js, what is told in told.js, the time bar and the panels in time.js.

QX.readData = function () {
  QX.readPlan();
  QX.minute = 8 * 60;
  QX.cart = -1;
  QX.bins = new Array(QX.lines.length).fill(-1);
  QX.layerOf = new Map();
};

QX.overlayOf = (kind) => QX.overlays.find((one) => one.kind === kind);
QX.clock = function (seconds) {
  const whole = Math.floor(QX.inDay(seconds) / 60 + 1e-6);
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
};
QX.km = (metres, digits = 1) => `${QX.number(metres / 1000, digits)} km`;
QX.hours = (seconds) => `${QX.number(seconds / 3600, 1)} h`;
QX.percent = (share) => `${QX.number(share * 100, share < 0.9995 && share > 0.995 ? 2 : 1)}%`;
QX.known = (value, say) => (value === null || value === undefined || value === "" ? null : say(value));
QX.cartTitle = (row) => `${row + 1} ${QX.data.carts[row].id}`;
QX.roadOf = (section) => QX.text(QX.data.sections.name[section]) || QX.words.unnamed;

// ---- looks ---------------------------------------------------------------------------------

// The class of a share of the interval: 0 to 3 wet, 4 dry, 5 frost.
QX.binOf = (share) => (Number.isNaN(share) ? 5 : share > 1 + 1e-6 ? 4 : Math.min(Math.floor(share * 4), 3));

QX.styleOf = (number) => (feature) => QX.styleFeature(QX.overlays[number], feature.properties.i);

QX.styleFeature = function (overlay, row) {
  const { drawn, kind } = overlay;
  const factor = Math.max(QX.factor, 0.6);
  if (kind === "wet") {
    const bin = QX.data.bins[Math.max(QX.bins[row], 0)];
    const isDry = QX.bins[row] === 4;
    const fade = QX.cart >= 0 && !QX.ownSections.has(row) ? 0.3 : 1;
    return { ...drawn, color: bin.colour, weight: (isDry ? drawn.weight + 2 : drawn.weight) * factor, opacity: fade, fill: false };
  }
  if (overlay.shape === "point") return { ...drawn, radius: drawn.radius * Math.max(QX.factor, 0.8) };
  return { ...drawn, weight: Math.max(drawn.weight * factor, 1.6), fill: false };
};

QX.plainSwatch = QX.swatch;
QX.swatch = function (overlay) {
  if (overlay.kind === "wet") {
    const svg = QX.svg("svg", { width: 30, height: 16, class: "qx-swatch", "aria-hidden": "true" });
    QX.data.bins.slice(0, 4).forEach(({ colour }, place) =>
      svg.append(QX.svg("rect", { x: 1 + 7 * place, y: 5, width: 7, height: 6, fill: colour })),
    );
    return svg;
  }
  if (overlay.kind !== "cart") return QX.plainSwatch(overlay);
  const box = QX.make("span", "qx-swatch qx-cart-swatch");
  box.append(QX.make("i", "qx-cart qx-spray", "1"));
  return box;
};

QX.binSwatch = function (number) {
  const svg = QX.svg("svg", { width: 30, height: 16, class: "qx-swatch", "aria-hidden": "true" });
  const { colour } = QX.data.bins[number];
  svg.append(QX.svg("path", { d: "M1,8H29", stroke: colour, "stroke-width": number === 4 ? 7 : 5 }));
  return svg;
};

// ---- layers --------------------------------------------------------------------------------

QX.feature = (i, type, coordinates) => ({ type: "Feature", properties: { i }, geometry: { type, coordinates } });
QX.put = (kind, features) => {
  const { layer } = QX.overlayOf(kind);
  layer.clearLayers();
  layer.addData({ type: "FeatureCollection", features });
};

QX.bindOverlays = function () {
  Object.assign(QX.map.options, { zoomSnap: 0.25, zoomDelta: 0.75 });
  QX.arrows = L.layerGroup().addTo(QX.map);
  QX.marks = L.layerGroup().addTo(QX.map);
  const { state } = QX.data.sections;
  const rows = (isNever) => [...QX.lines.keys()].filter((i) => (state[i] === 2) === isNever && QX.lines[i].length);
  const draw = (i) => QX.feature(i, "LineString", QX.lines[i]);
  QX.wetRows = rows(false);
  QX.measureWet();
  QX.put("wet", QX.wetRows.map(draw));
  QX.put("never", rows(true).map(draw));
  for (const kind of ["wet", "never"])
    QX.overlayOf(kind).layer.eachLayer((layer) => QX.layerOf.set(layer.feature.properties.i, layer));
  for (const isDepot of [true, false]) {
    const own = QX.data.sites.map((site, i) => ({ site, i })).filter(({ site }) => site.depot === isDepot);
    QX.put(isDepot ? "depot" : "refill", own.map(({ site, i }) => QX.feature(i, "Point", [site.lon, site.lat])));
  }
  for (const overlay of QX.overlays) QX.bindOne(overlay);
  QX.map.on("moveend", QX.drawArrows);
  QX.drawCarts();
  QX.addTimeBar();
};

QX.bindOne = function (overlay) {
  if (overlay.kind === "cart") return;
  overlay.layer.bindTooltip(
    (layer) => QX.make("div", "", QX.sentence(overlay.kind, layer.feature.properties.i)),
    { sticky: true, className: "qx-tooltip" },
  );
  overlay.layer.on("click", (event) => {
    overlay.layer.closeTooltip();
    QX.open(overlay.kind, event.propagatedFrom.feature.properties.i, event.latlng);
  });
};

QX.showBeside = () => {};
QX.raise = (overlay) => overlay.kind !== "cart" && overlay.layer.bringToFront();

// The share of every section at the moment, and the metres in each class.
QX.measureWet = function () {
  QX.metres_in = new Array(6).fill(0);
  for (const row of QX.wetRows) {
    const bin = QX.binOf(QX.usedShare(row, QX.minute * 60));
    QX.metres_in[bin] += QX.data.sections.length[row];
    if (bin === QX.bins[row]) continue;
    QX.bins[row] = bin;
    const layer = QX.layerOf.get(row);
    if (layer) layer.setStyle(QX.styleFeature(QX.overlayOf("wet"), row));
  }
};

QX.drawCarts = function () {
  const { layer } = QX.overlayOf("cart");
  QX.cartMarkers ||= QX.data.carts.map((cart, row) => {
    const marker = L.marker([0, 0], { icon: L.divIcon({ className: "qx-label", html: "", iconSize: [0, 0] }) });
    marker.on("click", (event) => QX.open("cart", row, event.latlng));
    marker.bindTooltip(() => QX.make("div", "", QX.sentence("cart", row)), { className: "qx-tooltip", direction: "top", offset: [0, -10] });
    return marker;
  });
  QX.doing = QX.data.carts.map((cart) => QX.cartAt(cart, QX.minute * 60));
  QX.doing.forEach(({ doing, place }, row) => {
    const marker = QX.cartMarkers[row];
    if (!place) return void layer.removeLayer(marker);
    marker.setLatLng([place[1], place[0]]);
    const isFaint = QX.cart >= 0 && QX.cart !== row;
    const name = `qx-cart qx-${doing}${isFaint ? " qx-faint" : ""}`;
    if (marker.qxName !== name) {
      marker.qxName = name;
      const html = QX.make("i", name, row + 1);
      marker.setIcon(L.divIcon({ className: "qx-label", html, iconSize: [0, 0] }));
      marker.setZIndexOffset({ spray: 300, refill: 200, drive: 200 }[doing] || 0);
    }
    if (!layer.hasLayer(marker)) layer.addLayer(marker);
  });
};

// ---- the chosen cart -----------------------------------------------------------------------

QX.toursOf = (cart) => [...new Set(QX.data.carts[cart].runs.map(([, tour]) => tour).filter((tour) => tour >= 0))];

// The run whose route is drawn: that of the moment, or the next one.
QX.runShown = function () {
  if (QX.cart < 0) return null;
  const at = QX.minute * 60;
  const runs = QX.data.carts[QX.cart].runs.filter(([, tour]) => tour >= 0);
  const found = QX.runAt({ runs }, at);
  return found ? found.run : runs.find(([, , start]) => start > at) || runs[0] || null;
};

QX.setCart = function (row) {
  QX.cart = row;
  const { legs } = QX.data;
  const own = row < 0 ? [] : QX.toursOf(row).flatMap((tour) => QX.tours.get(tour).legs);
  QX.ownSections = new Set(own.map((leg) => legs.section[leg]));
  for (const box of document.querySelectorAll("select.qx-choose-cart")) box.value = String(row);
  for (const kind of ["route", "empty"])
    if (row < 0) QX.overlayOf(kind).layer.remove();
    else QX.overlayOf(kind).layer.addTo(QX.map);
  QX.tourDrawn = null;
  QX.drawRoute();
  const wet = QX.overlayOf("wet");
  wet.layer.setStyle(wet.layer.options.style);
  QX.drawCarts();
  QX.tellCart();
};

// The route changes when the cart's next run begins.
QX.drawRoute = function () {
  const run = QX.runShown();
  const tour = run ? run[1] : -1;
  if (tour === QX.tourDrawn) return;
  QX.tourDrawn = tour;
  QX.ownLegs = run ? QX.tours.get(tour).legs : [];
  const { legs } = QX.data;
  for (const [kind, isSpray] of [["route", true], ["empty", false]])
    QX.put(
      kind,
      QX.ownLegs
        .filter((leg) => (legs.task[leg] === 0) === isSpray)
        .map((leg) => QX.feature(leg, "LineString", QX.lineOf(leg)))
        .filter((one) => one.geometry.coordinates.length > 1),
    );
  QX.drawArrows();
  QX.refresh();
};

QX.showCart = function (row) {
  QX.setCart(row);
  const bounds = L.featureGroup([QX.overlayOf("route").layer, QX.overlayOf("empty").layer]).getBounds();
  const right = QX.isWide() ? 330 : 20;
  if (bounds.isValid())
    QX.map.fitBounds(bounds, { paddingTopLeft: [60, 30], paddingBottomRight: [right, 30], animate: false, maxZoom: 16 });
};

// Arrows of the way that the chosen cart goes, on legs long enough to bear one.
QX.mostArrows = 160;
QX.drawArrows = function () {
  QX.arrows.clearLayers();
  if (QX.cart < 0 || !QX.ownLegs) return;
  const { legs } = QX.data;
  const view = QX.map.getBounds();
  let count = 0;
  for (const leg of QX.ownLegs) {
    const line = QX.lineOf(leg);
    if (line.length < 2 || count >= QX.mostArrows) continue;
    const [before, at] = [QX.along(line, 0.49), QX.along(line, 0.51)];
    if (!view.contains([at[1], at[0]])) continue;
    const [start, end] = [line[0], line[line.length - 1]].map(([lon, lat]) => QX.map.latLngToContainerPoint([lat, lon]));
    if (start.distanceTo(end) < 26) continue;
    const [from, to] = [before, at].map(([lon, lat]) => QX.map.project([lat, lon]));
    const mark = QX.make("i", `qx-arrow${legs.task[leg] === 0 ? "" : " qx-arrow-empty"}`);
    mark.style.transform = `translate(-50%, -50%) rotate(${(Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI}deg)`;
    const icon = L.divIcon({ className: "qx-label", html: mark, iconSize: [0, 0] });
    QX.arrows.addLayer(L.marker([at[1], at[0]], { icon, interactive: false, keyboard: false }));
    count += 1;
  }
};

// ---- view ----------------------------------------------------------------------------------

// The panel covers the right side of a wide map. What is to be kept wet fills the rest.
QX.showWhole = function () {
  const lines = QX.lines.filter((line) => line.length);
  const right = QX.isWide() ? 320 : 14;
  const options = { paddingTopLeft: [14, 14], paddingBottomRight: [right, 14], animate: false };
  if (lines.length)
    QX.map.fitBounds(L.latLngBounds(lines.flat().map(([lon, lat]) => [lat, lon])), { ...options, maxZoom: 16 });
  else if (QX.data.base.bounds) QX.map.fitBounds(QX.data.base.bounds, options);
  else QX.map.setView([30, 110], 5);
};

QX.open = function (kind, row, latlng) {
  const say = { wet: QX.sectionCard, never: QX.sectionCard, cart: QX.cartCard, depot: QX.siteCard, refill: QX.siteCard, route: QX.legCard, empty: QX.legCard };
  QX.popupAt(latlng, say[kind](row));
};

QX.showSection = function (row) {
  const corners = QX.lines[row].map(([lon, lat]) => [lat, lon]);
  if (!corners.length) return QX.popupAt(QX.map.getCenter(), QX.sectionCard(row));
  QX.map.fitBounds(corners, { maxZoom: 16, padding: [60, 60], animate: false });
  const middle = QX.along(QX.lines[row], 0.5);
  QX.open("wet", row, L.latLng(middle[1], middle[0]));
};
