// The regions of a map in the pixels of the screen, by the network itself. As in polycore/inspection/class_map.py, only
// cells beside one of another class are computed pixel by pixel.

const CELL = 4; // pixels across

class Regions {
  // `window`: the ranges of x and y. `colors`: red, green and blue of each class. `opacity`: where it is certain.
  constructor(network, window, colors, opacity, columns, rows) {
    Object.assign(this, { network, window, colors, opacity, columns, rows });
    this.across = Math.ceil(columns / CELL);
    this.down = Math.ceil(rows / CELL);
  }

  // Returns an ImageData. Yields after each row of cells, so that the page can do something else.
  *pixels() {
    const cells = [];
    for (let row = 0; row < this.down; row++) {
      cells.push(Array.from({ length: this.across }, (_, column) => this.colorAt((column + 0.5) * CELL, (row + 0.5) * CELL)));
      yield;
    }
    const image = new ImageData(this.columns, this.rows);
    for (let row = 0; row < this.down; row++) {
      for (let column = 0; column < this.across; column++) this.fill(image.data, cells, row, column);
      yield;
    }
    return image;
  }

  fill(bytes, cells, row, column) {
    const [own] = cells[row][column];
    const beside = [cells[row - 1]?.[column], cells[row + 1]?.[column], cells[row][column - 1], cells[row][column + 1]];
    const isAtBorder = beside.some((other) => other && other[0] !== own);
    const [right, bottom] = [Math.min(this.columns, (column + 1) * CELL), Math.min(this.rows, (row + 1) * CELL)];
    for (let y = row * CELL; y < bottom; y++)
      for (let x = column * CELL; x < right; x++) {
        const [label, alpha] = isAtBorder ? this.colorAt(x + 0.5, y + 0.5) : [own, this.alphaBetween(cells, x, y)];
        const at = 4 * (y * this.columns + x);
        [bytes[at], bytes[at + 1], bytes[at + 2]] = this.colors[label];
        bytes[at + 3] = alpha;
      }
  }

  // The likeliest class at a place in pixels, and the alpha of its color.
  colorAt(right, down) {
    const [[left, most], [low, high]] = this.window;
    const x = left + (right / this.columns) * (most - left);
    const y = high - (down / this.rows) * (high - low);
    const shares = this.network.probabilities(x, y);
    const likeliest = shares.indexOf(Math.max(...shares));
    const chance = 1 / shares.length;
    const confidence = Math.max(0, (shares[likeliest] - chance) / (1 - chance));
    return [likeliest, 255 * this.opacity * confidence];
  }

  // The alpha of a pixel between the centers of four cells.
  alphaBetween(cells, x, y) {
    const [column, right] = between(x, this.across);
    const [row, down] = between(y, this.down);
    const [upper, lower] = [cells[row], cells[Math.min(row + 1, this.down - 1)]];
    const next = Math.min(column + 1, this.across - 1);
    const along = (cellsOfRow) => cellsOfRow[column][1] + right * (cellsOfRow[next][1] - cellsOfRow[column][1]);
    return along(upper) + down * (along(lower) - along(upper));
  }
}

// The last cell whose center is before a pixel, and how far the pixel is from there to the next center, from 0 to 1.
function between(pixel, count) {
  const place = Math.min(count - 1, Math.max(0, (pixel + 0.5) / CELL - 0.5));
  return [Math.floor(place), place % 1];
}
