"use strict";
// The overview: townships by road length; each opens its own maps and lists.

QX.readData = function () {};
QX.showBeside = function () {};
QX.raise = () => {};

QX.card = function (number) {
  const [code, name, count, wet, repair, area, folder, pages] = QX.data.rows[number];
  const { words } = QX;
  const box = QX.make("div", "qx-popup");
  box.append(QX.make("h3", "", name), QX.make("p", "qx-popup-rule", code));
  const list = QX.make("dl");
  for (const [head, value] of [
    [words.findings, QX.number(count)],
    [words.wet_km, QX.number(wet, 3)],
    [words.repair, QX.number(repair)],
    [words.area_km2, QX.number(area, 3)],
  ])
    list.append(QX.make("dt", "", head), QX.make("dd", "", value));
  box.append(list);
  const links = QX.make("ul");
  const add = (file, text) => {
    const item = QX.make("li");
    const link = QX.make("a", "", text);
    link.href = `townships/${encodeURIComponent(folder)}/${file}`;
    item.append(link);
    links.append(item);
  };
  for (const [title, files] of pages)
    files.forEach((file, at) => add(file, files.length > 1 ? `${title} ${at + 1}/${files.length}` : title));
  add("lists.xlsx", words.lists);
  box.append(links);
  return box;
};

QX.bindOverlays = function () {
  const most = () => Math.min(320, QX.map.getSize().x - 100);
  for (const { layer } of QX.overlays) {
    layer.bindPopup(({ feature }) => QX.card(feature.properties.i), { maxWidth: most() });
    layer.bindTooltip(
      ({ feature }) => {
        const row = QX.data.rows[feature.properties.i];
        return QX.make("div", "", `${row[1]} · ${QX.number(row[3], 3)} km`);
      },
      { sticky: true, className: "qx-tooltip" },
    );
    layer.on("popupopen", () => setTimeout(() => layer.closeTooltip(), 0));
  }
};

QX.groupBox = function (group) {
  const box = QX.make("div", "qx-group");
  box.append(QX.make("h2", "", group.title));
  for (const overlay of QX.overlays) {
    const line = QX.make("label", "qx-line");
    const input = QX.make("input");
    Object.assign(input, { type: "checkbox", checked: true });
    input.addEventListener("change", () => {
      if (input.checked) overlay.layer.addTo(QX.map);
      else overlay.layer.remove();
      QX.refresh();
    });
    overlay.input = input;
    line.append(input, QX.swatch(overlay), QX.make("span", "qx-kind", overlay.title));
    line.append(QX.make("span", "qx-amount", QX.amount(overlay)));
    box.append(line);
  }
  const marked = QX.make("p", "qx-line");
  const svg = QX.svg("svg", { width: 30, height: 16, class: "qx-swatch", "aria-hidden": "true" });
  svg.append(QX.svg("path", { d: "M1,8H29", stroke: QX.data.marked, "stroke-width": 2.4 }));
  marked.append(svg, QX.make("span", "qx-kind", QX.words.marked));
  box.append(marked);
  return box;
};

QX.amount = ({ count }) => QX.number(count);
QX.legendText = ({ title }) => `${QX.words.wet_by_town} ${title}`;

QX.index = () =>
  QX.data.rows.map(([code, name], number) => ({ name, find: `${name} ${code}`, note: code, rows: [number] }));

QX.goTo = function ({ rows }) {
  for (const { layer } of QX.overlays)
    layer.eachLayer((one) => {
      if (one.feature.properties.i !== rows[0]) return;
      QX.map.fitBounds(one.getBounds(), {
        maxZoom: Math.max(QX.data.base.tiles.max, 12), padding: [60, 60], animate: false,
      });
      one.fire("click", { latlng: one.getBounds().getCenter() }, true);
    });
};
