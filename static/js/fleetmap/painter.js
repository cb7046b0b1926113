// Paints the shapes of one basemap tile on a canvas; runs in the worker. Geometry comes in tile units (0…4096).
const EXTENT = 4096;

function trace(context, tile, scale) {
  context.beginPath();
  for (const {geometry} of tile.features) {
    for (const ring of geometry) {
      context.moveTo(ring[0][0] * scale, ring[0][1] * scale);
      for (let at = 1; at < ring.length; at += 1) context.lineTo(ring[at][0] * scale, ring[at][1] * scale);
    }
  }
}

function stroke(context, tile, scale, colour, width) {
  if (!tile) return;
  trace(context, tile, scale);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function fill(context, tile, scale, colour) {
  if (!tile) return;
  trace(context, tile, scale);
  context.fillStyle = colour;
  context.fill("evenodd");
}

// parts: the tiles of land, lakes, coast, borders, states
export function paint(context, size, ratio, parts, zoom, colours) {
  const scale = size / EXTENT;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = colours.sea;
  context.fillRect(0, 0, size, size);
  context.lineJoin = "round";
  fill(context, parts.land, scale, colours.land);
  if (zoom >= 4) stroke(context, parts.states, scale, colours.state, 1);
  stroke(context, parts.borders, scale, colours.border, zoom < 4 ? 0.8 : 1.1);
  fill(context, parts.lakes, scale, colours.lake);
  stroke(context, parts.coast, scale, colours.coast, 1);
}
