"use strict";
// The difference map: one change at a time, the ground and the sites that it puts elsewhere.

QX.readData = function () {
  // The change with the largest effect that can be seen on a map: some concern roads alone.
  const seen = QX.data.scenarios.findIndex((one) => one.sites_flipped || one.ground_changed_km2);
  QX.scenario = Math.max(seen, 0);
};

QX.styleOf = (number) => () => {
  const { drawn, shape } = QX.overlays[number];
  if (shape !== "point") return drawn;
  return { ...drawn, radius: drawn.radius * Math.max(QX.factor, 0.8) };
};

QX.overlayOf = (kind) => QX.overlays.find((one) => one.kind === kind);

// ---- the change that is shown --------------------------------------------------------------------

QX.chosen = () => QX.data.scenarios[QX.scenario];
QX.flipsOf = (id) => QX.data.flips[id] || [];
QX.changesOf = (id) => QX.data.changes[id] || [];

QX.order = Object.create(null);
QX.isStricter = (before, after) => QX.order[after] < QX.order[before];

QX.fill = function () {
  const { id } = QX.chosen();
  const features = Object.fromEntries(QX.overlays.map(({ kind }) => [kind, []]));
  QX.changesOf(id).forEach(({ stricter, shape }, i) => {
    const kind = stricter ? "ground_stricter" : "ground_looser";
    if (shape) features[kind].push({ type: "Feature", properties: { i }, geometry: shape });
  });
  const flipped = new Map();
  for (const [row, line, , before, after] of QX.flipsOf(id))
    if (line === -1) flipped.set(row, QX.isStricter(before, after) ? "site_stricter" : "site_looser");
  QX.data.sites.forEach(({ shape }, i) => {
    const kind = flipped.get(i) || "site_same";
    if (shape) features[kind].push({ type: "Feature", properties: { i }, geometry: shape });
  });
  for (const overlay of QX.overlays) {
    overlay.layer.clearLayers();
    overlay.layer.addData({ type: "FeatureCollection", features: features[overlay.kind] });
    overlay.count = features[overlay.kind].length;
    if (overlay.amountBox) overlay.amountBox.textContent = QX.amount(overlay);
  }
};

QX.setScenario = function (number) {
  QX.scenario = number;
  QX.map.closePopup();
  QX.fill();
  QX.writeFacts();
  QX.refresh();
};

QX.bindOverlays = function () {
  Object.assign(QX.map.options, { zoomSnap: 0.25, zoomDelta: 0.75 });
  Object.keys(QX.data.verdicts).forEach((word, place) => (QX.order[word] = place));
  for (const overlay of QX.overlays) {
    overlay.layer.bindTooltip(
      ({ feature }) => QX.make("div", "", QX.sentence(overlay, feature.properties.i)),
      { sticky: true, className: "qx-tooltip" },
    );
    overlay.layer.on("click", (event) => {
      overlay.layer.closeTooltip();
      QX.opened = event.originalEvent;
      QX.popup(overlay, event.propagatedFrom.feature.properties.i, event.latlng);
    });
  }
  QX.fill();
};

QX.showBeside = () => {};
QX.raise = (overlay) => overlay.shape === "point" && overlay.layer.bringToFront();

// ---- what is told --------------------------------------------------------------------------------

QX.label = (verdict) => QX.data.verdicts[verdict];
QX.step = (before, after) => `${QX.label(before)} → ${QX.label(after)}`;

QX.sentence = function (overlay, i) {
  if (overlay.shape === "area") {
    const { before, after, km2 } = QX.changesOf(QX.chosen().id)[i];
    return `${QX.step(before, after)} · ${QX.squareMetres(km2 * 1e6)}`;
  }
  const { id, name, verdict } = QX.data.sites[i];
  const own = QX.flipsOf(QX.chosen().id).find(([row, line]) => row === i && line === -1);
  return `${name || id} · ${own ? QX.step(own[3], own[4]) : QX.label(verdict)}`;
};

QX.popup = function (overlay, i, latlng) {
  const box = QX.make("div", "qx-popup");
  const { id, factor, change } = QX.chosen();
  const line = (title, text) => {
    const row = QX.make("p", "");
    row.append(QX.make("b", "", `${title}${QX.words.colon}`), document.createTextNode(text));
    box.append(row);
  };
  if (overlay.shape === "area") {
    const one = QX.changesOf(id)[i];
    box.append(QX.make("h3", "", QX.step(one.before, one.after)));
    line(QX.words.ground, QX.squareMetres(one.km2 * 1e6));
  } else {
    const site = QX.data.sites[i];
    box.append(QX.make("h3", "", site.name || site.id));
    line(QX.words.subject_id, site.id);
    line(QX.words.before, QX.label(site.verdict));
    const own = QX.flipsOf(id).filter(([row]) => row === i);
    for (const [, number, rule, before, after] of own) {
      const title = number === -1 ? QX.words.summary : number === 0 ? QX.words.whose : rule;
      line(title, QX.step(before, after));
    }
    if (!own.length) box.append(QX.make("p", "", QX.words.stays));
  }
  box.append(QX.make("p", "qx-note", `${factor}${QX.words.colon}${change}`));
  L.popup({ maxWidth: 320 }).setLatLng(latlng).setContent(box).openOn(QX.map);
};

// ---- panel ---------------------------------------------------------------------------------------

QX.panelTop = function () {
  const box = QX.make("div", "qx-change");
  const label = QX.make("label", "", QX.words.choose);
  const select = QX.make("select");
  select.id = "qx-scenario";
  const groups = new Map();
  QX.data.scenarios.forEach(({ group, factor, change, id }, number) => {
    const option = QX.make("option", "", id === "base" ? factor : `${factor}${QX.words.colon}${change}`);
    option.value = number;
    if (!group) return void select.append(option);
    if (!groups.has(group)) {
      const holder = QX.make("optgroup");
      holder.label = QX.data.kinds[group];
      groups.set(group, holder);
    }
    groups.get(group).append(option);
  });
  select.append(...groups.values());
  select.value = QX.scenario;
  select.addEventListener("change", () => QX.setScenario(Number(select.value)));
  label.append(select);
  QX.facts = QX.make("dl", "qx-facts");
  box.append(label, QX.facts);
  QX.writeFacts();
  return box;
};

QX.signed = (value, digits) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${QX.number(Math.abs(value), digits)}`;

QX.writeFacts = function () {
  const one = QX.chosen();
  const { words } = QX;
  const fact = (title, text) => QX.facts.append(QX.make("dt", "", title), QX.make("dd", "", text));
  const sides = (stricter, looser, digits) =>
    `${words.stricter} ${QX.number(stricter, digits)}，${words.looser} ${QX.number(looser, digits)}`
      .replace("，", words.comma);
  QX.facts.replaceChildren();
  QX.facts.append(QX.make("dd", "qx-chosen", one.id === "base" ? one.factor : `${one.factor}${words.colon}${one.change}`));
  fact(
    words.flipped,
    `${one.sites_flipped} / ${one.sites} ${words.sites_unit}（${sides(one.sites_stricter, one.sites_looser, 0)}）`,
  );
  fact(words.lines, `${one.lines_flipped}`);
  fact(
    words.ground,
    `${QX.number(one.ground_changed_km2, 3)} km²（${sides(one.ground_stricter_km2, one.ground_looser_km2, 3)}）`,
  );
  fact(words.eligible, `${QX.number(one.eligible_km2, 3)} km²（${QX.signed(one.eligible_change_km2, 3)}）`);
  if (one.road_km !== null)
    fact(words.road, `${QX.number(one.road_km, 1)} km（${QX.signed(one.road_change_km, 1)}）`);
  if (words.latin)
    for (const text of QX.facts.querySelectorAll("dd"))
      text.textContent = text.textContent.replaceAll("（", " (").replaceAll("）", ")");
  const isStill = !one.sites_flipped && !one.lines_flipped && !one.ground_changed_km2 && !one.road_change_km;
  if (isStill) QX.facts.append(QX.make("dd", "qx-still", words.no_change));
};

QX.groupBox = function (group) {
  const box = QX.make("div", "qx-group");
  box.append(QX.make("h2", "", group.title));
  for (const overlay of QX.overlays) {
    const label = QX.make("label", "qx-line");
    const input = QX.make("input");
    input.type = "checkbox";
    input.checked = true;
    input.addEventListener("change", () => {
      if (input.checked) overlay.layer.addTo(QX.map);
      else overlay.layer.remove();
      QX.refresh();
    });
    overlay.input = input;
    overlay.amountBox = QX.make("span", "qx-amount", QX.amount(overlay));
    label.append(input, QX.swatch(overlay), QX.make("span", "qx-kind", overlay.title), overlay.amountBox);
    box.append(label);
  }
  return box;
};

QX.legendText = (overlay) => overlay.title;

QX.amount = function (overlay) {
  const one = QX.chosen();
  if (overlay.kind === "ground_stricter") return QX.squareMetres(one.ground_stricter_km2 * 1e6);
  if (overlay.kind === "ground_looser") return QX.squareMetres(one.ground_looser_km2 * 1e6);
  return `${overlay.count || 0}`;
};

// The printed sheet names the change.
QX.refreshed = function (legend) {
  const { factor, change, id } = QX.chosen();
  const text = id === "base" ? factor : `${factor}${QX.words.colon}${change}`;
  legend.prepend(QX.make("p", "qx-chosen", text));
};

// ---- search --------------------------------------------------------------------------------------

QX.index = function () {
  const found = QX.data.sites.map(({ id, name }, row) => ({
    name: name || id, find: `${name} ${id}`, note: id, rows: [row], box: null, point: null,
  }));
  for (const [name, west, south, east, north] of QX.data.places)
    found.push({ name, rows: [], box: [[south, west], [north, east]], point: null });
  for (const [name, lat, lon] of [...QX.data.base.stations, ...QX.data.base.towns])
    found.push({ name, rows: [], box: null, point: [lat, lon] });
  return found;
};

QX.goTo = function (place) {
  if (place.point) return void QX.map.setView(place.point, 15, { animate: false });
  if (place.box) return void QX.map.fitBounds(place.box, { maxZoom: 16, animate: false });
  const [row] = place.rows;
  for (const overlay of QX.overlays) {
    if (overlay.shape !== "point") continue;
    overlay.layer.eachLayer((layer) => {
      if (layer.feature.properties.i !== row) return;
      const where = QX.middle(layer);
      QX.map.setView(where, 15, { animate: false });
      QX.popup(overlay, row, where);
    });
  }
};

QX.showWhole = function () {
  const { bounds } = QX.data.base;
  if (!bounds) return void QX.map.setView([30, 110], 5);
  const right = QX.map.getSize().x > 900 ? 340 : 14;
  QX.map.fitBounds(bounds, { paddingTopLeft: [14, 14], paddingBottomRight: [right, 14], animate: false });
};
