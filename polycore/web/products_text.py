"""The matrix products of learning/engine.js as WebAssembly text, whose bytes are learning/products.wasm.

Sums stay in SIMD registers, four float32 numbers each. All matrices lie row by row in the memory; addresses
and lengths of rows are in bytes, counts in numbers.
"""

from itertools import pairwise, product

LANES, BYTES = 4, 16  # of a register
ROWS, VECTORS = 4, 2  # of the sums that are computed at once: 4 by 8
DOT_ROWS, DOT_COLUMNS = 2, 4  # of the sums over points, whose terms fill a register each


def text() -> str:
    """Return the module: five products, which work in a memory that it imports.

    forward, forwardRelu: D = Aᵀ·B, and its positive part. backward: D = (A·B)∘X. backwardRelu: A·B where
    X > 0, else 0. gradient: D = A·Bᵀ. D has M rows and N columns, and K terms in each sum.

    Source of the instructions: WebAssembly core specification 2.0, section 6.5.
    """
    functions = (
        _product("forward", "{sum}", in_columns=True),
        _product("forwardRelu", "(f32x4.pmax (v128.const f32x4 0 0 0 0) {sum})", in_columns=True),
        _product("backward", "(f32x4.mul {sum} {factor})", in_columns=False),
        _product(
            "backwardRelu",
            "(v128.and {sum} (f32x4.gt {factor} (v128.const f32x4 0 0 0 0)))",
            in_columns=False,
        ),
        _dot_products("gradient"),
    )
    return f'(module (import "polycore" "memory" (memory 1))\n{"".join(functions)})\n'


def _get(name: str) -> str:
    return f"(local.get ${name})"


def _advance(name: str, by: str) -> str:
    return f"(local.set ${name} (i32.add {_get(name)} {by}))"


def _times(left: str, right: str) -> str:
    return f"(i32.mul {left} {right})"


def _const(number: int) -> str:
    return f"(i32.const {number})"


def _loop(variable: str, end: str, step: int, body: str) -> str:
    """Return a loop over variable = 0, step, 2 step ... below `end`; the body runs at least once."""
    following = f"(local.tee ${variable} (i32.add {_get(variable)} {_const(step)}))"
    return (
        f"(local.set ${variable} (i32.const 0))\n(loop $over_{variable}\n{body}"
        f"(br_if $over_{variable} (i32.lt_u {following} {_get(end)})))\n"
    )


def _function(name: str, numbers: list[str], registers: list[str], body: str) -> str:
    """Return an exported function with local numbers and registers; all products have the same parameters."""
    parameters = ("M", "N", "K", "A", "rowA", "B", "rowB", "D", "rowD", "X")
    return (
        f'(func (export "{name}") {" ".join(f"(param ${each} i32)" for each in parameters)}\n'
        f"{' '.join(f'(local ${each} i32)' for each in numbers)}\n"
        f"{' '.join(f'(local ${each} v128)' for each in registers)}\n{body})\n"
    )


def _add_to(total: str, left: str, right: str) -> str:
    return f"(local.set ${total} (f32x4.add {_get(total)} (f32x4.mul {_get(left)} {_get(right)})))\n"


def _zeros(sums: list[str]) -> str:
    return "".join(f"(local.set ${each} (v128.const f32x4 0 0 0 0))" for each in sums)


def _product(name: str, result: str, *, in_columns: bool) -> str:
    """Return the product in which each term is a number of A times a register of B.

    result: an expression of the sum, and of X at its place. in_columns: A has its terms in columns, as in
    Aᵀ·B.
    """
    sums = [f"s{row}_{vector}" for row, vector in product(range(ROWS), range(VECTORS))]
    start = f"(i32.add {_get('A')} {_times(_get('m'), _const(4) if in_columns else _get('rowA'))})"
    terms = "".join(
        f"(local.set $b{vector} (v128.load offset={BYTES * vector} align=4 {_get('pb')}))\n"
        for vector in range(VECTORS)
    )
    for row in range(ROWS):
        place = f"offset={4 * row} {_get('pa0')}" if in_columns else _get(f"pa{row}")
        terms += f"(local.set $a (v128.load32_splat {place}))\n"
        terms += "".join(_add_to(f"s{row}_{vector}", "a", f"b{vector}") for vector in range(VECTORS))
    pointers = ["pa0"] if in_columns else [f"pa{row}" for row in range(ROWS)]
    firsts = f"(local.set $pa0 {start})" + "".join(
        f"(local.set ${after} (i32.add {_get(before)} {_get('rowA')}))"
        for before, after in pairwise(pointers)
    )
    terms += "".join(_advance(each, _get("rowA") if in_columns else _const(4)) for each in pointers)
    terms += _advance("pb", _get("rowB"))
    stores = ""
    for row in range(ROWS):
        for vector in range(VECTORS):
            factor = f"(v128.load offset={BYTES * vector} align=4 {_get('px')})"
            value = result.format(sum=_get(f"s{row}_{vector}"), factor=factor)
            stores += f"(v128.store offset={BYTES * vector} align=4 {_get('pd')} {value})\n"
        stores += _advance("pd", _get("rowD")) + _advance("px", _get("rowD")) + "\n"
    offset = f"(i32.add {_times(_get('m'), _get('rowD'))} {_times(_get('n'), _const(4))})"
    inner = (
        f"{_zeros(sums)}\n{firsts}\n(local.set $pb (i32.add {_get('B')} {_times(_get('n'), _const(4))}))\n"
        f"{_loop('k', 'K', 1, terms)}(local.set $pd (i32.add {_get('D')} {offset}))"
        f"(local.set $px (i32.add {_get('X')} {offset}))\n{stores}"
    )
    body = _loop("m", "M", ROWS, _loop("n", "N", LANES * VECTORS, inner))
    registers = ["a", *(f"b{vector}" for vector in range(VECTORS)), *sums]
    return _function(name, ["m", "n", "k", "pb", "pd", "px", *pointers], registers, body)


def _dot_products(name: str) -> str:
    """Return A·Bᵀ, in which each term is a register of A times a register of B."""
    sums = [f"s{row}_{column}" for row, column in product(range(DOT_ROWS), range(DOT_COLUMNS))]
    firsts = "".join(
        f"(local.set ${pointer}{index} (i32.add {_get(matrix)} "
        f"{_times(f'(i32.add {_get(first)} {_const(index)})', _get(f'row{matrix}'))}))\n"
        for pointer, matrix, first, count in (("pa", "A", "m", DOT_ROWS), ("pb", "B", "n", DOT_COLUMNS))
        for index in range(count)
    )
    terms = "".join(
        f"(local.set $a{row} (v128.load align=4 {_get(f'pa{row}')})){_advance(f'pa{row}', _const(BYTES))}\n"
        for row in range(DOT_ROWS)
    )
    for column in range(DOT_COLUMNS):
        terms += f"(local.set $b (v128.load align=4 {_get(f'pb{column}')}))"
        terms += _advance(f"pb{column}", _const(BYTES)) + "\n"
        terms += "".join(_add_to(f"s{row}_{column}", f"a{row}", "b") for row in range(DOT_ROWS))
    stores = f"(local.set $pd (i32.add {_get('D')} (i32.add {_times(_get('m'), _get('rowD'))} "
    stores += f"{_times(_get('n'), _const(4))})))\n"
    for row in range(DOT_ROWS):
        for column in range(DOT_COLUMNS):
            lanes = [f"(f32x4.extract_lane {lane} {_get(f's{row}_{column}')})" for lane in range(LANES)]
            total = f"(f32.add (f32.add {lanes[0]} {lanes[1]}) (f32.add {lanes[2]} {lanes[3]}))"
            stores += f"(f32.store offset={4 * column} {_get('pd')} {total})\n"
        stores += _advance("pd", _get("rowD"))
    inner = f"{_zeros(sums)}\n{firsts}{_loop('k', 'K', LANES, terms)}{stores}"
    body = _loop("m", "M", DOT_ROWS, _loop("n", "N", DOT_COLUMNS, inner))
    pointers = [*(f"pa{row}" for row in range(DOT_ROWS)), *(f"pb{column}" for column in range(DOT_COLUMNS))]
    registers = [*(f"a{row}" for row in range(DOT_ROWS)), "b", *sums]
    return _function(name, ["m", "n", "k", "pd", *pointers], registers, body)
