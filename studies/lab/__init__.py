"""What the studies share. It imports the module and itself alone.

Code enters when a second study needs it.
"""
