"""Estimators of one metric, naive baselines included, behind scikit-learn's interface."""
