"""What screens are made of: each shows what it is handed and tells what was done to it."""
