"use strict";

/**
 * The net of chunker_very_deep_1200.py: Elman RNN, softmax output, full and truncated BPTT, SGD.
 *
 *     h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)      x_t one-hot, h_{-1} = 0
 *     p_t = softmax(h_t W_hy + b_y)                  p_t predicts x_{t+1}
 *     L   = - sum_t log p_t[x_{t+1}]                 cross-entropy in nats
 *
 * Arrays are flat Float64Arrays in the order (time, sequence, unit), matrices row by row.
 *
 * @typedef {object} Net the parameters of a net, or a gradient: views into `flat`
 * @property {number} hidden units
 * @property {number} symbols in and out
 * @property {Float64Array} flat
 * @property {Float64Array} W_xh (symbols, hidden)
 * @property {Float64Array} W_hh (hidden, hidden)
 * @property {Float64Array} b_h (hidden)
 * @property {Float64Array} W_hy (hidden, symbols)
 * @property {Float64Array} b_y (symbols)
 *
 * @typedef {object} Unrolled buffers of a net over n steps and a batch of sequences
 * @property {number} n steps
 * @property {number} batch
 * @property {Int32Array} tokens (n + 1, batch): x_0 .. x_n
 * @property {Float64Array} hidden (n + 1, batch, hidden): h_{-1} .. h_{n-1}
 * @property {Float64Array} probs (n, batch, symbols)
 * @property {Float64Array} delta (n, batch, hidden): dL/d(argument of tanh)
 */

/* A function, so that a worker can be made from its text where files can't be fetched. */
function rnnModule() {
  const CLIP_NORM = 5.0;

  /** @param {number} hidden @param {number} symbols @returns {Net} all zeros */
  function zeroNet(hidden, symbols) {
    const sizes = [symbols * hidden, hidden * hidden, hidden, hidden * symbols, symbols];
    const flat = new Float64Array(sizes.reduce((a, b) => a + b));
    let start = 0;
    const [W_xh, W_hh, b_h, W_hy, b_y] = sizes.map((size) => {
      start += size;
      return flat.subarray(start - size, start);
    });
    return { hidden, symbols, flat, W_xh, W_hh, b_h, W_hy, b_y };
  }

  /** @param {number} hidden @param {number} symbols @param {ArrayLike<number>} flat */
  function netOf(hidden, symbols, flat) {
    const net = zeroNet(hidden, symbols);
    net.flat.set(flat);
    return net;
  }

  /**
   * @param {Net} net @param {number} n steps @param {number} batch
   * @returns {Unrolled}
   */
  function unroll(net, n, batch) {
    return {
      n,
      batch,
      tokens: new Int32Array((n + 1) * batch),
      hidden: new Float64Array((n + 1) * batch * net.hidden),
      probs: new Float64Array(n * batch * net.symbols),
      delta: new Float64Array(n * batch * net.hidden),
    };
  }

  /**
   * Hidden states of the steps from `start` to before `stop`, from the state before them.
   * @param {Net} net @param {Unrolled} u @param {number} [start] @param {number} [stop]
   */
  function forwardHidden(net, u, start = 0, stop = u.n) {
    const { hidden: H, W_xh, W_hh, b_h } = net;
    const { batch, tokens, hidden } = u;
    const stride = batch * H;
    for (let row = start * batch; row < stop * batch; row++) {
      const before = row * H;
      const now = before + stride;
      const input = tokens[row] * H;
      for (let j = 0; j < H; j++) hidden[now + j] = W_xh[input + j] + b_h[j];
      for (let i = 0, w = 0; i < H; i++) {
        const h = hidden[before + i];
        for (let j = 0; j < H; j++, w++) hidden[now + j] += h * W_hh[w];
      }
      for (let j = now; j < now + H; j++) hidden[j] = Math.tanh(hidden[j]);
    }
  }

  /**
   * y = h W_hy + b_y of one state, into `y` from `at` on.
   * @param {Net} net @param {Float64Array} hidden @param {number} from
   * @param {Float64Array} y @param {number} at
   */
  function readOut(net, hidden, from, y, at) {
    const { hidden: H, symbols: V, W_hy, b_y } = net;
    for (let k = 0; k < V; k++) y[at + k] = b_y[k];
    for (let j = 0, w = 0; j < H; j++) {
      const h = hidden[from + j];
      for (let k = 0; k < V; k++, w++) y[at + k] += h * W_hy[w];
    }
  }

  /** p = exp(y) / sum exp(y), in place. @param {Float64Array} y @param {number} at @param {number} V */
  function softmax(y, at, V) {
    let most = -Infinity;
    for (let k = at; k < at + V; k++) most = Math.max(most, y[k]);
    let sum = 0;
    for (let k = at; k < at + V; k++) sum += y[k] = Math.exp(y[k] - most);
    for (let k = at; k < at + V; k++) y[k] /= sum;
  }

  /**
   * Hidden states and predictions.
   * @param {Net} net @param {Unrolled} u @param {number} [start] @param {number} [stop]
   */
  function forward(net, u, start = 0, stop = u.n) {
    forwardHidden(net, u, start, stop);
    const { hidden: H, symbols: V } = net;
    for (let row = start * u.batch; row < stop * u.batch; row++) {
      readOut(net, u.hidden, (row + u.batch) * H, u.probs, row * V);
      softmax(u.probs, row * V, V);
    }
  }

  /**
   * delta_t = (dL/dh_t + delta_{t+1} W_hh^T) * (1 - h_t^2), where u.delta holds what the outputs
   * of each step contribute to dL/dh_t. With `atState` it is left as dL/dh_t of every step.
   * @param {Net} net @param {Unrolled} u @param {number} start @param {number} stop
   * @param {boolean} [atState]
   */
  function flowBack(net, u, start, stop, atState = false) {
    const { hidden: H, W_hh } = net;
    const { batch, hidden, delta } = u;
    const stride = batch * H;
    const next = new Float64Array(H);
    for (let row = stop * batch - 1; row >= start * batch; row--) {
      const at = row * H;
      if (row < (stop - 1) * batch) {
        const after = at + stride;
        for (let k = 0; k < H; k++) {
          const h = hidden[after + stride + k];
          next[k] = atState ? delta[after + k] * (1 - h * h) : delta[after + k];
        }
        for (let j = 0, w = 0; j < H; j++) {
          let sum = 0;
          for (let k = 0; k < H; k++, w++) sum += next[k] * W_hh[w];
          delta[at + j] += sum;
        }
      }
      if (!atState) {
        for (let j = 0; j < H; j++) {
          const h = hidden[at + stride + j];
          delta[at + j] *= 1 - h * h;
        }
      }
    }
  }

  /**
   * Gradient of the loss summed over steps and batch, added to `grad`, which is zeroed first.
   * @param {Net} net @param {Net} grad @param {Unrolled} u
   * @param {number} [start] @param {number} [stop]
   */
  function backward(net, grad, u, start = 0, stop = u.n) {
    const { hidden: H, symbols: V, W_hy } = net;
    const { batch, tokens, hidden, probs, delta } = u;
    const stride = batch * H;
    const error = new Float64Array(V);
    grad.flat.fill(0);
    for (let row = start * batch; row < stop * batch; row++) {
      const h = row * H + stride;
      for (let k = 0; k < V; k++) error[k] = probs[row * V + k];
      error[tokens[row + batch]] -= 1;
      for (let k = 0; k < V; k++) grad.b_y[k] += error[k];
      for (let j = 0, w = 0; j < H; j++) {
        const state = hidden[h + j];
        let back = 0;
        for (let k = 0; k < V; k++, w++) {
          grad.W_hy[w] += state * error[k];
          back += error[k] * W_hy[w];
        }
        delta[row * H + j] = back;
      }
    }
    flowBack(net, u, start, stop);
    for (let row = start * batch; row < stop * batch; row++) {
      const at = row * H;
      const input = tokens[row] * H;
      for (let j = 0; j < H; j++) {
        grad.b_h[j] += delta[at + j];
        grad.W_xh[input + j] += delta[at + j];
      }
      for (let i = 0, w = 0; i < H; i++) {
        const h = hidden[at + i];
        for (let j = 0; j < H; j++, w++) grad.W_hh[w] += h * delta[at + j];
      }
    }
  }

  /**
   * One step down the gradient of the batch mean, clipped to norm `longest`; grad is used up.
   * @param {Net} net @param {Net} grad @param {number} lr @param {number} batch
   * @param {number} [longest]
   */
  function sgd(net, grad, lr, batch, longest = CLIP_NORM) {
    const theta = net.flat;
    const g = grad.flat;
    let squares = 0;
    for (let i = 0; i < g.length; i++) squares += g[i] * g[i];
    const norm = Math.sqrt(squares) / batch;
    const scale = (lr / batch) * (longest / Math.max(norm, longest));
    for (let i = 0; i < g.length; i++) theta[i] -= scale * g[i];
  }

  /**
   * Truncated BPTT on the sequences in `u`, an update after each window of `length` steps.
   * @param {Net} net @param {Net} grad @param {Unrolled} u @param {number} length @param {number} lr
   */
  function learn(net, grad, u, length, lr) {
    for (let start = 0; start < u.n; start += length) {
      const stop = Math.min(start + length, u.n);
      forward(net, u, start, stop);
      backward(net, grad, u, start, stop);
      sgd(net, grad, lr, u.batch);
    }
  }

  /**
   * -log p of each symbol that came, (n, batch).
   * @param {Net} net @param {Unrolled} u
   */
  function losses(net, u) {
    const found = new Float64Array(u.n * u.batch);
    for (let row = 0; row < found.length; row++) {
      found[row] = -Math.log(u.probs[row * net.symbols + u.tokens[row + u.batch]]);
    }
    return found;
  }

  /** Cross-entropy per sequence, summed over the steps. @param {Net} net @param {Unrolled} u */
  function meanLoss(net, u) {
    return losses(net, u).reduce((a, b) => a + b, 0) / u.batch;
  }

  /**
   * ||dL_{T-1}/dh_t|| of the loss of the last step of one sequence, in order of time, (n).
   * @param {Net} net @param {ArrayLike<number>} tokens x_0 .. x_n
   */
  function gradientNorms(net, tokens) {
    const u = unroll(net, tokens.length - 1, 1);
    u.tokens.set(tokens);
    forward(net, u);
    const { hidden: H, symbols: V } = net;
    const last = u.n - 1;
    for (let j = 0; j < H; j++) {
      for (let k = 0; k < V; k++) {
        const error = u.probs[last * V + k] - (u.tokens[u.n] === k ? 1 : 0);
        u.delta[last * H + j] += error * net.W_hy[j * V + k];
      }
    }
    flowBack(net, u, 0, u.n, true);
    const norms = new Float64Array(u.n);
    for (let t = 0; t < u.n; t++) norms[t] = Math.hypot(...u.delta.subarray(t * H, (t + 1) * H));
    return norms;
  }

  /** The largest of some numbers: where it stands. @param {ArrayLike<number>} values */
  function argmax(values, from = 0, to = values.length) {
    let best = from;
    for (let i = from + 1; i < to; i++) if (values[i] > values[best]) best = i;
    return best - from;
  }

  return {
    zeroNet, netOf, unroll, forwardHidden, readOut, softmax, forward, flowBack, backward, sgd,
    learn, losses, meanLoss, gradientNorms, argmax,
  };
}

const rnn = rnnModule();
