"use strict";
// Three-valued conditions on attributes, as qxgeo/rules/conditions.py answers them: 1 yes, 0 no,
// NaN nobody has written it down. A blank is unknown, never no.

QS.allOf = (answers) => (answers.includes(0) ? 0 : answers.some(Number.isNaN) ? NaN : 1);
QS.anyOf = (answers) => 1 - QS.allOf(answers.map((answer) => 1 - answer));

QS.isBlank = (value) =>
  value === null || value === undefined || ["", "nan", "<NA>"].includes(String(value).trim());

QS.ask = function (where, facts) {
  return QS.allOf(
    Object.entries(where).map(([key, wanted]) => {
      if (key === "all") return QS.allOf(wanted.map((one) => QS.ask(one, facts)));
      if (key === "any") return QS.anyOf(wanted.map((one) => QS.ask(one, facts)));
      if (key === "not") return 1 - QS.ask(wanted, facts);
      return QS.askOne(facts[key], wanted);
    }),
  );
};

QS.WORDS_FOR = {
  true: ["true", "1", "1.0", "yes", "是", "有"],
  false: ["false", "0", "0.0", "no", "否", "无"],
};

QS.askOne = function (value, wanted) {
  const isBlank = QS.isBlank(value);
  const text = isBlank ? "" : String(value).trim();
  const isRange = wanted !== null && typeof wanted === "object" && !Array.isArray(wanted);
  if (isRange && Object.keys(wanted).join() === "present") return Number(isBlank !== wanted.present);
  if (isBlank) return NaN;
  if (isRange) {
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return NaN;
    return Number(!(Number(text) < wanted.min) && !(Number(text) > wanted.max));
  }
  if (typeof wanted === "boolean") {
    const word = text.toLowerCase();
    const isYes = QS.WORDS_FOR.true.includes(word);
    return isYes || QS.WORDS_FOR.false.includes(word) ? Number(isYes === wanted) : NaN;
  }
  return Number([wanted].flat().map(String).includes(text));
};
