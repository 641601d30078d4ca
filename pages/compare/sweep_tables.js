// A table whose rows come with the frames of a sweep; sweep_tables.py describes `data`.

// The order that the user has chosen for each table, by its label: it stays when the table has left the page.
const chosen = {};

export default keeping(
  (parent) => new Table(parent),
  (table, { data }) => table.show(data),
);

class Table {
  constructor(parent) {
    const table = element("table", {});
    this.head = table.createTHead().insertRow();
    this.body = table.createTBody();
    this.root = element("div", { class: "polycore-sweep-table", tabindex: 0, role: "group" }, table);
    parent.append(this.root);
  }

  show({ label, columns, rows, colors, follow }) {
    this.root.setAttribute("aria-label", label);
    this.colors = colors;
    if (label !== this.label) this.begin(label, columns);
    this.fill(rows);
    this.leave?.();
    this.leave = channel().follow(follow, ({ rows }) => this.fill(rows));
  }

  begin(label, columns) {
    this.label = label;
    this.body.replaceChildren();
    this.sorted = chosen[label] ?? { column: null, direction: 1 }; // at first in the order in which they come
    this.head.replaceChildren(
      ...columns.map(([name, help], column) => {
        const button = element("button", { type: "button", title: help }, name);
        button.addEventListener("click", () => this.sort(column));
        return element("th", { scope: "col" }, button);
      }),
    );
  }

  // By the column that is pressed, from its lowest value to its highest; pressed again, the other way.
  sort(column) {
    const direction = column === this.sorted.column ? -this.sorted.direction : 1;
    this.sorted = chosen[this.label] = { column, direction };
    this.fill(this.rows);
  }

  fill(rows) {
    this.rows = rows;
    const { column, direction } = this.sorted;
    [...this.head.cells].forEach((head, index) =>
      head.setAttribute("aria-sort", index !== column ? "none" : direction > 0 ? "ascending" : "descending"),
    );
    while (this.body.rows.length > rows.length) this.body.deleteRow(-1);
    const ordered = [...rows];
    if (column !== null) ordered.sort((one, other) => compared(one[column], other[column], direction));
    ordered.forEach((texts, index) => this.fillRow(this.body.rows[index] ?? this.body.insertRow(), texts));
  }

  fillRow(row, texts) {
    texts.forEach((text, index) => {
      const cell = row.cells[index] ?? row.insertCell();
      if (cell.textContent !== text) cell.textContent = text;
    });
    row.cells[0].style.cssText = this.colors[texts[0] - 1];
  }

  end() {
    this.leave?.();
    this.root.remove();
  }
}

// As numbers if both begin with one. What is not known yet comes last, in either direction.
function compared(one, other, direction) {
  if (one === "" || other === "") return (one === "") - (other === "");
  const [first, second] = [one, other].map((text) => parseFloat(text.replaceAll(",", "")));
  const isText = Number.isNaN(first) || Number.isNaN(second);
  return direction * (isText ? one.localeCompare(other, undefined, { numeric: true }) : first - second);
}
