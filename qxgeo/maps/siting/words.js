"use strict";
// Sentences from the templates of the rule book, in both languages at once: [Chinese, English].

QS.both = (fact) => (Array.isArray(fact) ? fact : [fact, fact]);

QS.fill = (template, facts) =>
  template.map((text, lang) => text.replace(/\{(\w+)\}/g, (_, name) => QS.both(facts[name])[lang]));

QS.template = (name, facts = {}) => QS.fill(QS.book.words.templates[name], facts);
QS.remark = (name, facts = {}) => QS.fill(QS.book.words.remarks[name], facts);

// Joins with the comma of each language, which is itself a template.
QS.join = (several, between) => between.map((comma, lang) => several.map((one) => one[lang]).join(comma));

// A number with a fixed count of decimals and commas at thousands; of two that are equally near the
// even one, as Python writes it.
QS.fixed = function (value, digits) {
  const scaled = Math.abs(value) * 10 ** digits;
  const floor = Math.floor(scaled);
  const isTie = scaled - floor === 0.5 && (value * 2 ** (digits + 1)) % 1 === 0;
  const even = (floor + (floor % 2)) / 10 ** digits;
  const text = (isTie ? even : Math.abs(value)).toFixed(digits);
  const sign = value < 0 ? "-" : "";
  const [whole, part] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return sign + (part ? `${grouped}.${part}` : grouped);
};

// Tenths below a hundred metres, whole metres above, as `write_metres` shows them.
QS.metres = function (value) {
  if (value === null || !Number.isFinite(value)) return "";
  const shown = Math.abs(value);
  return shown < 99.95 ? QS.fixed(shown, 1).replace(/\.0$/, "") : QS.fixed(shown, 0);
};

// Six digits at most and no zeros behind the point, as Python's "g" writes it below a million.
QS.general = (value) => String(Number(value.toPrecision(6)));

QS.labelReference = function ({ layer, title, ids, names }, number) {
  if (number === null) return ["", ""];
  const [id, name] = [ids[number], names[number]];
  if (!name) return [`${title[0]}（${id}）`, `${title[1]} ${id}`];
  const code = layer === "stations" ? `(${id})` : "";
  return [`${title[0]}“${name}”${code}`, `${title[1]} ${name}${code}`];
};

QS.verdictLabel = (verdict) => QS.book.words.verdicts.find(([word]) => word === verdict).slice(1);
QS.verdictCode = (verdict) => QS.book.words.verdicts.findIndex(([word]) => word === verdict);
