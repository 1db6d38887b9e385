"use strict";
// Everything that a page does in the browser. Text from data enters the page as text nodes only.
const QX = {};

QX.make = function (tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = text;
  return element;
};

QX.svg = function (tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

// One style per layer, thinner on small scales; points get a thin ring instead of the line's width.
QX.style = function (drawn, radius) {
  const { weight } = drawn;
  return (feature) =>
    feature.geometry.type.endsWith("Point")
      ? {
          ...drawn,
          weight: 1.6,
          radius: radius * Math.max(QX.factor, 0.7),
          dashArray: drawn.dashArray ? "3 3" : null,
        }
      : { ...drawn, weight: weight > 2 ? weight * QX.factor : weight };
};

QX.factor = 1;
QX.resize = function () {
  const zoom = QX.map.getZoom();
  const factor = zoom < 13 ? 0.42 : zoom < 14 ? 0.55 : zoom < 15 ? 0.78 : 1;
  if (factor === QX.factor) return;
  QX.factor = factor;
  for (const overlay of QX.overlays)
    if (overlay.kind !== "zone") overlay.layer.setStyle(overlay.layer.options.style);
};

QX.number = function (value, digits = 0) {
  const [whole, part] = value.toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
  return part ? `${grouped}.${part}` : grouped;
};

QX.metres = (value) => `${QX.number(value, value < 10 && value % 1 ? 1 : 0)} m`;
QX.squareMetres = (value) =>
  value >= 1e5 ? `${QX.number(value / 1e6, 3)} km²` : `${QX.number(value)} m²`;

QX.start = function (map, layers, data) {
  QX.map = map;
  QX.data = data;
  QX.words = data.words;
  QX.rows = data.rows.map(QX.readRow);
  QX.overlays = data.overlays.map((overlay, order) => ({ ...overlay, order, layer: layers[order] }));
  QX.bySubject = new Map();
  QX.rows.forEach((row, number) => {
    const key = `${row.layer}\n${row.id}`;
    if (!QX.bySubject.has(key)) QX.bySubject.set(key, []);
    QX.bySubject.get(key).push(number);
  });
  map.attributionControl.setPrefix("Leaflet");
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  QX.drawBase();
  QX.bindOverlays();
  QX.addPanel();
  QX.addSearch();
  QX.addMeasure();
  QX.addButtons();
  QX.addPrinting();
  QX.showWhole();
  map.on("click", QX.showZones);
  map.on("popupopen", () => document.body.classList.add("qx-reading"));
  map.on("popupclose", () => document.body.classList.remove("qx-reading"));
  map.on("zoomend", QX.resize);
  QX.resize();
  map.on("overlayadd overlayremove", QX.refresh);
  QX.refresh();
  document.documentElement.dataset.qx = "ready";
};

QX.readRow = function (cells) {
  const row = {};
  QX.data.fields.forEach((field, place) => (row[field] = cells[place]));
  for (const field of QX.data.textFields) row[field] = QX.data.strings[row[field]];
  return row;
};

QX.reason = function (row) {
  const parts = row.parts.slice();
  const reference = parts.pop();
  return row.reason
    .replace(/\ue000/g, () => parts.shift())
    .replace(/\ue001/g, () => row.name)
    .replace(/\ue002/g, () => reference);
};

// ---- what a finding says -------------------------------------------------------------------

QX.title = (row) => row.name || `${QX.words.unnamed} ${row.id}`;

QX.sentence = function (row) {
  const words = QX.words;
  const rule = QX.data.rules[row.rule];
  let text = `${rule.measure}${words.colon}${QX.title(row)}`;
  if (row.distance === 0 && row.radius === null && row.reference)
    text += ` ${words.in_before}${row.reference}${words.in_after}`;
  else if (row.distance !== null && row.reference)
    text += ` ${words.from}${words.latin ? " " : ""}${row.reference} ${QX.metres(row.distance)}`;
  if (row.kind === "neighbour") return `${text}${words.comma}${words.outside_text}`;
  if (row.responsible) text += `${words.comma}${words.responsible}${words.colon}${row.responsible}`;
  if (row.lead) text += `${words.comma}${words.lead}${words.colon}${row.lead}`;
  return text;
};

QX.facts = function (row) {
  const words = QX.words;
  const side = row.margin >= 0 ? words.margin_in : words.margin_out;
  const hasBand = row.high > 0 && (row.low !== row.length || row.high !== row.length);
  return [
    [words.rank, row.rank],
    [words.distance, row.distance === null ? null : QX.metres(row.distance)],
    [words.radius, row.radius === null ? null : `≤ ${QX.metres(row.radius)}`],
    [words.margin, row.margin === null ? null : QX.metres(Math.abs(row.margin)) + side],
    [words.error, row.error === null || row.distance === null ? null : `± ${QX.metres(row.error)}`],
    [
      words.length,
      row.length > 0 || hasBand
        ? QX.metres(row.length) + (hasBand ? `（${QX.number(row.low)}–${QX.metres(row.high)}）` : "")
        : null,
    ],
    [words.whole_length, row.whole > 0 ? QX.metres(row.whole) : null],
    [words.area, row.area > 0 ? QX.squareMetres(row.area) : null],
    [words.class, row.class],
    [words.status, row.status],
    [words.township, row.township],
    [words.responsible, row.responsible],
    [words.lead, row.lead],
    [words.cooperating, row.cooperating],
    [words.deadline, row.deadline],
    [words.subject_id, row.id],
  ].filter(([, value]) => value !== null && value !== "");
};

QX.chip = function (row) {
  const chip = QX.make("span", `qx-chip qx-${row.kind.replaceAll("_", "-")}`);
  const rule = QX.data.rules[row.rule];
  chip.textContent = QX.data.kinds[row.kind];
  if (row.kind === "applies") chip.style.background = rule.colour;
  return chip;
};

QX.popup = function (number) {
  const row = QX.rows[number];
  const rule = QX.data.rules[row.rule];
  const box = QX.make("div", "qx-popup");
  const head = QX.make("p", "qx-popup-head");
  head.append(QX.chip(row), QX.make("span", "qx-strength", rule.strength));
  box.append(head, QX.make("h3", "", QX.title(row)));
  box.append(QX.make("p", "qx-popup-rule", `${rule.id} ${rule.title}`));
  box.append(QX.make("p", "qx-sentence", QX.sentence(row)));
  const list = QX.make("dl");
  for (const [name, value] of QX.facts(row))
    list.append(QX.make("dt", "", name), QX.make("dd", "", value));
  box.append(list);
  const reason = QX.reason(row);
  if (reason) box.append(QX.make("p", "qx-reason", `${QX.words.reason}${QX.words.colon}${reason}`));
  box.append(QX.make("blockquote", "", `${rule.measure} “${rule.clause}”`));
  const others = QX.bySubject.get(`${row.layer}\n${row.id}`).filter((other) => other !== number);
  if (others.length) {
    box.append(QX.make("p", "qx-also", QX.words.also));
    const also = QX.make("ul");
    for (const other of others.slice(0, 6)) {
      const item = QX.make("li", "", `${QX.data.rules[QX.rows[other].rule].id} `);
      item.append(QX.chip(QX.rows[other]), ` ${QX.rows[other].township}`);
      also.append(item);
    }
    box.append(also);
  }
  return box;
};

QX.bindOverlays = function () {
  const small = () => Math.min(340, QX.map.getSize().x - 100);
  for (const overlay of QX.overlays) {
    if (overlay.kind === "zone") continue;
    overlay.layer.bindPopup((layer) => QX.popup(layer.feature.properties.i), {
      maxWidth: small(),
      minWidth: Math.min(250, small()),
      maxHeight: 380,
      autoPanPadding: [20, 20],
    });
    overlay.layer.bindTooltip(
      (layer) => QX.make("div", "", QX.sentence(QX.rows[layer.feature.properties.i])),
      { sticky: true, className: "qx-tooltip" },
    );
    overlay.layer.on("popupopen", (event) => {
      setTimeout(() => overlay.layer.closeTooltip(), 0);
      QX.highlight(overlay, event.propagatedFrom);
    });
    overlay.layer.on("popupclose", () => QX.highlight(null));
  }
};

QX.highlight = function (overlay, layer) {
  if (QX.lit) QX.lit.overlay.layer.resetStyle(QX.lit.layer);
  QX.lit = null;
  if (!overlay || !layer || !layer.setStyle) return;
  QX.lit = { overlay, layer };
  layer.setStyle({ weight: layer.options.weight + 4, opacity: 1 });
};

// The canvas lies over the zones; the document knows which zones are under the pointer.
QX.showZones = function (event) {
  const original = event.originalEvent;
  if (!original || QX.map._popup?.isOpen()) return;
  const found = new Set();
  for (const element of document.elementsFromPoint(original.clientX, original.clientY))
    if (element.dataset.zone) found.add(Number(element.dataset.zone));
  if (!found.size) return;
  const box = QX.make("div", "qx-popup");
  box.append(QX.make("h3", "", QX.words.zone_here));
  for (const number of [...found].sort((a, b) => a - b)) {
    const zone = QX.data.zones[number];
    const rule = QX.data.rules[zone.rule];
    const line = QX.make("p", "qx-zone-line");
    line.append(QX.swatch(QX.overlays.find((one) => one.kind === "zone" && one.rule === zone.rule)));
    line.append(` ${rule.id} ${zone.title || rule.title} · ${rule.strength}`);
    box.append(line);
  }
  box.append(QX.make("p", "qx-reason", QX.words.zone_note));
  L.popup({ maxWidth: 300 }).setLatLng(event.latlng).setContent(box).openOn(QX.map);
};

// ---- the district under the findings -------------------------------------------------------

QX.TileLayer = L.GridLayer.extend({
  createTile(coordinates) {
    const picture = document.createElement("img");
    const content = QX.data.base.tiles.tiles[`${coordinates.z}/${coordinates.x}/${coordinates.y}`];
    picture.alt = "";
    if (content) picture.src = `data:image/png;base64,${content}`;
    else picture.style.visibility = "hidden";
    return picture;
  },
});

QX.drawBase = function () {
  const base = QX.data.base;
  const pane = QX.map.createPane("qx-base");
  pane.style.zIndex = 250;
  pane.style.pointerEvents = "none";
  const lines = QX.map.createPane("qx-lines");
  lines.style.zIndex = 420;
  lines.style.pointerEvents = "none";
  const renderer = L.canvas({ pane: "qx-base", padding: 0.3 });
  const draw = (json, options, where = "qx-base") =>
    L.geoJSON(json, { pane: where, interactive: false, renderer, ...options });
  const ground = [];
  const paint = QX.data.paint;
  if (base.tiles) {
    ground.push(
      new QX.TileLayer({
        minNativeZoom: base.tiles.min,
        maxNativeZoom: base.tiles.max,
        maxZoom: 19,
        pane: "qx-base",
      }),
    );
  } else {
    const land = { stroke: false, fillColor: paint.land, fillOpacity: 1 };
    const water = { color: paint.water, weight: 2, fillColor: paint.water, fillOpacity: 1 };
    if (base.boundary) ground.push(draw(base.boundary, { style: land }));
    if (base.water) ground.push(draw(base.water, { style: water }));
    (base.roads || []).forEach((roads, rank) => {
      const [color, weight] = base.roads_style[rank];
      ground.push(draw(roads, { style: { color, weight: weight + 0.4, fill: false } }));
    });
  }
  QX.ground = L.layerGroup(ground).addTo(QX.map);
  const svg = L.svg({ pane: "qx-lines", padding: 0.3 });
  const town = { color: paint.township, weight: 1, dashArray: "2 4", fill: false };
  const edge = { color: paint.boundary, weight: 2.2, dashArray: "14 4 2 4", fill: false };
  if (base.townships) draw(base.townships, { style: town, renderer: svg }, "qx-lines").addTo(QX.map);
  if (base.boundary) draw(base.boundary, { style: edge, renderer: svg }, "qx-lines").addTo(QX.map);
  const label = (text, where, className, direction, offset) =>
    L.tooltip({ permanent: true, direction, className, offset, interactive: false })
      .setLatLng(where)
      .setContent(QX.make("span", "", text))
      .addTo(QX.map);
  for (const [name, lat, lon] of base.towns) label(name, [lat, lon], "qx-town", "center", [0, 0]);
  for (const [name, lat, lon] of base.stations) {
    const icon = L.divIcon({ className: "qx-station", html: "<i></i>", iconSize: [16, 16] });
    const marker = L.marker([lat, lon], { icon, keyboard: false, interactive: false });
    marker.addTo(QX.map);
    label(name, [lat, lon], "qx-station-name", "right", [9, 0]);
  }
};

QX.showWhole = function () {
  const bounds = QX.data.base.bounds;
  if (bounds) QX.map.fitBounds(bounds, { padding: [14, 14], animate: false });
  else QX.map.setView([30, 110], 5);
};

QX.say = function (text) {
  const bar = document.getElementById("qx-message");
  bar.textContent = text;
  bar.hidden = false;
  clearTimeout(QX.silence);
  QX.silence = setTimeout(() => (bar.hidden = true), 8000);
};

// An online base map that fails steps back for the local one.
QX.setBase = function (number) {
  if (QX.online) QX.online.remove();
  QX.online = null;
  QX.ground.addTo(QX.map);
  if (number < 0) return;
  const { urls, subdomains, credit } = QX.data.online[number];
  const options = { maxZoom: 18, attribution: QX.make("b", "", credit).innerHTML, zIndex: 1 };
  if (subdomains) options.subdomains = subdomains;
  QX.online = L.layerGroup(urls.map((url) => L.tileLayer(url, options))).addTo(QX.map);
  QX.ground.remove();
  QX.online.eachLayer((tiles) =>
    tiles.once("tileerror", () => {
      QX.say(QX.words.online_failed);
      const local = document.querySelector("input[name=qx-base]");
      local.checked = true;
      QX.setBase(-1);
    }),
  );
};
