"use strict";
// What the audit's map says: of a section, a cart, a violation; panel, legend, search, panels.

QX.sentence = function (kind, row) {
  const { words, data } = QX;
  if (kind === "proof") {
    const [second, , , speed, wet, name] = data.violations[QX.violation].points[row];
    return [QX.clockSeconds(second), speed === null ? null : `${speed} km/h`, QX.sayWet(wet), name].filter(Boolean).join(" · ");
  }
  if (kind === "violation") return data.violations[row].text;
  const [wet, unknown] = QX.sharesAt(row, QX.minute);
  const facts = [`${words.is_wet} ${wet}%`];
  if (unknown) facts.push(`${words.is_unknown} ${unknown}%`);
  return `${QX.roadOf(row)}${words.comma}${facts.join(words.comma)}`;
};

QX.sayWet = (wet) => (wet === "?" ? QX.words.not_recorded : `${QX.words.spraying}${QX.words.latin ? " " : ""}${wet ? QX.words.yes : QX.words.no}`);

QX.sectionCard = function (row) {
  const { words, data } = QX;
  const { sections } = data;
  const box = QX.box(words.section, QX.roadOf(row));
  const own = data.violations.map((one, number) => ({ one, number })).filter(({ one }) => one.section === row);
  const found = own.slice(0, 12).map(({ one, number }) =>
    QX.link(`${QX.clock(one.from)}–${QX.clock(one.to)} ${data.kinds[one.kind]}`, () => QX.showViolation(number)));
  const list = QX.make("div");
  for (const link of found) list.append(link, QX.make("br"));
  const [wet] = QX.sharesAt(row, QX.minute);
  box.append(
    QX.facts([
      [words.now, `${QX.clock(QX.minute * 60)} ${words.is_wet} ${wet}%`],
      [words.wet_share, QX.percent(sections.wet[row])],
      [words.dry_share, QX.percent(sections.dry[row])],
      [words.unknown_share, QX.percent(sections.unknown[row])],
      [words.wettings, String(sections.wettings[row])],
      [words.last_wet, sections.last[row]],
      [words.longest_gap, `${QX.number(sections.gap[row])} ${words.minutes}`],
      [words.length, QX.metres(sections.length[row])],
      [words.township, QX.text(sections.town[row])],
      [words.rules, QX.text(sections.rules[row])],
      [words.subject_id, QX.text(sections.id[row])],
      [words.found, found.length ? list : null],
    ]),
  );
  return box;
};

QX.sayDoing = (row) => QX.words[`do_${QX.doing[row].doing}`];

QX.cartFacts = function (row) {
  const { words, data } = QX;
  const cart = data.carts[row];
  return [
    [words.company, QX.text(cart.company)],
    [words.first_record, cart.first],
    [words.last_record, cart.last],
    [words.driven, QX.km(cart.driven)],
    [words.watered, QX.km(cart.watered)],
    [words.too_fast, QX.km(cart.fast)],
    [words.off_duty, QX.km(cart.off)],
    [words.found, String(cart.found)],
  ];
};

QX.cartCard = function (row) {
  const box = QX.box(QX.words.cart, QX.cartTitle(row));
  const now = [QX.words.now, `${QX.clock(QX.minute * 60)} ${QX.sayDoing(row)}`];
  box.append(QX.facts([now, ...QX.cartFacts(row)]));
  if (QX.tracks[row].at.length) box.append(QX.link(QX.words.show_cart, () => QX.showCart(row)));
  return box;
};

QX.violationCard = function (number) {
  const { words, data } = QX;
  const one = data.violations[number];
  const box = QX.box(data.kinds[one.kind], one.text);
  box.querySelector(".qx-chip").classList.add("qx-sure");
  if (!one.sure) box.append(QX.make("p", "qx-unsure", words.unsure));
  box.append(
    QX.facts([
      [words.from_to, `${QX.clock(one.from)}–${QX.clock(one.to)}`],
      [words.township, one.town],
      [words.cart, one.cart >= 0 ? QX.link(QX.cartTitle(one.cart), () => QX.showCart(one.cart)) : null],
      [words.section, one.section >= 0 ? QX.link(QX.roadOf(one.section), () => QX.showSection(one.section)) : null],
    ]),
  );
  if (!one.points.length) {
    box.append(QX.make("p", "", words.no_points));
    return box;
  }
  const some = one.whole > one.points.length ? `（${one.points.length}/${one.whole}，${words.thinned_points}）` : "";
  box.append(QX.make("b", "", `${words.proof_points} ${some}`));
  const table = QX.make("table");
  const head = QX.make("tr");
  for (const word of [words.time, words.speed, words.spraying, words.record]) head.append(QX.make("th", "", word));
  table.append(head);
  for (const [second, , , speed, wet, name] of one.points) {
    const line = QX.make("tr");
    const state = wet === "?" ? words.not_recorded : wet ? words.yes : words.no;
    for (const text of [QX.clockSeconds(second), speed === null ? "—" : `${speed}`, state, name]) line.append(QX.make("td", "", text));
    table.append(line);
  }
  const scroll = QX.make("div", "qx-points");
  scroll.append(table);
  box.append(scroll);
  return box;
};

// ---- the time bar and the panel ------------------------------------------------------------

QX.setTime = function (minute) {
  QX.minute = QX.inDay(minute * 60) / 60;
  QX.timeBar.slider.value = QX.minute;
  QX.measureWet();
  QX.drawCarts();
  QX.tellTime();
  QX.tellCart();
};

QX.tellCart = function () {
  if (!QX.cartBox) return;
  if (QX.cart < 0) return void QX.cartBox.replaceChildren();
  const now = [QX.words.now, `${QX.clock(QX.minute * 60)} ${QX.sayDoing(QX.cart)}`];
  QX.cartBox.replaceChildren(QX.facts([now, ...QX.cartFacts(QX.cart)]));
};

QX.tellTime = function () {
  const { words } = QX;
  const whole = QX.data.sections.length.reduce((sum, metres) => sum + metres, 0);
  const [wet, unknown] = QX.wet_now;
  const { now, slider } = QX.timeBar;
  const time = QX.clock(QX.minute * 60);
  slider.setAttribute("aria-valuetext", time);
  const facts = [whole ? `${words.is_wet} ${QX.percent(wet / whole)}` : words.nothing_to_wet];
  if (whole) facts.push(`${words.is_dry} ${QX.percent(Math.max(1 - (wet + unknown) / whole, 0))}`);
  if (unknown > 1) facts.push(`${words.is_unknown} ${QX.percent(unknown / whole)}`);
  const count = (doing) => QX.doing.filter((one) => one.doing === doing).length;
  for (const doing of ["spray", "drive", "wait"]) if (count(doing)) facts.push(`${words[`do_${doing}`]} ${count(doing)}`);
  now.replaceChildren(QX.make("b", "", time), QX.make("span", "", facts.join(" · ")));
  QX.binAmounts?.forEach((box, bin) => (box.textContent = QX.km(QX.metres_in[bin], 2)));
  const title = document.querySelector("#qx-print-legend h2");
  if (title) title.textContent = QX.printTitle();
};

QX.groupBox = function (group) {
  const box = QX.make("div", "qx-group");
  box.dataset.group = group.id;
  box.append(QX.make("h2", "", group.title));
  for (const overlay of QX.overlays.filter((one) => one.group === group.id)) {
    box.append(QX.overlayLine(overlay));
    if (overlay.kind !== "wet") continue;
    QX.binAmounts = QX.data.bins.map((bin, number) => {
      const line = QX.make("p", "qx-line qx-bin");
      const amount = QX.make("span", "qx-amount", QX.km(QX.metres_in[number], 2));
      line.append(QX.binSwatch(number), QX.make("span", "qx-kind", bin.title), amount);
      box.append(line);
      return amount;
    });
  }
  return box;
};

QX.amount = function (overlay) {
  const { data, words } = QX;
  if (overlay.kind === "wet") return QX.km(data.sections.length.reduce((sum, one) => sum + one, 0), 2);
  if (overlay.kind === "cart") return `${data.carts.length} ${words.carts_unit}`.trim();
  if (overlay.kind === "track") return QX.cart < 0 ? words.choose_cart : QX.cartTitle(QX.cart);
  if (QX.violation < 0) return words.choose_violation;
  return overlay.kind === "proof" ? String(data.violations[QX.violation].points.length) : "1";
};

QX.legendText = (overlay) => overlay.title;

// ---- search and panels ---------------------------------------------------------------------

QX.goTo = function (place) {
  if (place.isCart) return QX.showCart(place.rows[0]);
  if (place.rows.length) return QX.showSection(place.rows[0]);
  if (place.point) QX.map.setView(place.point, 15, { animate: false });
  else QX.map.fitBounds(place.box, { maxZoom: 16, padding: [60, 60], animate: false });
  const box = QX.make("div", "qx-popup");
  box.append(QX.make("h3", "", place.name));
  if (place.box) box.append(QX.make("p", "", QX.words.place_not_required));
  QX.popupAt(QX.map.getCenter(), box);
};

QX.addSheets = function () {
  const open = QX.openSheets();
  for (const sheet of document.querySelectorAll(".qx-sheet"))
    sheet.addEventListener("click", (event) => {
      const line = event.target.closest("[data-cart], [data-violation]");
      if (!line) return;
      if (window.innerWidth <= 900) open(null);
      if (line.dataset.cart) QX.showCart(Number(line.dataset.cart));
      else QX.showViolation(Number(line.dataset.violation));
    });
  QX.setCart(-1);
};
