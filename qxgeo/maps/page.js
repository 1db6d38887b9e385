"use strict";
// Findings of a page: rows, popups, layers by rule, search.

QX.readData = function () {
  QX.rows = QX.data.rows.map(QX.readRow);
  QX.bySubject = new Map();
  QX.rows.forEach((row, number) => {
    const key = `${row.layer}\n${row.id}`;
    if (!QX.bySubject.has(key)) QX.bySubject.set(key, []);
    QX.bySubject.get(key).push(number);
  });
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
QX.showBeside = function (event) {
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

// ---- layers and legend ---------------------------------------------------------------------

QX.amount = function (overlay) {
  if (overlay.kind === "zone") return "";
  const pieces = `${QX.number(overlay.count)}${QX.words.pieces ? ` ${QX.words.pieces}` : ""}`;
  const length = overlay.length > 0 ? ` · ${QX.number(overlay.length / 1000, 2)} km` : "";
  return pieces + length;
};

QX.groupBox = function (group) {
  const box = QX.make("div", "qx-group");
  const head = QX.make("h2", "", `${group.measure} ${group.title}`);
  box.append(head);
  for (const number of group.rules) {
    const rule = QX.data.rules[number];
    const own = QX.overlays.filter((overlay) => overlay.rule === number);
    const name = QX.make("p", "qx-rule", `${rule.title} `);
    name.append(QX.make("span", "qx-strength", rule.strength));
    name.title = `${rule.id} “${rule.clause}”`;
    if (own.length) name.append(QX.ruleSwitch(own));
    box.append(name);
    if (!own.length) box.append(QX.make("p", "qx-empty", QX.words.nothing_here));
    for (const overlay of own) box.append(QX.overlayLine(overlay, rule));
  }
  return box;
};

// Shows all layers of a rule, or hides them if all are shown; what does not apply stays as it is.
QX.ruleSwitch = function (own) {
  const button = QX.make("button", "qx-rule-switch");
  button.type = "button";
  const all = own.filter((overlay) => overlay.kind !== "does_not_apply");
  const allShown = () => all.every((overlay) => QX.map.hasLayer(overlay.layer));
  QX.switches.push(() => (button.textContent = allShown() ? QX.words.all_off : QX.words.all_on));
  button.addEventListener("click", () => {
    const hide = allShown();
    for (const { layer } of all) hide ? layer.remove() : layer.addTo(QX.map);
    QX.refresh();
  });
  return button;
};

QX.overlayLine = function (overlay, rule) {
  const label = QX.make("label", "qx-line");
  const input = QX.make("input");
  input.type = "checkbox";
  input.checked = QX.map.hasLayer(overlay.layer);
  input.dataset.rule = rule.id;
  input.dataset.kind = overlay.kind;
  input.addEventListener("change", () => {
    if (input.checked) overlay.layer.addTo(QX.map);
    else overlay.layer.remove();
    QX.refresh();
  });
  overlay.input = input;
  label.append(input, QX.swatch(overlay), QX.make("span", "qx-kind", QX.data.kinds[overlay.kind]));
  label.append(QX.make("span", "qx-amount", QX.amount(overlay)));
  return label;
};

// Zones lie in a pane of their own; each path says which zone it is.
QX.raise = function (overlay) {
  if (overlay.kind !== "zone") overlay.layer.bringToFront();
  else
    overlay.layer.eachLayer((layer) => {
      const path = layer.getElement();
      if (path) path.dataset.zone = layer.feature.properties.i;
    });
};

QX.legendText = function (overlay) {
  const rule = QX.data.rules[overlay.rule];
  return `${rule.measure} ${rule.title} · ${rule.strength} · ${QX.data.kinds[overlay.kind]}`;
};

// ---- search --------------------------------------------------------------------------------

QX.index = function () {
  const byName = new Map();
  const entry = (name) => {
    if (!byName.has(name)) byName.set(name, { name, rows: [], box: null, point: null });
    return byName.get(name);
  };
  QX.rows.forEach((row, number) => row.name && entry(row.name).rows.push(number));
  for (const [name, west, south, east, north] of QX.data.places)
    entry(name).box = [[south, west], [north, east]];
  for (const [name, lat, lon] of [...QX.data.base.stations, ...QX.data.base.towns])
    entry(name).point = [lat, lon];
  return [...byName.values()];
};

QX.goTo = function (place) {
  const wanted = new Set(place.rows);
  const hits = [];
  for (const overlay of QX.overlays) {
    if (overlay.kind === "zone") continue;
    overlay.layer.eachLayer((layer) => {
      if (wanted.has(layer.feature.properties.i)) hits.push({ overlay, layer });
    });
  }
  // A visible layer first, then what applies, then the topmost.
  const order = ({ overlay }) =>
    overlay.order +
    (QX.map.hasLayer(overlay.layer) ? 2000 : 0) +
    (overlay.kind === "applies" ? 1000 : 0);
  hits.sort((a, b) => order(b) - order(a));
  if (hits.length) {
    const { overlay, layer } = hits[0];
    const same = hits.filter((hit) => hit.overlay === overlay);
    if (!QX.map.hasLayer(overlay.layer)) overlay.layer.addTo(QX.map);
    QX.refresh();
    QX.map.fitBounds(L.featureGroup(same.map((hit) => hit.layer)).getBounds(), {
      maxZoom: 16, padding: [60, 60], animate: false,
    });
    layer.fire("click", { latlng: QX.middle(layer) }, true);
    return;
  }
  const box = QX.make("div", "qx-popup");
  box.append(QX.make("h3", "", place.name));
  if (!place.point) box.append(QX.make("p", "", QX.words.no_finding));
  if (place.point) QX.map.setView(place.point, 15, { animate: false });
  else if (place.box) QX.map.fitBounds(place.box, { maxZoom: 16, padding: [60, 60], animate: false });
  else {
    const first = QX.rows[place.rows[0]];
    QX.say(QX.sentence(first));
    return;
  }
  L.popup({ maxWidth: 300 }).setLatLng(QX.map.getCenter()).setContent(box).openOn(QX.map);
};
