// The matrix products of a network that learns. A matrix of values has a row for each neuron and a column for each
// point; of weights, a row for each input and a column for each neuron. Counts of rows and columns are multiples of 4,
// those of points of 8. Two implementations, which LearningNetwork takes alike. Needs nothing else.

// D[m, n] = sum over k of A[m * rowA + k * stepA] * B[k * columns + n], where D has `columns` columns. Sixteen sums at a
// time stay in registers: twice as fast as plain loops. In Float64Array, because Float32Array is a tenth slower.
function multiply(M, K, A, rowA, stepA, B, columns, D) {
  for (let m = 0; m < M; m += 4)
    for (let n = 0; n < columns; n += 4) {
      let a0 = m * rowA, a1 = a0 + rowA, a2 = a1 + rowA, a3 = a2 + rowA;
      let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
      let s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0;
      for (let k = 0, b = n; k < K; k++, b += columns) {
        const x0 = A[a0], x1 = A[a1], x2 = A[a2], x3 = A[a3];
        const y0 = B[b], y1 = B[b + 1], y2 = B[b + 2], y3 = B[b + 3];
        s00 += x0 * y0; s01 += x0 * y1; s02 += x0 * y2; s03 += x0 * y3;
        s10 += x1 * y0; s11 += x1 * y1; s12 += x1 * y2; s13 += x1 * y3;
        s20 += x2 * y0; s21 += x2 * y1; s22 += x2 * y2; s23 += x2 * y3;
        s30 += x3 * y0; s31 += x3 * y1; s32 += x3 * y2; s33 += x3 * y3;
        a0 += stepA; a1 += stepA; a2 += stepA; a3 += stepA;
      }
      let d = m * columns + n;
      D[d] = s00; D[d + 1] = s01; D[d + 2] = s02; D[d + 3] = s03;
      d += columns;
      D[d] = s10; D[d + 1] = s11; D[d + 2] = s12; D[d + 3] = s13;
      d += columns;
      D[d] = s20; D[d + 1] = s21; D[d + 2] = s22; D[d + 3] = s23;
      d += columns;
      D[d] = s30; D[d + 1] = s31; D[d + 2] = s32; D[d + 3] = s33;
    }
}

// D[m, n] = sum over k of A[m, k] * B[n, k], for M rows of A, N of B, and K terms.
function multiplyRows(M, N, K, A, B, D) {
  for (let m = 0; m < M; m += 4)
    for (let n = 0; n < N; n += 4) {
      let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
      let s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0;
      const b0 = n * K, b1 = b0 + K, b2 = b1 + K, b3 = b2 + K;
      const a0 = m * K, a1 = a0 + K, a2 = a1 + K, a3 = a2 + K;
      for (let k = 0; k < K; k++) {
        const x0 = A[a0 + k], x1 = A[a1 + k], x2 = A[a2 + k], x3 = A[a3 + k];
        const y0 = B[b0 + k], y1 = B[b1 + k], y2 = B[b2 + k], y3 = B[b3 + k];
        s00 += x0 * y0; s01 += x0 * y1; s02 += x0 * y2; s03 += x0 * y3;
        s10 += x1 * y0; s11 += x1 * y1; s12 += x1 * y2; s13 += x1 * y3;
        s20 += x2 * y0; s21 += x2 * y1; s22 += x2 * y2; s23 += x2 * y3;
        s30 += x3 * y0; s31 += x3 * y1; s32 += x3 * y2; s33 += x3 * y3;
      }
      let d = m * N + n;
      D[d] = s00; D[d + 1] = s01; D[d + 2] = s02; D[d + 3] = s03;
      d += N;
      D[d] = s10; D[d + 1] = s11; D[d + 2] = s12; D[d + 3] = s13;
      d += N;
      D[d] = s20; D[d + 1] = s21; D[d + 2] = s22; D[d + 3] = s23;
      d += N;
      D[d] = s30; D[d + 1] = s31; D[d + 2] = s32; D[d + 3] = s33;
    }
}

// In float64: the reference, and what runs where WebAssembly has no SIMD.
class PlainProducts {
  // Returns room for so many numbers; call it once.
  take(count) {
    return new Float64Array(count);
  }

  // outputs[j, n] = sum over i < `inputs` of weights[i, j] * values[i, n]; their positive part if `isRelu`.
  forward(weights, columns, values, inputs, outputs, points, isRelu) {
    multiply(columns, inputs, weights, 1, columns, values, points, outputs);
    if (!isRelu) return;
    for (let i = 0, end = columns * points; i < end; i++) if (outputs[i] < 0) outputs[i] = 0;
  }

  // result[i, n] = sum of weights[i, j] * slopes[j, n], times factors[i, n]; if `isRelu` where those are above 0.
  backward(weights, rows, columns, slopes, factors, result, points, isRelu) {
    multiply(rows, columns, weights, columns, 1, slopes, points, result);
    const end = rows * points;
    if (isRelu) for (let i = 0; i < end; i++) result[i] = factors[i] > 0 ? result[i] : 0;
    else for (let i = 0; i < end; i++) result[i] *= factors[i];
  }

  // result[i, j] = sum of values[i, n] * slopes[j, n].
  gradient(values, rows, slopes, columns, result, points) {
    multiplyRows(rows, columns, points, values, slopes, result);
  }
}

// In float32, four numbers at a time, by the bytes of products.wasm. Throws where WebAssembly or its SIMD is missing.
class FastProducts {
  constructor(bytes) {
    this.module = new WebAssembly.Module(bytes);
  }

  // The memory cannot grow: its arrays would be lost.
  take(count) {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * count) / 65536) + 1 });
    this.exports = new WebAssembly.Instance(this.module, { polycore: { memory } }).exports;
    return new Float32Array(memory.buffer, 0, count);
  }

  forward(weights, columns, values, inputs, outputs, points, isRelu) {
    const product = isRelu ? this.exports.forwardRelu : this.exports.forward;
    const [a, b, d] = [weights.byteOffset, values.byteOffset, outputs.byteOffset];
    product(columns, points, inputs, a, 4 * columns, b, 4 * points, d, 4 * points, 0);
  }

  backward(weights, rows, columns, slopes, factors, result, points, isRelu) {
    const product = isRelu ? this.exports.backwardRelu : this.exports.backward;
    const [a, b, d] = [weights.byteOffset, slopes.byteOffset, result.byteOffset];
    product(rows, points, columns, a, 4 * columns, b, 4 * points, d, 4 * points, factors.byteOffset);
  }

  gradient(values, rows, slopes, columns, result, points) {
    const [a, b, d] = [values.byteOffset, slopes.byteOffset, result.byteOffset];
    this.exports.gradient(rows, columns, points, a, 4 * points, b, 4 * points, d, 4 * columns, 0);
  }
}
