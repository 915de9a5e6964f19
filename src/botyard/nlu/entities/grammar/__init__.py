"""What a sentence is cut into before anything is looked for: words, figures, and each language's words for them."""
