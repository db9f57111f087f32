// Values of records as people read them.

import { label, language, say } from "./words.js";

const dates = (style) => new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", style);

/** A day with its time, where the reader is. */
export const moment = (time) => dates({ dateStyle: "medium", timeStyle: "short" }).format(new Date(time));

/** For a cell of a table; an empty text for no value. */
export function short(value, field) {
  if (field?.schema?.format === "date-time" && value) return dates({ dateStyle: "medium" }).format(new Date(value));
  return text(value, field);
}

/** For the page of one record. */
export function full(value, field, record) {
  if (field.schema?.format === "date-time" && value) {
    return moment(value);
  }
  if (field.name === "birthday" && value && record.birthdayCalendar === "lunar") return language === "zh" ? `农历 ${value}` : `${value} (lunar)`;
  return text(value, field);
}

function text(value, field) {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (typeof value === "number") return value.toLocaleString(language);
  if (Array.isArray(value)) return value.map(item).filter(Boolean).join(typeof value[0] === "string" ? ", " : "\n");
  if (typeof value === "object") return value.name ?? "";
  const choice = field?.choices?.find((each) => each.code === value);
  return choice ? label(choice.label) : value;
}

/** A tag, one preference with its source and date, or a key in another system. */
function item(value) {
  if (typeof value === "string") return value;
  if (value.system) return `${value.system}: ${value.key}`;
  return [value.text, value.source, value.date].filter(Boolean).join(" · ");
}
