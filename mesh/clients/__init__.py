"""How this project's own programs reach each server: address, user, password, and whom to trust."""
