"use strict";

/**
 * The net of letters of studies/lab/letters.py: 64 tanh units, an alphabet of the space and a to z.
 * Its weights at each stop of training are in DATA.scenes.player.data.stops[i].weights.
 *
 * @param {ReturnType<typeof rnnModule>} rnn
 */
function lettersModule(rnn) {
  const ALPHABET = " abcdefghijklmnopqrstuvwxyz"; // symbol i is ALPHABET[i]
  const HIDDEN = 64;
  const V = ALPHABET.length;

  /** The net of these weights: base64 of little-endian float32. @param {string} base64 */
  function lettersNet(base64) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const flat = Float64Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
    return rnn.netOf(HIDDEN, V, flat);
  }

  let last = /** @type {Net | null} */ (null);

  /** The net at the end of its training. */
  function trained() {
    const { stops } = DATA.scenes.player.data;
    last ??= lettersNet(stops[stops.length - 1].weights);
    return last;
  }

  /** Symbols of a text. @param {string} text */
  function encode(text) {
    return Int32Array.from(text, (letter) => {
      const symbol = ALPHABET.indexOf(letter);
      if (symbol < 0) throw new RangeError(`${JSON.stringify(letter)} is not in the alphabet`);
      return symbol;
    });
  }

  /** What is wrong with a typed text, or "". @param {string} text @param {number} [least] @param {number} [most] */
  function wrongText(text, least = 1, most = 200) {
    if (text.trim().length < least) return least > 1 ? `Type at least ${least} letters.` : "Type a letter.";
    const other = [...text].find((letter) => !ALPHABET.includes(letter));
    if (other !== undefined) return `The net knows a to z, small, and the space: take out “${other}”.`;
    return text.length > most ? `Type at most ${most} letters.` : "";
  }

  /**
   * What the net makes of a text, from state 0: `hidden` (n, 64), the states after each letter, and
   * `probs` (n, 27), p of the letter that comes after each.
   * @param {Net} net @param {string} text
   */
  function predicted(net, text) {
    const u = rnn.unroll(net, text.length, 1);
    u.tokens.set(encode(text));
    rnn.forward(net, u);
    return { hidden: u.hidden.subarray(HIDDEN), probs: u.probs };
  }

  /** p of the letter after a text, (27). @param {Net} net @param {string} text not empty */
  function next(net, text) {
    return predicted(net, text).probs.slice(-V);
  }

  /**
   * -log p of each letter of a text in nats, after another text, of a letter at least, was read.
   * @param {Net} net @param {string} text @param {string} [before]
   */
  function losses(net, text, before = " ") {
    const { probs } = predicted(net, before + text);
    const from = before.length - 1;
    return Float64Array.from(encode(text), (symbol, i) => -Math.log(probs[(from + i) * V + symbol]));
  }

  /**
   * n letters written by the net after a text, each drawn from p^(1 / temperature).
   * @param {Net} net @param {number} temperature @param {() => number} random in [0, 1)
   * @param {number} n @param {string} [before]
   */
  function write(net, temperature, random, n, before = " ") {
    const u = rnn.unroll(net, 1, 1);
    const p = new Float64Array(V);
    let text = before;
    for (let i = 0; i < before.length + n - 1; i++) {
      u.hidden.copyWithin(0, HIDDEN);
      u.tokens[0] = ALPHABET.indexOf(text[i]);
      rnn.forward(net, u);
      if (i < before.length - 1) continue;
      let sum = 0;
      for (let k = 0; k < V; k++) sum += p[k] = u.probs[k] ** (1 / temperature);
      const at = random() * sum;
      let came = 0;
      for (let passed = p[0]; passed <= at && came < V - 1; passed += p[came]) came++;
      text += ALPHABET[came];
    }
    return text.slice(before.length);
  }

  return { ALPHABET, HIDDEN, lettersNet, trained, encode, wrongText, predicted, next, losses, write };
}

const letters = lettersModule(rnn);
const lettersNet = letters.lettersNet;
