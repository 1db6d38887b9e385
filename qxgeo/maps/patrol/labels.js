"use strict";
// What is written on the patrol map: names, numbers and ranks, none of them on another.

QX.mostLabels = 400;

QX.label = function (latlng, text, className, offset = [0, 0], onClick = null) {
  const html = QX.make("span", "", text);
  const icon = L.divIcon({ className: `qx-label ${className}`, html, iconSize: [0, 0], iconAnchor: offset });
  const marker = L.marker(latlng, { icon, keyboard: Boolean(onClick), interactive: Boolean(onClick) });
  return onClick ? marker.on("click", onClick) : marker;
};

QX.widthOf = function (table, row) {
  const box = QX.boxOf(table, row);
  if (!box) return 0;
  const left = QX.map.latLngToContainerPoint(box.getSouthWest()).x;
  return QX.map.latLngToContainerPoint(box.getNorthEast()).x - left;
};

QX.textWidth = (text) =>
  [...String(text)].reduce((width, letter) => width + (letter > "\u2e7f" ? 13 : 7.5), 8);

// Of each kind: where, the texts from the best to the shortest, the class, whether it stands beside
// its place instead of on it, how many pixels below its place it may stand as well, and where then.
QX.labelFor = {
  territory(overlay, row) {
    const person = QX.tables.people[row];
    const room = QX.widthOf("people", row);
    const name = `${person.number} ${person.name || person.id}`;
    if (room < 20) return null;
    const texts = room > QX.textWidth(name) ? [name, person.number] : [person.number];
    const shifts = [0, 18, -18, 36, -36];
    const isOwn = (place) => QX.cellAt(place)?.owner === row; // a number elsewhere would name another's
    return { latlng: QX.placeOf("people", row), texts, className: "qx-owner", shifts, isOwn };
  },
  point(overlay, row) {
    if (!QX.isNear()) return null;
    const { number } = QX.tables.points[row];
    const size = 2 * QX.pointRadius(overlay);
    return { latlng: QX.placeOf("points", row), texts: [number], className: "qx-point-number", size };
  },
  hot_cell(overlay, row) {
    const { rank } = QX.tables.hot[row];
    const room = QX.widthOf("hot", row);
    if (room < 36 || (rank > 20 && room < 90)) return null;
    return { latlng: QX.placeOf("hot", row), texts: [QX.rank(rank)], className: "qx-hot-rank" };
  },
  next_camera(overlay, row) {
    return { latlng: QX.placeOf("next", row), texts: [QX.tables.next[row].rank], className: "qx-next-rank" };
  },
  camera(overlay, row) {
    if (QX.map.getZoom() < 14) return null;
    const latlng = QX.latlng(QX.data.shapes.positions[row]);
    return { latlng, texts: [QX.tables.devices[row].name], className: "qx-device-name", isBeside: true };
  },
  straight(overlay, row) {
    if (!QX.isNear()) return null;
    const { coordinates } = QX.shapeOf("routes", row);
    const middle = coordinates[Math.floor(coordinates.length / 2)];
    const where = Array.isArray(middle[0]) ? middle[0] : middle;
    const latlng = L.latLng(where[1], where[0]);
    const shifts = [0, 19, -19, 38, -38];
    return { latlng, texts: [QX.words.straight_label], className: "qx-straight", shifts };
  },
};
QX.labelFor.drone = QX.labelFor.camera;

// Who is placed first keeps the place: what must be said before people, people before points.
QX.labelOrder = ["straight", "next_camera", "hot_cell", "territory", "point", "camera", "drone"];

QX.labelBox = function ({ latlng, size, isBeside }, text, shift = 0) {
  const { x, y } = QX.map.latLngToContainerPoint(latlng).add([0, shift]);
  const width = size || QX.textWidth(text);
  const left = isBeside ? x + 9 : x - width / 2;
  const height = size || 16;
  return { left, right: left + width, top: y - height / 2, bottom: y + height / 2 };
};

QX.middleOf = ({ left, right, top, bottom }) =>
  QX.map.containerPointToLatLng([(left + right) / 2, (top + bottom) / 2]);

// Stations and their names stand on the ground and do not give way.
QX.stationBoxes = function () {
  const symbols = QX.data.base.stations.map(([, lat, lon]) =>
    QX.labelBox({ latlng: L.latLng(lat, lon), size: 16 }, ""),
  );
  const { x, y } = QX.map.layerPointToContainerPoint([0, 0]);
  const names = QX.groundNames.filter(({ isShown, sides }) => isShown && sides === QX.besideStation);
  return symbols.concat(
    names.map((name) => {
      const { left, right, top, bottom } = QX.nameBox(name, name.tooltip.options.direction);
      return { left: left + x, right: right + x, top: top + y, bottom: bottom + y };
    }),
  );
};

QX.drawLabels = function () {
  QX.labels.clearLayers();
  QX.numbered = new Set();
  const view = QX.map.getBounds().pad(0.05);
  const taken = QX.stationBoxes();
  let room = QX.mostLabels;
  for (const kind of QX.labelOrder)
    for (const overlay of QX.overlays) {
      if (overlay.kind !== kind || !QX.isOn(overlay)) continue;
      for (const row of QX.rowsOf(overlay)) {
        if (room <= 0) break;
        if (!QX.shapeOf(overlay.shapes, row)) continue;
        const wanted = QX.labelFor[kind](overlay, row);
        if (!wanted || !wanted.latlng || !view.contains(wanted.latlng)) continue;
        room -= QX.place(overlay, row, wanted, taken);
      }
    }
  QX.thinPoints();
  QX.listPeople();
  // Townships' names would stand on the names of people.
  const isCrowded = QX.theme === "people" && QX.map.getZoom() < 14.5;
  QX.map.getContainer().classList.toggle("qx-crowded", isCrowded);
};

// Writes the best text that fits; gives the number of labels written.
QX.place = function (overlay, row, wanted, taken) {
  const tries = wanted.texts.flatMap((text) => (wanted.shifts || [0]).map((shift) => ({ text, shift })));
  for (const { text, shift } of tries) {
    const box = QX.labelBox(wanted, text, shift);
    if (taken.some((other) => QX.overlaps(box, other))) continue;
    if (shift && wanted.isOwn && !wanted.isOwn(QX.middleOf(box))) continue;
    taken.push(box);
    const onClick = overlay.kind === "hot_cell" ? () => QX.show("hot", row) : null;
    QX.labels.addLayer(QX.label(wanted.latlng, text, wanted.className, [0, -shift], onClick));
    if (overlay.kind === "point") QX.numbered.add(row);
    return 1;
  }
  return 0;
};

// A point without room for its number is a dot.
QX.thinPoints = function () {
  for (const overlay of QX.overlays)
    if (overlay.kind === "point" && QX.isOn(overlay)) overlay.layer.setStyle(QX.styleOf(overlay.order));
};
