"""Which law the readings follow: likelihoods, noise models, least squares, their comparison."""
