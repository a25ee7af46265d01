"""Measures of a generation against held-out real images: Frechet distance (Heusel et al. 2017) with the unbiased
covariance, precision and recall (Kynkaanniemi et al. 2019), density and coverage (Naeem et al. 2020), on pixels or
on principal components of the training images. Computed in float64.
"""
import numpy as np
import torch

from .settings import COMPONENT_SAMPLES, FRECHET_SAMPLES


class Quality:
    """Features and what is computed once from the held-out images."""

    def __init__(self, training, held_out, settings):
        """training [N, 784], held_out [H, 784], float32."""
        self.neighbours, self.mean, self.basis = settings.neighbours, None, None
        if settings.features == "principal-components":
            if len(training) > COMPONENT_SAMPLES:
                training = training[torch.randperm(len(training))[:COMPONENT_SAMPLES]]
            rows = training.double().numpy()
            self.mean = rows.mean(axis=0)
            _, vectors = np.linalg.eigh(np.cov(rows, rowvar=False))
            self.basis = vectors[:, ::-1][:, :settings.components].copy()
        real = self.features(held_out)
        self.real_moments = moments(chosen(real, FRECHET_SAMPLES))
        self.real = torch.from_numpy(real)
        self.real_radii = radii(self.real, self.neighbours)

    def features(self, images):
        """[N, 784] -> [N, features], float64."""
        rows = images.double().numpy()
        return rows if self.basis is None else (rows - self.mean) @ self.basis

    def measure(self, images):
        """The measures of samples [M, 784] by the names that ours have."""
        features = self.features(images)
        samples = torch.from_numpy(chosen(features, len(self.real)))
        distances = torch.cdist(self.real, samples)  # [real, samples]
        inside = distances <= self.real_radii[:, None]
        covered = distances <= radii(samples, self.neighbours)[None, :]
        return {
            "frechet.distance": frechet(self.real_moments, moments(chosen(features, FRECHET_SAMPLES))),
            "precision_recall.precision": inside.any(dim=0).double().mean().item(),
            "precision_recall.recall": covered.any(dim=1).double().mean().item(),
            "density_coverage.density": inside.sum().item() / (self.neighbours * len(samples)),
            "density_coverage.coverage": inside.any(dim=1).double().mean().item(),
        }


def chosen(rows, limit):
    """At most `limit` of the rows, at random."""
    return rows if len(rows) <= limit else rows[torch.randperm(len(rows))[:limit].numpy()]


def moments(features):
    return features.mean(axis=0), np.cov(features, rowvar=False)


def frechet(a, b):
    """|mean a - mean b|^2 + tr(A + B - 2 (A B)^(1/2)); the last trace from the eigenvalues of A B, as torchmetrics."""
    (mean_a, a), (mean_b, b) = a, b
    root = np.sqrt(np.maximum(np.linalg.eigvals(a @ b).real, 0)).sum()
    return float(((mean_a - mean_b) ** 2).sum() + np.trace(a) + np.trace(b) - 2 * root)


def radii(points, neighbours):
    """The distance of each point [N, D] to its neighbour of this number in its own set, [N]."""
    # The nearest is the point itself.
    return torch.cdist(points, points).kthvalue(neighbours + 1, dim=1).values
