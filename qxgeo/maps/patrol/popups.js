"use strict";
// What the patrol map says of a person, a cell, a point, a device, a route.

QX.titleOf = (person) => person.title;
QX.rank = (rank) => `${QX.words.rank}${QX.words.latin ? " " : ""}${rank}${QX.words.rank_after}`;
QX.hours = (minutes) =>
  minutes === null ? QX.words.none_found : `${QX.number(minutes / 60, 1)} ${QX.words.hours_per_week}`;
// A cell takes minutes, of which an hour with one digit would say nothing.
QX.minutes = (minutes) =>
  minutes === null || minutes >= 60 ? QX.hours(minutes) : `${QX.number(minutes, 1)} ${QX.words.minutes_per_week}`;
QX.clock = function (minutes) {
  const whole = Math.round(minutes);
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
};
QX.percent = (share) => (share === null ? QX.words.unknown_share : `${QX.number(share * 100, 1)}%`);
QX.known = (value, say) => (value === null || value === undefined || value === "" ? null : say(value));

// The owner in words; where nobody owns it, why that is.
QX.ownerOf = function (row) {
  if (row.owner >= 0) return QX.titleOf(QX.tables.people[row.owner]);
  return row.cell === "" ? QX.words.outside : QX.words.nobody;
};

// One line under the pointer.
QX.sentence = function (table, i) {
  const row = QX.tables[table][i];
  const { words } = QX;
  const sep = words.comma;
  if (table === "people") return `${row.number} ${QX.titleOf(row)}${sep}${row.township}${sep}${QX.hours(row.load)}`;
  if (table === "cells")
    return `${row.id}${sep}${words.risk} ${QX.known(row.risk, (value) => QX.number(value)) ?? words.unknown_share}${sep}${QX.ownerOf(row)}`;
  if (table === "points") return `${row.number} ${row.name || row.id}${sep}${QX.ownerOf(row)}`;
  if (table === "routes") return `${QX.titleOf(QX.tables.people[row.person])}${sep}${QX.data.days[row.day]}`;
  if (table === "devices") return `${row.kind} ${row.name || row.id}`;
  if (table === "next") return `${words.next} ${row.rank}`;
  if (table === "fires") return `${words.fire} ${row.time}`;
  return `${words.hot_cell} ${row.rank}`;
};

// ---- parts of a popup ----------------------------------------------------------------------

QX.personLink = (row) =>
  row.owner >= 0 ? QX.link(QX.ownerOf(row), () => QX.show("people", row.owner)) : QX.ownerOf(row);

QX.cellLink = function (id) {
  const row = QX.cellRows.get(id);
  return row === undefined ? id : QX.link(id, () => QX.show("cells", row));
};

QX.clause = function (key) {
  const found = QX.data.clauses[key];
  const { words } = QX;
  if (!found) return QX.make("p", "qx-reason", words.no_clause);
  const quote = QX.make("blockquote", "", `${found.measure} “${found.text}”`);
  const roles = [["lead", found.lead], ["responsible", found.responsible]]
    .filter(([, units]) => units)
    .map(([role, units]) => `${words[role]}${words.colon}${units}`);
  if (roles.length) quote.append(QX.make("footer", "", roles.join(words.latin ? "; " : "；")));
  return quote;
};

// ---- popups --------------------------------------------------------------------------------

QX.popups = {};

QX.popups.people = function (person, latlng) {
  const { words } = QX;
  const box = QX.box(`${words.person} ${person.number}`, QX.titleOf(person));
  if (person.absent) box.append(QX.make("p", "qx-warn", words.absent));
  box.append(
    QX.facts([
      [words.township, person.township],
      [words.load, person.load === null ? words.none_found : QX.hours(person.load)],
      [words.share_of_mean, QX.known(person.share, QX.percent)],
      [words.cells, QX.number(person.cells)],
      [words.area, QX.known(person.area, QX.squareMetres)],
      [words.points, QX.number(person.points)],
      [words.base, QX.known(person.base, QX.metres)],
      [words.parts, person.parts > 1 ? `${person.parts}${words.comma}${words.in_parts}` : null],
      [words.hours, person.hours.length ? person.hours : words.no_hours],
    ]),
  );
  for (const route of QX.routesOf(person.i)) box.append(QX.routeLine(route));
  box.append(QX.make("p", "qx-sentence", `${words.duty}${words.colon}${words.duty_text}`));
  box.append(QX.clause("duty"));
  const cell = latlng && QX.cellAt(latlng);
  if (cell && cell.owner === person.i) {
    const here = QX.make("p", "qx-also", `${words.cell_here} `);
    here.append(QX.link(cell.id, () => QX.open("cells", cell.i, latlng)));
    box.append(here);
  }
  return box;
};

QX.routeLine = function (route) {
  const { words } = QX;
  const stops = QX.tables.stops.filter((stop) => stop.route === route.i);
  const box = QX.make("div", "qx-route");
  const how = route.straight ? words.straight_label : route.optimal ? words.is_optimal : words.is_best;
  box.append(
    QX.make(
      "p",
      "",
      `${words.route_of} ${QX.data.days[route.day]}${words.colon}${QX.clock(route.start)}–${QX.clock(route.end)} · ` +
        `${words.travel} ${QX.number(route.travel / 1000, 1)} km · ${how}`,
    ),
  );
  const list = QX.make("ol");
  for (const stop of stops) {
    const point = QX.tables.points[stop.point];
    const name = point ? `${point.number} ${point.name || point.id}` : "—";
    list.append(QX.make("li", "", `${QX.clock(stop.arrive)} ${name}`));
  }
  box.append(list);
  return box;
};

QX.termTable = function (cell) {
  const { words } = QX;
  const table = QX.make("table", "qx-terms");
  const row = (tag, cells) => {
    const line = QX.make("tr");
    for (const text of cells) line.append(QX.make(tag, "", text));
    return line;
  };
  table.append(row("th", [words.term, words.term_value, words.term_weight, words.term_source]));
  for (const term of QX.data.terms) {
    const value = cell[`term_${term.id}`];
    const said = value === null || value === undefined ? words.unknown_share : QX.number(value, 2);
    const line = term.dropped
      ? row("td", [term.name, "—", "—", `${words.dropped}${words.colon}${term.dropped}`])
      : row("td", [term.name, said, `${QX.number(term.share * 100)}%`, term.source]);
    line.title = term.formula;
    if (term.dropped) line.className = "qx-dropped";
    table.append(line);
  }
  return table;
};

QX.popups.cells = function (cell) {
  const { words } = QX;
  const box = QX.box(words.cell, cell.id);
  const shares = [["water_share", cell.water], ["cropland_share", cell.cropland], ["unknown_share", cell.unknown]]
    .filter(([, share]) => share !== null && share !== undefined)
    .map(([name, share]) => `${words[name]} ${QX.percent(share)}`);
  const counts = [cell.points, cell.events, cell.fires];
  const hot = QX.tables.hot.find((one) => one.id === cell.hot);
  const land = QX.tables.cells.filter((one) => one.rank !== null).length;
  box.append(
    QX.facts([
      [words.person, QX.personLink(cell)],
      [words.township, cell.township],
      [words.area, QX.squareMetres(cell.area)],
      [words.risk, cell.rank === null ? cell.class : `${QX.number(cell.risk, 1)} · ${cell.class}`],
      [words.risk_rank, QX.known(cell.rank, (rank) => `${QX.rank(rank)} / ${land}`)],
      [words.visits, QX.known(cell.visits, (visits) => `${visits} ${words.per_week}`)],
      [words.load, QX.minutes(cell.load)],
      [words.land, shares.length ? shares.join(words.comma) : words.unknown_share],
      [words.history, counts.some((count) => count !== undefined) ? counts.map((count) => count ?? "—").join(" / ") : null],
      [words.coverage, QX.known(cell.coverage, (coverage) => `${coverage} · ${words.seen} ${QX.percent(cell.seen)}${cell.devices ? ` · ${cell.devices}` : ""}`) ?? words.no_data],
      [words.hot_cell, hot ? QX.link(QX.rank(hot.rank), () => QX.show("hot", hot.i)) : null],
    ]),
    QX.make("p", "qx-also", words.terms),
    QX.termTable(cell),
    QX.clause("duty"),
  );
  return box;
};

QX.popups.points = function (point) {
  const { words } = QX;
  const box = QX.box(`${words.point} ${point.number}`, point.name || point.id);
  const arrivals = QX.tables.stops
    .filter((stop) => stop.point === point.i && QX.tables.routes[stop.route].day === QX.day)
    .map((stop) => `${QX.data.days[QX.day]} ${QX.clock(stop.arrive)}`);
  box.append(
    QX.facts([
      [words.person, QX.personLink(point)],
      [words.address, point.address],
      [words.kind, point.kind],
      [words.risk_level, point.level],
      [words.township, point.township],
      [words.visits, QX.known(point.visits, (visits) => `${visits} ${words.per_week}`)],
      [words.service, QX.known(point.service, (minutes) => `${minutes} ${words.minutes}`)],
      [words.times, point.times.length ? point.times : words.no_times],
      [words.arrival, arrivals.length ? arrivals : null],
      [words.unserved, point.unserved.length ? point.unserved : null],
      [words.cell, point.cell ? QX.cellLink(point.cell) : words.outside],
      ["id", point.id],
    ]),
    QX.clause("points"),
  );
  return box;
};

QX.popups.hot = function (hot) {
  const { words } = QX;
  const box = QX.box(words.hot_cell, QX.rank(hot.rank));
  box.append(
    QX.facts([
      [words.risk, QX.known(hot.risk, (risk) => QX.number(risk, 1))],
      [words.cells, QX.number(hot.cells)],
      [words.area, QX.squareMetres(hot.area)],
      [words.history, [hot.points, hot.events, hot.fires].join(" / ")],
      [words.townships, hot.townships],
      ["id", hot.id],
    ]),
    QX.clause("hot"),
  );
  return box;
};

QX.popups.fires = function (fire) {
  const { words } = QX;
  const box = QX.box(words.fire, fire.time);
  box.append(
    QX.facts([
      [words.seen_at, fire.time],
      [words.satellite, fire.satellite],
      [words.confidence, fire.confidence],
      [words.cell, fire.cell ? QX.cellLink(fire.cell) : null],
    ]),
    QX.clause("hot"),
  );
  return box;
};

QX.popups.devices = function (device) {
  const { words } = QX;
  const box = QX.box(device.kind, device.name || device.id);
  box.append(
    QX.facts([
      [words.seen_area, QX.known(device.seen, QX.squareMetres)],
      [words.unknown_area, QX.known(device.unknown || null, QX.squareMetres)],
      [words.coverage, device.terrain ? words.terrain_yes : words.terrain_no],
      [words.height, QX.known(device.height, QX.metres)],
      [words.bearing, QX.known(device.bearing, (angle) => `${angle}°`)],
      [words.view, QX.known(device.view, (angle) => `${angle}°`)],
      [words.range, QX.known(device.range, QX.metres)],
      ["id", device.id],
    ]),
    QX.clause("sight"),
  );
  return box;
};

QX.popups.next = function (place) {
  const { words } = QX;
  const box = QX.box(words.next, QX.rank(place.rank));
  box.append(
    QX.facts([
      [words.adds, QX.known(place.adds, (area) => `${QX.number(area, 2)} ${words.unit_km2}`)],
      [words.cell, QX.cellLink(place.cell)],
    ]),
    QX.clause("sight"),
  );
  return box;
};

QX.popups.routes = function (route) {
  const { words } = QX;
  const box = QX.box(words.route, QX.titleOf(QX.tables.people[route.person]));
  box.append(QX.routeLine(route), QX.clause("duty"));
  return box;
};
