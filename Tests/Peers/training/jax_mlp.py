"""The MLP workloads in JAX: one jitted function a step, parameters and moments donated, noise drawn inside.

The same models, losses and optimisers as vae.py, wgan.py and flow.py. A WGAN's five critic steps and its
generator step are one program. bf16 casts the operands of each product and accumulates in float32.
"""
import math

import jax
import jax.numpy as jnp

from .workload import POOL_BATCHES

jax.config.update("jax_default_prng_impl", "unsafe_rbg")


def dense(precision):
    """The product of a linear layer, x [B, in], weight [in, out]."""
    def apply(layer, x):
        weight, bias = layer
        if precision == "bf16":
            x, weight = x.astype(jnp.bfloat16), weight.astype(jnp.bfloat16)
        return jnp.matmul(x, weight, preferred_element_type=jnp.float32) + bias
    return apply


def mlp(key, *widths):
    """Layers of the given widths, uniform in +-1/sqrt(in) as PyTorch's are."""
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        key, a, b = jax.random.split(key, 3)
        bound = 1 / math.sqrt(inputs)
        layers.append((jax.random.uniform(a, (inputs, outputs), minval=-bound, maxval=bound),
                       jax.random.uniform(b, (outputs,), minval=-bound, maxval=bound)))
    return layers


def adam(rate, beta1, beta2):
    """Initial state, and (parameters, state, gradients) -> (parameters, state)."""
    def start(parameters):
        zeros = lambda: jax.tree.map(jnp.zeros_like, parameters)
        return zeros(), zeros(), jnp.zeros(())

    def update(parameters, state, gradients):
        mean, square, step = state
        step = step + 1
        mean = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, mean, gradients)
        square = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, square, gradients)
        size, root = rate / (1 - beta1 ** step), 1 / jnp.sqrt(1 - beta2 ** step)
        moved = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) * root + 1e-8), parameters, mean, square)
        return moved, (mean, square, step)

    return start, update


def rmsprop(rate, alpha=0.99):
    def update(parameters, state, gradients):
        state = jax.tree.map(lambda v, g: alpha * v + (1 - alpha) * g * g, state, gradients)
        moved = jax.tree.map(lambda p, g, v: p - rate * g / (jnp.sqrt(v) + 1e-8), parameters, gradients, state)
        return moved, state

    return lambda parameters: jax.tree.map(jnp.zeros_like, parameters), update


class JAXWorkload:
    """`program(state, batches, key)` -> (state, key, loss) is compiled once."""

    modes = ("jax-f32", "jax-bf16")
    batches_per_step, width = 1, 784

    def __init__(self, mode):
        self.linear = dense(mode.split("-")[1])
        self.key, key, data = jax.random.split(jax.random.key(7), 3)
        self.state = self.start(key)
        shape = (POOL_BATCHES, self.batches_per_step, self.batch, self.width)
        pool = jax.random.uniform(data, shape)
        self.pool = [pool[index] for index in range(POOL_BATCHES)]
        self.program = jax.jit(self.training_step, donate_argnums=(0, 2))
        self.position = 0

    def step(self):
        batches = self.pool[self.position % POOL_BATCHES]
        self.position += 1
        self.state, self.key, loss = self.program(self.state, batches, self.key)
        return loss.block_until_ready()


class VAE(JAXWorkload):
    name, batch, samples_per_step = "vae-mlp", 128, 128

    def start(self, key):
        a, b, c, d = jax.random.split(key, 4)
        parameters = [mlp(a, 784, 400)[0], mlp(b, 400, 40)[0], mlp(c, 20, 400)[0], mlp(d, 400, 784)[0]]
        self.begin, self.update = adam(1e-3, 0.9, 0.999)
        return parameters, self.begin(parameters)

    def loss(self, parameters, x, noise):
        fc1, fc2, fc3, fc4 = parameters
        mean, log_variance = jnp.split(self.linear(fc2, jax.nn.relu(self.linear(fc1, x))), 2, axis=1)
        z = mean + jnp.exp(0.5 * log_variance) * noise
        logits = self.linear(fc4, jax.nn.relu(self.linear(fc3, z)))
        cross = jnp.sum(jax.nn.softplus(logits) - x * logits)
        divergence = -0.5 * jnp.sum(1 + log_variance - mean ** 2 - jnp.exp(log_variance))
        return (cross + divergence) / self.batch

    def training_step(self, state, batches, key):
        parameters, moments = state
        key, part = jax.random.split(key)
        noise = jax.random.normal(part, (self.batch, 20))
        loss, gradients = jax.value_and_grad(self.loss)(parameters, batches[0], noise)
        return self.update(parameters, moments, gradients), key, loss


class WGAN(JAXWorkload):
    batch, samples_per_step, batches_per_step = 64, 5 * 64, 5
    penalised = False

    def start(self, key):
        a, b = jax.random.split(key)
        generator, critic = mlp(a, 128, 512, 512, 784), mlp(b, 784, 512, 512, 1)
        self.begin, self.update = adam(1e-4, 0.5, 0.9) if self.penalised else rmsprop(5e-5)
        return generator, critic, self.begin(generator), self.begin(critic)

    def network(self, layers, x):
        for layer in layers[:-1]:
            x = jax.nn.relu(self.linear(layer, x))
        return self.linear(layers[-1], x)

    def generate(self, generator, key):
        return jax.nn.sigmoid(self.network(generator, jax.random.normal(key, (self.batch, 128))))

    def critic_loss(self, critic, real, fake, key):
        scores = self.network(critic, jnp.concatenate([real, fake]))
        loss = scores[self.batch:].mean() - scores[:self.batch].mean()
        if self.penalised:
            between = fake + jax.random.uniform(key, (self.batch, 1)) * (real - fake)
            slope = jax.grad(lambda x: self.network(critic, x).sum())(between)
            loss += 10 * jnp.mean((jnp.sqrt(jnp.sum(slope ** 2, axis=1)) - 1) ** 2)
        return loss

    def training_step(self, state, batches, key):
        generator, critic, generator_moments, critic_moments = state
        for index in range(self.batches_per_step):
            key, noise, mix = jax.random.split(key, 3)
            fake = self.generate(generator, noise)
            gradients = jax.grad(self.critic_loss)(critic, batches[index], fake, mix)
            critic, critic_moments = self.update(critic, critic_moments, gradients)
            if not self.penalised:
                critic = jax.tree.map(lambda p: jnp.clip(p, -0.01, 0.01), critic)
        key, noise = jax.random.split(key)
        loss, gradients = jax.value_and_grad(
            lambda g: -self.network(critic, self.generate(g, noise)).mean())(generator)
        generator, generator_moments = self.update(generator, generator_moments, gradients)
        return (generator, critic, generator_moments, critic_moments), key, loss


class WGANClip(WGAN):
    name = "wgan-clip-mlp"


class WGANGP(WGAN):
    name, penalised = "wgan-gp-mlp", True


class RealNVP(JAXWorkload):
    name, batch, samples_per_step, width = "realnvp", 512, 512, 2

    def start(self, key):
        parameters = [mlp(part, 1, 128, 128, 2) for part in jax.random.split(key, 8)]
        self.begin, self.update = adam(1e-3, 0.9, 0.999)
        return parameters, self.begin(parameters)

    def loss(self, parameters, x):
        parts, total = [x[:, :1], x[:, 1:]], 0.0
        for index, (fc1, fc2, fc3) in enumerate(parameters):
            moved = 1 - index % 2
            h = jax.nn.relu(self.linear(fc1, parts[1 - moved]))
            r, t = jnp.split(self.linear(fc3, jax.nn.relu(self.linear(fc2, h))), 2, axis=1)
            s = jnp.tanh(r)
            parts[moved] = parts[moved] * jnp.exp(s) + t
            total = total + s
        squares = parts[0] ** 2 + parts[1] ** 2
        return jnp.mean(0.5 * squares + math.log(2 * math.pi) - total)

    def training_step(self, state, batches, key):
        parameters, moments = state
        loss, gradients = jax.value_and_grad(self.loss)(parameters, batches[0])
        return self.update(parameters, moments, gradients), key, loss


WORKLOADS = {kind.name: kind for kind in (VAE, WGANClip, WGANGP, RealNVP)}
