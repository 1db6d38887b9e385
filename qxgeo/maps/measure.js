"use strict";
// A tool that measures by hand, in ground metres on the WGS 84 ellipsoid.

// Radii of curvature at a latitude: metres per radian northward, and eastward along the parallel.
QX.radii = function (lat) {
  const axis = 6378137;
  const squared = 0.0066943799901413;
  const sine = Math.sin((lat * Math.PI) / 180);
  const root = Math.sqrt(1 - squared * sine * sine);
  const east = (axis / root) * Math.cos((lat * Math.PI) / 180);
  return { north: (axis * (1 - squared)) / root ** 3, east };
};

// Offsets in metres from the corners' middle latitude; within a district good to a few parts in 1e6.
QX.flatten = function (corners) {
  const lat = corners.reduce((sum, corner) => sum + corner.lat, 0) / corners.length;
  const { north, east } = QX.radii(lat);
  const radians = Math.PI / 180;
  return corners.map((corner) => [
    (corner.lng - corners[0].lng) * radians * east,
    (corner.lat - corners[0].lat) * radians * north,
  ]);
};

QX.lengthOf = function (corners) {
  let length = 0;
  for (let i = 1; i < corners.length; i += 1) {
    const [, [east, north]] = QX.flatten([corners[i - 1], corners[i]]);
    length += Math.hypot(east, north);
  }
  return length;
};

QX.areaOf = function (corners) {
  const flat = QX.flatten(corners);
  const twice = flat.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = flat[(i + 1) % flat.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
};

QX.addMeasure = function () {
  const { map, words } = QX;
  const pane = map.createPane("qx-measure");
  pane.style.zIndex = 640;
  const renderer = L.svg({ pane: "qx-measure", padding: 0.3 });
  const own = { pane: "qx-measure", renderer, interactive: false };
  const ink = { ...own, color: "#111", weight: 2, dashArray: "5 4" };
  // Lies over everything while measuring, so that a click sets a corner and opens nothing.
  const cover = L.rectangle([[-85, -180], [85, 180]], {
    ...own, interactive: true, stroke: false, fillOpacity: 0, className: "qx-cover",
  });
  const drawn = L.layerGroup();
  let corners = [];
  const control = L.control({ position: "topleft" });
  const box = QX.make("div", "qx-measure leaflet-bar");
  const button = QX.make("button", "", words.measure);
  const result = QX.make("div", "qx-measure-result");
  button.type = "button";
  button.setAttribute("aria-pressed", "false");
  result.hidden = true;

  const draw = (pointer) => {
    const line = pointer ? [...corners, pointer] : corners;
    drawn.clearLayers();
    if (line.length > 1) drawn.addLayer(L.polyline(line, { ...ink, fill: false }));
    if (line.length > 2)
      drawn.addLayer(L.polygon(line, { ...ink, stroke: false, fillColor: "#111", fillOpacity: 0.08 }));
    for (const corner of corners)
      drawn.addLayer(
        L.circleMarker(corner, { ...own, radius: 3.5, color: "#111", fillColor: "#fff", fillOpacity: 1 }),
      );
    const lines = [QX.make("p", "", `${words.measured_length}${words.colon}${QX.metres(QX.lengthOf(line))}`)];
    if (line.length > 2)
      lines.push(QX.make("p", "", `${words.measured_area}${words.colon}${QX.squareMetres(QX.areaOf(line))}`));
    if (!corners.length) lines.splice(0, 1, QX.make("p", "", words.measure_hint));
    result.replaceChildren(...lines);
  };
  const add = (event) => {
    corners.push(event.latlng);
    draw();
  };
  const follow = (event) => corners.length && draw(event.latlng);
  const finish = () => {
    const last = corners.length - 1;
    if (last > 0 && corners[last].equals(corners[last - 1])) corners.pop();
    stop();
    draw();
  };
  const stop = () => {
    cover.remove();
    button.setAttribute("aria-pressed", "false");
    button.textContent = words.measure;
    map.doubleClickZoom.enable();
    document.removeEventListener("keydown", cancel);
  };
  const start = () => {
    map.closePopup();
    corners = [];
    cover.addTo(map);
    drawn.addTo(map);
    result.hidden = false;
    button.setAttribute("aria-pressed", "true");
    button.textContent = words.measure_stop;
    map.doubleClickZoom.disable();
    document.addEventListener("keydown", cancel);
    draw();
  };
  const clear = () => {
    stop();
    corners = [];
    drawn.clearLayers();
    result.hidden = true;
  };
  const cancel = (event) => event.key === "Escape" && clear();

  cover.on("click", (event) => {
    L.DomEvent.stopPropagation(event);
    add(event);
  });
  cover.on("dblclick", (event) => {
    L.DomEvent.stopPropagation(event);
    finish();
  });
  cover.on("mousemove", follow);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") finish();
    else if (result.hidden) start();
    else clear();
  });
  control.onAdd = () => {
    box.append(button, result);
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  control.addTo(map);
};
