"""Text + what is expected + a trained model -> Understanding."""
