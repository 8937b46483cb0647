"""What one release needs of another: asked for by the one, promised by the other, met by hand or by itself."""
