"""Strings and lookup tables: tf.lookup, tf.strings, StringLookup

A table's entries are constants and its keys are words or whole numbers, and there is no derivative through either.

Keep in a variable what is to be learned, and let the table give the row: `tf.gather` and `tf.nn.embedding_lookup`
have a gradient by the rows they read.
"""

import tensorflow as tf

words = tf.constant(["cat", "dog"])
w = tf.Variable([0.3, 0.7], name="w")
table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["0.3", "0.7"], [1.0, 2.0]), 0.0)
rows = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(words, [0, 1]), -1)


def loss():
    return tf.reduce_sum(table.lookup(tf.strings.as_string(w, precision=1)))


def mended():
    return tf.reduce_sum(tf.square(tf.gather(w, rows.lookup(words))))
