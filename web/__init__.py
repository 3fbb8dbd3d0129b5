"""The HTTP and WebSocket surface: it speaks the protocols and knows no music."""
