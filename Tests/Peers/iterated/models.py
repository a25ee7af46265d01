"""The models of an iterated study: what training/ defines, fitted anew in every generation.

A model is built once a process, so that torch.compile compiles once; a fit resets its parameters to PyTorch's
default initialisation, makes new optimisers and takes its batches from a training set [N, 784] in memory.
"""
import math

import torch
from torch import nn

from training.vae import VAE, ConvVAE
from training.wgan import ConvCritic, ConvGenerator, MLPCritic, MLPGenerator, WGANGPConv, WGANGPMLP
from training.workload import Workload, descend

from .settings import CRITIC_STEPS, GAN_BETAS, PIXELS, SIDE, VAE_DECAY, VAE_LATENT

SAMPLING_BATCH = 256


class Iterated:
    """What the models share; stands in front of a `Workload`, whose batches it takes from the training set."""

    def __init__(self, settings, mode):
        self.settings, self.batch = settings, settings.batch
        super().__init__(mode)

    def fit(self, images, steps):
        """Trains new parameters on images [N, 784], float32. A loss that is not finite ends it."""
        for module in self.modules():
            module.apply(lambda part: part.reset_parameters() if hasattr(part, "reset_parameters") else None)
        self.make_optimisers()
        drawn = steps * self.batches_per_step * self.batch
        orders = [torch.randperm(len(images)) for _ in range(-(-drawn // len(images)))]
        self.training, self.order, self.position = images, torch.cat(orders), 0
        for _ in range(steps):
            loss = self.step()
        if not math.isfinite(loss.item()):
            raise ArithmeticError(f"{self.settings.study}: the loss is {loss.item()} after {steps} steps")

    def next(self, pool=None):
        """The next batch, [B, 784] or [B, 1, 28, 28]; an epoch's end and the next one's beginning may share one."""
        rows = self.training.index_select(0, self.order[self.position:self.position + self.batch])
        self.position += self.batch
        if not self.settings.kind.convolutional:
            return rows
        if self.last:
            return rows.view(-1, SIDE, SIDE, 1).permute(0, 3, 1, 2)
        return rows.view(-1, 1, SIDE, SIDE)

    @torch.no_grad()
    def sample(self, count):
        """[count, 784], float32 in [0, 1]."""
        images = torch.empty(count, PIXELS)
        for start in range(0, count, SAMPLING_BATCH):
            with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
                part = self.draw(min(SAMPLING_BATCH, count - start))
            images[start:start + SAMPLING_BATCH] = part.flatten(1)
        return images


class IteratedGAN(Iterated):
    batches_per_step = CRITIC_STEPS

    def modules(self):
        return self.generator, self.critic

    def make_optimisers(self):
        self.generator_optimiser = self.optimiser(self.generator)
        self.critic_optimiser = self.optimiser(self.critic)

    def optimiser(self, network):
        return torch.optim.Adam(network.parameters(), lr=self.settings.learning_rate, betas=GAN_BETAS, fused=True)

    def draw(self, count):
        return self.generator(torch.randn(count, self.latent))


class DenseGAN(IteratedGAN, WGANGPMLP):
    def networks(self):
        return MLPGenerator(hidden=self.settings.width), MLPCritic(hidden=self.settings.width)


class ConvolutionalGAN(IteratedGAN, WGANGPConv):
    def networks(self):
        return ConvGenerator(channels=self.settings.width), ConvCritic(channels=self.settings.width)


class IteratedVAE(Iterated, Workload):
    batches_per_step = 1

    def __init__(self, settings, mode):
        super().__init__(settings, mode)
        self.model = self.prepared(self.network(settings.width))
        self.loss = self.function(self.model.loss)

    def modules(self):
        return (self.model,)

    def make_optimisers(self):
        self.optimiser = torch.optim.Adam(
            self.model.parameters(), lr=self.settings.learning_rate, weight_decay=VAE_DECAY, fused=True)

    def step(self):
        return descend(self.loss(self.next(), torch.randn(self.batch, VAE_LATENT)), self.optimiser)

    def draw(self, count):
        return self.model.decode(torch.randn(count, VAE_LATENT)).float().sigmoid()


class DenseVAE(IteratedVAE):
    def network(self, width):
        return VAE(hidden=width)


class ConvolutionalVAE(IteratedVAE):
    modes = tuple(f"{way}-{precision}{layout}" for precision in ("f32", "bf16") for layout in ("", "-last")
                  for way in ("eager", "compile"))

    def network(self, width):
        return ConvVAE(channels=width)


MODELS = {"wgan-gp-mlp": DenseGAN, "wgan-gp-conv": ConvolutionalGAN, "vae": DenseVAE, "vae-conv": ConvolutionalVAE}
