"""What is told by how it is written: addresses, numbers of papers and phones, codes, attachments."""
