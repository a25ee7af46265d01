"""vae-mlp: a variational autoencoder of binary-like images (Kingma and Welling 2014, appendix C.2).

784 -ReLU- 400 -> 40 = (mean 20, log variance 20), z = mean + exp(log variance / 2) * noise,
20 -ReLU- 400 -> 784 logits. `fc2` makes mean and log variance in one product: its first rows are the mean's.
Loss: (binary cross-entropy with logits, summed + KL to N(0, I), summed) / batch.
Adam, learning rate 1e-3, betas (0.9, 0.999), eps 1e-8; batch 128.
PyTorch's default initialisation.

ConvVAE is the network of Shumailov et al. 2024 with the same loss (no workload of its own; iterated/ trains it):
4x4 stride 2 padding 1 convolutions 1 -ReLU- 64 -ReLU- 128, flatten (channel first), linear to mean 20 and to log
variance 20; linear 20 -> 128 x 7 x 7, transposed 4x4 stride 2 padding 1 -ReLU- 64 -> 1 logits. As published,
nothing stands between the decoder's linear layer and its first transposed convolution.
"""
import torch
from torch import nn
from torch.nn import functional as F

from .workload import POOL_BATCHES, Workload, descend


class VAE(nn.Module):
    def __init__(self, data=784, hidden=400, latent=20):
        super().__init__()
        self.fc1 = nn.Linear(data, hidden)
        self.fc2 = nn.Linear(hidden, 2 * latent)
        self.fc3 = nn.Linear(latent, hidden)
        self.fc4 = nn.Linear(hidden, data)

    def forward(self, x, noise):
        """x [B, data], noise [B, latent] -> logits [B, data], mean and log variance [B, latent]."""
        mean, log_variance = self.fc2(F.relu(self.fc1(x))).chunk(2, dim=1)
        z = mean + torch.exp(0.5 * log_variance) * noise
        return self.decode(z), mean, log_variance

    def decode(self, z):
        """z [B, latent] -> logits [B, data]."""
        return self.fc4(F.relu(self.fc3(z)))

    def loss(self, x, noise):
        return negative_bound(x, *self(x, noise))


class ConvVAE(nn.Module):
    def __init__(self, channels=64, side=7, latent=20):
        super().__init__()
        self.small = (2 * channels, side, side)
        features = 2 * channels * side * side
        self.conv1 = nn.Conv2d(1, channels, 4, stride=2, padding=1)
        self.conv2 = nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1)
        self.fc_mu = nn.Linear(features, latent)
        self.fc_logvar = nn.Linear(features, latent)
        self.fc = nn.Linear(latent, features)
        self.up1 = nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1)
        self.up2 = nn.ConvTranspose2d(channels, 1, 4, stride=2, padding=1)

    def forward(self, x, noise):
        """x [B, 1, 4 side, 4 side], noise [B, latent] -> logits like x, mean and log variance [B, latent]."""
        h = F.relu(self.conv2(F.relu(self.conv1(x)))).flatten(1)
        mean, log_variance = self.fc_mu(h), self.fc_logvar(h)
        return self.decode(mean + torch.exp(0.5 * log_variance) * noise), mean, log_variance

    def decode(self, z):
        """z [B, latent] -> logits [B, 1, 4 side, 4 side]."""
        return self.up2(F.relu(self.up1(self.fc(z).view(-1, *self.small))))

    def loss(self, x, noise):
        return negative_bound(x, *self(x, noise))


def negative_bound(x, logits, mean, log_variance):
    """(cross-entropy + divergence) / batch."""
    # softplus(l) - x l is the cross-entropy for any x in [0, 1]; fewer passes than the library's.
    reconstruction = F.softplus(logits.float()).sum() - (x * logits).sum()
    mean, log_variance = mean.float(), log_variance.float()
    divergence = -0.5 * torch.sum(1 + log_variance - mean.square() - log_variance.exp())
    return (reconstruction + divergence) / x.shape[0]


class VAEWorkload(Workload):
    name, batch, samples_per_step = "vae-mlp", 128, 128

    def __init__(self, mode):
        super().__init__(mode)
        self.model = VAE()
        self.pool = torch.rand(POOL_BATCHES * self.batch, 784)
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=1e-3, fused=True)
        self.loss = self.function(self.model.loss)

    def step(self):
        return descend(self.loss(self.next(self.pool), torch.randn(self.batch, 20)), self.optimiser)
