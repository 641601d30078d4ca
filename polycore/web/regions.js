// The regions of a map in the pixels of the screen, by the network itself. As in polycore/pictures/class_map.py, only
// cells beside one of another class are computed pixel by pixel.

const CELL = 4; // pixels across
const LEVELS = 255; // of confidence: a canvas shows every alpha

class Regions {
  // `window`: the ranges of x and y. `hues`: red, green and blue of each class. `opacity`: where it is certain.
  constructor(network, window, hues, opacity, columns, rows) {
    Object.assign(this, { network, window, columns, rows });
    this.colors = new Uint32Array(Uint8Array.from(colorTable(hues, alphasOf(LEVELS, opacity)).flat()).buffer);
    this.across = Math.ceil(columns / CELL);
    this.down = Math.ceil(rows / CELL);
  }

  // Returns an ImageData. Yields after each row of cells, so that the page can do something else.
  *pixels() {
    const cells = [];
    for (let row = 0; row < this.down; row++) {
      cells.push(Array.from({ length: this.across }, (_, column) => this.answerAt((column + 0.5) * CELL, (row + 0.5) * CELL)));
      yield;
    }
    const image = new ImageData(this.columns, this.rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let row = 0; row < this.down; row++) {
      for (let column = 0; column < this.across; column++) this.fill(pixels, cells, row, column);
      yield;
    }
    return image;
  }

  fill(pixels, cells, row, column) {
    const [own] = cells[row][column];
    const beside = [cells[row - 1]?.[column], cells[row + 1]?.[column], cells[row][column - 1], cells[row][column + 1]];
    const isAtBorder = beside.some((other) => other && other[0] !== own);
    const [right, bottom] = [Math.min(this.columns, (column + 1) * CELL), Math.min(this.rows, (row + 1) * CELL)];
    for (let y = row * CELL; y < bottom; y++)
      for (let x = column * CELL; x < right; x++) {
        const [label, level] = isAtBorder ? this.answerAt(x + 0.5, y + 0.5) : [own, this.levelBetween(cells, x, y)];
        pixels[y * this.columns + x] = this.colors[label * (LEVELS + 1) + level];
      }
  }

  // The likeliest class at a place in pixels, and how sure it is.
  answerAt(right, down) {
    const [[left, most], [low, high]] = this.window;
    const x = left + (right / this.columns) * (most - left);
    const y = high - (down / this.rows) * (high - low);
    return decided(this.network.probabilities(x, y), LEVELS);
  }

  // How sure the network is at a pixel between the centers of four cells.
  levelBetween(cells, x, y) {
    const [column, right] = between(x, this.across);
    const [row, down] = between(y, this.down);
    const [upper, lower] = [cells[row], cells[Math.min(row + 1, this.down - 1)]];
    const next = Math.min(column + 1, this.across - 1);
    const along = (cellsOfRow) => cellsOfRow[column][1] + right * (cellsOfRow[next][1] - cellsOfRow[column][1]);
    return Math.round(along(upper) + down * (along(lower) - along(upper)));
  }
}

// The last cell whose center is before a pixel, and how far the pixel is from there to the next center, from 0 to 1.
function between(pixel, count) {
  const place = Math.min(count - 1, Math.max(0, (pixel + 0.5) / CELL - 0.5));
  return [Math.floor(place), place % 1];
}
