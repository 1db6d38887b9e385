// The map: an SVG whose view box moves; symbols keep their size on the screen.

LM.addMap = function () {
  LM.map = document.getElementById("map");
  const layer = document.getElementById("marks");
  LM.marks = new Map();
  const order = ["site", "closed", "rectified", "open", "due_soon", "overdue", "false_rectification"];
  const rows = LM.data.rows.filter((row) => row.x !== undefined);
  rows.sort((a, b) => a.r - b.r || order.indexOf(a.m) - order.indexOf(b.m));
  for (const row of rows) {
    const [label, colour, path] = LM.data.marks[row.m];
    const group = LM.svg("g", { class: row.e ? "item beyond" : "item", tabindex: -1 });
    group.dataset.id = row.i;
    if (row.r) group.append(LM.svg("circle", { r: 10.5, class: row.v === "applies" ? "halo" : "halo close" }));
    group.append(LM.svg("path", { d: path, fill: colour, class: "mark" }));
    const title = LM.svg("title", {});
    title.textContent = `${row.x1 || row.i} · ${label}${row.r ? ` · ${row.near}` : ""}`;
    group.append(title);
    LM.marks.set(row, group);
    layer.append(group);
  }
  layer.addEventListener("click", (event) => {
    const group = event.target.closest("g.item");
    if (!group || LM.moved) return;
    for (const [row, one] of LM.marks) if (one === group) LM.pick(row, false);
  });
  LM.legend();
  LM.addMoving();
  const [width, height] = LM.data.size;
  LM.view = [0, 0, width, height];
  if (LM.data.box) LM.show(LM.data.box);
  else LM.draw();
  window.addEventListener("resize", LM.draw);
};

// Of all rows of the page; where fewer are drawn, how many.
LM.total = function (key, isIt) {
  const all = LM.data.totals[key] || 0;
  const drawn = LM.data.rows.filter(isIt).length;
  return drawn === all ? `${all}` : `${all}${LM.fill(LM.words.drawn, { drawn })}`;
};

LM.legend = function () {
  const box = document.getElementById("legend");
  for (const [mark, [label]] of Object.entries(LM.data.marks)) {
    const count = LM.total(mark, (row) => row.m === mark);
    const part = LM.make("span");
    part.append(LM.symbol(mark), `${label} ${count}`);
    box.append(part);
  }
  for (const kind of ["halo", "halo close"]) {
    const verdict = kind === "halo" ? "applies" : "too_close_to_call";
    const count = LM.total(`near:${verdict}`, (row) => row.r && row.v === verdict);
    const svg = LM.svg("svg", { viewBox: "-12 -12 24 24", width: 16, height: 16, "aria-hidden": "true" });
    svg.append(LM.svg("circle", { r: 9.5, class: kind }));
    const part = LM.make("span");
    part.append(svg, `${LM.words[kind === "halo" ? "raised" : "close_short"]} ${count}`);
    box.append(part);
  }
};

// Symbols of many rows are smaller, and grow as one looks closer.
LM.draw = function () {
  const [x, y, width, height] = LM.view;
  LM.map.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  const pixel = width / (LM.map.clientWidth || 600);
  const closer = LM.data.size[0] / width;
  const many = LM.marks.size > 400 ? 0.62 : LM.marks.size > 120 ? 0.8 : 1;
  const small = Math.min(1, Math.sqrt((LM.map.clientWidth || 600) / 640));
  const scale = pixel * Math.min(1.15, many * small * Math.sqrt(closer) ** 0.8);
  for (const [row, group] of LM.marks)
    group.setAttribute("transform", `translate(${row.x} ${row.y})scale(${scale.toFixed(3)})`);
  for (const group of document.querySelectorAll("g.fixed"))
    group.setAttribute("transform", `translate(${group.dataset.at})scale(${pixel.toFixed(4)})`);
  LM.map.style.setProperty("--px", pixel.toFixed(4));
  LM.map.style.touchAction = closer > 1.01 ? "none" : "pan-y";
};

LM.show = function ([x, y, width, height]) {
  const [whole, high] = LM.data.size;
  const wide = Math.min(whole, Math.max(width, (height * whole) / high) * 1.15);
  LM.look(x + width / 2, y + height / 2, wide);
};

LM.look = function (x, y, wide) {
  const [whole, high] = LM.data.size;
  const width = Math.min(whole, Math.max(whole / 64, wide));
  const height = (width * high) / whole;
  const keep = (middle, size, most) => Math.min(Math.max(middle - size / 2, 0), most - size);
  LM.view = [keep(x, width, whole), keep(y, height, high), width, height];
  LM.draw();
};

LM.zoom = function (factor) {
  const [x, y, width, height] = LM.view;
  LM.look(x + width / 2, y + height / 2, width / factor);
};

LM.addMoving = function () {
  document.getElementById("in").addEventListener("click", () => LM.zoom(1.8));
  document.getElementById("out").addEventListener("click", () => LM.zoom(1 / 1.8));
  document.getElementById("whole").addEventListener("click", () => LM.zoom(0));
  let last = null;
  LM.map.addEventListener("pointerdown", (event) => {
    last = [event.clientX, event.clientY];
    LM.moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!last) return;
    const [dx, dy] = [event.clientX - last[0], event.clientY - last[1]];
    if (!LM.moved && Math.hypot(dx, dy) < 5) return;
    LM.moved = true;
    last = [event.clientX, event.clientY];
    const [x, y, width, height] = LM.view;
    const pixel = width / LM.map.clientWidth;
    LM.look(x + width / 2 - dx * pixel, y + height / 2 - dy * pixel, width);
  });
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => (last = null));
  LM.map.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      LM.zoom(event.deltaY < 0 ? 1.25 : 0.8);
    },
    { passive: false },
  );
};

LM.point = function (row, isFromList) {
  for (const group of document.querySelectorAll("g.picked")) group.classList.remove("picked");
  const group = LM.marks.get(row);
  if (!group) return;
  group.classList.add("picked");
  group.parentElement.append(group);
  if (isFromList) LM.look(row.x, row.y, Math.min(LM.view[2], LM.data.size[0] / 4));
};
