"""The layers and losses a graph can be made of, one concept a file.

A layer is a function of tensors alone, so that a witness can print it in a script that needs only
TensorFlow; a new one is a new file here.
"""
