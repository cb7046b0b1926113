// Words for values that may arrive as numbers. Order of SEVERITIES is the order of gravity, as in sites.choices.
export const SEVERITIES = ["cleared", "indeterminate", "warning", "minor", "major", "critical"];

export function severityWord(value) {
  return typeof value === "number" ? (SEVERITIES[value] ?? "unknown") : String(value || "unknown");
}

export function word(field, value) {
  return field === "severity" || field === "row-severity" ? severityWord(value) : String(value);
}

// States of operations and targets: [shape, word], as operations/marks.py and operations/choices.py have them.
export const TARGET_STATES = {
  checking: ["busy", "checking"],
  refused: ["error", "refused"],
  ready: ["info", "ready"],
  waiting: ["info", "waiting"],
  running: ["busy", "running"],
  held: ["warn", "needs a decision"],
  completed: ["ok", "completed"],
  failed: ["failed", "failed"],
  cancelled: ["none", "not run"],
};

export const targetState = (value) => TARGET_STATES[value] ?? ["unknown", String(value)];
