// The painter of maps: each point in the color of its likeliest class, the surer the stronger.
// polycore/pictures/painter.py paints by the same rules; tests/painting.json has cases for both. Needs nothing else.

// The likeliest class at a point, from the probabilities of all, and how sure: 0 by chance, `levels` if certain.
function decided(probabilities, levels) {
  const highest = Math.max(...probabilities);
  const chance = 1 / probabilities.length;
  const confidence = Math.min(1, Math.max(0, (highest - chance) / (1 - chance)));
  return [probabilities.indexOf(highest), Math.round(levels * confidence)];
}

// The alpha, from 0 to 255, of each level, of which the last has that opacity.
function alphasOf(levels, opacity) {
  return Array.from({ length: levels + 1 }, (_, level) => Math.round((255 * opacity * level) / levels));
}

// Red, green, blue and alpha of each hue in each shade: shade s of hue h is at h * alphas.length + s.
function colorTable(hues, alphas) {
  return hues.flatMap((hue) => alphas.map((alpha) => [...hue, alpha]));
}
