// What this reader chose, kept in this browser. Storage may be forbidden: then choices last as long as the page.
const memory = new Map();

export function recall(name, otherwise = "") {
  try {
    return localStorage.getItem(`dcportal.${name}`) ?? otherwise;
  } catch {
    return memory.get(name) ?? otherwise;
  }
}

export function remember(name, value) {
  memory.set(name, value);
  try {
    if (value === "") localStorage.removeItem(`dcportal.${name}`);
    else localStorage.setItem(`dcportal.${name}`, value);
  } catch {
    // private mode: memory has it
  }
}
