"""The fitted predictor: metric models, intervals, their joint draws, applicability."""
