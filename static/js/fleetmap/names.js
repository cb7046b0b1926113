// Writes countries and cities under the sites. A city whose name would start under a donut gets it pushed to its rim:
// sites stand in cities, and a half-hidden name helps nobody.
import {radiusOf} from "./icons.js";

const FONT = '"Inter Variable", Inter, "Noto Sans", sans-serif';
const CELL = 64;
const FARTHEST = 46; // pixels a city's name may be pushed; beyond that it would name something else
const ASIDE = [0, -32, 32, -48, 48];

function inked(context, text, x, y, colours) {
  context.strokeStyle = colours.halo;
  context.strokeText(text, x, y);
  context.fillStyle = colours.label;
  context.fillText(text, x, y);
}

function lines(text) {
  const words = text.split(" ");
  if (text.length < 14 || words.length < 2) return [text];
  const half = Math.ceil(words.length / 2);
  return [words.slice(0, half).join(" "), words.slice(half).join(" ")];
}

// marks by cell, so that each name looks at its neighbours only
function grid(placed, scale) {
  const cells = new Map();
  for (const {item, at} of placed) {
    const radius = item.cluster === undefined ? (item.stale || item.offline ? 15 : 11) * scale : radiusOf(item.size, scale) + 3;
    const key = `${Math.floor(at.x / CELL)}|${Math.floor(at.y / CELL)}`;
    (cells.get(key) ?? cells.set(key, []).get(key)).push({x: at.x, y: at.y, radius, badge: item.cluster !== undefined && item.worst > 1});
  }
  return cells;
}

function pushed(cells, x, y, farthest) {
  let left = x + 6;
  for (let column = -1; column <= 1; column += 1) {
    for (let row = -1; row <= 1; row += 1) {
      for (const mark of cells.get(`${Math.floor(x / CELL) + column}|${Math.floor(y / CELL) + row}`) ?? []) {
        const under = Math.abs(mark.y - y) < mark.radius && mark.x - mark.radius < left + 8 && mark.x + mark.radius > x;
        if (under) left = Math.max(left, mark.x + mark.radius + (mark.badge ? 3 : 1));
      }
    }
  }
  return left - x > farthest ? null : left;
}

// A country's name may be anywhere in the country: the first height where no site and no city covers it.
function clear(placed, towns, x, y, width) {
  const free = (top) =>
    placed.every(({item, at}) => Math.abs(at.x - x) > width + radiusOf(item.size ?? 1) || Math.abs(at.y - top) > 10 + radiusOf(item.size ?? 1)) &&
    towns.every((town) => town.left > x + width || town.right < x - width || Math.abs(town.y - top) > 15);
  return y + (ASIDE.find((by) => free(y + by)) ?? 0);
}

function settle(cities, place, placed, scale) {
  const cells = grid(placed, scale);
  const towns = [];
  for (const [latitude, longitude, text] of cities) {
    const {x, y} = place(latitude, longitude);
    const left = pushed(cells, x, y, FARTHEST * scale);
    if (left !== null) towns.push({x, y, text, left, right: left + text.length * 6.4});
  }
  return towns;
}

export function writeNames(context, {lands, cities, zoom}, place, placed, {colours, scale}) {
  const towns = settle(cities, place, placed, scale);
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.textAlign = "center";
  context.font = `600 ${zoom < 4 ? 11 : 13}px ${FONT}`;
  for (const [latitude, longitude, text] of lands) {
    const {x, y} = place(latitude, longitude);
    const written = lines(text);
    const top = clear(placed, towns, x, y, Math.max(...written.map((line) => line.length)) * 3.6);
    written.forEach((line, at) => inked(context, line, x, top + at * 15, colours));
  }
  context.textAlign = "left";
  context.font = `450 11.5px ${FONT}`;
  for (const {x, y, text, left} of towns) {
    context.fillStyle = colours.label;
    context.beginPath();
    context.arc(x, y, 1.8, 0, 2 * Math.PI);
    context.fill();
    inked(context, text, left, y + 4, colours);
  }
}
