"use strict";
// Names of stations and townships on the ground, none of them on another. Symbols stay; a name that
// finds no room, on neither side of its symbol, waits for a larger scale. Of two free sides the one
// counts on which the name neither leaves the map nor goes under the legend or a button.

QX.groundNames = []; // who comes first keeps the place
QX.besideStation = { right: [9, 0], left: [-9, 0] };
QX.onTown = { center: [0, 0] };
QX.nameMargin = { right: 6, left: -6, center: 0 }; // what Leaflet adds to the offset

QX.addName = function (text, latlng, className, sides) {
  const [direction, offset] = Object.entries(sides)[0];
  const tooltip = L.tooltip({ permanent: true, direction, className, offset, interactive: false })
    .setLatLng(latlng)
    .setContent(QX.make("span", "", text))
    .addTo(QX.map);
  QX.groundNames.push({ tooltip, sides, isShown: true });
};

// Boxes by squares of 64 pixels: a province has thousands of names.
QX.takenBoxes = function () {
  const squares = new Map();
  const squaresOf = ({ left, right, top, bottom }) => {
    const keys = [];
    for (let x = Math.floor(left / 64); x <= Math.floor(right / 64); x += 1)
      for (let y = Math.floor(top / 64); y <= Math.floor(bottom / 64); y += 1) keys.push(`${x}/${y}`);
    return keys;
  };
  return {
    add: (box) => squaresOf(box).forEach((key) => squares.set(key, [...(squares.get(key) || []), box])),
    meets: (box) =>
      squaresOf(box).some((key) => (squares.get(key) || []).some((other) => QX.overlaps(box, other))),
  };
};

QX.overlaps = (one, other) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

// The box of a name in pixels of the map's layers.
QX.nameBox = function ({ tooltip, sides }, direction) {
  const element = tooltip.getElement();
  const [width, height] = [element.offsetWidth + 2, element.offsetHeight + 2]; // whole pixels, and one around
  const { x, y } = QX.map.latLngToLayerPoint(tooltip.getLatLng()).add(sides[direction]);
  const place = x + QX.nameMargin[direction];
  const left = { right: place - 1, left: place + 1 - width, center: place - width / 2 }[direction];
  return { left, right: left + width, top: y - height / 2, bottom: y + height / 2 };
};

// What stands over the map, in pixels of its layers.
QX.coveredBoxes = function (low) {
  const container = QX.map.getContainer();
  const map = container.getBoundingClientRect();
  const [x, y] = [low.x - map.left, low.y - map.top];
  return [...container.querySelectorAll(".leaflet-control")].map((control) => {
    const { left, right, top, bottom } = control.getBoundingClientRect();
    return { left: left + x, right: right + x, top: top + y, bottom: bottom + y };
  });
};

QX.thinNames = function () {
  const taken = QX.takenBoxes();
  const low = QX.map.containerPointToLayerPoint([0, 0]);
  const high = low.add(QX.map.getSize());
  const covered = QX.coveredBoxes(low);
  const isInView = ({ left, right }) => left >= low.x && right <= high.x;
  const isOpen = (box) => isInView(box) && !covered.some((other) => QX.overlaps(box, other));
  for (const [, lat, lon] of QX.data.base.stations) {
    const { x, y } = QX.map.latLngToLayerPoint([lat, lon]);
    taken.add({ left: x - 8, right: x + 8, top: y - 8, bottom: y + 8 });
  }
  for (const name of QX.groundNames) {
    const { tooltip, sides } = name;
    const free = Object.keys(sides).filter((side) => !taken.meets(QX.nameBox(name, side)));
    const seen = (isGood) => free.find((side) => isGood(QX.nameBox(name, side)));
    const direction = seen(isOpen) || seen(isInView) || free[0];
    name.isShown = Boolean(direction);
    tooltip.getElement().style.visibility = direction ? "" : "hidden";
    if (!direction) continue;
    taken.add(QX.nameBox(name, direction));
    if (tooltip.options.direction === direction) continue;
    Object.assign(tooltip.options, { direction, offset: sides[direction] });
    tooltip.update();
  }
};
