"""Arrays of tensors and lists of tensors."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import real
from gradcheck.op import COMPLEX, REAL, Call, Edge, Family, edge
from gradcheck.vocabulary.ops._traced import traced

arrays = Family("arrays")
BOTH = (*REAL, *COMPLEX)


def _graph_too(*others: Edge) -> list[Edge]:
    """Return edges, each also within a ``tf.function``, where an array is a list of the runtime's."""
    return [*others, *(edge(f"{e.name}, graph", *e.inputs, call=traced(e.call)) for e in others if e.call)]


def _array(x: Any, **options: Any) -> Any:
    return tf.TensorArray(x.dtype, size=x.shape[0] or tf.shape(x)[0], clear_after_read=False, **options)


# TensorArray
def _array_op(name: str, call: Call, *inputs: Any, edges: tuple[Edge, ...] = ()) -> None:
    arrays(name, call, *inputs, dtypes=BOTH, edges=[edge("graph", call=traced(call)), *_graph_too(*edges)])


def _twice_written(x: Any) -> Any:
    array = _array(x, element_shape=x.shape[1:]).write(0, x[0]).write(1, x[1])
    return array.stack()


def _read_twice(x: Any) -> Any:
    array = _array(x).unstack(x)
    return array.read(0) * array.read(0) + array.read(1)


def _squares(x: Any) -> Any:
    def step(i: Any, array: Any) -> Any:
        return i + 1, array.write(i, x[i] * x[i])

    return tf.while_loop(lambda i, _: i < 3, step, (0, _array(x)))[1].stack()


def _running(x: Any) -> Any:
    def step(i: Any, array: Any) -> Any:
        return i + 1, array.write(i, array.read(i - 1) * x[i])

    return tf.while_loop(lambda i, _: i < 3, step, (1, _array(x).write(0, x[0])))[1].stack()


_array_op("array_write", _twice_written, real(2, 3))
_array_op("array_read", _read_twice, real(2, 3))
_array_op("array_in_loop", _squares, real(3, 2), edges=(edge("running product", real(3, 2), call=_running),))
_array_op(
    "array_gather",
    lambda x: _array(x).unstack(x).gather([2, 0]),
    real(3, 2),
    edges=(edge("repeated", real(3, 2), call=lambda x: _array(x).unstack(x).gather([2, 0, 2])),),
)
_array_op(
    "array_scatter",
    lambda x: _array(x).scatter([1, 0, 2], x).stack(),
    real(3, 2),
    edges=(edge("then gather", real(3, 2), call=lambda x: _array(x).scatter([1, 0, 2], x).gather([0])),),
)
_array_op(
    "array_concat",
    lambda x: _array(x).unstack(x).concat(),
    real(2, 2, 2),
    edges=(
        edge(
            "of different lengths",
            real(1, 2),
            real(2, 2),
            call=lambda x, y: tf.TensorArray(x.dtype, 2, infer_shape=False).write(0, x).write(1, y * y).concat(),
        ),
    ),
)
_array_op(
    "array_split",
    lambda x: tf.TensorArray(x.dtype, 2, infer_shape=False).split(x, [1, 2]).concat(),
    real(3, 2),
    edges=(
        edge("read", call=lambda x: tf.TensorArray(x.dtype, 2, infer_shape=False).split(x, [1, 2]).read(1)),
        edge("empty part", call=lambda x: tf.TensorArray(x.dtype, 2, infer_shape=False).split(x, [0, 3]).concat()),
    ),
)
_array_op(
    "array_of_growing_size",
    lambda x: tf.TensorArray(x.dtype, 0, dynamic_size=True).write(0, x).write(2, x * x).gather([0, 2]),
    real(2),
)


# Lists of tensors, as while loops and arrays use them
def _list(x: Any) -> Any:
    return tf.raw_ops.TensorListFromTensor(tensor=x, element_shape=tf.shape(x)[1:])


def _stack(handle: Any, x: Any) -> Any:
    return tf.raw_ops.TensorListStack(input_handle=handle, element_shape=tf.shape(x)[1:], element_dtype=x.dtype)


def _item(handle: Any, index: int, x: Any) -> Any:
    return tf.raw_ops.TensorListGetItem(
        input_handle=handle, index=index, element_shape=tf.shape(x)[1:], element_dtype=x.dtype
    )


def _taken(handle: Any, indices: list[int], x: Any) -> Any:
    return tf.raw_ops.TensorListGather(
        input_handle=handle, indices=indices, element_shape=tf.shape(x)[1:], element_dtype=x.dtype
    )


def _pushed(x: Any) -> Any:
    handle = tf.raw_ops.EmptyTensorList(element_shape=tf.shape(x)[1:], max_num_elements=4, element_dtype=x.dtype)
    for row in (0, 1, 0):
        handle = tf.raw_ops.TensorListPushBack(input_handle=handle, tensor=x[row] * x[row])
    return _stack(handle, x)


def _popped(x: Any) -> Any:
    popped = tf.raw_ops.TensorListPopBack(input_handle=_list(x), element_shape=tf.shape(x)[1:], element_dtype=x.dtype)
    return popped.tensor, _stack(popped.output_handle, x)


def _scattered(x: Any, indices: list[int], *, version: int) -> Any:
    options = {"tensor": x, "indices": indices, "element_shape": tf.shape(x)[1:]}
    if version == 1:
        return tf.raw_ops.TensorListScatter(**options)
    return tf.raw_ops.TensorListScatterV2(**options, num_elements=4)


def _joined(handle: Any, x: Any, lengths: list[int], *, version: int) -> Any:
    if version == 1:
        return tf.raw_ops.TensorListConcat(input_handle=handle, element_dtype=x.dtype, element_shape=[None, 2]).tensor
    return tf.raw_ops.TensorListConcatV2(
        input_handle=handle, element_shape=[-1, 2], leading_dims=lengths, element_dtype=x.dtype
    ).tensor


def _split(x: Any, lengths: list[int]) -> Any:
    return tf.raw_ops.TensorListSplit(tensor=x, element_shape=[-1, 2], lengths=lengths)


def _list_op(name: str, call: Call, *inputs: Any, edges: tuple[Edge, ...] = (), **options: Any) -> None:
    arrays(name, call, *inputs, dtypes=BOTH, edges=[edge("graph", call=traced(call)), *edges], **options)


_list_op("list_stack", lambda x: _stack(_list(x), x), real(3, 2), edges=(edge("empty", real(0, 2)),))
_list_op("list_push_back", _pushed, real(2, 3))
_list_op(
    "list_pop_back",
    _popped,
    real(3, 2),
    edges=(edge("only the element", call=lambda x: _popped(x)[0]),),
    limits={"xla": "XLA's lists keep their size when an element is taken from them"},
)
_list_op("list_get_item", lambda x: _item(_list(x), 1, x), real(3, 2))
_list_op(
    "list_set_item",
    lambda x, y: _stack(tf.raw_ops.TensorListSetItem(input_handle=_list(x), index=1, item=y), x),
    real(3, 2),
    real(2),
)
_list_op(
    "list_set_item_beyond",
    lambda x, y: _stack(
        tf.raw_ops.TensorListSetItem(input_handle=_list(x), index=3, item=y, resize_if_index_out_of_bounds=True), x
    ),
    real(3, 2),
    real(2),
)
_list_op(
    "list_resize",
    lambda x: _stack(tf.raw_ops.TensorListResize(input_handle=_list(x), size=2), x),
    real(3, 2),
    edges=(edge("longer", call=lambda x: _stack(tf.raw_ops.TensorListResize(input_handle=_list(x), size=4), x)),),
)
_list_op(
    "list_gather",
    lambda x: _taken(_list(x), [2, 0], x),
    real(3, 2),
    edges=(edge("repeated", call=lambda x: _taken(_list(x), [2, 0, 2], x)),),
)
_list_op("list_scatter", lambda x: _stack(_scattered(x, [1, 2, 0], version=1), x), real(3, 2))
_list_op(
    "list_scatter_v2",
    lambda x: _taken(_scattered(x, [1, 2, 0], version=2), [0, 1, 2], x),
    real(3, 2),
    edges=(edge("repeated", call=lambda x: _taken(_scattered(x, [1, 2, 1], version=2), [1, 2], x)),),
)
_list_op(
    "list_scatter_into",
    lambda x, y: _stack(
        tf.raw_ops.TensorListScatterIntoExistingList(input_handle=_list(x), tensor=y, indices=[2, 0]), x
    ),
    real(3, 2),
    real(2, 2),
)
_list_op("list_concat", lambda x: _joined(_split(x, [1, 2]), x, [1, 2], version=1), real(3, 2))
_list_op(
    "list_concat_v2",
    lambda x: _joined(_split(x, [1, 2]), x, [1, 2], version=2),
    real(3, 2),
    edges=(
        edge("split", call=lambda x: tf.square(_joined(_split(x * x, [2, 1]), x, [2, 1], version=2))),
        edge("empty part", call=lambda x: _joined(_split(x, [0, 3]), x, [0, 3], version=2)),
    ),
)
