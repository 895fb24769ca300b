"""Adam, and clipping by norm."""

from __future__ import annotations

import math

import numpy as np


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1), in place on a flat vector of parameters.

    Both moments are kept without their factors 1 - beta; these and the bias
    corrections go into two scalars, the step size a and the constant e:

        m <- beta1 m + g      v <- beta2 v + g^2      theta <- theta - a m / (sqrt(v) + e)
    """

    def __init__(self, n_parameters, lr, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.lr, self.beta1, self.beta2, self.epsilon = lr, beta1, beta2, epsilon
        self.m, self.v, self.step_taken = np.zeros((3, n_parameters))
        self.t = 0

    def step(self, theta, g):
        """Move `theta` down the gradient `g`; both of shape (n_parameters,)."""
        m, v, step = self.m, self.v, self.step_taken
        self.t += 1
        scale = math.sqrt((1 - self.beta2**self.t) / (1 - self.beta2))
        rate = self.lr * scale * (1 - self.beta1) / (1 - self.beta1**self.t)
        m *= self.beta1
        m += g
        np.multiply(g, g, step)
        v *= self.beta2
        v += step
        np.sqrt(v, step)
        step += self.epsilon * scale
        np.divide(m, step, step)
        step *= rate
        theta -= step


def clip(g, norm):
    """Shorten the gradient `g`, in place, to at most `norm`."""
    g *= norm / max(norm, math.sqrt(g.dot(g)))
