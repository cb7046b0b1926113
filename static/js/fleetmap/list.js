// The sites in view as a real table: the way in for keyboards and screen readers. A row that is being read is patched
// where it stands; the order changes once the pointer has left.
const READING_MS = 12000;
const sprite = document.documentElement.dataset.sprite;
const number = (count) => Number(count).toLocaleString("en");
const SVG = "http://www.w3.org/2000/svg";

function mark(kind, value, text = "") {
  const span = document.createElement("span");
  span.className = "state";
  span.dataset[kind] = value;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "shape");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${value}`);
  svg.append(use);
  span.append(svg, Object.assign(document.createElement("span"), {className: text ? "" : "vh", textContent: text || value}));
  return span;
}

function cell(row, className, ...content) {
  const td = row.insertCell();
  td.className = className;
  td.append(...content);
}

function fill(row, site) {
  row.replaceChildren();
  row.dataset.severity = site.severity;
  row.dataset.select = site.id;
  row.classList.toggle("stale", Boolean(site.stale || site.offline));
  cell(row, "", mark("severity", site.severity === "unknown" ? "indeterminate" : site.severity));
  const link = Object.assign(document.createElement("a"), {href: `/subclouds/${site.id}/`, textContent: site.name});
  cell(row, "name clip", link, ...(site.offline ? [Object.assign(document.createElement("span"), {className: "muted small", textContent: " offline"})] : site.stale ? [Object.assign(document.createElement("span"), {className: "muted small", textContent: " stale"})] : []));
  if (site.said) row.cells[1].append(Object.assign(document.createElement("span"), {className: "sub clip", textContent: site.said}));
  cell(row, "", mark("state", site.ceph));
  cell(row, "", mark("state", site.nic));
  cell(row, site.active ? "num" : "num zero", site.active === null ? "–" : String(site.active));
}

export class List {
  constructor({table, count, onSelect}) {
    Object.assign(this, {body: table.tBodies[0], count, onSelect, moved: 0, last: null, selected: null});
    table.addEventListener("pointermove", () => (this.moved = Date.now()), {passive: true});
    table.addEventListener("pointerleave", () => this.last && this.show(this.last));
    this.body.addEventListener("click", (event) => this.pick(event));
    this.body.addEventListener("keydown", (event) => event.key === "Enter" && !event.target.closest("a") && this.pick(event));
  }

  pick(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const row = event.target.closest("tr[data-select]");
    if (!row) return;
    event.preventDefault();
    this.onSelect(Number(row.dataset.select));
  }

  get isRead() {
    return this.body.matches(":hover") && Date.now() - this.moved < READING_MS;
  }

  show({total, rows}) {
    this.last = {total, rows};
    this.count.textContent = total > rows.length ? `${number(rows.length)} worst of ${number(total)}` : number(total);
    if (this.isRead) return this.patch(rows);
    this.arrange(rows);
    if (!rows.length) this.none();
  }

  // rows keep their element while their site is shown: a change costs one row, not all below it
  arrange(rows) {
    const known = new Map([...this.body.rows].map((row) => [row.dataset.select, row]));
    let next = this.body.firstElementChild;
    for (const site of rows) {
      const row = known.get(String(site.id)) ?? document.createElement("tr");
      known.delete(String(site.id));
      this.put(row, site);
      if (row === next) next = next.nextElementSibling;
      else this.body.insertBefore(row, next);
    }
    for (const row of known.values()) row.remove();
    for (const row of this.body.querySelectorAll("tr:not([data-select])")) row.remove();
    if (this.body.rows[0]) this.body.rows[0].tabIndex = 0;
  }

  put(row, site) {
    const key = [site.id, site.severity, site.ceph, site.nic, site.active, site.stale, site.offline, site.name, site.said].join("|");
    if (row.dataset.key !== key) fill(row, site);
    row.dataset.key = key;
    row.tabIndex = -1;
    row.setAttribute("aria-selected", String(site.id === this.selected));
  }

  patch(rows) {
    const known = new Map(rows.map((site) => [String(site.id), site]));
    for (const row of this.body.rows) if (known.has(row.dataset.select)) this.put(row, known.get(row.dataset.select));
  }

  none() {
    const row = this.body.insertRow();
    cell(row, "muted", "No site in this part of the map.");
    row.cells[0].colSpan = 5;
  }
}
