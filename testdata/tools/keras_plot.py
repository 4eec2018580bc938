"""Fixtures of kind "plot": the boxes, arrows and clusters of model_to_dot. See README.md for the fields.

Needs pydot, which draws nothing here.
"""

import json

import pydot
from keras_common import Case, finish, keras
from keras_summary import cnn, mlp, nested, nested_chain, shared, shared_shapes, two_and_two
from tf_keras.utils import model_to_dot

L = keras.layers


def wrappers():
    x = keras.Input((5, 4))
    h = L.TimeDistributed(L.Dense(3, activation="tanh"))(x)
    return keras.Model(x, L.Bidirectional(L.LSTM(2, activation="relu"), name="both")(h))


def wrapped_model():
    inner = keras.Sequential([L.Dense(2, input_shape=(4,)), L.Dense(3)], name="inner")
    x = keras.Input((5, 4))
    return keras.Model(x, L.Flatten()(L.TimeDistributed(inner, name="each")(x)))


def label(node):
    return node.get_label().strip('"')


def drawing(dot, names, edges):
    """Boxes by number instead of Python's ids; edges of all levels go to one list."""
    out = {"label": label(dot) if isinstance(dot, pydot.Cluster) else None, "nodes": [], "clusters": []}
    for n in dot.get_nodes():
        if n.get_name() != "node":
            names[n.get_name()] = label(n)
            out["nodes"].append(label(n))
    for c in dot.get_subgraphs():
        out["clusters"].append(drawing(c, names, edges))
    edges += [(e.get_source(), e.get_destination()) for e in dot.get_edges()]
    return out


def plot(name, model, **args):
    for i, layer in enumerate(model.layers):
        assert layer.name
    names, edges = {}, []
    d = drawing(model_to_dot(model, **args), names, edges)
    edges = sorted([names[a], names[b]] for a, b in edges)
    Case("plot", name, args=args, model=json.loads(model.to_json()), drawing=d, edges=edges).write()


if __name__ == "__main__":
    everything = dict(show_shapes=True, show_dtype=True, show_layer_activations=True, show_trainable=True)
    for make in [mlp, cnn, two_and_two, shared, shared_shapes, nested, nested_chain, wrappers, wrapped_model]:
        keras.backend.clear_session()
        plot(make.__name__ + "_plain", make())
        keras.backend.clear_session()
        plot(make.__name__ + "_expanded", make(), expand_nested=True, **everything)
    keras.backend.clear_session()
    plot("nameless", cnn(), show_layer_names=False, show_shapes=True)
    keras.backend.clear_session()
    m = mlp()
    m.layers[0].trainable = False
    plot("frozen", m, show_trainable=True)
    finish("plot")
