"use strict";
// A map in a notebook: layers from tables, their legend, a card for each row.

// A frame that is not laid out yet, or lies in a folded cell, has no size to draw into.
QX.startInSize = QX.start;
QX.start = function (map, ...others) {
  const box = map.getContainer();
  const hasRoom = () => box.clientWidth > 60 && box.clientHeight > 60;
  if (hasRoom()) return void QX.startInSize(map, ...others);
  new ResizeObserver((_, observer) => {
    if (!hasRoom()) return;
    observer.disconnect();
    map.invalidateSize(false);
    QX.startInSize(map, ...others);
  }).observe(box);
};

QX.paper = () => (QX.ownPaper ||= L.svg({ pane: "qx-notebook", padding: 0.3 }));

QX.styleOf = (number) => ({ geometry }) => {
  const { drawn, shape } = QX.overlays[number];
  const own = { ...drawn };
  if (shape === "line") Object.assign(own, { fill: false, weight: Math.max(drawn.weight * QX.factor, 1.2) });
  if (!geometry.type.endsWith("Point")) return own;
  // A point among lines is a dot in their colour.
  if (shape === "line") Object.assign(own, { fill: true, fillColor: drawn.color, fillOpacity: 0.9, weight: 1 });
  // A point is made with its style: on a canvas, where it would else land, it has no pattern.
  const radius = drawn.radius * Math.max(QX.factor, 0.8);
  return { ...own, radius, pane: "qx-notebook", renderer: QX.paper() };
};

QX.readData = function () {};

QX.nameRow = ({ group, title }, i) => QX.data.tables[group].names[i] || title;

QX.card = function (overlay, i) {
  const { heads, rows } = QX.data.tables[overlay.group];
  const box = QX.make("div", "qx-popup");
  box.append(QX.make("h3", "", QX.nameRow(overlay, i)));
  box.append(QX.make("p", "qx-popup-rule", QX.legendText(overlay)));
  const list = QX.make("dl");
  heads.forEach((head, column) => {
    const value = rows[i][column];
    if (value) list.append(QX.make("dt", "", head), QX.make("dd", "", value));
  });
  box.append(list);
  return box;
};

QX.bindOverlays = function () {
  Object.assign(QX.map.options, { zoomSnap: 0.25, zoomDelta: 0.75 });
  QX.showWhole(); // styles depend on the zoom
  const most = () => Math.min(320, QX.map.getSize().x - 100);
  for (const overlay of QX.overlays) {
    overlay.layer.addData(overlay.features);
    const told = ({ feature }) => QX.card(overlay, feature.properties.i);
    overlay.layer.bindPopup(told, { maxWidth: most(), maxHeight: 240, autoPanPadding: [16, 16] });
    overlay.layer.bindTooltip(
      ({ feature }) => {
        const name = QX.nameRow(overlay, feature.properties.i);
        return QX.make("div", "", name === overlay.title ? name : `${name} · ${overlay.title}`);
      },
      { sticky: true, className: "qx-tooltip" },
    );
    overlay.layer.on("popupopen", () => setTimeout(() => overlay.layer.closeTooltip(), 0));
  }
};

QX.showBeside = function () {};

// The panel covers the right side of a wide map.
QX.showWhole = function () {
  const { bounds } = QX.data.base;
  if (!bounds) return void QX.map.setView([30, 110], 5);
  const isWide = QX.map.getSize().x > 640 && document.querySelector(".qx-panel:not(.qx-closed)");
  const right = isWide ? 286 : 12;
  QX.map.fitBounds(bounds, { paddingTopLeft: [12, 12], paddingBottomRight: [right, 12], animate: false });
};

QX.raise = (overlay) => overlay.layer.bringToFront();

QX.groupBox = function (group) {
  const own = QX.overlays.filter((overlay) => overlay.group === group.id);
  const box = QX.make("div", "qx-group");
  if (own.length !== 1 || own[0].title !== group.title) box.append(QX.make("h2", "", group.title));
  if (!own.length) box.append(QX.make("p", "qx-empty", QX.words.nothing_here));
  for (const overlay of own) box.append(QX.overlayLine(overlay));
  return box;
};

QX.overlayLine = function (overlay) {
  const label = QX.make("label", "qx-line");
  const input = QX.make("input");
  Object.assign(input, { type: "checkbox", checked: QX.map.hasLayer(overlay.layer) });
  input.addEventListener("change", () => {
    if (input.checked) overlay.layer.addTo(QX.map);
    else overlay.layer.remove();
    QX.refresh();
  });
  overlay.input = input;
  label.append(input, QX.swatch(overlay), QX.make("span", "qx-kind", overlay.title));
  label.append(QX.make("span", "qx-amount", QX.amount(overlay)));
  return label;
};

QX.amount = ({ count }) => `${QX.number(count)}${QX.words.pieces ? ` ${QX.words.pieces}` : ""}`;

QX.legendText = function (overlay) {
  const { title } = QX.data.groups[overlay.group];
  return title === overlay.title ? title : `${title} · ${overlay.title}`;
};

// ---- search ----------------------------------------------------------------------------------

QX.index = function () {
  const places = [];
  for (const overlay of QX.overlays)
    for (const { properties } of overlay.features.features) {
      const name = QX.data.tables[overlay.group].names[properties.i];
      if (name) places.push({ name, rows: [properties.i], overlay, note: overlay.title });
    }
  for (const [name, lat, lon] of [...QX.data.base.stations, ...QX.data.base.towns])
    places.push({ name, rows: [], point: [lat, lon] });
  return places;
};

QX.goTo = function ({ point, overlay, rows }) {
  if (point) return void QX.map.setView(point, 15, { animate: false });
  if (!QX.map.hasLayer(overlay.layer)) overlay.layer.addTo(QX.map);
  QX.refresh();
  overlay.layer.eachLayer((layer) => {
    if (layer.feature.properties.i !== rows[0]) return;
    const bounds = layer.getBounds ? layer.getBounds() : L.latLngBounds([layer.getLatLng()]);
    QX.map.fitBounds(bounds, { maxZoom: 16, padding: [60, 60], animate: false });
    layer.fire("click", { latlng: QX.middle(layer) }, true);
  });
};
