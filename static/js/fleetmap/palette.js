// The colours of the map, read from the design tokens so that theme and contrast tests have one source.
import {token} from "theme";

const LOOKS = ["critical", "major", "minor", "warning", "cleared", "indeterminate"];
const LIKE = {partly: "indeterminate", busy: "warning", waiting: "indeterminate"}; // looks of another shape

export function basemapColours() {
  return {
    sea: token("map-sea"), land: token("map-land"), lake: token("map-lake"), coast: token("map-coast"), border: token("map-border"),
    state: token("map-state"),
  };
}

export function markerColours() {
  const looks = Object.fromEntries(LOOKS.map((name) => [name, {fill: token(name), ink: token(`${name}-ink`)}]));
  for (const [name, other] of Object.entries(LIKE)) looks[name] = looks[other];
  looks.none = {fill: token("control"), ink: token("card")};
  looks.skipped = looks.none;
  looks.apart = {fill: token("line"), ink: token("card")};
  return {looks, card: token("card"), text: token("text"), muted: token("muted"), outline: token("outline"), accent: token("accent"), hatch: token("muted"), label: token("map-label"), halo: token("map-halo")};
}
