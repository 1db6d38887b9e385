"use strict";
// The verdict card: the summary, one row for each rule, and on the map a line from the place to
// what each rule measured to.

QX.showCard = function () {
  const { words, card } = QX;
  document.body.classList.toggle("qx-has-card", Boolean(card));
  document.getElementById("qx-print-card").disabled = !card;
  QX.cardBox.querySelectorAll(":scope > :not(h2)").forEach((old) => old.remove());
  QX.rows = new Map();
  QX.drawCard();
  if (!card) {
    QX.cardBox.append(QX.make("p", "qx-empty", words.nothing_yet));
    return;
  }
  QX.cardBox.append(QX.summaryBox(card));
  for (const line of QX.byWeight(card.lines)) {
    const row = QX.lineRow(line);
    QX.rows.set(line.line, row);
    QX.cardBox.append(row);
  }
  QX.cardBox.append(QX.make("p", "qx-hint qx-aid", words.aid));
  QX.writePrint();
};

// What decides comes first, then the order of the document.
QX.byWeight = (lines) =>
  [...lines].sort((a, b) => QS.verdictCode(a.verdict) - QS.verdictCode(b.verdict) || a.line - b.line);

QX.revealCard = function () {
  if (QX.card) QX.cardBox.scrollIntoView({ block: "start" });
};

// The point itself, or one inside the parcel.
QX.middleOf = (geometry) =>
  geometry.type === "Point" ? geometry.coordinates : QS.innerPoint(QS.piecesOf(geometry));

QX.placeName = function () {
  const { state, words } = QX;
  const at = QX.middleOf(state.geometry).map((degrees) => degrees.toFixed(6)).join(", ");
  const sort = state.geometry.type === "Point" ? words.place : words.parcel;
  return `${state.name || sort} · ${at}`;
};

QX.summaryBox = function (card) {
  const { words, lang } = QX;
  const box = QX.make("div", "qx-summary");
  box.style.borderColor = QX.data.looks[card.summary].colour;
  box.dataset.verdict = card.summary;
  const text = QX.make("div");
  text.append(
    QX.make("strong", "", card.reason[lang]),
    QX.make("p", "", `${QX.placeName()} · ${card.township_label[lang]}`),
    QX.make("p", "qx-hint", QX.state.origin),
  );
  box.append(QX.verdictSwatch(card.summary, 46, 46), text);
  return box;
};

QX.ruleOf = (line) => QS.book.rules.find(({ id }) => id === line.rule_id);

QX.chip = function (verdict) {
  const chip = QX.make("span", "qx-verdict");
  chip.style.borderColor = QX.data.looks[verdict].colour;
  chip.append(QX.verdictSwatch(verdict, 26, 18), QX.make("b", "", QS.verdictLabel(verdict)[QX.lang]));
  return chip;
};

QX.lineHead = function (line) {
  const { words, lang } = QX;
  const rule = QX.ruleOf(line);
  const head = QX.make("header");
  head.append(QX.chip(line.verdict));
  if (rule) head.append(QX.make("span", "qx-strength", QS.book.words.strengths[rule.strength][lang]));
  if (line.is_spared) head.append(QX.make("span", "qx-strength", words.spared));
  const title = rule ? `${rule.id} ${rule.title[lang]}` : words.jurisdiction;
  head.append(QX.make("h3", "", title));
  return head;
};

QX.lineFacts = function (line) {
  const { words, lang } = QX;
  const metres = (value) => `${QS.metres(value)} m`;
  const facts = [];
  if (line.distance_m !== null) {
    facts.push([words.distance, metres(line.distance_m)]);
    if (line.threshold_m !== null) facts.push([words.threshold, metres(line.threshold_m)]);
    else if (line.why === "no_number") facts.push([words.threshold, words.threshold_open]);
    if (line.margin_m !== null) {
      const side = line.margin_m >= 0 ? words.margin_in : words.margin_out;
      facts.push([words.margin, `${side} ${metres(line.margin_m)}`]);
    }
    facts.push([words.error, `±${metres(line.error_m)}`]);
    const from = QS.book.words.from[line.measured_from][lang];
    const to = QS.labelReference(line.table, line.number)[lang];
    facts.push([words.measured, `${from} → ${to}${line.table.layer === "stations" ? "" : ` · ${line.reference_id}`}`]);
  }
  return facts;
};

QX.pairs = function (facts) {
  const list = QX.make("dl");
  for (const [name, value] of facts) {
    const pair = QX.make("div");
    pair.append(QX.make("dt", "", name), QX.make("dd", "", value));
    list.append(pair);
  }
  return list;
};

QX.lineRow = function (line) {
  const { words, lang } = QX;
  const rule = QX.ruleOf(line);
  const row = QX.make("article", "qx-row");
  row.dataset.line = line.line;
  row.dataset.verdict = line.verdict;
  row.style.borderLeftColor = QX.data.looks[line.verdict].colour;
  row.append(QX.lineHead(line), QX.make("p", "qx-reason", line.reason[lang]));
  const facts = QX.lineFacts(line);
  if (facts.length) row.append(QX.pairs(facts));
  if (rule) {
    const more = QX.make("details");
    more.append(QX.make("summary", "", words.more_of_line), ...QX.lineMore(line, rule));
    row.append(more);
  }
  row.addEventListener("mouseenter", () => QX.light(line.line));
  row.addEventListener("mouseleave", () => QX.light(null));
  row.addEventListener("click", () => QX.light(line.line));
  return row;
};

QX.lineMore = function (line, rule) {
  const { words, lang } = QX;
  const measure = QX.data.measures[rule.measure];
  const parts = [QX.make("blockquote", "", rule.clause)];
  if (measure.text !== rule.clause) parts.push(QX.make("p", "qx-hint", `${rule.measure} ${measure.text}`));
  if (rule.new_only) parts.push(QX.make("p", "", words.is_new));
  if (measure.lead) parts.push(QX.pairs([[words.lead, measure.lead]]));
  const taken = QS.book.assumptions.filter(({ id }) => line.assumption_ids.includes(id));
  if (taken.length) {
    const list = QX.make("ul");
    for (const { text, source } of taken) list.append(QX.make("li", "", `${text[lang]} — ${source[lang]}`));
    parts.push(QX.make("h4", "", words.assumptions), list);
  }
  return parts;
};

// ---- on the map ------------------------------------------------------------------------------

QX.latlng = ([lon, lat]) => L.latLng(lat, lon);

QX.drawCard = function () {
  const { card, state } = QX;
  QX.links.clearLayers();
  QX.marks.clearLayers();
  QX.lines = new Map();
  if (!card) return;
  const own = { pane: "qx-links", renderer: QX.linkRenderer, interactive: false };
  if (state.geometry.type !== "Point") {
    const style = { ...own, color: "#111", weight: 2.5, fillColor: "#111", fillOpacity: 0.08 };
    QX.marks.addLayer(L.geoJSON(state.geometry, { ...own, style }));
  }
  for (const line of card.lines) QX.drawLink(line);
  QX.marks.addLayer(QX.sign(QX.middleOf(state.geometry), QX.verdictSwatch(card.summary, 30, 30), "qx-place-sign"));
  state.entrances.forEach(({ lon, lat }, number) =>
    QX.marks.addLayer(QX.sign([lon, lat], QX.make("span", "qx-gate", number + 1), "qx-gate-sign")),
  );
};

QX.sign = function (place, html, className) {
  const icon = L.divIcon({ className, html, iconSize: [0, 0] });
  return L.marker(QX.latlng(place), { icon, pane: "qx-place", interactive: false, keyboard: false });
};

// A line to what a rule measured to, in the colour and dash of its verdict.
QX.drawLink = function (line) {
  if (!line.from || !line.to) return;
  const { colour, dash } = QX.data.looks[line.verdict];
  const own = { pane: "qx-links", renderer: QX.linkRenderer };
  const ends = [QX.latlng(line.from), QX.latlng(line.to)];
  const casing = L.polyline(ends, { ...own, color: "#fff", weight: 5, opacity: 0.85, interactive: false });
  const drawn = L.polyline(ends, { ...own, color: colour, weight: 2.4, dashArray: dash || null, lineCap: "butt" });
  const end = L.circleMarker(ends[1], { ...own, radius: 3.5, color: colour, weight: 2, fillColor: "#fff", fillOpacity: 1, interactive: false });
  const parts = L.layerGroup([casing, drawn, end]);
  if (line.rule_id) parts.addLayer(QX.sign(line.to, QX.make("span", "", line.rule_id), "qx-link-name"));
  drawn.on("mouseover", ({ containerPoint }) => {
    // All lines begin at the place, where the pointer still is after a click.
    const isAway = containerPoint.distanceTo(QX.map.latLngToContainerPoint(ends[0])) > 24;
    if (isAway) QX.light(line.line);
  });
  drawn.on("mouseout", () => QX.light(null));
  drawn.on("click", (event) => {
    L.DomEvent.stopPropagation(event);
    QX.light(line.line);
    QX.rows.get(line.line).scrollIntoView({ block: "nearest" });
  });
  QX.lines.set(line.line, { parts, drawn, casing, line });
  if (line.verdict !== "allowed") parts.addTo(QX.links); // the rest appear when their row is pointed at
};

QX.light = function (number) {
  for (const { parts, drawn, casing, line } of QX.lines.values()) {
    const isLit = line.line === number;
    if (line.verdict === "allowed" && !isLit) parts.remove();
    if (isLit && !QX.links.hasLayer(parts)) parts.addTo(QX.map);
    drawn.setStyle({ weight: isLit ? 4.5 : 2.4 });
    casing.setStyle({ color: isLit ? "#111" : "#fff", weight: isLit ? 7.5 : 5 });
  }
  if (QX.litShape) QX.litShape.remove();
  for (const [line, row] of QX.rows) row.classList.toggle("qx-lit", line === number);
  const lit = QX.card && QX.card.lines.find(({ line }) => line === number);
  if (!lit || lit.number === null || !lit.table || !lit.rule_id) return;
  const own = { pane: "qx-links", renderer: QX.linkRenderer, interactive: false };
  const style = { ...own, color: "#111", weight: 3, fill: false };
  QX.litShape = L.geoJSON(QS.toGeometry(lit.table.shapes[lit.number]), {
    ...own, style, pointToLayer: (_, latlng) => L.circleMarker(latlng, { ...style, radius: 11 }),
  }).addTo(QX.map);
};
