"use strict";
// Controls of a page: layers with their legend, search, buttons, printing.

QX.swatch = function (overlay) {
  const { drawn, shape } = overlay;
  const svg = QX.svg("svg", { width: 30, height: 16, class: "qx-swatch", "aria-hidden": "true" });
  const line = {
    stroke: drawn.color,
    "stroke-width": Math.min(drawn.weight, 7),
    "stroke-opacity": drawn.opacity,
    "stroke-dasharray": drawn.dashArray || "none",
    "stroke-linecap": "butt",
  };
  const fill = { fill: drawn.fillColor, "fill-opacity": drawn.fillOpacity };
  if (shape === "line") svg.append(QX.svg("path", { d: "M1,8H29", fill: "none", ...line }));
  else if (shape === "point")
    svg.append(
      QX.svg("circle", {
        cx: 15, cy: 8, r: Math.min(drawn.radius, 6), ...line, ...fill, "stroke-width": 1.6,
        "stroke-dasharray": drawn.dashArray ? "3 3" : "none",
      }),
    );
  else
    svg.append(
      QX.svg("rect", {
        x: 2, y: 2, width: 26, height: 12, ...line, ...fill,
        "stroke-width": Math.min(drawn.weight, 2),
      }),
    );
  return svg;
};

QX.baseSwatch = function (kind) {
  const svg = QX.svg("svg", { width: 30, height: 16, class: "qx-swatch", "aria-hidden": "true" });
  const paint = QX.data.paint;
  const line = (stroke, width, dash) =>
    QX.svg("path", { d: "M1,8H29", stroke, "stroke-width": width, "stroke-dasharray": dash });
  if (kind === "boundary") svg.append(line(paint.boundary, 2.2, "9 3 2 3"));
  if (kind === "townships") svg.append(line(paint.township, 1.2, "2 4"));
  if (kind === "roads") svg.append(line(QX.data.base.roads_style[2][0], 2.4, "none"));
  if (kind === "water")
    svg.append(QX.svg("rect", { x: 2, y: 3, width: 26, height: 10, fill: paint.water }));
  if (kind === "stations")
    svg.append(
      QX.svg("path", { d: "M15,1.5L22,14H8Z", fill: "#111", stroke: "#fff", "stroke-width": 1.5 }),
    );
  return svg;
};

QX.addPanel = function () {
  const panel = L.control({ position: "topright" });
  panel.onAdd = function () {
    const box = QX.make("section", "qx-panel leaflet-control-layers");
    const head = QX.make("button", "qx-panel-head", QX.words.legend);
    head.type = "button";
    const body = QX.make("div", "qx-panel-body");
    const open = (isOpen) => {
      box.classList.toggle("qx-closed", !isOpen);
      head.setAttribute("aria-expanded", String(isOpen));
    };
    head.addEventListener("click", () => {
      open(box.classList.contains("qx-closed"));
      QX.thinNames(); // those beside it
    });
    open(QX.map.getSize().x > 640);
    if (QX.panelTop) body.append(QX.panelTop());
    for (const group of QX.data.groups) body.append(QX.groupBox(group));
    if (!QX.overlays.length) body.append(QX.make("p", "qx-empty", QX.words.nothing));
    body.append(QX.baseBox());
    box.append(head, body);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  panel.addTo(QX.map);
};

QX.switches = [];

QX.baseBox = function () {
  const box = QX.make("div", "qx-group qx-base-group");
  box.append(QX.make("h2", "", QX.words.base));
  if (QX.data.online.length)
    [QX.words.local_base, ...QX.data.online.map((one) => one.title)].forEach((title, place) => {
      const label = QX.make("label", "qx-line");
      const input = QX.make("input");
      input.type = "radio";
      input.name = "qx-base";
      input.checked = place === 0;
      input.addEventListener("change", () => QX.setBase(place - 1));
      label.append(input, QX.make("span", "qx-kind", title));
      box.append(label);
    });
  for (const [kind, text] of QX.baseKinds()) {
    const line = QX.make("p", "qx-line");
    line.append(QX.baseSwatch(kind), QX.make("span", "qx-kind", text));
    box.append(line);
  }
  return box;
};

QX.baseKinds = function () {
  const { base } = QX.data;
  const words = QX.words;
  const kinds = [];
  if (base.stations.length) kinds.push(["stations", words.stations]);
  if (base.boundary) kinds.push(["boundary", words.boundary]);
  if (base.townships)
    kinds.push([
      "townships",
      base.townships_approximate ? words.townships_approximate : words.townships,
    ]);
  for (const kind of ["roads", "water"]) if (base.has.includes(kind)) kinds.push([kind, words[kind]]);
  return kinds;
};

// Keep drawing order (first layer lowest) and the legend that is printed.
QX.refresh = function () {
  for (const overlay of QX.overlays) {
    if (!QX.map.hasLayer(overlay.layer)) continue;
    QX.raise(overlay);
  }
  for (const update of QX.switches) update();
  const legend = document.getElementById("qx-print-legend");
  legend.replaceChildren(QX.make("h2", "", QX.words.shown));
  const list = QX.make("div", "qx-print-lines");
  for (const overlay of QX.overlays) {
    if (overlay.input) overlay.input.checked = QX.map.hasLayer(overlay.layer);
    if (!QX.map.hasLayer(overlay.layer)) continue;
    const line = QX.make("p", "qx-line");
    line.append(QX.swatch(overlay), QX.make("span", "qx-kind", QX.legendText(overlay)));
    line.append(QX.make("span", "qx-amount", QX.amount(overlay)));
    list.append(line);
  }
  for (const [kind, text] of QX.baseKinds()) {
    const line = QX.make("p", "qx-line");
    line.append(QX.baseSwatch(kind), QX.make("span", "qx-kind", text));
    list.append(line);
  }
  legend.append(list);
  if (QX.refreshed) QX.refreshed(legend);
};

// ---- search --------------------------------------------------------------------------------

QX.match = function (typed) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [];
  QX.names ||= QX.index();
  const text = (one) => (one.find || one.name).toLowerCase();
  const found = QX.names.filter((one) => text(one).includes(wanted));
  const score = (one) => (text(one).startsWith(wanted) ? 0 : 2) + (one.rows.length ? 0 : 1);
  return found.sort((a, b) => score(a) - score(b) || (a.name < b.name ? -1 : 1));
};

QX.middle = function (layer) {
  if (layer.getLatLng) return layer.getLatLng();
  let corners = layer.getLatLngs();
  while (Array.isArray(corners[0])) corners = corners[0];
  return corners[Math.floor(corners.length / 2)];
};

QX.addSearch = function () {
  const control = L.control({ position: "topleft" });
  control.onAdd = function () {
    const box = QX.make("div", "qx-search leaflet-bar");
    const input = QX.make("input");
    Object.assign(input, { type: "search", placeholder: QX.words.search, autocomplete: "off" });
    input.setAttribute("aria-label", QX.words.search);
    const list = QX.make("ul");
    list.hidden = true;
    const choose = (place) => {
      input.value = place.name;
      list.hidden = true;
      input.blur();
      QX.goTo(place);
    };
    const show = () => {
      const found = QX.match(input.value);
      list.replaceChildren();
      list.hidden = !input.value.trim();
      for (const place of found.slice(0, 12)) {
        const item = QX.make("li");
        const button = QX.make("button", place.rows.length ? "qx-has" : "", place.name);
        button.type = "button";
        if (place.note) button.append(QX.make("span", "qx-note", place.note));
        button.addEventListener("click", () => choose(place));
        item.append(button);
        list.append(item);
      }
      if (!found.length) list.append(QX.make("li", "qx-empty", QX.words.no_match));
      if (found.length > 12) list.append(QX.make("li", "qx-empty", QX.words.more_matches));
    };
    input.addEventListener("input", show);
    input.addEventListener("focus", show);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") list.hidden = true;
      if (event.key === "Enter" && QX.match(input.value).length) choose(QX.match(input.value)[0]);
      event.stopPropagation();
    });
    QX.map.on("click", () => (list.hidden = true));
    box.append(input, list);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  control.addTo(QX.map);
  // The search stands above the zoom buttons.
  const corner = control.getContainer().parentElement;
  corner.prepend(control.getContainer());
};

// ---- buttons and printing ------------------------------------------------------------------

QX.addButtons = function () {
  document.getElementById("qx-print").addEventListener("click", async () => {
    QX.prepare();
    await new Promise((done) => setTimeout(done, 350));
    window.print();
  });
  document.getElementById("qx-whole").addEventListener("click", QX.showWhole);
};

QX.prepare = function () {
  if (QX.before) return;
  QX.before = { bounds: QX.map.getBounds(), centre: QX.map.getCenter(), zoom: QX.map.getZoom() };
  document.body.classList.add("qx-printing");
  QX.map.invalidateSize({ animate: false, pan: false });
  QX.map.fitBounds(QX.before.bounds, { animate: false });
};

QX.printHeight = 122; // millimetres of the map on the sheet, as in the style sheet
QX.printWidth = 277;

// Printed through the browser's own menu there is no time to draw anew: scale what is on screen.
QX.scale = function () {
  if (QX.before) return;
  const { x, y } = QX.map.getSize();
  const { style } = QX.map.getContainer();
  const pixels = 96 / 25.4;
  style.setProperty("--qx-width", `${x}px`);
  style.setProperty("--qx-height", `${y}px`);
  style.setProperty("--qx-zoom", Math.min((QX.printWidth * pixels) / x, (QX.printHeight * pixels) / y));
  document.body.classList.add("qx-scaled");
};

QX.addPrinting = function () {
  window.addEventListener("beforeprint", QX.scale);
  window.addEventListener("afterprint", () => {
    document.body.classList.remove("qx-scaled");
    if (!QX.before) return;
    const { centre, zoom } = QX.before;
    QX.before = null;
    document.body.classList.remove("qx-printing");
    QX.map.invalidateSize({ animate: false, pan: false });
    QX.map.setView(centre, zoom, { animate: false });
  });
};
