"""What two models have in common beside their code: observations, one kind of evidence a module, never summed up."""
