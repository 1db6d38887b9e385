"use strict";
// Which place is asked about and what is known of it: a click, coordinates of a datum, an
// application; attributes, status, position error, entrances. Every change judges anew.

QX.state = { geometry: null, facts: {}, status: "proposed", accuracy: null, entrances: [], name: "", origin: "" };

QX.section = function (head, className) {
  const box = QX.make("section", className);
  box.append(QX.make("h2", "", head));
  return box;
};

QX.field = function (title, input) {
  const label = QX.make("label", "qx-field");
  label.append(QX.make("span", "", title), input);
  return label;
};

QX.input = function (type, facts = {}) {
  const input = QX.make("input");
  Object.assign(input, { type, autocomplete: "off", ...facts });
  return input;
};

QX.button = function (text, className, onClick) {
  const button = QX.make("button", className, text);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
};

QX.addSide = function () {
  const side = document.getElementById("qx-side");
  QX.side = side;
  const { words } = QX;
  const size = QX.button(words.enlarge, "qx-size", () => {
    const isLarge = document.body.classList.toggle("qx-large");
    size.textContent = isLarge ? words.reduce : words.enlarge;
    QX.map.invalidateSize({ animate: false });
  });
  QX.cardBox = QX.section(words.card_head, "qx-card");
  QX.cardBox.setAttribute("aria-live", "polite");
  side.append(size, QX.placeSection(), QX.factsSection(), QX.cardBox);
  QX.showCard();
};

// ---- where -----------------------------------------------------------------------------------

QX.placeSection = function () {
  const { words, data } = QX;
  const box = QX.section(words.place_head, "qx-where");
  box.append(QX.make("p", "qx-hint", QX.applications.length ? words.click_hint : words.click_hint_bare));
  const form = QX.make("form", "qx-typed");
  QX.lonlat = QX.input("text", { placeholder: "110.30000, 25.27000", inputMode: "text" });
  QX.lonlat.setAttribute("aria-label", words.lonlat);
  const submit = QX.make("button", "qx-main", words.judge);
  const datums = QX.make("fieldset", "qx-datums");
  datums.append(QX.make("legend", "", words.datum));
  for (const [datum, title] of Object.entries(data.datums)) {
    const label = QX.make("label");
    const input = QX.input("radio", { name: "qx-datum", value: datum, checked: datum === "wgs84" });
    label.append(input, QX.make("span", "", title));
    datums.append(label);
  }
  form.append(QX.field(words.lonlat, QX.lonlat), submit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    QX.takeTyped();
  });
  box.append(form, datums, QX.make("p", "qx-hint", words.datum_note));
  if (QX.applications.length) box.append(QX.applicationList());
  return box;
};

QX.datum = () => document.querySelector("input[name=qx-datum]:checked").value;

QX.takeTyped = function () {
  const { words, data } = QX;
  const typed = QS.readLonLat(QX.lonlat.value);
  if (!typed) {
    const numbers = QX.lonlat.value.match(/\d+(\.\d+)?/g) || [];
    const isSwapped = numbers.length === 2 && Number(numbers[1]) > 90;
    return QX.say(isSwapped ? words.swapped : words.bad_lonlat);
  }
  const datum = QX.datum();
  const place = QS.toWgs84(...typed, datum);
  const origin = QX.fillIn(words.typed_as, { datum: data.datums[datum], text: QX.lonlat.value.trim() });
  QX.setPlace({ type: "Point", coordinates: place }, { origin });
  QX.map.setView([place[1], place[0]], Math.max(QX.map.getZoom(), 14), { animate: false });
};

QX.setPlace = function (geometry, { origin, ...more }) {
  Object.assign(QX.state, { geometry, origin, entrances: [], name: "", application: null, ...more });
  QX.stopAdding();
  QX.listEntrances();
  QX.rejudge();
  QX.revealCard();
};

// A click sets the place, or an entrance of it.
QX.showBeside = function ({ latlng }) {
  const place = latlng.wrap();
  if (QX.isAdding) return QX.addEntrance(place);
  QX.lonlat.value = `${place.lng.toFixed(6)}, ${place.lat.toFixed(6)}`;
  document.querySelector("input[name=qx-datum][value=wgs84]").checked = true;
  QX.setPlace({ type: "Point", coordinates: [place.lng, place.lat] }, { origin: QX.words.here_is });
};

// ---- applications ----------------------------------------------------------------------------

QX.mostRows = 60;

QX.applicationList = function () {
  const { words } = QX;
  const box = QX.make("details", "qx-applications");
  const count = QX.fillIn(words.too_many, { count: QX.number(QX.applications.length) });
  box.append(QX.make("summary", "", words.applications + count));
  const filter = QX.input("search", { placeholder: words.filter });
  filter.setAttribute("aria-label", words.filter);
  const list = QX.make("ul");
  const show = () => {
    const wanted = filter.value.trim().toLowerCase();
    const label = ({ summary }) => QS.verdictLabel(summary)[QX.lang];
    const found = QX.applications.filter((one) =>
      `${one.name} ${one.id} ${label(one)}`.toLowerCase().includes(wanted),
    );
    list.replaceChildren(
      ...found.slice(0, QX.mostRows).map((one) => {
        const item = QX.make("li");
        const button = QX.button("", "", () => QX.choose(one.i));
        button.append(QX.verdictSwatch(one.summary, 24, 16), QX.make("span", "", one.name || one.id));
        if (one.name) button.append(QX.make("small", "", one.id));
        button.title = label(one);
        item.append(button);
        return item;
      }),
    );
    const rest = found.length - QX.mostRows;
    if (!found.length) list.append(QX.make("li", "qx-empty", words.none_match));
    if (rest > 0) list.append(QX.make("li", "qx-empty", QX.fillIn(words.more, { count: QX.number(rest) })));
  };
  filter.addEventListener("input", show);
  box.addEventListener("toggle", show, { once: true });
  box.append(filter, list);
  return box;
};

QX.choose = function (number) {
  const one = QX.applications[number];
  Object.assign(QX.state, { facts: { ...one.facts }, status: one.status, accuracy: one.accuracy });
  QX.accuracyBox.value = one.accuracy === QS.book.accuracy_m ? "" : one.accuracy;
  QX.lonlat.value = "";
  QX.fillFacts();
  const entrances = one.entrances.map(({ id, lon, lat, road_name }) => ({ id, lon, lat, road_name }));
  QX.setPlace(one.geometry, {
    origin: QX.words.applications, name: one.name || one.id, entrances, application: number,
  });
  const box = L.geoJSON(one.geometry).getBounds();
  QX.map.fitBounds(box, { maxZoom: 16, padding: [60, 60], animate: false });
};

// ---- what is known ---------------------------------------------------------------------------

QX.factsSection = function () {
  const { words } = QX;
  const box = QX.make("details", "qx-facts");
  const summary = QX.make("summary");
  QX.blankCount = QX.make("span", "qx-note");
  summary.append(QX.make("h2", "", words.facts_head), QX.blankCount);
  const grid = QX.make("div", "qx-grid");
  QX.controls = new Map();
  const known = Object.entries(QS.book.words.statuses).map(([word, label]) => [word, label[QX.lang]]);
  QX.statusBox = QX.choice(known, (word) => (QX.state.status = word));
  grid.append(QX.field(words.status, QX.statusBox));
  for (const attribute of QS.book.kind.attributes) grid.append(QX.attributeField(attribute));
  QX.accuracyBox = QX.input("number", { min: "0", step: "any", placeholder: String(QS.book.accuracy_m) });
  QX.accuracyBox.addEventListener("input", () => {
    const { value } = QX.accuracyBox;
    QX.state.accuracy = value !== "" && Number(value) >= 0 ? Number(value) : null;
    QX.rejudge();
  });
  grid.append(QX.field(words.accuracy, QX.accuracyBox));
  box.append(summary, grid, QX.entranceBox());
  box.open = window.innerWidth > 640;
  QX.fillFacts();
  return box;
};

QX.choice = function (options, onChange) {
  const list = QX.make("select");
  for (const [value, text] of options) list.append(new Option(text, value));
  list.addEventListener("change", () => {
    onChange(list.value);
    QX.rejudge();
  });
  return list;
};

QX.attributeField = function ({ name, title, kind, options }) {
  const { words } = QX;
  const set = (value) => (QX.state.facts[name] = value);
  let control;
  if (kind === "flag") control = QX.choice([["", words.blank], ["true", words.yes], ["false", words.no]], set);
  else {
    control = QX.input(kind === "number" ? "number" : "text", { placeholder: words.blank });
    if (kind === "number") control.step = "any";
    control.addEventListener("input", () => {
      set(control.value);
      QX.rejudge();
    });
  }
  QX.controls.set(name, { control, kind });
  const field = QX.field(title[QX.lang], control);
  if (options.length) field.append(QX.optionsOf(name, control, options));
  return field;
};

QX.optionsOf = function (name, control, options) {
  const list = QX.make("datalist");
  list.id = `qx-options-${name}`;
  for (const option of options) list.append(new Option(option, option));
  control.setAttribute("list", list.id);
  return list;
};

QX.fillFacts = function () {
  QX.statusBox.value = QX.state.status;
  for (const [name, { control, kind }] of QX.controls) {
    const value = QX.state.facts[name];
    const text = QS.isBlank(value) ? "" : String(value);
    const answer = QS.askOne(value, true);
    control.value = kind !== "flag" ? text : answer === 1 ? "true" : answer === 0 ? "false" : "";
  }
};

// ---- entrances -------------------------------------------------------------------------------

QX.entranceBox = function () {
  const box = QX.make("div", "qx-entrances");
  if (!QS.book.rules.some(({ test }) => test === "frontage")) return box;
  QX.entranceList = QX.make("ol");
  QX.addButton = QX.button(QX.words.add_entrance, "", () => {
    if (!QX.state.geometry) return QX.say(QX.words.no_place_yet);
    if (QX.isAdding) return QX.stopAdding();
    QX.isAdding = true;
    QX.addButton.textContent = `${QX.words.adding} ${QX.words.cancel}`;
    QX.addButton.setAttribute("aria-pressed", "true");
  });
  box.append(QX.make("h3", "", QX.words.entrances), QX.entranceList, QX.addButton);
  return box;
};

QX.stopAdding = function () {
  QX.isAdding = false;
  if (!QX.addButton) return;
  QX.addButton.textContent = QX.words.add_entrance;
  QX.addButton.setAttribute("aria-pressed", "false");
};

QX.addEntrance = function ({ lng, lat }) {
  QX.state.entrances.push({ lon: lng, lat, road_name: "" });
  QX.stopAdding();
  QX.listEntrances();
  QX.rejudge();
};

QX.listEntrances = function () {
  if (!QX.entranceList) return;
  const { words, state } = QX;
  QX.entranceList.replaceChildren(
    ...state.entrances.map((one, number) => {
      const item = QX.make("li");
      const name = QX.input("text", { value: one.road_name, placeholder: words.road_name });
      name.setAttribute("aria-label", `${QX.fillIn(words.entrance, { number: number + 1 })} ${words.road_name}`);
      name.addEventListener("input", () => {
        one.road_name = name.value;
        QX.rejudge();
      });
      const remove = QX.button(words.remove, "", () => {
        state.entrances.splice(number, 1);
        QX.listEntrances();
        QX.rejudge();
      });
      item.append(name, remove);
      return item;
    }),
  );
};

// ---- the verdict -----------------------------------------------------------------------------

QX.rejudge = function () {
  const { state } = QX;
  const asked = new Set(QS.book.rules.flatMap((rule) => rule.asked));
  const blank = [...asked].filter((name) => QS.isBlank(state.facts[name])).length;
  QX.blankCount.textContent = blank ? QX.fillIn(QX.words.blanks, { count: blank }) : asked.size ? QX.words.complete : "";
  const one = QX.applications[state.application];
  QX.card = state.geometry && QS.judge({
    geometry: state.geometry, attributes: state.facts, status: state.status,
    entrances: state.entrances, accuracy_m: state.accuracy, township: one && one.town,
  });
  QX.showCard();
};
