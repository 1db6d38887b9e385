"use strict";
// The siting page around the map: the rule book opened, layers and legend, search. The place and
// what is known of it stand in place.js, the card in card.js, printing in print.js.

QX.readData = function () {
  const { data } = QX;
  QX.lang = QX.words.latin ? 1 : 0;
  QS.open(data.book);
  QX.drawings = QS.unpackShapes(data.drawings);
  QX.applications = [];
  if (data.applications) {
    const shapes = QS.unpackShapes(data.applications.shapes);
    QX.applications = data.applications.rows.map((row, i) => ({
      ...row, i, pieces: shapes[i], geometry: QX.placeGeometry(shapes[i]), entrances: [],
      middle: QX.latlng(QX.middleOf(QX.placeGeometry(shapes[i]))),
    }));
    for (const one of data.applications.entrances) QX.applications[one.row].entrances.push(one);
  }
};

QX.placeGeometry = function (pieces) {
  if (pieces[0].sort === QS.POINT) return { type: "Point", coordinates: pieces[0].strings[0][0] };
  return { type: "MultiPolygon", coordinates: pieces.map(({ strings }) => strings) };
};

QX.fillIn = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);

// ---- layers ----------------------------------------------------------------------------------

QX.styleOf = (number) => () => QX.styleFeature(QX.overlays[number]);

QX.styleFeature = function ({ drawn, kind, shape }) {
  if (kind === "zone") return { ...drawn, interactive: false };
  if (shape === "line") return { ...drawn, fill: false, weight: Math.max(drawn.weight * QX.factor, 2) };
  if (shape === "point") return { ...drawn, radius: drawn.radius * Math.max(QX.factor, 0.7) };
  return drawn;
};

QX.shapesOf = function ({ source, rows }) {
  if (source.applications) return QX.applications.map(({ pieces }, i) => [i, pieces]);
  if (source.drawing !== undefined) return [[0, QX.drawings[source.drawing]]];
  const { shapes } = QS.tables[source.reference];
  return (rows || shapes.map((_, i) => i)).map((i) => [i, shapes[i]]);
};

// A layer is filled when it is first shown: what nobody looks at costs nothing.
QX.fill = function (overlay) {
  if (overlay.isFilled) return;
  overlay.isFilled = true;
  const features = QX.shapesOf(overlay)
    .filter(([, pieces]) => pieces.length)
    .map(([i, pieces]) => ({ type: "Feature", properties: { i }, geometry: QS.toGeometry(pieces) }));
  overlay.layer.addData({ type: "FeatureCollection", features });
  if (overlay.kind === "application") QX.bindApplications(overlay);
  else if (overlay.kind !== "zone")
    overlay.layer.bindTooltip(({ feature }) => QX.make("div", "", QX.nameReference(overlay, feature.properties.i)), {
      sticky: true, className: "qx-tooltip",
    });
};

QX.nameReference = function ({ source, kind, title }, i) {
  const label = QS.labelReference(QS.tables[source.reference], i)[QX.lang];
  return kind === "roads" ? `${label} · ${title}` : label;
};

QX.isOn = (overlay) => QX.map.hasLayer(overlay.layer);

QX.put = function (overlay, isOn) {
  if (overlay.kind === "note") return;
  if (!isOn) return void overlay.layer.remove();
  QX.fill(overlay);
  overlay.layer.addTo(QX.map);
};

QX.raise = (overlay) => overlay.layer.bringToFront();

QX.bindOverlays = function () {
  Object.assign(QX.map.options, { zoomSnap: 0.25, zoomDelta: 0.75 });
  for (const [name, zIndex] of [["qx-signs", 580], ["qx-links", 590], ["qx-place", 610]])
    QX.map.createPane(name).style.zIndex = zIndex;
  QX.linkRenderer = L.svg({ pane: "qx-links", padding: 0.5 });
  QX.links = L.layerGroup().addTo(QX.map);
  QX.marks = L.layerGroup().addTo(QX.map);
  QX.found = L.layerGroup().addTo(QX.map);
  QX.signs = L.layerGroup().addTo(QX.map);
  QX.map.on("moveend", QX.drawSigns);
  QX.showWhole(); // styles depend on the zoom
  for (const overlay of QX.overlays) QX.put(overlay, overlay.shown);
  // A canvas takes the click of what lies under it: the map hears of it all the same.
  QX.map.getContainer().classList.add("qx-choosing");
  QX.addSide();
};

QX.bindApplications = function (overlay) {
  overlay.layer.bindTooltip(({ feature }) => {
    const { name, id, summary } = QX.applications[feature.properties.i];
    return QX.make("div", "", `${name || id} · ${QS.verdictLabel(summary)[QX.lang]}`);
  }, { sticky: true, className: "qx-tooltip" });
  overlay.layer.eachLayer((layer) => {
    const { summary } = QX.applications[layer.feature.properties.i];
    const { colour, ground } = QX.data.looks[summary];
    if (layer.setStyle) layer.setStyle({ color: colour, fillColor: ground });
  });
  overlay.layer.options.style = ({ properties }) => {
    const { colour, ground } = QX.data.looks[QX.applications[properties.i].summary];
    return { ...QX.styleFeature(overlay), color: colour, fillColor: ground };
  };
  overlay.layer.on("click", (event) => {
    if (QX.isAdding) return;
    L.DomEvent.stopPropagation(event);
    QX.choose(event.propagatedFrom.feature.properties.i);
  });
};

// Signs tell verdicts apart without colour; a crowd of them would only hide the map.
QX.mostSigns = 150;

QX.drawSigns = function () {
  QX.signs.clearLayers();
  const overlay = QX.overlays.find(({ kind }) => kind === "application");
  if (!overlay || !QX.isOn(overlay)) return;
  const view = QX.map.getBounds();
  const inView = QX.applications.filter(({ middle }) => view.contains(middle));
  if (inView.length > QX.mostSigns) return;
  for (const { middle, summary } of inView) {
    const html = QX.verdictSwatch(summary, 18, 18);
    const icon = L.divIcon({ className: "qx-place-sign qx-application", html, iconSize: [0, 0] });
    QX.signs.addLayer(L.marker(middle, { icon, pane: "qx-signs", interactive: false, keyboard: false }));
  }
};

QX.refreshed = () => QX.drawSigns();

QX.isWide = () => QX.map.getSize().x > 700;

// The panel covers the right side of a wide map.
QX.showWhole = function () {
  const { bounds } = QX.data.base;
  if (!bounds) return void QX.map.setView([30, 110], 5);
  const right = QX.isWide() && document.querySelector(".qx-panel:not(.qx-closed)") ? 316 : 14;
  QX.map.fitBounds(bounds, { paddingTopLeft: [14, 14], paddingBottomRight: [right, 14], animate: false });
};

// ---- legend ----------------------------------------------------------------------------------

QX.verdictSwatch = function (verdict, width = 30, height = 16) {
  const { colour, ground, fill, sign } = QX.data.looks[verdict];
  const viewBox = `0 0 ${width} ${height}`;
  const svg = QX.svg("svg", { width, height, viewBox, class: "qx-swatch", "aria-hidden": "true" });
  svg.append(QX.svg("rect", { x: 0.75, y: 0.75, width: width - 1.5, height: height - 1.5, fill, stroke: colour, "stroke-width": 1.5 }));
  const size = Math.min(height, 40);
  const scale = size / 16;
  const at = `translate(${(width - size) / 2},${(height - size) / 2}) scale(${scale})`;
  for (const [stroke, weight] of [[ground, 5], [colour, 2.2]])
    svg.append(
      QX.svg("path", {
        d: sign, transform: at, fill: "none", stroke, "stroke-width": weight,
        "stroke-linecap": "round", "stroke-linejoin": "round",
      }),
    );
  return svg;
};

QX.panelTop = function () {
  const box = QX.make("details", "qx-group qx-verdicts");
  box.open = QX.map.getSize().y > 560;
  box.append(QX.make("summary", "", QX.words.verdicts));
  const list = QX.make("div", "qx-verdict-list");
  for (const [word, ...label] of QS.book.words.verdicts) {
    const line = QX.make("p", "qx-line");
    line.append(QX.verdictSwatch(word), QX.make("span", "qx-kind", label[QX.lang]));
    list.append(line);
  }
  box.append(list);
  return box;
};

QX.groupBox = function (group) {
  const own = QX.overlays.filter((overlay) => overlay.group === group.id);
  const box = QX.make("div", "qx-group");
  box.dataset.group = group.id;
  const head = QX.make("h2", "", `${group.title} `);
  const drawn = own.filter((overlay) => overlay.kind !== "note");
  if (drawn.length) head.append(QX.groupSwitch(drawn));
  box.append(head, ...own.map(QX.overlayLine));
  return box;
};

QX.groupSwitch = function (own) {
  const button = QX.make("button", "qx-rule-switch");
  button.type = "button";
  const allOn = () => own.every(QX.isOn);
  QX.switches.push(() => (button.textContent = allOn() ? QX.words.all_off : QX.words.all_on));
  button.addEventListener("click", () => {
    const isOn = !allOn();
    for (const overlay of own) QX.put(overlay, isOn);
    QX.refresh();
  });
  return button;
};

QX.overlayLine = function (overlay) {
  if (overlay.kind === "note") return QX.make("p", "qx-line qx-empty", overlay.title);
  const label = QX.make("label", "qx-line");
  const input = QX.make("input");
  Object.assign(input, { type: "checkbox", checked: QX.isOn(overlay) });
  input.dataset.kind = overlay.kind;
  input.dataset.order = overlay.order;
  input.addEventListener("change", () => {
    QX.put(overlay, input.checked);
    QX.refresh();
  });
  overlay.input = input;
  const amount = QX.make("span", "qx-amount", QX.amount(overlay));
  label.append(input, QX.swatch(overlay), QX.make("span", "qx-kind", overlay.title), amount);
  return label;
};

QX.amount = ({ count }) => (count ? `${QX.number(count)}${QX.words.pieces ? ` ${QX.words.pieces}` : ""}` : "");

QX.legendText = function (overlay) {
  const { title } = QX.data.groups.find(({ id }) => id === overlay.group);
  return title === overlay.title ? title : `${title} · ${overlay.title}`;
};

// ---- search ----------------------------------------------------------------------------------

QX.index = function () {
  const places = new Map();
  for (const [name, west, south, east, north] of QX.data.places)
    places.set(name, { name, rows: [], box: [[south, west], [north, east]] });
  for (const [name, lat, lon] of [...QX.data.base.stations, ...QX.data.base.towns])
    places.set(name, { name, rows: [], point: [lat, lon] });
  const applications = QX.applications.map(({ name, id, i, summary }) => ({
    name: name || id, find: `${name} ${id}`, rows: [i], note: QS.verdictLabel(summary)[QX.lang],
  }));
  return [...applications, ...places.values()];
};

QX.goTo = function (place) {
  QX.found.clearLayers();
  if (place.rows.length) return QX.choose(place.rows[0]);
  if (place.point) return void QX.map.setView(place.point, 15, { animate: false });
  QX.map.fitBounds(place.box, { maxZoom: 16, padding: [60, 60], animate: false });
  const own = { pane: "qx-links", renderer: QX.linkRenderer, interactive: false };
  QX.found.addLayer(L.rectangle(place.box, { ...own, color: "#111", weight: 2, dashArray: "6 4", fill: false }));
};
