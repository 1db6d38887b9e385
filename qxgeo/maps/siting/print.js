"use strict";
// The card on paper: A4 upright, the map above, clause texts, assumptions, sources and what it is
// not. Without a card the map and its legend are printed.

QX.printHeight = 80; // millimetres, as in the style sheet
QX.printWidth = 190;

QX.addSheets = function () {
  window.addEventListener("beforeprint", () => QX.light(null));
  document.getElementById("qx-print-card").addEventListener("click", () => document.getElementById("qx-print").click());
};

QX.writePrint = function () {
  const { card, words, lang, state } = QX;
  const box = document.getElementById("qx-card-print");
  const { book } = QS;
  box.replaceChildren(QX.summaryBox(card));
  const stated = [
    [words.status, book.words.statuses[state.status]?.[lang] ?? state.status],
    ...book.kind.attributes.map(({ name, title }) => [
      title[lang], QS.isBlank(state.facts[name]) ? words.not_given : QX.factText(name, state.facts[name]),
    ]),
    [words.accuracy, `±${QS.metres(card.accuracy_m)} m`],
    [words.judged_on, book.as_of],
  ];
  if (book.rules.some(({ test }) => test === "frontage"))
    stated.push([words.entrances, state.entrances.length ? String(state.entrances.length) : words.not_given]);
  box.append(QX.pairs(stated));
  for (const line of QX.byWeight(card.lines)) box.append(QX.printLine(line));
  box.append(...QX.printNotes(card));
};

QX.factText = function (name, value) {
  const { kind } = QS.book.kind.attributes.find((one) => one.name === name);
  if (kind !== "flag") return String(value);
  const answer = QS.askOne(value, true);
  return answer === 1 ? QX.words.yes : answer === 0 ? QX.words.no : String(value);
};

QX.printLine = function (line) {
  const rule = QX.ruleOf(line);
  const row = QX.make("article", "qx-row");
  row.style.borderLeftColor = QX.data.looks[line.verdict].colour;
  row.append(QX.lineHead(line), QX.make("p", "qx-reason", line.reason[QX.lang]));
  const facts = QX.lineFacts(line);
  if (rule) facts.push([QX.words.lead, QX.data.measures[rule.measure].lead]);
  if (facts.length) row.append(QX.pairs(facts.filter(([, value]) => value)));
  if (rule) row.append(QX.make("blockquote", "", `${rule.measure} ${rule.clause}`));
  return row;
};

QX.printNotes = function (card) {
  const { words, lang } = QX;
  const list = (title, texts) => {
    if (!texts.length) return [];
    const box = QX.make("ul");
    for (const text of texts) box.append(QX.make("li", "", text));
    return [QX.make("h3", "", title), box];
  };
  const taken = new Set(card.lines.flatMap((line) => line.assumption_ids));
  const assumptions = QS.book.assumptions.filter(({ id }) => taken.has(id));
  const source = (one) =>
    [
      `${one.title[lang]}：${one.source}`, one.day ? `${words.source_day} ${one.day}` : words.no_day,
      `±${QS.metres(one.accuracy_m)} m`, one.demo ? words.demo : "", one.approximate ? words.approximate : "",
    ].filter(Boolean).join(" · ");
  return [
    ...list(words.assumptions, assumptions.map(({ text, source: from }) => `${text[lang]} — ${from[lang]}`)),
    ...list(words.sources, QX.data.sources.map(source)),
    QX.make("p", "qx-aid", `${words.aid} ${words.legal}`),
  ];
};
