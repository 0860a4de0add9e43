"""The local stack: an emulator, the deployed template, and a front at one address."""
