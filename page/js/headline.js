"use strict";

/**
 * The headline run of chunker_very_deep_1200.py: A learns, its surprises go up, C learns, the
 * baseline learns, all are asked on fresh sequences. Stage by stage as there.
 *
 * @typedef {object} Start what Python's run begins with: weights, and each sequence's trigger
 * @property {number[]} automatizer @property {number[]} chunker @property {number[]} baseline
 * @property {Record<"auto_data"|"probe"|"chunk_data"|"baseline_data"|"evaluation"|"trace", string>} triggers
 *
 * @typedef {object} Settings of a run, as the fields of `Config`, the protocol's constants, and
 * @property {number} T @property {number} noise @property {number} seed
 * @property {Start | null} start null: weights and triggers are drawn here
 * @property {Record<string, number>} config
 */

/** @param {ReturnType<typeof rnnModule>} rnn */
function headlineModule(rnn) {
  const V = 7;
  const N_TRIGGERS = 2;
  const N_FILLERS = 5;

  /** Uniform numbers in [0, 1) from a seed (sfc32). @param {number} seed @param {number} stream */
  function generator(seed, stream) {
    let [a, b, c, d] = [seed | 0, (seed / 2 ** 32) | 0, stream | 0, 1];
    function next() {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = ((c << 21) | (c >>> 11)) + t;
      return (t >>> 0) / 2 ** 32;
    }
    for (let i = 0; i < 15; i++) next();
    return next;
  }

  /** A normally distributed number (Box and Muller). @param {() => number} random */
  function normal(random) {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  }

  /** Gaussian weights, biases 0. @param {() => number} random @param {number} hidden @param {number} std */
  function initial(random, hidden, std) {
    const net = rnn.zeroNet(hidden, V);
    for (const W of [net.W_xh, net.W_hh, net.W_hy]) {
      for (let i = 0; i < W.length; i++) W[i] = std * normal(random);
    }
    return net;
  }

  /**
   * Sequences after these triggers, (T, batch): filler 1 2 3 4 5 1 .., which at every step jumps
   * with probability `noise`.
   * @param {number} T @param {number[]} triggers @param {number} noise @param {() => number} random
   */
  function sequences(T, triggers, noise, random) {
    const B = triggers.length;
    const tokens = new Int32Array(T * B);
    for (let b = 0; b < B; b++) {
      tokens[b] = tokens[(T - 1) * B + b] = triggers[b];
      for (let t = 1, at = -1; t < T - 1; t++) {
        at += noise > 0 && random() < noise ? 2 + Math.floor((N_FILLERS - 1) * random()) : 1;
        tokens[t * B + b] = N_TRIGGERS + (at % N_FILLERS);
      }
    }
    return tokens;
  }

  /** @param {number[]} values */
  function median(values) {
    const sorted = Float64Array.from(values).sort();
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Half-way between the median loss on filler and on targets. @param {Float64Array} loss (T - 1, N) */
  function threshold(loss, N) {
    const split = loss.length - N;
    const of = [loss.subarray(0, split), loss.subarray(split)].map((part) => median(Array.from(part)));
    return (of[0] + of[1]) / 2;
  }

  /** Loss of each symbol but the first, and log-probabilities' argmax at the last step. */
  function scored(net, tokens, N) {
    const u = rnn.unroll(net, tokens.length / N - 1, N);
    u.tokens.set(tokens);
    rnn.forward(net, u);
    return { loss: rnn.losses(net, u), last: u.probs.subarray((u.n - 1) * N * V) };
  }

  /**
   * The surprises of each sequence, the first symbol always: symbols, and is the last the target?
   * @param {Float64Array} loss @param {Int32Array} tokens @param {number} N @param {number} above
   */
  function passUp(loss, tokens, N, above) {
    const T = tokens.length / N;
    return Array.from({ length: N }, (_, b) => {
      const symbols = [tokens[b]];
      for (let t = 1; t < T; t++) if (loss[(t - 1) * N + b] > above) symbols.push(tokens[t * N + b]);
      return { symbols, flagged: loss[(T - 2) * N + b] > above };
    });
  }

  /** C's answers: recall and choice of the targets, shares; what was not flagged is wrong. */
  function asked(chunker, events, targets) {
    let recall = 0;
    let choice = 0;
    events.forEach(({ symbols, flagged }, i) => {
      if (!flagged || symbols.length < 2) return;
      const { last } = scored(chunker, Int32Array.from(symbols), 1);
      recall += Number(rnn.argmax(last, 0, V) === targets[i]);
      choice += Number(rnn.argmax(last, 0, N_TRIGGERS) === targets[i]);
    });
    return { recall: recall / events.length, choice: choice / events.length };
  }

  /**
   * The whole run. `tell` hears of every epoch and of the end of each stage.
   * @param {Settings} settings
   * @param {(news: Record<string, any>) => void} tell
   */
  function run(settings, tell) {
    const { T, noise, seed, start, config: c } = settings;
    const stages = ["auto_init", "auto_data", "probe", "chunk_init", "chunk_data", "baseline_init",
      "baseline_data", "evaluation", "trace", "noise"];
    const random = Object.fromEntries(stages.map((stage, i) => [stage, generator(seed, i)]));
    const at = { auto_data: 0, probe: 0, chunk_data: 0, baseline_data: 0, evaluation: 0, trace: 0 };

    /** @param {keyof at} stage @param {number} n */
    function drawn(stage, n) {
      const triggers = Array.from({ length: n }, () => {
        at[stage] += 1;
        return start ? Number(start.triggers[stage][at[stage] - 1]) : Math.floor(2 * random[stage]());
      });
      return { triggers, tokens: sequences(T, triggers, noise, random.noise) };
    }

    /** @param {"automatizer"|"chunker"|"baseline"} name @param {string} stage */
    function begun(name, stage, hidden, std) {
      return start ? rnn.netOf(hidden, V, start[name]) : initial(random[stage], hidden, std);
    }

    /** Trained on fresh batches: BPTT in windows. */
    function trained(name, net, stage, epochs, batch, length, lr) {
      const grad = rnn.zeroNet(net.hidden, V);
      const u = rnn.unroll(net, T - 1, batch);
      const losses = [];
      for (let epoch = 1; epoch <= epochs; epoch++) {
        u.tokens.set(drawn(stage, batch).tokens);
        u.hidden.fill(0, 0, batch * net.hidden);
        rnn.learn(net, grad, u, length, lr);
        losses.push(rnn.meanLoss(net, u));
        if (!Number.isFinite(losses[epoch - 1])) throw new RangeError(`the ${name} diverged in epoch ${epoch}`);
        tell({ stage: name, epoch, epochs, loss: losses[epoch - 1] });
      }
      return losses;
    }

    const A = begun("automatizer", "auto_init", c.auto_hidden, c.auto_std);
    trained("automatizer", A, "auto_data", c.auto_epochs, c.auto_batch, c.auto_truncate, c.auto_lr);

    const probe = drawn("probe", c.n_probe);
    const above = threshold(scored(A, probe.tokens, c.n_probe).loss, c.n_probe);
    const trace = drawn("trace", 1);
    const { loss } = scored(A, trace.tokens, 1);
    tell({ stage: "surprises", threshold: above, tokens: trace.tokens, loss });

    const C = begun("chunker", "chunk_init", c.chunk_hidden, c.chunk_std);
    const chunkerLoss = trainChunker(C, A, above);

    const baseline = begun("baseline", "baseline_init", c.baseline_hidden, c.baseline_std);
    const baselineLoss = trained("baseline", baseline, "baseline_data", c.baseline_epochs,
      c.baseline_batch, T, c.baseline_lr);

    const fresh = drawn("evaluation", c.n_eval);
    const heard = scored(A, fresh.tokens, c.n_eval).loss;
    const ofC = asked(C, passUp(heard, fresh.tokens, c.n_eval, above), fresh.triggers);
    const ofBaseline = answers(scored(baseline, fresh.tokens, c.n_eval).last, fresh.triggers);
    const events = passUp(heard, fresh.tokens, c.n_eval, above);
    const k = events.reduce((sum, e) => sum + e.symbols.length, 0) / events.length;
    tell({
      stage: "end", threshold: above, k, chunker: ofC, baseline: ofBaseline,
      chunkerLoss: chunkerLoss[chunkerLoss.length - 1],
      baselineLoss: baselineLoss[baselineLoss.length - 1],
      norms: rnn.gradientNorms(baseline, trace.tokens),
      // what a threshold moved by the reader needs: losses of A, the tokens, and C itself
      heard, tokens: fresh.tokens, triggers: fresh.triggers, C: C.flat,
    });

    /** C learns the surprises of fresh sequences, one after the other; an epoch's mean losses. */
    function trainChunker(net, A, above) {
      const grad = rnn.zeroNet(net.hidden, V);
      const losses = [];
      const known = new Map(); // without noise there are two sequences: each is compressed once
      for (let epoch = 1; epoch <= c.chunk_epochs; epoch++) {
        let sum = 0;
        for (let i = 0; i < c.chunk_sequences; i++) {
          const { tokens, triggers } = drawn("chunk_data", 1);
          if (noise > 0 || !known.has(triggers[0])) {
            known.set(triggers[0], passUp(scored(A, tokens, 1).loss, tokens, 1, above)[0].symbols);
          }
          const symbols = known.get(triggers[0]);
          if (symbols.length < 2) continue;
          const u = rnn.unroll(net, symbols.length - 1, 1);
          u.tokens.set(symbols);
          rnn.learn(net, grad, u, u.n, c.chunk_lr);
          sum += rnn.meanLoss(net, u);
        }
        losses.push(sum / c.chunk_sequences);
        if (!Number.isFinite(sum)) throw new RangeError(`the chunker diverged in epoch ${epoch}`);
        tell({ stage: "chunker", epoch, epochs: c.chunk_epochs, loss: losses[epoch - 1] });
      }
      return losses;
    }
  }

  /** Recall and choice from the predictions of the targets, (N, V). */
  function answers(last, targets) {
    let recall = 0;
    let choice = 0;
    targets.forEach((target, i) => {
      recall += Number(rnn.argmax(last, i * V, (i + 1) * V) === target);
      choice += Number(rnn.argmax(last, i * V, i * V + N_TRIGGERS) === target);
    });
    return { recall: recall / targets.length, choice: choice / targets.length };
  }

  return { generator, normal, initial, sequences, threshold, scored, passUp, asked, run };
}

const headline = headlineModule(rnn);
