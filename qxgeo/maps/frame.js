"use strict";
// What every map page does in the browser. Text from data enters a page as text nodes only. A page's
// own script adds: readData, bindOverlays, showBeside, groupBox, raise, legendText, amount, index
// and goTo; it may add panelTop, addSheets and refreshed.
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
  QX.overlays = data.overlays.map((overlay, order) => ({ ...overlay, order, layer: layers[order] }));
  QX.readData();
  map.attributionControl.setPrefix("Leaflet");
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  QX.drawBase();
  QX.bindOverlays();
  QX.addPanel();
  QX.addSearch();
  QX.addMeasure();
  QX.addButtons();
  if (QX.addSheets) QX.addSheets();
  QX.addPrinting();
  QX.showWhole();
  QX.thinNames();
  map.on("click", QX.showBeside);
  map.on("popupopen", () => document.body.classList.add("qx-reading"));
  map.on("popupclose", () => document.body.classList.remove("qx-reading"));
  map.on("zoomend", QX.resize);
  QX.resize();
  map.on("overlayadd overlayremove", QX.refresh);
  QX.refresh();
  document.documentElement.dataset.qx = "ready";
};

// ---- the district under the layers -------------------------------------------------------

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
  for (const [name, lat, lon] of base.stations) {
    const icon = L.divIcon({ className: "qx-station", html: "<i></i>", iconSize: [16, 16] });
    const marker = L.marker([lat, lon], { icon, keyboard: false, interactive: false });
    marker.addTo(QX.map);
    QX.addName(name, [lat, lon], "qx-station-name", QX.besideStation);
  }
  for (const [name, lat, lon] of base.towns) QX.addName(name, [lat, lon], "qx-town", QX.onTown);
  QX.map.on("zoomend resize", QX.thinNames);
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
