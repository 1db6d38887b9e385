"use strict";
// Around the watering map: the time bar, the panel with its legend, search, the panels of the title.

// ---- the time bar --------------------------------------------------------------------------

QX.addTimeBar = function () {
  const { words } = QX;
  const bar = document.getElementById("qx-time");
  const play = QX.make("button", "qx-play", "▶");
  play.type = "button";
  play.setAttribute("aria-label", words.play);
  const track = QX.make("div", "qx-track");
  const slider = QX.make("input");
  Object.assign(slider, { type: "range", min: 0, max: 1439, step: 1, value: QX.minute });
  slider.setAttribute("aria-label", words.moment);
  const hours = QX.make("div", "qx-hours");
  for (let hour = 0; hour <= 24; hour += 3) hours.append(QX.make("span", "", hour));
  track.append(QX.drawProfile(), slider, hours);
  const now = QX.make("output", "qx-now");
  bar.append(play, now, track);
  QX.timeBar = { bar, play, slider, now };
  slider.addEventListener("input", () => QX.setTime(Number(slider.value)));
  play.addEventListener("click", () => QX.play(!QX.playing));
  QX.tellTime();
  // The bar took room from the map, and the panel must not be longer than what is left.
  const fit = () => document.documentElement.style.setProperty("--qx-room", `${QX.map.getSize().y}px`);
  QX.map.on("resize", fit);
  QX.map.invalidateSize({ animate: false, pan: false });
  fit();
};

QX.setTime = function (minute) {
  QX.minute = ((minute % 1440) + 1440) % 1440;
  QX.timeBar.slider.value = QX.minute;
  QX.measureWet();
  QX.drawCarts();
  QX.tellTime();
  if (QX.cart < 0) return;
  QX.drawRoute();
  QX.tellCart();
};

QX.stepMinutes = 4;
QX.play = function (isOn) {
  clearInterval(QX.playing);
  QX.playing = isOn ? setInterval(() => QX.setTime(QX.minute + QX.stepMinutes), 100) : null;
  QX.timeBar.play.textContent = isOn ? "❚❚" : "▶";
  QX.timeBar.play.setAttribute("aria-label", isOn ? QX.words.pause : QX.words.play);
};

// How much of the length is wet through the day, as a strip over the slider.
QX.profile = function (steps) {
  const { length, state } = QX.data.sections;
  const whole = length.reduce((sum, metres) => sum + metres, 0);
  const shares = [];
  for (let step = 0; step <= steps; step += 1) {
    const at = Math.min((step * QX.daySeconds) / steps, QX.daySeconds - 1);
    if (QX.isFrost(at)) {
      shares.push(shares.length ? shares[shares.length - 1] : 1); // covered by what marks frost
      continue;
    }
    let wet = 0;
    length.forEach((metres, row) => {
      if (state[row] !== 2 && QX.usedShare(row, at) <= 1 + 1e-6) wet += metres;
    });
    shares.push(whole ? wet / whole : 1);
  }
  return shares;
};

QX.drawProfile = function () {
  const steps = 96;
  const svg = QX.svg("svg", { viewBox: `0 0 ${steps} 20`, preserveAspectRatio: "none", class: "qx-profile", "aria-hidden": "true" });
  const top = QX.profile(steps).map((share, step) => `${step},${(20 - 20 * share).toFixed(2)}`);
  svg.append(QX.svg("rect", { width: steps, height: 20, fill: QX.data.bins[4].colour, "fill-opacity": 0.75 }));
  svg.append(QX.svg("path", { d: `M0,20L${top.join("L")}L${steps},20Z`, fill: "#a9cbe6" }));
  QX.data.drying.rain.forEach((rain, hour) => {
    if (rain) svg.append(QX.svg("rect", { x: 4 * hour, y: 0, width: 4, height: 20, fill: "#2171b5", "fill-opacity": 0.5 }));
    if (QX.isFrost(3600 * hour)) svg.append(QX.svg("rect", { x: 4 * hour, y: 0, width: 4, height: 20, fill: QX.data.bins[5].colour }));
  });
  return svg;
};

QX.tellTime = function () {
  const { words } = QX;
  const [a, b, c, d, dry, frozen] = QX.metres_in;
  const whole = QX.data.sections.length.reduce((sum, metres) => sum + metres, 0);
  const never = whole - a - b - c - d - dry - frozen;
  const wet = a + b + c + d;
  const count = (doing) => QX.doing.filter((one) => one.doing === doing).length;
  const { now, slider } = QX.timeBar;
  const time = QX.clock(QX.minute * 60);
  slider.setAttribute("aria-valuetext", time);
  const isFrost = QX.isFrost(QX.minute * 60);
  const facts = [isFrost ? words.frost : whole ? `${words.is_wet} ${QX.percent(wet / whole)}` : words.nothing_to_wet];
  if (dry > 0.05) facts.push(`${words.is_dry} ${QX.km(dry, 2)}`);
  if (never > 0.05) facts.push(`${words.never} ${QX.km(never, 2)}`);
  const doings = ["spray", "drive", "refill"].filter(count).map((doing) => `${words[`do_${doing}`]} ${count(doing)}`);
  if (doings.length) facts.push(doings.join(" "));
  if (QX.data.drying.rain[Math.floor(QX.minute / 60)]) facts.push(words.rain);
  now.replaceChildren(QX.make("b", "", time), QX.make("span", "", facts.join(" · ")));
  QX.binAmounts?.forEach((box, bin) => (box.textContent = QX.km(QX.metres_in[bin], 2)));
  const title = document.querySelector("#qx-print-legend h2");
  if (title) title.textContent = QX.printTitle();
};

QX.printTitle = () => `${QX.words.shown} · ${QX.data.day} ${QX.clock(QX.minute * 60)}`;

// ---- panel and legend ----------------------------------------------------------------------

QX.panelTop = function () {
  const { words, data } = QX;
  const box = QX.make("div", "qx-panel-top");
  const label = QX.make("label", "qx-choose", words.cart);
  const list = QX.make("select", "qx-choose-cart");
  list.append(new Option(words.all_carts, "-1"));
  data.carts.forEach((cart, row) => list.append(new Option(QX.cartTitle(row), row)));
  list.addEventListener("change", () => (list.value === "-1" ? QX.setCart(-1) : QX.showCart(Number(list.value))));
  label.append(list);
  QX.cartBox = QX.make("div", "qx-cart-facts");
  box.append(label, QX.cartBox);
  return box;
};

QX.sayRun = function ([task, , start, end]) {
  const what = QX.words[["run_tour", "run_transfer", "do_wait", "do_break"][task]];
  return `${QX.clock(start)}–${QX.clock(end)} ${what}`;
};

QX.tellCart = function () {
  if (!QX.cartBox) return;
  if (QX.cart < 0) return void QX.cartBox.replaceChildren();
  const { words, data } = QX;
  const shown = QX.runShown();
  const list = QX.make("div", "qx-runs");
  for (const run of data.carts[QX.cart].runs) {
    const line = QX.link(QX.sayRun(run), () => QX.setTime(Math.ceil(run[2] / 60)));
    if (run === shown) line.classList.add("qx-shown");
    list.append(line);
  }
  QX.cartBox.replaceChildren(
    QX.facts([
      [words.now, `${QX.clock(QX.minute * 60)} ${QX.sayDoing(QX.cart)}`],
      [words.on_route, shown ? QX.sayRun(shown) : null],
      ...QX.cartFacts(QX.cart),
      [words.runs, list.childNodes.length ? list : null],
    ]),
  );
  const line = list.querySelector(".qx-shown");
  if (line) list.scrollTop = line.offsetTop - list.offsetTop - 30;
};

QX.groupBox = function (group) {
  const own = QX.overlays.filter((overlay) => overlay.group === group.id);
  const box = QX.make("div", "qx-group");
  box.dataset.group = group.id;
  box.append(QX.make("h2", "", group.title));
  for (const overlay of own) {
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
  if (group.id === "carts") box.append(QX.doingLegend());
  return box;
};

QX.doingLegend = function () {
  const box = QX.make("p", "qx-doings");
  for (const doing of ["spray", "drive", "refill", "wait", "break", "off"]) {
    const one = QX.make("span");
    one.append(QX.make("i", `qx-cart qx-${doing}`, "1"), QX.words[`do_${doing}`]);
    box.append(one);
  }
  return box;
};

QX.overlayLine = function (overlay) {
  const label = QX.make("label", "qx-line");
  const input = QX.make("input");
  input.type = "checkbox";
  input.checked = QX.map.hasLayer(overlay.layer);
  input.dataset.kind = overlay.kind;
  input.addEventListener("change", () => {
    if (input.checked) overlay.layer.addTo(QX.map);
    else overlay.layer.remove();
    QX.refresh();
  });
  overlay.input = input;
  overlay.amountBox = QX.make("span", "qx-amount", QX.amount(overlay));
  label.append(input, QX.swatch(overlay), QX.make("span", "qx-kind", overlay.title), overlay.amountBox);
  return label;
};

QX.amount = function (overlay) {
  const { data, words } = QX;
  const sum = (rows, lengths) => QX.km(rows.reduce((total, row) => total + lengths[row], 0), 2);
  const rowsOf = (isNever) => [...data.sections.state.keys()].filter((row) => (data.sections.state[row] === 2) === isNever);
  if (overlay.kind === "wet") return sum(rowsOf(false), data.sections.length);
  if (overlay.kind === "never") return sum(rowsOf(true), data.sections.length);
  if (overlay.kind === "cart") return `${data.carts.length} ${words.carts_unit}`.trim();
  if (overlay.kind === "route" || overlay.kind === "empty") {
    const isSpray = overlay.kind === "route";
    return QX.cart < 0 ? words.choose_cart : sum(QX.ownLegs.filter((leg) => (data.legs.task[leg] === 0) === isSpray), data.legs.length);
  }
  return QX.number(data.sites.filter((site) => site.depot === (overlay.kind === "depot")).length);
};

QX.legendText = (overlay) =>
  QX.cart >= 0 && ["route", "empty"].includes(overlay.kind) ? `${overlay.title} · ${QX.data.carts[QX.cart].id}` : overlay.title;

QX.refreshed = function (legend) {
  for (const overlay of QX.overlays) if (overlay.amountBox) overlay.amountBox.textContent = QX.amount(overlay);
  legend.querySelector("h2").textContent = QX.printTitle();
  const list = legend.querySelector(".qx-print-lines");
  QX.data.bins.forEach((bin, number) => {
    const line = QX.make("p", "qx-line");
    line.append(QX.binSwatch(number), QX.make("span", "qx-kind", bin.title));
    list.append(line);
  });
};

// ---- search --------------------------------------------------------------------------------

QX.index = function () {
  const { data, words } = QX;
  const roads = new Map();
  data.sections.name.forEach((name, row) => {
    const title = QX.text(name);
    if (!title) return;
    if (!roads.has(title)) roads.set(title, { name: title, rows: [], note: words.section });
    roads.get(title).rows.push(row);
  });
  const carts = data.carts.map((cart, row) => ({ name: QX.cartTitle(row), find: cart.id, rows: [row], isCart: true, note: words.cart }));
  const places = [];
  for (const [name, west, south, east, north] of data.places)
    if (!roads.has(name)) places.push({ name, rows: [], box: [[south, west], [north, east]] });
  for (const [name, lat, lon] of [...data.base.stations, ...data.base.towns]) places.push({ name, rows: [], point: [lat, lon] });
  return [...carts, ...roads.values(), ...places];
};

QX.goTo = function (place) {
  if (place.isCart) return QX.showCart(place.rows[0]);
  if (place.rows.length) return QX.showSection(place.rows[0]);
  if (place.point) QX.map.setView(place.point, 15, { animate: false });
  else QX.map.fitBounds(place.box, { maxZoom: 16, padding: [60, 60], animate: false });
  const box = QX.make("div", "qx-popup");
  box.append(QX.make("h3", "", place.name));
  if (place.box) box.append(QX.make("p", "", QX.words.not_required));
  QX.popupAt(QX.map.getCenter(), box);
};

// ---- panels --------------------------------------------------------------------------------

QX.addSheets = function () {
  const open = QX.openSheets();
  const choose = (event) => {
    const line = event.target.closest("[data-cart], [data-section]");
    if (!line || (event.type === "keydown" && event.key !== "Enter")) return;
    if (window.innerWidth <= 900) open(null);
    if (line.dataset.cart) QX.showCart(Number(line.dataset.cart));
    else QX.showSection(Number(line.dataset.section));
  };
  for (const sheet of document.querySelectorAll(".qx-sheet")) {
    sheet.addEventListener("click", choose);
    sheet.addEventListener("keydown", choose);
  }
  QX.setCart(-1);
};
