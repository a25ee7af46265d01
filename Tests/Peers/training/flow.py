"""realnvp: a flow of affine couplings (Dinh 2017, equations 7 and 8) on points of the plane.

Coupling n keeps coordinate n mod 2 (call it a) and maps the other: b' = b exp(s) + t, where (r, t) are the two
outputs of a network 1 -ReLU- 128 -ReLU- 128 -> 2 of a, and s = tanh(r). From data to the latent N(0, I):
loss = mean over points of |z|^2 / 2 + log(2 pi) - sum of s. 8 couplings; Adam, learning rate 1e-3,
betas (0.9, 0.999), eps 1e-8; batch 512. PyTorch's default initialisation.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from .workload import POOL_BATCHES, Workload, descend


class Coupling(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.fc1 = nn.Linear(1, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, 2)

    def forward(self, a, b):
        """a, b [B, 1] -> b' [B, 1], s [B, 1]."""
        r, t = self.fc3(F.relu(self.fc2(F.relu(self.fc1(a))))).chunk(2, dim=1)
        s = torch.tanh(r)
        return b * torch.exp(s) + t, s


class RealNVP(nn.Module):
    def __init__(self, couplings=8, hidden=128):
        super().__init__()
        self.couplings = nn.ModuleList(Coupling(hidden) for _ in range(couplings))

    def forward(self, x):
        """x [B, 2] -> latent z [B, 2], log determinant [B]."""
        parts = list(x.chunk(2, dim=1))
        total = 0.0
        for index, coupling in enumerate(self.couplings):
            moved = 1 - index % 2
            parts[moved], s = coupling(parts[1 - moved], parts[moved])
            total = total + s
        return torch.cat(parts, dim=1), total.squeeze(1)

    def loss(self, x):
        z, log_determinant = self(x)
        return (0.5 * z.square().sum(1) + math.log(2 * math.pi) - log_determinant).mean()


class RealNVPWorkload(Workload):
    name, batch, samples_per_step = "realnvp", 512, 512

    def __init__(self, mode):
        super().__init__(mode)
        self.model = RealNVP()
        self.pool = torch.randn(POOL_BATCHES * self.batch, 2)
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=1e-3, fused=True)
        self.loss = self.function(self.model.loss)

    def step(self):
        return descend(self.loss(self.next(self.pool)), self.optimiser)
