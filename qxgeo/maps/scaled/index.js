"use strict";
// The table of townships: found by name or code, sorted by any heading, long lists cut short.

function townships({ rows, words }) {
  const shown = 300;
  const heads = ["name", "findings", "wet_km", "repair", "area_km2", "open"];
  const digits = { findings: 0, wet_km: 3, repair: 0, area_km2: 3 };
  const table = document.getElementById("towns");
  const find = document.getElementById("find");
  const rest = document.getElementById("rest");
  let sorted = { column: 0, isDown: false };
  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const number = (value, places) =>
    value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
  const link = (file, text) => {
    const element = make("a", text);
    element.href = file;
    return element;
  };
  const open = ([code, , count, , , , folder, pages]) => {
    const cell = make("td", undefined, "links");
    for (const [title, files] of pages)
      files.forEach((file, at) => {
        const text = files.length > 1 ? `${title} ${at + 1}/${files.length}` : title;
        cell.append(link(`townships/${encodeURIComponent(folder)}/${file}`, text), " ");
      });
    cell.append(link(`townships/${encodeURIComponent(folder)}/lists.xlsx`, words.lists), " ");
    if (count) cell.append(link(`findings/${encodeURIComponent(folder)}.parquet`, words.data));
    cell.dataset.code = code;
    return cell;
  };
  const line = (row) => {
    const element = make("tr");
    const name = make("td", row[1]);
    name.append(make("small", ` ${row[0]}`));
    element.append(name);
    heads.slice(1, 5).forEach((head, at) => {
      const value = row[at + 2];
      const cell = make("td", value ? number(value, digits[head]) : "—", "n");
      cell.dataset.label = words[head];
      element.append(cell);
    });
    element.append(open(row));
    if (!row[2]) element.className = "empty";
    return element;
  };
  const write = () => {
    const wanted = find.value.trim().toLowerCase();
    const hits = rows.filter(([code, name]) => `${name} ${code}`.toLowerCase().includes(wanted));
    const { column, isDown } = sorted;
    if (column > 0) hits.sort((a, b) => (isDown ? b[column + 1] - a[column + 1] : a[column + 1] - b[column + 1]));
    else if (isDown) hits.reverse();
    const body = make("tbody");
    for (const row of hits.slice(0, shown)) body.append(line(row));
    table.tBodies[0]?.remove();
    table.append(body);
    const more = hits.length - shown;
    rest.textContent = !hits.length
      ? words.no_match
      : more > 0
        ? words.more.replace("{count}", number(more, 0))
        : "";
  };
  const head = make("tr");
  heads.forEach((key, column) => {
    const cell = make("th", undefined, column > 0 && column < 5 ? "n" : "");
    if (column === 5) cell.textContent = words[key];
    else {
      const button = make("button", words[key]);
      button.type = "button";
      button.addEventListener("click", () => {
        sorted = { column, isDown: sorted.column === column ? !sorted.isDown : column > 0 };
        write();
      });
      cell.append(button);
    }
    head.append(cell);
  });
  table.createTHead().append(head);
  find.addEventListener("input", write);
  write();
}
