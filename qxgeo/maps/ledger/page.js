"use strict";
// The ledger's page: filters, list, cards. Text from data enters as text nodes only.
const LM = { page: 100, cards: 24 };

LM.make = function (tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = text;
  return element;
};

LM.svg = function (tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

LM.fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

LM.symbol = function (mark) {
  const [label, colour, path] = LM.data.marks[mark];
  const svg = LM.svg("svg", { viewBox: "-9 -9 18 18", width: 16, height: 16, role: "img" });
  svg.setAttribute("aria-label", label);
  svg.append(LM.svg("path", { d: path, fill: colour, class: "mark" }));
  return svg;
};

// ---- filters --------------------------------------------------------------------------------

// Name of the filter -> the values and their labels that a row has under it.
LM.kinds = {
  kind: (row) => [[row.k === "site" ? `site:${row.ty}` : "problem", row.k === "site" ? row.ty : LM.words.problems]],
  measure: (row) => (row.ms || [""]).map((one) => [one, one]),
  unit: (row) => [[row.u || "", row.un || ""]],
  town: (row) => [[row.t, row.tn]],
  status: (row) => [[row.s || "", row.sn || ""]],
  due: (row) => (row.d ? [[row.d, row.dn]] : [["", ""]]),
};

LM.addFilters = function () {
  const form = document.getElementById("filters");
  LM.inputs = {};
  for (const [name, values] of Object.entries(LM.kinds)) {
    const count = new Map();
    for (const row of LM.data.rows)
      for (const [value, label] of values(row)) {
        const known = count.get(value) || [label, 0];
        count.set(value, [known[0], known[1] + 1]);
      }
    const select = LM.make("select");
    select.id = `f-${name}`;
    select.append(new Option(LM.words.all, "*"));
    const order = [...count].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
    for (const [value, [label, number]] of order)
      select.append(new Option(`${label || LM.words.none_given} (${number})`, `=${value}`));
    const box = LM.make("label", "", LM.words[`filter_${name}`]);
    box.append(select);
    form.append(box);
    LM.inputs[name] = select;
  }
  const near = LM.make("label", "check");
  LM.near = LM.make("input");
  LM.near.type = "checkbox";
  LM.near.id = "f-raised";
  near.append(LM.near, LM.words.only_raised);
  const reset = LM.make("button", "", LM.words.reset);
  reset.type = "reset";
  form.append(near, reset);
  form.addEventListener("input", () => LM.refresh());
  form.addEventListener("reset", () => setTimeout(LM.refresh, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
};

LM.isShown = function (row) {
  if (LM.near.checked && !row.r) return false;
  return Object.entries(LM.inputs).every(
    ([name, { value }]) => value === "*" || LM.kinds[name](row).some(([one]) => `=${one}` === value),
  );
};

LM.refresh = function () {
  LM.shown = LM.data.rows.filter(LM.isShown);
  const unplaced = LM.shown.filter((row) => row.x === undefined).length;
  document.getElementById("shown").textContent = LM.fill(LM.words.shown, {
    shown: LM.shown.length, total: LM.data.rows.length, unplaced,
  }) + (LM.data.left ? LM.fill(LM.words.shown_left, { left: LM.data.left }) : "");
  const visible = new Set(LM.shown);
  for (const [row, mark] of LM.marks) mark.style.display = visible.has(row) ? "" : "none";
  LM.list(LM.page);
  LM.siteCards(LM.cards);
};

// ---- the list -------------------------------------------------------------------------------

LM.line = function (row) {
  const line = LM.make("button", row.r ? "line raised" : "line");
  line.type = "button";
  line.dataset.id = row.i;
  const text = LM.make("span", "text");
  const head = [row.ms && row.ms.length < 4 ? row.ms.join("、") : "", row.ty, row.un, row.tn];
  text.append(LM.make("b", "", row.x1 || row.i));
  text.append(LM.make("small", "", head.filter(Boolean).join(" · ")));
  const tail = [row.sn, row.due ? `${LM.words.due} ${row.due}` : "", row.k === "problem" ? row.dn : ""];
  const where = row.x === undefined ? LM.words.unplaced : row.e ? LM.words.outside_view : "";
  text.append(LM.make("small", "", [...tail, where].filter(Boolean).join(" · ")));
  if (row.r) text.append(LM.make("small", "near", row.near));
  if (row.warn) text.append(LM.make("small", "near", row.warn));
  line.append(LM.symbol(row.m), text);
  line.addEventListener("click", () => LM.pick(row, true));
  return line;
};

LM.rest = function (box, left, show) {
  if (left <= 0) return;
  const more = LM.make("button", "more", LM.fill(LM.words.more, { count: left }));
  more.type = "button";
  more.addEventListener("click", show);
  box.append(more);
};

LM.list = function (most) {
  const box = document.getElementById("list");
  box.replaceChildren(...LM.shown.slice(0, most).map(LM.line));
  if (!LM.shown.length) box.append(LM.make("p", "note", LM.words.nothing));
  LM.rest(box, LM.shown.length - most, () => LM.list(most + 500));
  LM.most = most;
};

// ---- cards ----------------------------------------------------------------------------------

LM.facts = function (row) {
  const { words } = LM;
  const accuracy = row.acc === undefined ? "" : `±${Number(row.acc)} m`;
  const position = [row.ll || words.unplaced, row.os, row.e ? words.outside_view : "", row.warn];
  const facts = [
    [words.id, row.i], [words.state, row.sn], [words.filter_measure, (row.ms || []).join("、")],
    [words.unit, row.un], [words.town, row.tn],
    [words.due, [row.due, row.k === "problem" ? row.dn : ""].filter(Boolean).join(" · ")],
    [words.found, row.f], [words.closed_on, row.c],
    [row.k === "site" ? words.address : words.place, row.p], [words.site, row.sin],
    [words.position, position.filter(Boolean).join(" · ")], [words.accuracy, accuracy],
    [words.station, row.near], [row.k === "site" ? words.contact : words.person, row.per],
    [words.phone, row.tel], [words.score, row.sc], [words.source, row.src], [words.note, row.n],
  ];
  const list = LM.make("dl");
  for (const [name, value] of facts)
    if (value) list.append(LM.make("dt", "", name), LM.make("dd", "", value));
  return list;
};

LM.card = function (row) {
  const card = LM.make("article", row.r ? "ledger-card raised" : "ledger-card");
  const head = LM.make("h3");
  head.append(LM.symbol(row.m), ` ${row.x1 || row.i}`);
  card.append(head);
  if (row.ty) card.append(LM.make("p", "note", row.ty));
  card.append(LM.facts(row));
  if (row.pr) {
    const list = LM.make("ul", "of-site");
    for (const [id, mark] of row.pr) {
      const item = LM.make("li");
      item.append(LM.symbol(mark), LM.link(id, "problem", `${id} ${LM.data.marks[mark][0]}`));
      list.append(item);
    }
    const most = row.prn ? LM.fill(LM.words.site_rest, { listed: row.pr.length }) : "";
    card.append(LM.make("p", "note", `${LM.words.site_problems} ${row.prn || row.pr.length}${most}`), list);
  }
  if (row.si) card.append(LM.link(row.si, "site", LM.words.site));
  return card;
};

// A link only where the other row is on this page.
LM.link = function (id, kind, text) {
  const row = LM.byId.get(`${kind}:${id}`);
  if (!row) return LM.make("span", "", text);
  const button = LM.make("button", "link", text);
  button.type = "button";
  button.addEventListener("click", () => LM.pick(row, true));
  return button;
};

LM.siteCards = function (most) {
  const box = document.getElementById("site-cards");
  const sites = LM.shown.filter((row) => row.k === "site");
  box.replaceChildren(...sites.slice(0, most).map(LM.card));
  if (!sites.length) box.append(LM.make("p", "note", LM.words.no_sites));
  LM.rest(box, sites.length - most, () => LM.siteCards(most + 96));
};

// Map and list go to the same row; what is beyond the shown part of the list is brought in.
LM.pick = function (row, isFromList) {
  document.getElementById("card").replaceChildren(LM.card(row));
  const place = LM.shown.indexOf(row);
  if (place >= LM.most) LM.list(place + LM.page);
  for (const line of document.querySelectorAll(".line[aria-pressed]")) line.removeAttribute("aria-pressed");
  const line = place < 0 ? null : document.getElementById("list").children[place];
  if (line) line.setAttribute("aria-pressed", "true");
  if (line && !isFromList) line.parentElement.scrollTop = line.offsetTop - line.parentElement.offsetTop - 40;
  LM.point(row, isFromList);
  if (isFromList && document.documentElement.clientWidth <= 900)
    document.getElementById("card").scrollIntoView({ block: "nearest" });
};

LM.start = function (data) {
  LM.data = data;
  LM.words = data.words;
  LM.byId = new Map(data.rows.map((row) => [`${row.k}:${row.i}`, row]));
  LM.addMap();
  LM.addFilters();
  for (const line of document.querySelectorAll("tr[data-town]"))
    line.addEventListener("click", () => {
      const value = `=${line.dataset.town}`;
      const known = [...LM.inputs.town.options].some((one) => one.value === value);
      LM.inputs.town.value = known ? value : "*";
      LM.refresh();
      document.getElementById("where").scrollIntoView();
    });
  LM.refresh();
  document.documentElement.dataset.lm = "ready";
};
