// The little box beside the pointer. Text only; everything in it is also in the list and the panel.
import {layerOf, standingWords} from "./layers.js";

function lines(item, layer) {
  if (item.cluster === undefined) {
    const facts = [item.name, layer.title === "Campaign" ? standingWords(item) : layer.classes[item.worst].word, `${item.active ?? "–"} alarms`, `Ceph ${item.ceph}`, `NIC ${item.nic}`];
    if (item.isNew) facts.push("worse since a minute");
    if (item.offline) facts.push("offline");
    else if (item.stale) facts.push("stale");
    return facts;
  }
  const parts = layer.classes.map(({word}, rank) => [item.counts[rank], word]).filter(([count]) => count).reverse();
  const facts = [`${item.size} sites`, ...parts.map(([count, word]) => `${count} ${word}`)];
  if (item.ceph) facts.push(`${item.ceph} with Ceph errors`);
  if (item.nic) facts.push(`${item.nic} with links down`);
  if (item.stale) facts.push(`${item.stale} stale`);
  if (item.isNew) facts.push(`${item.isNew} worse since a minute`);
  return facts;
}

export class Hover {
  constructor(map, sites) {
    this.box = Object.assign(document.createElement("div"), {className: "map-hover", hidden: true});
    map.getContainer().append(this.box);
    map.on("mousemove", (event) => this.move(event, sites, map));
    map.on("mouseout movestart zoomstart", () => this.hide(map));
  }

  hide(map) {
    this.box.hidden = true;
    this.item = null;
    map.getContainer().classList.remove("is-over");
  }

  move({layerPoint, containerPoint}, sites, map) {
    const item = sites.hit(layerPoint);
    if (!item) return this.hide(map);
    map.getContainer().classList.add("is-over");
    if (item !== this.item) {
      const [head, ...rest] = lines(item, layerOf(sites.layer.title.toLowerCase()));
      this.box.replaceChildren(Object.assign(document.createElement("b"), {textContent: head}), ...rest.map((text) => Object.assign(document.createElement("span"), {textContent: text})));
    }
    this.item = item;
    this.box.hidden = false;
    const left = containerPoint.x + 16 + 190 > map.getSize().x ? containerPoint.x - 16 - this.box.offsetWidth : containerPoint.x + 16;
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.min(containerPoint.y + 12, map.getSize().y - this.box.offsetHeight - 8))}px)`;
  }
}
