"""What a sentence means, as a vector: the encoder's port, and how its network is written down."""
