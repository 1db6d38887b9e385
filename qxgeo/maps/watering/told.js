"use strict";
// What the watering map says of a section, a cart, a site, a leg of a route.

QX.sayShare = function (row) {
  const share = QX.usedShare(row, QX.minute * 60);
  if (Number.isNaN(share)) return QX.words.frost;
  if (share === Infinity) return QX.words.never_wet;
  if (share > 1 + 1e-6) return QX.words.is_dry;
  return `${QX.words.is_wet} · ${QX.words.used} ${QX.percent(share)}`;
};

QX.sentence = function (kind, row) {
  const { words, data } = QX;
  const sep = words.comma;
  if (kind === "wet") return `${QX.roadOf(row)}${sep}${QX.sayShare(row)}`;
  if (kind === "never") return `${QX.roadOf(row)}${sep}${words.never}${words.colon}${QX.text(data.sections.why[row])}`;
  if (kind === "cart") return `${QX.cartTitle(row)}${sep}${QX.sayDoing(row)}`;
  if (kind === "route" || kind === "empty") return QX.sayLeg(row);
  const site = data.sites[row];
  return `${QX.text(site.name) || QX.text(site.id)}${sep}${words[kind]}`;
};

QX.sayDoing = function (row) {
  const { words, data } = QX;
  const { doing, leg } = QX.doing[row];
  const where = leg >= 0 ? QX.text(data.legs.name[leg]) || QX.siteName(data.legs.site[leg]) : "";
  return where ? `${words[`do_${doing}`]} · ${where}` : words[`do_${doing}`];
};

QX.siteName = function (id) {
  const site = QX.data.sites.find((one) => one.id === id);
  return site ? QX.text(site.name) || QX.text(site.id) : "";
};

QX.sayLeg = function (leg) {
  const { words, data } = QX;
  const name = QX.text(data.legs.name[leg]) || words.unnamed;
  return `${words[data.legs.task[leg] === 0 ? "do_spray" : "do_drive"]} · ${name} · ${QX.metres(data.legs.length[leg])}`;
};

// When a section is wetted: moments with the carts that do it.
QX.wettingsOf = function (row) {
  const { legs, carts } = QX.data;
  const found = [];
  carts.forEach((cart, number) => {
    for (const [, tour, start] of cart.runs) {
      if (tour < 0) continue;
      for (const leg of QX.tours.get(tour).legs)
        if (legs.section[leg] === row && legs.task[leg] === 0)
          found.push([QX.inDay(start + legs.offset[leg] + legs.duration[leg]), number]);
    }
  });
  return found.sort((a, b) => a[0] - b[0]);
};

QX.sectionCard = function (row) {
  const { words, data } = QX;
  const { sections } = data;
  const state = ["kept", "dry_at_times", "never"][sections.state[row]];
  const box = QX.box(words[state], QX.roadOf(row));
  box.querySelector(".qx-chip").classList.add(`qx-state-${state}`);
  const why = QX.text(sections.why[row]);
  if (why) box.append(QX.make("p", "qx-warn", why));
  const spells = [];
  for (let i = 0; i < sections.spells[row].length; i += 2)
    spells.push(`${QX.clock(sections.spells[row][i])}–${QX.clock(sections.spells[row][i + 1])}`);
  const times = QX.make("span", "qx-times");
  for (const [end, cart] of QX.wettingsOf(row).slice(0, 60)) {
    const link = QX.link(`${QX.clock(end)} `, () => QX.setTime(Math.ceil(end / 60)));
    link.append(QX.make("small", "", QX.data.carts[cart].id));
    times.append(link);
  }
  const ways = words[`ways_${QX.text(sections.directions[row])}`] || QX.text(sections.directions[row]);
  box.append(
    QX.facts([
      [words.now, `${QX.clock(QX.minute * 60)} ${QX.sayShare(row)}`],
      [words.wettings, times.childNodes.length ? times : words.none],
      [words.longest_gap, QX.known(sections.gap[row], (gap) => `${QX.percent(gap)} ${words.of_interval}`)],
      [words.dry_spells, spells.length ? spells.join(words.comma) : null],
      [words.wet_share, QX.percent(sections.share[row])],
      [words.township, QX.text(sections.town[row])],
      [words.length, `${QX.metres(sections.length[row])}（${QX.number(sections.from[row])}–${QX.metres(sections.to[row])}）`],
      [words.width, `${QX.metres(sections.width[row])} · ${sections.passes[row]} ${words.passes} · ${ways}`],
      [words.litres_once, `${QX.number(sections.litres[row])} L${sections.long[row] ? ` · ${words.long_for_tank}` : ""}`],
      [words.factor, sections.factor[row] === 1 ? null : `× ${QX.number(sections.factor[row], 2)}`],
      [words.class, QX.text(sections.class[row])],
      [words.subject_id, QX.text(sections.id[row])],
    ]),
  );
  for (const id of QX.text(sections.rules[row]).split(/[,，、]\s*/)) {
    const rule = data.rules[id];
    if (rule) box.append(QX.make("blockquote", "", `${id} “${rule.clause}”`));
  }
  return box;
};

QX.nextRefill = function (row, at) {
  const { legs } = QX.data;
  const times = [];
  for (const [, tour, start] of QX.data.carts[row].runs) {
    if (tour < 0) continue;
    for (const leg of QX.tours.get(tour).legs)
      if (legs.task[leg] === 2) times.push([start + legs.offset[leg], legs.site[leg]]);
  }
  return times.sort((a, b) => a[0] - b[0]).find(([time]) => time > at);
};

QX.cartCard = function (row) {
  const { words, data } = QX;
  const cart = data.carts[row];
  const { doing, leg, run } = QX.doing[row];
  const box = QX.box(`${words.cart} ${row + 1}`, cart.id);
  const refill = QX.nextRefill(row, QX.minute * 60);
  box.append(
    QX.facts([
      [words.now, `${QX.clock(QX.minute * 60)} ${QX.sayDoing(row)}`],
      [words.until, run ? QX.clock(run[3]) : null],
      [words.tank_left, leg >= 0 ? `${QX.number(data.legs.tank[leg])} / ${QX.number(cart.tank)} L` : null],
      [words.next_refill, refill ? `${QX.clock(refill[0])} ${QX.siteName(refill[1])}` : null],
      ...QX.cartFacts(row),
    ]),
  );
  if (doing !== "off" || cart.runs.length) box.append(QX.link(words.show_route, () => QX.showCart(row)));
  return box;
};

QX.cartFacts = function (row) {
  const { words, data } = QX;
  const cart = data.carts[row];
  return [
    [words.company, QX.text(cart.company)],
    [words.sprayed, QX.km(cart.spray)],
    [words.driven_empty, QX.km(cart.empty)],
    [words.litres, `${QX.number(cart.litres / 1000, 1)} m³`],
    [words.work, QX.hours(cart.work)],
    [words.laps, `${cart.laps} ${words.times_unit}${words.comma}${words.refills} ${cart.refills} ${words.times_unit}`],
    [words.cost, QX.known(cart.cost, (cost) => `${QX.number(cost)} ${words.money}`)],
  ];
};

QX.siteCard = function (row) {
  const { words, data } = QX;
  const site = data.sites[row];
  const box = QX.box(words[site.depot ? "depot" : "refill"], QX.text(site.name) || QX.text(site.id));
  let visits = 0;
  data.legs.site.forEach((id, leg) => {
    if (id === site.id && data.legs.task[leg] === 2) visits += QX.tours.get(data.legs.tour[leg]).starts.length;
  });
  const isOpenAll = site.opens === 0 && site.closes === 86400;
  const until = site.closes === 86400 ? "24:00" : QX.clock(site.closes || 0);
  box.append(
    QX.facts([
      [words.flow, QX.known(site.flow, (flow) => `${QX.number(flow)} L/min`)],
      [words.open_hours, isOpenAll ? words.all_day : `${QX.clock(site.opens || 0)}–${until}`],
      [words.visits, visits ? `${visits} ${words.times_unit}` : null],
      [words.snap, QX.known(site.snap, QX.metres)],
      [words.subject_id, QX.text(site.id)],
    ]),
  );
  return box;
};

QX.legCard = function (leg) {
  const { words, data } = QX;
  const { legs } = data;
  const box = QX.box(words[legs.task[leg] === 0 ? "do_spray" : "do_drive"], QX.text(legs.name[leg]) || words.unnamed);
  const starts = QX.tours.get(legs.tour[leg]).starts.map((start) => QX.clock(start + legs.offset[leg]));
  box.append(
    QX.facts([
      [words.passes_at, starts.sort().join(" ")],
      [words.length, QX.metres(legs.length[leg])],
      [words.litres, legs.litres[leg] ? `${QX.number(legs.litres[leg])} L` : null],
      [words.tank_left, `${QX.number(legs.tank[leg])} L`],
    ]),
  );
  if (legs.section[leg] >= 0) box.append(QX.link(words.section, () => QX.showSection(legs.section[leg])));
  return box;
};
