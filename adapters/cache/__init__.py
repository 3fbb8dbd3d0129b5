"""What is kept of answers for a while: in this process, or in Redis for all of them."""
