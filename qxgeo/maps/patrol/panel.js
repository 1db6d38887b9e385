"use strict";
// The patrol map around the map: panel and legend, print, search, the two sheets.

// ---- panel and legend ----------------------------------------------------------------------

QX.panelTop = function () {
  const box = QX.make("div", "qx-panel-top");
  const field = QX.make("input", "qx-filter");
  Object.assign(field, { type: "search", placeholder: QX.words.filter, autocomplete: "off" });
  field.setAttribute("aria-label", QX.words.filter);
  field.addEventListener("input", () => QX.filter(field.value.trim().toLowerCase()));
  field.addEventListener("keydown", (event) => event.stopPropagation());
  const choice = QX.make("fieldset", "qx-themes");
  choice.append(QX.make("legend", "", QX.words.colour_by));
  for (const [theme, title] of Object.entries(QX.data.themes)) {
    if (theme !== "none" && !QX.overlays.some((overlay) => overlay.theme === theme)) continue;
    const label = QX.make("label");
    const input = QX.make("input");
    Object.assign(input, { type: "radio", name: "qx-theme", value: theme, checked: theme === QX.theme });
    input.addEventListener("change", () => QX.setTheme(theme));
    label.append(input, QX.make("span", "", title));
    choice.append(label);
  }
  box.append(choice, field);
  return box;
};

QX.filter = function (wanted) {
  for (const line of document.querySelectorAll(".qx-panel [data-words]")) {
    const isHit = !wanted || line.dataset.words.includes(wanted);
    line.hidden = !isHit;
    if (line.tagName === "DETAILS") line.open = Boolean(wanted) && isHit && line.dataset.people.includes(wanted);
  }
  for (const group of document.querySelectorAll(".qx-panel .qx-group[data-group]"))
    group.hidden = Boolean(wanted) && !group.querySelector("[data-words]:not([hidden])");
};

QX.groupBox = function (group) {
  const own = QX.overlays.filter((overlay) => overlay.group === group.id);
  const box = QX.make("div", "qx-group");
  box.dataset.group = group.id;
  const head = QX.make("h2", "", `${group.title} `);
  if (own.length) head.append(QX.groupSwitch(group, own));
  box.append(head);
  if (group.id === "routes" && QX.data.days.length > 0) box.append(QX.dayPicker());
  if (!own.length) box.append(QX.make("p", "qx-empty", QX.words.no_data));
  for (const overlay of own) {
    box.append(QX.overlayLine(overlay));
    if (overlay.kind === "territory") box.append(QX.personList(overlay));
  }
  return box;
};

QX.groupSwitch = function (group, own) {
  const button = QX.make("button", "qx-rule-switch");
  button.type = "button";
  const all = own.filter((overlay) => overlay.kind !== "grid");
  const allOn = () => all.every(QX.isOn);
  QX.switches.push(() => (button.textContent = allOn() ? QX.words.all_off : QX.words.all_on));
  button.addEventListener("click", () => {
    const isOn = !allOn();
    if (isOn && all[0].theme && all[0].theme !== QX.theme) QX.setTheme(all[0].theme);
    for (const overlay of all) QX.put(overlay, isOn);
    QX.refresh();
  });
  return button;
};

QX.overlayLine = function (overlay) {
  const label = QX.make("label", "qx-line");
  const input = QX.make("input");
  input.type = "checkbox";
  input.checked = QX.isOn(overlay);
  input.dataset.kind = overlay.kind;
  input.dataset.order = overlay.order;
  input.addEventListener("change", () => QX.toggle(overlay, input.checked));
  overlay.input = input;
  overlay.amountBox = QX.make("span", "qx-amount", QX.amount(overlay));
  label.dataset.words = `${overlay.title} ${QX.namesIn(overlay)}`.toLowerCase();
  label.append(input, QX.swatch(overlay), QX.make("span", "qx-kind", overlay.title), overlay.amountBox);
  return label;
};

QX.namesIn = (overlay) =>
  overlay.kind === "territory"
    ? overlay.rows.map((row) => `${QX.tables.people[row].name} ${QX.tables.people[row].id}`).join(" ")
    : "";

QX.personList = function (overlay) {
  const box = QX.make("details", "qx-persons-of");
  const { words } = QX;
  box.append(QX.make("summary", "", words.people_here));
  box.dataset.people = QX.namesIn(overlay).toLowerCase();
  box.dataset.words = `${overlay.title} ${box.dataset.people}`.toLowerCase();
  for (const row of overlay.rows) {
    const person = QX.tables.people[row];
    const line = QX.make("button", "qx-person");
    line.type = "button";
    line.dataset.words = `${person.name} ${person.id} ${overlay.title}`.toLowerCase();
    line.append(QX.personSwatch(row), QX.make("span", "qx-kind", QX.titleOf(person)));
    line.append(QX.make("span", "qx-amount", QX.hours(person.load)));
    line.addEventListener("click", () => QX.show("people", row));
    box.append(line);
  }
  return box;
};

QX.dayPicker = function () {
  const label = QX.make("label", "qx-day", QX.words.day);
  const list = QX.make("select");
  QX.data.days.forEach((day, number) => {
    const text = number === QX.data.day ? day + QX.words.typical : day;
    list.append(new Option(text, number, false, number === QX.day));
  });
  list.addEventListener("change", () => QX.setDay(Number(list.value)));
  label.append(list);
  return label;
};

QX.amount = function (overlay) {
  if (!overlay.given) return QX.words.no_data;
  const unit = overlay.kind === "territory" ? QX.words.people_unit : QX.words.pieces;
  return `${QX.number(QX.rowsOf(overlay).length)}${unit ? ` ${unit}` : ""}`;
};

QX.legendText = function (overlay) {
  const { title } = QX.data.groups.find((group) => group.id === overlay.group);
  const day = overlay.table === "routes" ? ` · ${QX.data.days[QX.day]}` : "";
  return `${title} · ${overlay.title}${day}`;
};

QX.refreshed = function (legend) {
  QX.printPeople = QX.make("div", "qx-print-people");
  legend.append(QX.printPeople);
  QX.drawLabels();
};

// The numbers on the territories, for the print: whoever is in view.
QX.listPeople = function () {
  if (!QX.printPeople) return;
  const view = QX.map.getBounds();
  const lines = [];
  for (const overlay of QX.overlays) {
    if (overlay.kind !== "territory" || !QX.isOn(overlay)) continue;
    for (const row of overlay.rows) {
      if (!QX.shapeOf("people", row) || !view.intersects(QX.boxOf("people", row))) continue;
      const line = QX.make("p");
      line.append(QX.personSwatch(row), ` ${QX.titleOf(QX.tables.people[row])}`);
      lines.push(line);
    }
  }
  QX.printPeople.replaceChildren(...lines);
  QX.fitSheet(lines.length);
};

// The map is as high as the legend and the list of people leave room for on one sheet.
QX.fitSheet = function (people) {
  const [sheet, head, banner, foot] = [198, 18, document.querySelector(".qx-demo") ? 8 : 0, 10];
  const legend = 6 + 4.1 * Math.ceil(document.querySelectorAll("#qx-print-legend .qx-line").length / 3);
  const list = people ? 3 + 3.5 * Math.ceil(people / 8) : 0;
  QX.printHeight = Math.max(70, Math.min(122, Math.floor(sheet - head - banner - foot - legend - list)));
  document.documentElement.style.setProperty("--qx-map", `${QX.printHeight}mm`);
};

// A print shows what is on screen of the district, not the margins around it.
QX.prepareSheet = QX.prepare;
QX.prepare = function () {
  if (QX.before) return;
  const view = QX.map.getBounds();
  const { bounds } = QX.data.base;
  QX.prepareSheet();
  const whole = bounds && L.latLngBounds(bounds);
  if (!whole || !whole.intersects(view)) return;
  const corner = (pick, side) => pick(view[side](), whole[side]());
  const seen = L.latLngBounds(
    [corner(Math.max, "getSouth"), corner(Math.max, "getWest")],
    [corner(Math.min, "getNorth"), corner(Math.min, "getEast")],
  );
  QX.map.fitBounds(seen, { animate: false, padding: [6, 6] });
};

// ---- search --------------------------------------------------------------------------------

QX.index = function () {
  const entry = (table, row, name, note, find) => ({ table, rows: [row.i], name, note, find, box: null });
  const { words } = QX;
  const places = new Map();
  for (const [name, west, south, east, north] of QX.data.places)
    places.set(name, { name, rows: [], box: [[south, west], [north, east]] });
  for (const [name, lat, lon] of [...QX.data.base.stations, ...QX.data.base.towns])
    places.set(name, { name, rows: [], point: [lat, lon] });
  return [
    ...QX.tables.people.map((row) =>
      entry("people", row, QX.titleOf(row), row.township, `${row.name} ${row.id}`.trim())),
    ...QX.tables.points.map((row) =>
      entry("points", row, `${row.number} ${row.name || row.id}`, row.kind, `${row.name} ${row.id} ${row.number} ${row.address}`)),
    ...QX.tables.devices.map((row) => entry("devices", row, row.name || row.id, row.kind, `${row.name} ${row.id}`)),
    ...QX.tables.cells.map((row) => entry("cells", row, row.id, words.cell, row.id)),
    ...places.values(),
  ];
};

QX.goTo = function (place) {
  if (place.table) return QX.show(place.table, place.rows[0]);
  if (place.point) QX.map.setView(place.point, 15, { animate: false });
  else QX.map.fitBounds(place.box, { maxZoom: 16, padding: [60, 60], animate: false });
  const box = QX.make("div", "qx-popup");
  box.append(QX.make("h3", "", place.name));
  QX.popupAt(QX.map.getCenter(), box);
  if (place.box) {
    const own = { pane: "qx-mark", renderer: QX.markRenderer, interactive: false };
    QX.marks.addLayer(L.rectangle(place.box, { ...own, color: "#111", weight: 2, dashArray: "6 4", fill: false }));
  }
};

// ---- the two panels ------------------------------------------------------------------------

QX.addSheets = function () {
  const open = QX.openSheets();
  const choose = (event) => {
    const line = event.target.closest("tr[data-person]");
    if (!line || (event.type === "keydown" && event.key !== "Enter")) return;
    if (window.innerWidth <= 900) open(null);
    QX.show("people", Number(line.dataset.person));
  };
  const fairness = document.getElementById("qx-fairness");
  fairness.addEventListener("click", choose);
  fairness.addEventListener("keydown", choose);
};
