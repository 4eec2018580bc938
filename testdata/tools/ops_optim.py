"""Writes testdata/keras/ops/optim.json: three steps of every tf_keras optimizer.

"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
import tf_keras

O = tf_keras.optimizers
CASES = {
    "SGD": lambda: O.SGD(0.1),
    "Momentum": lambda: O.SGD(0.1, momentum=0.8),
    "Nesterov": lambda: O.SGD(0.1, momentum=0.8, nesterov=True),
    "RMSprop": lambda: O.RMSprop(0.01, rho=0.8, epsilon=1e-5),
    "RMSpropMomentum": lambda: O.RMSprop(0.01, rho=0.8, epsilon=1e-5, momentum=0.7),
    "RMSpropCentered": lambda: O.RMSprop(0.01, rho=0.8, epsilon=1e-5, centered=True),
    "RMSpropCenteredMomentum": lambda: O.RMSprop(0.01, rho=0.8, epsilon=1e-5, centered=True, momentum=0.7),
    "Adam": lambda: O.Adam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-5),
    "AMSGrad": lambda: O.Adam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-5, amsgrad=True),
    "Adagrad": lambda: O.Adagrad(0.05, initial_accumulator_value=0.1, epsilon=1e-5),
    "Adadelta": lambda: O.Adadelta(0.5, rho=0.9, epsilon=1e-5),
    "Adamax": lambda: O.Adamax(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-5),
    "Nadam": lambda: O.Nadam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-5),
    "Lion": lambda: O.Lion(0.01, beta_1=0.8, beta_2=0.95),
    "FTRL": lambda: O.Ftrl(0.05, initial_accumulator_value=0.1, l1_regularization_strength=0.02,
                           l2_regularization_strength=0.1, l2_shrinkage_regularization_strength=0.03, beta=0.2),
}
r = np.random.RandomState(3)
w = r.normal(size=19).astype(np.float32)
grads = [r.normal(size=19).astype(np.float32) for _ in range(3)]
grads[1][::3] *= 0.01  # so that AMSGrad's maximum matters
out = {"w": w.tolist(), "grads": [g.tolist() for g in grads], "steps": {}}
for name, make in CASES.items():
    v, o = tf.Variable(w), make()
    out["steps"][name] = []
    for g in grads:
        o.apply_gradients([(tf.constant(g), v)])
        out["steps"][name].append(v.numpy().tolist())
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "keras", "ops", "optim.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
    f.write("\n")
