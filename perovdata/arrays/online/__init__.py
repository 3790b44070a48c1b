"""Online training of a whole network on crossbars, by the protocol of MLP-NeuroSim."""
