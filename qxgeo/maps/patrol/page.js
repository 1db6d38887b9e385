"use strict";
// The patrol map: tables and shapes, looks, layers by theme, what is marked. What pop-ups say stands
// in popups.js, labels in labels.js, legend, search and panels in panel.js.

QX.readData = function () {
  const { data } = QX;
  const text = (value) =>
    Array.isArray(value) ? value.map((number) => data.strings[number]) : data.strings[value];
  const read = ({ fields, texts, rows }) => {
    const isText = fields.map((field) => texts.includes(field));
    return rows.map((cells, i) => {
      const row = { i };
      fields.forEach((field, place) => (row[field] = isText[place] ? text(cells[place]) : cells[place]));
      return row;
    });
  };
  QX.tables = {};
  for (const [name, table] of Object.entries(data.tables)) QX.tables[name] = read(table);
  QX.cellRows = new Map(QX.tables.cells.map((cell) => [cell.id, cell.i]));
  QX.day = data.day;
  QX.theme = "people";
  QX.boxes = new Map();
  QX.numbered = new Set(); // points whose number is written
  QX.makeHatches();
};

// ---- looks ---------------------------------------------------------------------------------

// One hatch is both a pattern of the canvas and, for the legend, a pattern of SVG.
QX.makeHatches = function () {
  const defs = QX.svg("defs", {});
  for (const overlay of QX.overlays) {
    if (!overlay.hatch) continue;
    const { path, ink, ground } = overlay.hatch;
    const id = `qx-hatch-${overlay.order}`;
    const pattern = QX.svg("pattern", { id, width: 10, height: 10, patternUnits: "userSpaceOnUse" });
    pattern.append(QX.svg("rect", { width: 10, height: 10, fill: ground }));
    pattern.append(QX.svg("path", { d: path, stroke: ink, "stroke-width": 1.3, fill: "none" }));
    defs.append(pattern);
    const square = document.createElement("canvas");
    square.width = square.height = 20;
    const pen = square.getContext("2d");
    pen.scale(2, 2);
    pen.fillStyle = ground;
    pen.fillRect(0, 0, 10, 10);
    pen.strokeStyle = ink;
    pen.lineWidth = 1.3;
    pen.stroke(new Path2D(path));
    overlay.pattern = pen.createPattern(square, "repeat");
    overlay.pattern.setTransform(new DOMMatrix().scale(0.5));
    overlay.drawn.fillColor = `url(#${id})`;
  }
  const svg = QX.svg("svg", { width: 0, height: 0, "aria-hidden": "true", class: "qx-defs" });
  svg.append(defs);
  document.body.append(svg);
};

QX.colourOf = function (person) {
  const { territories, none } = QX.data.colours;
  const { colour } = QX.tables.people[person];
  return colour < 0 ? none : territories[colour % territories.length];
};

QX.styleOf = (number) => (feature) => QX.styleFeature(QX.overlays[number], feature.properties.i);

QX.styleFeature = function (overlay, row) {
  const { drawn, kind, shape } = overlay;
  if (kind === "territory") return { ...drawn, fillColor: QX.colourOf(row) };
  if (kind === "grid" || kind === "hot_cell") return { ...drawn, fill: false, interactive: false };
  if (kind === "point" && !QX.numbered.has(row))
    return { ...drawn, radius: 4, weight: 1.2, fillColor: drawn.color };
  if (shape === "point") return { ...drawn, radius: QX.pointRadius(overlay) };
  if (shape === "line") return { ...drawn, fill: false, weight: Math.max(drawn.weight * QX.factor, 2) };
  return overlay.pattern ? { ...drawn, fillColor: overlay.pattern } : drawn;
};

QX.pointRadius = (overlay) => overlay.drawn.radius * Math.max(QX.factor, 0.85);

QX.isNear = () => QX.map.getZoom() >= 12.7;

QX.plainSwatch = QX.swatch;
QX.swatch = function (overlay) {
  if (overlay.kind !== "territory") return QX.plainSwatch(overlay);
  const svg = QX.svg("svg", { width: 30, height: 16, class: "qx-swatch", "aria-hidden": "true" });
  const used = [...new Set(overlay.rows.map(QX.colourOf))].slice(0, 4);
  used.forEach((fill, place) =>
    svg.append(
      QX.svg("rect", {
        x: 2 + (26 / used.length) * place, y: 2, width: 26 / used.length, height: 12,
        fill, "fill-opacity": 0.55, stroke: overlay.drawn.color, "stroke-width": 1.2,
      }),
    ),
  );
  return svg;
};

QX.personSwatch = function (person) {
  const mark = QX.make("i", "qx-person-mark", QX.tables.people[person].number);
  mark.style.background = `${QX.colourOf(person)}99`;
  return mark;
};

// ---- layers --------------------------------------------------------------------------------

QX.rowsOf = (overlay) =>
  overlay.table === "routes"
    ? overlay.rows.filter((row) => QX.tables.routes[row].day === QX.day)
    : overlay.rows;

QX.shapeOf = function (shapes, row) {
  const place = shapes === "routes" ? QX.tables.routes[row].shape : row;
  return QX.data.shapes[shapes][place];
};

// A layer is filled when it is first shown: what nobody looks at costs nothing.
QX.fill = function (overlay) {
  if (overlay.isFilled) return;
  overlay.isFilled = true;
  const features = QX.rowsOf(overlay)
    .map((i) => ({ type: "Feature", properties: { i }, geometry: QX.shapeOf(overlay.shapes, i) }))
    .filter((feature) => feature.geometry);
  overlay.layer.addData({ type: "FeatureCollection", features });
};

QX.isOn = (overlay) => QX.map.hasLayer(overlay.layer);

QX.put = function (overlay, isOn) {
  if (!isOn) return void overlay.layer.remove();
  QX.fill(overlay);
  overlay.layer.addTo(QX.map);
};

// Areas of different themes would hide each other, so one theme is shown at a time.
QX.setTheme = function (theme) {
  QX.theme = theme;
  for (const overlay of QX.overlays)
    if (overlay.theme) QX.put(overlay, overlay.theme === theme && overlay.shown);
  for (const input of document.querySelectorAll("input[name=qx-theme]"))
    input.checked = input.value === theme;
  QX.refresh();
};

QX.toggle = function (overlay, isOn) {
  if (isOn && overlay.theme && overlay.theme !== QX.theme) {
    for (const other of QX.overlays) if (other.theme && other !== overlay) QX.put(other, false);
    QX.theme = overlay.theme;
    for (const input of document.querySelectorAll("input[name=qx-theme]"))
      input.checked = input.value === QX.theme;
  }
  QX.put(overlay, isOn);
  QX.refresh();
};

QX.setDay = function (day) {
  QX.day = day;
  for (const overlay of QX.overlays) {
    if (overlay.table !== "routes") continue;
    overlay.layer.clearLayers();
    overlay.isFilled = false;
    if (QX.isOn(overlay)) QX.fill(overlay);
    if (overlay.amountBox) overlay.amountBox.textContent = QX.amount(overlay);
  }
  QX.showRoute(QX.focus);
  QX.refresh();
};

QX.raise = (overlay) => overlay.layer.bringToFront();

QX.bindOverlays = function () {
  Object.assign(QX.map.options, { zoomSnap: 0.25, zoomDelta: 0.75 }); // a district fills the map
  const pane = QX.map.createPane("qx-mark");
  pane.style.zIndex = 590; // below the labels
  pane.style.pointerEvents = "none";
  QX.markRenderer = L.svg({ pane: "qx-mark", padding: 0.3 });
  QX.marks = L.layerGroup().addTo(QX.map);
  QX.trail = L.layerGroup().addTo(QX.map);
  QX.labels = L.layerGroup().addTo(QX.map);
  for (const overlay of QX.overlays) {
    overlay.layer.bindTooltip(
      (layer) => QX.make("div", "", QX.sentence(overlay.table, layer.feature.properties.i)),
      { sticky: true, className: "qx-tooltip" },
    );
    overlay.layer.on("click", (event) => {
      overlay.layer.closeTooltip();
      QX.opened = event.originalEvent;
      QX.open(overlay.table, event.propagatedFrom.feature.properties.i, event.latlng);
    });
  }
  QX.showWhole(); // styles depend on the zoom
  for (const overlay of QX.overlays)
    QX.put(overlay, overlay.shown && (!overlay.theme || overlay.theme === QX.theme));
  QX.map.on("moveend", QX.drawLabels);
  QX.map.on("popupclose", QX.unmark);
};

// A click beside everything lets go of what was marked.
QX.showBeside = function (event) {
  if (event.originalEvent && event.originalEvent === QX.opened) return;
  QX.unmark();
};

// ---- what is marked ------------------------------------------------------------------------

QX.boxOf = function (shapes, row) {
  const key = `${shapes}/${row}`;
  if (!QX.boxes.has(key)) {
    const shape = QX.shapeOf(shapes, row);
    QX.boxes.set(key, shape ? L.geoJSON(shape).getBounds() : null);
  }
  return QX.boxes.get(key);
};

QX.shapesFor = (table, row) =>
  table === "devices" && QX.tables.devices[row].placed ? "positions" : table;

QX.mark = function (table, row) {
  QX.marks.clearLayers();
  const shape = QX.shapeOf(table, row);
  const own = { pane: "qx-mark", renderer: QX.markRenderer, interactive: false, fill: false };
  for (const [color, weight] of [["#fff", 7], ["#111", 3.2]]) {
    const style = { ...own, color, weight, opacity: color === "#fff" ? 0.85 : 1 };
    const pointToLayer = (_, latlng) => L.circleMarker(latlng, { ...style, radius: 15 });
    if (shape) QX.marks.addLayer(L.geoJSON(shape, { ...own, style, pointToLayer }));
  }
};

QX.unmark = function () {
  QX.marks.clearLayers();
  QX.showRoute(undefined);
};

// The route of one person on the chosen day, with the order of its stops.
QX.showRoute = function (person) {
  QX.focus = person;
  QX.trail.clearLayers();
  if (person === undefined) return;
  for (const route of QX.routesOf(person)) {
    const shape = QX.shapeOf("routes", route.i);
    if (!shape) continue;
    const own = { pane: "qx-mark", renderer: QX.markRenderer, interactive: false, fill: false };
    const dashArray = route.straight ? "3 7" : null;
    for (const [color, weight] of [["#fff", 6], ["#4B1D7A", 3.2]])
      QX.trail.addLayer(L.geoJSON(shape, { ...own, style: { color, weight, dashArray, ...own } }));
    for (const stop of QX.tables.stops) {
      if (stop.route !== route.i || stop.point < 0) continue;
      const place = QX.data.shapes.points[stop.point];
      if (place) QX.trail.addLayer(QX.label(QX.latlng(place), stop.order, "qx-stop", [0, 19]));
    }
  }
};

QX.routesOf = (person) =>
  QX.tables.routes.filter((route) => route.person === person && route.day === QX.day);

QX.latlng = ({ coordinates }) => L.latLng(coordinates[1], coordinates[0]);

// The panel covers the right side of a wide map, and an open sheet the left.
QX.showWhole = function () {
  const { bounds } = QX.data.base;
  if (!bounds) return void QX.map.setView([30, 110], 5);
  const right = QX.isWide() ? 320 : 14;
  QX.map.fitBounds(bounds, { paddingTopLeft: [14, 14], paddingBottomRight: [right, 14], animate: false });
};

QX.open = function (table, row, latlng, options) {
  QX.popupAt(latlng, QX.popups[table](QX.tables[table][row], latlng), options);
  QX.mark(QX.shapesFor(table, row), row);
  if (table === "people") QX.showRoute(row);
  if (table === "routes") QX.showRoute(QX.tables.routes[row].person);
};

QX.placeOf = function (table, row) {
  const { lat, lon } = QX.tables[table][row];
  if (Number.isFinite(lat)) return L.latLng(lat, lon);
  const shapes = QX.shapesFor(table, row);
  const box = QX.shapeOf(shapes, row) && QX.boxOf(shapes, row);
  return box && box.isValid() ? box.getCenter() : null;
};

// Brings something into view, marks it and says what is known of it.
QX.show = function (table, row) {
  const latlng = QX.placeOf(table, row);
  if (!latlng) {
    QX.popupAt(QX.map.getCenter(), QX.popups[table](QX.tables[table][row]));
    return;
  }
  const own = QX.overlays.filter((one) => one.table === table && one.rows.includes(row));
  if (table !== "cells" && table !== "people" && own.length && !own.some(QX.isOn))
    QX.toggle(own[own.length - 1], true);
  const box = QX.boxOf(QX.shapesFor(table, row), row);
  const isArea = ["people", "hot", "cells"].includes(table);
  const sheet = document.querySelector(".qx-sheet:not([hidden])");
  const isWide = QX.isWide();
  const left = (isWide && sheet ? sheet.offsetWidth + 20 : isWide ? 75 : 30) + (isWide && isArea ? 370 : 0);
  QX.map.fitBounds(box, {
    maxZoom: table === "cells" ? 15 : 16, animate: false,
    paddingTopLeft: [left, !isWide && isArea ? 270 : 50],
    paddingBottomRight: [isWide ? 340 : 30, 40],
  });
  if (!isArea) return QX.open(table, row, latlng);
  // What is told of an area stands beside it, on a phone above it.
  const edge = isWide ? L.latLng(box.getCenter().lat, box.getWest()) : L.latLng(box.getNorth(), box.getCenter().lng);
  QX.open(table, row, edge, isWide ? { className: "qx-side", autoPan: false } : {});
};

QX.cellAt = function (latlng) {
  const inRing = (ring) => {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[x, y], [u, v]] = [ring[i], ring[j]];
      if (y > latlng.lat !== v > latlng.lat && latlng.lng < ((u - x) * (latlng.lat - y)) / (v - y) + x)
        inside = !inside;
    }
    return inside;
  };
  const holds = (rings) => inRing(rings[0]) && !rings.slice(1).some(inRing);
  const found = QX.data.shapes.cells.findIndex(
    (shape) =>
      shape &&
      (shape.type === "Polygon" ? holds(shape.coordinates) : shape.coordinates.some(holds)),
  );
  return found < 0 ? null : QX.tables.cells[found];
};
