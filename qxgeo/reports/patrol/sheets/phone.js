"use strict";
(function () {
  const list = document.getElementById("sheet");
  const key = list.dataset.key;
  const boxes = Array.from(document.querySelectorAll("input[type=checkbox]"));
  let store = null;
  let ticked = [];
  try {
    store = window.localStorage;
    ticked = JSON.parse(store.getItem(key) || "[]");
    store.setItem(key, JSON.stringify(ticked));
  } catch (error) {
    store = null;
    ticked = [];
  }
  document.getElementById(store ? "kept" : "not-kept").hidden = false;
  const known = new Set(Array.isArray(ticked) ? ticked : []);
  function keep() {
    if (!store) return;
    try {
      store.setItem(key, JSON.stringify(boxes.filter((box) => box.checked).map((box) => box.id)));
    } catch (error) {
      store = null;
      document.getElementById("kept").hidden = true;
      document.getElementById("not-kept").hidden = false;
    }
  }
  for (const box of boxes) {
    box.checked = known.has(box.id);
    box.addEventListener("change", keep);
  }
  document.getElementById("clear").addEventListener("click", function () {
    for (const box of boxes) box.checked = false;
    keep();
  });
})();
