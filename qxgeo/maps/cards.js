"use strict";
// What the pages of patrol and watering share: parts of a popup, and panels opened from the title.

QX.isWide = () => QX.map.getSize().x > 900;

QX.popupAt = function (latlng, content, options = {}) {
  const size = QX.map.getSize();
  const most = Math.min(350, size.x - 70);
  L.popup({
    maxWidth: most, minWidth: Math.min(260, most), maxHeight: QX.isWide() ? Math.min(430, size.y - 90) : 230,
    autoPanPadding: [20, 20], ...options,
  }).setLatLng(latlng).setContent(content).openOn(QX.map);
};

QX.box = function (kind, title) {
  const box = QX.make("div", "qx-popup");
  const head = QX.make("p", "qx-popup-head");
  head.append(QX.make("span", "qx-chip", kind));
  box.append(head, QX.make("h3", "", title));
  return box;
};

QX.facts = function (pairs) {
  const list = QX.make("dl");
  for (const [name, value] of pairs) {
    if (value === null || value === undefined || value === "") continue;
    const cell = QX.make("dd");
    if (value instanceof Node) cell.append(value);
    else if (Array.isArray(value)) for (const line of value) cell.append(QX.make("div", "", line));
    else cell.textContent = value;
    list.append(QX.make("dt", "", name), cell);
  }
  return list;
};

QX.link = function (text, onClick) {
  const button = QX.make("button", "qx-link", text);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
};

// The panels: one is open at a time; gives what opens one, or closes all.
QX.openSheets = function () {
  const sheets = [...document.querySelectorAll(".qx-sheet")];
  const open = (wanted) => {
    for (const sheet of sheets) sheet.hidden = sheet !== wanted || !sheet.hidden;
    const top = QX.map.getContainer().getBoundingClientRect().top + 10;
    for (const sheet of sheets) sheet.style.setProperty("--top", `${top}px`);
    for (const sheet of sheets)
      document.getElementById(`qx-open-${sheet.id.slice(3)}`)
        .setAttribute("aria-expanded", String(!sheet.hidden));
    if (wanted && !wanted.hidden) wanted.querySelector(".qx-close").focus();
  };
  for (const sheet of sheets) {
    document.getElementById(`qx-open-${sheet.id.slice(3)}`).addEventListener("click", () => open(sheet));
    sheet.querySelector(".qx-close").addEventListener("click", () => open(null));
  }
  document.addEventListener("keydown", (event) => event.key === "Escape" && open(null));
  return open;
};
