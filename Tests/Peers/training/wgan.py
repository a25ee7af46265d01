"""wgan-clip-mlp, wgan-gp-mlp, wgan-gp-conv: Wasserstein GANs (Arjovsky 2017; Gulrajani 2017, algorithm 1).

A step is five critic steps and one generator step, each with 64 fresh real images and fresh noise.

MLP   G 128 -ReLU- 512 -ReLU- 512 -sigmoid- 784;  D 784 -ReLU- 512 -ReLU- 512 -> 1.
conv  G linear 128 -> 128 x 7 x 7, ReLU, transposed 4x4 stride 2 padding 1 -> 64, ReLU, the same -> 1, sigmoid;
      D 4x4 stride 2 padding 1 convolutions 1 -> 64 -> 128, each leaky ReLU 0.2, flatten (channel first), linear -> 1.

clip  RMSProp, learning rate 5e-5, alpha 0.99, eps 1e-8; critic weights clipped to [-0.01, 0.01] after each of its
      steps. Critic loss mean D(fake) - mean D(real).
gp    Adam, learning rate 1e-4, betas (0.5, 0.9), eps 1e-8; adds lambda = 10 times the mean over samples of
      (|grad_x D(x)| - 1)^2 at x = e real + (1 - e) fake, e uniform per sample, |.| over all pixels.

Generator loss -mean D(G(z)). The critic sees real and fake in one batch of 128 in its own step; its parameters
need no gradient in the generator's step, nor the generator's in the critic's. Default initialisation.

The mode word `explicit` writes grad_x D by hand from the forward pass's signs, instead of torch.autograd.grad
with create_graph: the same values, fewer passes; torch.compile differentiates it, which it does not (PyTorch
2.13), or slowly (2.15), with the gradient of a gradient. A compiled penalty is always written that way.
"""
import torch
from torch import nn
from torch.nn import functional as F

from .workload import POOL_BATCHES, Workload


class MLPGenerator(nn.Module):
    def __init__(self, latent=128, hidden=512, data=784):
        super().__init__()
        self.fc1 = nn.Linear(latent, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, data)

    def forward(self, z):
        """z [B, latent] -> [B, data] in (0, 1)."""
        return torch.sigmoid(self.fc3(F.relu(self.fc2(F.relu(self.fc1(z))))))


class MLPCritic(nn.Module):
    def __init__(self, data=784, hidden=512):
        super().__init__()
        self.fc1 = nn.Linear(data, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, 1)

    def forward(self, x):
        """x [B, data] -> [B, 1]."""
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))

    def input_gradient(self, x):
        """grad_x of the sum of the outputs, [B, data]."""
        a = self.fc1(x)
        b = self.fc2(F.relu(a))
        return (((b > 0) * self.fc3.weight) @ self.fc2.weight * (a > 0)) @ self.fc1.weight


class ConvGenerator(nn.Module):
    def __init__(self, latent=128, channels=64, side=7):
        super().__init__()
        self.channels, self.side = channels, side
        self.fc = nn.Linear(latent, 2 * channels * side * side)
        self.conv1 = nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1)
        self.conv2 = nn.ConvTranspose2d(channels, 1, 4, stride=2, padding=1)

    def forward(self, z):
        """z [B, latent] -> [B, 1, 4 side, 4 side] in (0, 1)."""
        h = F.relu(self.fc(z)).view(-1, 2 * self.channels, self.side, self.side)
        return torch.sigmoid(self.conv2(F.relu(self.conv1(h))))


class ConvCritic(nn.Module):
    def __init__(self, channels=64, side=7):
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 4, stride=2, padding=1)
        self.conv2 = nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1)
        self.fc = nn.Linear(2 * channels * side * side, 1)

    def forward(self, x):
        """x [B, 1, 4 side, 4 side] -> [B, 1]."""
        h = F.leaky_relu(self.conv2(F.leaky_relu(self.conv1(x), 0.2)), 0.2)
        return self.fc(h.flatten(1))

    def input_gradient(self, x):
        """grad_x of the sum of the outputs, the shape of x."""
        a = self.conv1(x)
        b = self.conv2(F.leaky_relu(a, 0.2))
        g = self.fc.weight.view(1, *b.shape[1:]) * torch.where(b > 0, 1.0, 0.2)
        g = F.conv_transpose2d(g, self.conv2.weight, stride=2, padding=1) * torch.where(a > 0, 1.0, 0.2)
        return F.conv_transpose2d(g, self.conv1.weight, stride=2, padding=1)


def input_slope(critic, x, explicit=False):
    """grad_x of the sum of the critic's outputs, the shape of x, differentiable in the critic's parameters."""
    if explicit:
        return critic.input_gradient(x)
    x = x.detach().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]


def penalty(slope):
    """The mean over samples of (|slope| - 1)^2."""
    slope = slope.flatten(1)
    if slope.dtype == torch.bfloat16:
        slope = slope.float()
    return (torch.linalg.vector_norm(slope, dim=1) - 1).square().mean()


class WGANWorkload(Workload):
    batch, samples_per_step = 64, 5 * 64
    critic_steps, penalised, latent = 5, False, 128

    def __init__(self, mode):
        super().__init__(mode)
        generator, critic = self.networks()
        self.generator, self.critic = self.prepared(generator), self.prepared(critic)
        self.pool = self.images(torch.rand(POOL_BATCHES * self.batch, *self.shape))
        self.generator_optimiser = self.optimiser(self.generator)
        self.critic_optimiser = self.optimiser(self.critic)
        self.critic_loss = self.function(self.critic_objective)
        self.generator_loss = self.function(lambda z: -self.critic(self.generator(z)).float().mean())
        self.generate = torch.no_grad()(self.function(lambda z: self.generator(z)))

    def critic_objective(self, real, fake, mix):
        # The penalty's half first: its inputs die before the larger batch is made.
        fake = fake.to(real.dtype)
        loss = 0.0
        if self.penalised:
            between = fake + mix * (real - fake)
            loss = 10.0 * penalty(input_slope(self.critic, between, self.explicit or self.compiled))
        scores = self.critic(torch.cat([real, fake])).float()
        return loss + scores[self.batch:].mean() - scores[:self.batch].mean()

    def step(self):
        for _ in range(self.critic_steps):
            real = self.next(self.pool)
            fake = self.generate(torch.randn(self.batch, self.latent))
            mix = torch.rand(self.batch, *(1,) * len(self.shape)) if self.penalised else None
            self.critic_loss(real, fake, mix).backward()
            self.update_critic()
            self.critic_optimiser.zero_grad(set_to_none=True)
        self.critic.requires_grad_(False)
        loss = self.generator_loss(torch.randn(self.batch, self.latent))
        loss.backward()
        self.critic.requires_grad_(True)
        self.update_generator()
        self.generator_optimiser.zero_grad(set_to_none=True)
        return loss.detach()

    def update_critic(self):
        self.critic_optimiser.step()

    def update_generator(self):
        self.generator_optimiser.step()

    def optimiser(self, network):
        return torch.optim.Adam(network.parameters(), lr=1e-4, betas=(0.5, 0.9), fused=True)


class WGANClipMLP(WGANWorkload):
    name, shape = "wgan-clip-mlp", (784,)

    def networks(self):
        return MLPGenerator(), MLPCritic()

    def __init__(self, mode):
        super().__init__(mode)
        if self.compiled:  # RMSProp has no fused form: compiled it takes a quarter of the time
            self.update_critic = torch.compile(self.update_critic)
            self.update_generator = torch.compile(self.update_generator)

    def optimiser(self, network):
        return torch.optim.RMSprop(network.parameters(), lr=5e-5, foreach=False)

    @torch.no_grad()
    def update_critic(self):
        self.critic_optimiser.step()
        for parameter in self.critic.parameters():
            parameter.clamp_(-0.01, 0.01)


class WGANGPMLP(WGANWorkload):
    name, shape, penalised = "wgan-gp-mlp", (784,), True
    modes = ("eager-f32", "eager-explicit-f32", "compile-f32", "eager-bf16", "eager-explicit-bf16", "compile-bf16")

    def networks(self):
        return MLPGenerator(), MLPCritic()


class WGANGPConv(WGANWorkload):
    name, shape, penalised = "wgan-gp-conv", (1, 28, 28), True
    modes = tuple(
        f"{way}-{precision}{layout}" for precision in ("f32", "bf16") for layout in ("", "-last")
        for way in ("eager", "eager-explicit", "compile"))

    def networks(self):
        return ConvGenerator(), ConvCritic()
