// Words for values that may arrive as numbers. Order of SEVERITIES is the order of gravity, as in sites.choices.
export const SEVERITIES = ["cleared", "indeterminate", "warning", "minor", "major", "critical"];

export function severityWord(value) {
  return typeof value === "number" ? (SEVERITIES[value] ?? "unknown") : String(value || "unknown");
}

export function word(field, value) {
  return field === "severity" || field === "row-severity" ? severityWord(value) : String(value);
}
