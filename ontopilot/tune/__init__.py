"""Models of our own: data, training, distillation, and what is put into service."""
