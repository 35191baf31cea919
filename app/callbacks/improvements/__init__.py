"""What customers asked for: wishes found in comments and complaints, gathered into improvements that somebody owns."""
