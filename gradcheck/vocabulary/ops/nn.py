"""Neural network: activations, biases, dropout with a given seed, and selection."""

from gradcheck.backend import tf
from gradcheck.domain import away, between, broken, distinct, positive, real
from gradcheck.op import HALF, Family, edge, kink

nn = Family("nn")
NO_SECOND = "the gradient of its gradient is not registered"
NO_XLA = "XLA has no kernel for it"

# Activations with a kernel of their own.
nn("relu", tf.nn.relu, away(), dtypes=HALF, edges=[kink("zero", [0.0, 1.0]), edge("empty", real(0, 2))])
nn(
    "relu6",
    tf.nn.relu6,
    broken(),
    dtypes=HALF,
    edges=[kink("bounds", [0.0, 6.0, 3.0]), edge("above", [7.0, 5.0, 6.5])],
)
nn(
    "leaky_relu",
    tf.nn.leaky_relu,
    away(),
    dtypes=HALF,
    edges=[
        kink("zero", [0.0, 1.0]),
        edge("alpha above 1", call=lambda x: tf.nn.leaky_relu(x, alpha=2.0)),
        edge("alpha below 0", call=lambda x: tf.nn.leaky_relu(x, alpha=-0.5)),
        edge("alpha 0", call=lambda x: tf.nn.leaky_relu(x, alpha=0.0)),
    ],
)
nn("elu", tf.nn.elu, away(), dtypes=HALF, edges=[kink("zero", [0.0, 1.0]), edge("far below", [-12.0, -5.0])])
# At zero, XLA takes the derivative from the other side than the kernel.
nn("selu", tf.nn.selu, away(), dtypes=HALF, edges=[edge("far below", [-12.0, -5.0])])
nn("softplus", tf.nn.softplus, real(), dtypes=HALF, edges=[edge("far", [-100.0, 0.0, 100.0])])
nn(
    "softsign",
    tf.nn.softsign,
    away(),
    dtypes=HALF,
    edges=[edge("zero", [0.0, 1.0]), edge("far", [-1e3, 1e3])],
    limits={"second": NO_SECOND, "forward": NO_SECOND},
)
nn(
    "softmax",
    tf.nn.softmax,
    real(),
    dtypes=HALF,
    edges=[
        edge("axis=0", real(2, 3, 2), call=lambda x: tf.nn.softmax(x, axis=0)),
        edge("axis=-2", real(2, 3, 2), call=lambda x: tf.nn.softmax(x, axis=-2)),
        edge("one class", real(3, 1)),
        edge("saturated", [[1000.0, -1000.0, 0.0]]),  # what is less far apart is lost in the rounding of 1
        edge("vector", real(4)),
        edge("empty", real(0, 3)),
    ],
)
nn(
    "log_softmax",
    tf.nn.log_softmax,
    real(),
    dtypes=HALF,
    edges=[
        edge("axis=0", real(2, 3, 2), call=lambda x: tf.nn.log_softmax(x, axis=0)),
        edge("one class", real(3, 1)),
        edge("saturated", [[100.0, -100.0, 0.0]]),
    ],
)

# Their gradients as operations: what second order runs through.
nn("relu_grad", lambda g, x: tf.raw_ops.ReluGrad(gradients=g, features=x), real(), away())
nn("relu6_grad", lambda g, x: tf.raw_ops.Relu6Grad(gradients=g, features=x), real(), broken())
nn(
    "leaky_relu_grad",
    lambda g, x: tf.raw_ops.LeakyReluGrad(gradients=g, features=x, alpha=0.3),
    real(),
    away(),
)
nn("elu_grad", lambda g, y: tf.raw_ops.EluGrad(gradients=g, outputs=y), real(), away(most=0.9))
nn("selu_grad", lambda g, y: tf.raw_ops.SeluGrad(gradients=g, outputs=y), real(), away(most=0.9))
nn("softplus_grad", lambda g, x: tf.raw_ops.SoftplusGrad(gradients=g, features=x), real(), real())

# Activations made of other operations, some with a gradient of their own.
nn(
    "silu",
    tf.nn.silu,
    real(),
    dtypes=HALF,
    edges=[edge("zero", [0.0, 1.0]), edge("far", [-80.0, 80.0]), edge("beta", call=lambda x: tf.nn.silu(x, beta=1.7))],
)
nn(
    "silu_of_beta",
    lambda x, beta: tf.nn.silu(x, beta=beta),
    real(2, 3),
    between(0.5, 2.0),
    edges=[edge("scalar", real(2, 3), 1.5), edge("a beta for each feature", real(2, 3), positive(3))],
)
nn(
    "gelu",
    tf.nn.gelu,
    real(),
    dtypes=HALF,
    edges=[edge("approximate", call=lambda x: tf.nn.gelu(x, approximate=True)), edge("far", [-20.0, 0.0, 20.0])],
)
nn("crelu", tf.nn.crelu, away(), edges=[edge("axis=0", call=lambda x: tf.nn.crelu(x, axis=0))])

# Biases.
nn(
    "bias_add",
    tf.nn.bias_add,
    real(2, 3),
    real(3),
    dtypes=HALF,
    edges=[
        edge("channels first", real(2, 3, 2), real(3), call=lambda x, b: tf.nn.bias_add(x, b, data_format="NCW")),
        edge("image", real(1, 2, 2, 3), real(3)),
        edge("image, channels first", real(1, 3, 2, 2), real(3), call=lambda x, b: tf.nn.bias_add(x, b, "NCHW")),
        edge("volume, channels first", real(1, 3, 1, 2, 2), real(3), call=lambda x, b: tf.nn.bias_add(x, b, "NCDHW")),
        edge("empty", real(0, 3), real(3)),
    ],
)
nn("bias_add_v1", lambda x, b: tf.raw_ops.BiasAddV1(value=x, bias=b), real(2, 2, 3), real(3), limits={"xla": NO_XLA})
nn(
    "bias_add_grad",
    lambda g: tf.raw_ops.BiasAddGrad(out_backprop=g),
    real(2, 2, 3),
    edges=[
        edge("NCHW", real(1, 3, 2, 2), call=lambda g: tf.raw_ops.BiasAddGrad(out_backprop=g, data_format="NCHW")),
        edge(
            "NCHW of rank 3", real(2, 3, 2), call=lambda g: tf.raw_ops.BiasAddGrad(out_backprop=g, data_format="NCHW")
        ),
    ],
)

# Dropout with a seed that is given, so that it is a function.
nn(
    "stateless_dropout",
    lambda x: tf.nn.experimental.stateless_dropout(x, rate=0.4, seed=[3, 5]),
    real(3, 4),
    edges=[
        edge("rate 0", call=lambda x: tf.nn.experimental.stateless_dropout(x, rate=0.0, seed=[3, 5])),
        edge(
            "noise_shape",
            call=lambda x: tf.nn.experimental.stateless_dropout(x, rate=0.4, seed=[3, 5], noise_shape=[3, 1]),
        ),
    ],
    limits={"precision": "each dtype draws other numbers", "xla": "XLA draws other numbers"},
)

# Local response.
nn(
    "lrn",
    tf.nn.lrn,
    real(1, 1, 2, 4),
    dtypes=("float16", "float32"),
    edges=[
        edge("radius 1", call=lambda x: tf.nn.lrn(x, depth_radius=1, bias=0.7, alpha=0.5, beta=0.75)),
        edge("beta 1", call=lambda x: tf.nn.lrn(x, depth_radius=2, bias=2.0, alpha=0.3, beta=1.0)),
    ],
    limits={"second": NO_SECOND, "forward": NO_SECOND},
)

# Selection.
nn(
    "approx_max_k",
    lambda x: tf.nn.approx_max_k(x, 2)[0],
    distinct(2, 4),
    dtypes=("float32",),
    limits={"unknown": "it needs the size of the last dimension"},
)
nn(
    "nth_element",
    lambda x: tf.raw_ops.NthElement(input=x, n=1),
    distinct(2, 4),
    dtypes=HALF,
    edges=[
        edge("reverse", call=lambda x: tf.raw_ops.NthElement(input=x, n=1, reverse=True)),
        kink("tie", [[1.0, 2.0, 2.0, 3.0]]),
        edge("last", call=lambda x: tf.raw_ops.NthElement(input=x, n=3)),
    ],
    limits={"xla": NO_XLA},
)
nn(
    "isotonic_regression",
    lambda x: tf.nn.isotonic_regression(x)[0],
    distinct(2, 4),
    edges=[
        edge("increasing", call=lambda x: tf.nn.isotonic_regression(x, decreasing=False)[0]),
        edge("axis=0", distinct(4, 2), call=lambda x: tf.nn.isotonic_regression(x, axis=0)[0]),
        edge("vector", distinct(4)),
        kink("all equal", [[1.0, 1.0, 1.0]]),
    ],
    limits={"xla": NO_XLA},
)
