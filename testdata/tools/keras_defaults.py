"""testdata/keras/defaults.json: every class's and function's parameters, defaults, config and aliases."""

import inspect
import json
import os

import keras_preprocessing as kp
import keras_preprocessing.image
import keras_preprocessing.sequence
import keras_preprocessing.text

from keras_common import ROOT, SOURCE, keras, plain

L = keras.layers

# What a layer cannot do without.
REQUIRED = {
    "Activation": dict(activation="relu"), "EinsumDense": dict(equation="ab,bc->ac", output_shape=3), "MultiHeadAttention": dict(num_heads=2, key_dim=3), "AlphaDropout": dict(rate=0.1), "Conv1D": dict(filters=2, kernel_size=3),
    "Conv1DTranspose": dict(filters=2, kernel_size=3), "Conv2D": dict(filters=2, kernel_size=3), "Conv2DTranspose": dict(filters=2, kernel_size=3),
    "Conv3D": dict(filters=2, kernel_size=3), "Conv3DTranspose": dict(filters=2, kernel_size=3), "ConvLSTM1D": dict(filters=2, kernel_size=3),
    "ConvLSTM2D": dict(filters=2, kernel_size=3), "ConvLSTM3D": dict(filters=2, kernel_size=3), "Dense": dict(units=3), "DepthwiseConv1D": dict(kernel_size=3),
    "DepthwiseConv2D": dict(kernel_size=3), "Dot": dict(axes=1), "Dropout": dict(rate=0.1), "Embedding": dict(input_dim=5, output_dim=2),
    "GRU": dict(units=3), "GRUCell": dict(units=3), "GaussianDropout": dict(rate=0.1), "GaussianNoise": dict(stddev=0.1), "InputLayer": dict(input_shape=(3,)),
    "LSTM": dict(units=3), "LSTMCell": dict(units=3), "LocallyConnected1D": dict(filters=2, kernel_size=3), "LocallyConnected2D": dict(filters=2, kernel_size=3),
    "Permute": dict(dims=(2, 1)), "RepeatVector": dict(n=2), "Reshape": dict(target_shape=(2, 2)), "SeparableConv1D": dict(filters=2, kernel_size=3),
    "SeparableConv2D": dict(filters=2, kernel_size=3), "SimpleRNN": dict(units=3), "SimpleRNNCell": dict(units=3), "SpatialDropout1D": dict(rate=0.1),
    "SpatialDropout2D": dict(rate=0.1), "SpatialDropout3D": dict(rate=0.1), "Rescaling": dict(scale=0.5), "CategoryEncoding": dict(num_tokens=3),
    "Resizing": dict(height=3, width=4), "CenterCrop": dict(height=3, width=4), "RandomCrop": dict(height=3, width=4), "RandomRotation": dict(factor=0.1),
    "RandomTranslation": dict(height_factor=0.1, width_factor=0.2), "RandomZoom": dict(height_factor=0.1), "RandomContrast": dict(factor=0.1),
    "RandomBrightness": dict(factor=[-0.1, 0.1]),
    "MeanIoU": dict(num_classes=3), "SensitivityAtSpecificity": dict(specificity=0.5), "SpecificityAtSensitivity": dict(sensitivity=0.5),
    "IoU": dict(num_classes=3, target_class_ids=[0, 2]), "OneHotIoU": dict(num_classes=3, target_class_ids=[0, 2]), "OneHotMeanIoU": dict(num_classes=3),
    "PrecisionAtRecall": dict(recall=0.5), "RecallAtPrecision": dict(precision=0.5), "MeanRelativeError": dict(normalizer=[1.0, 2.0]),
    "LearningRateScheduler": dict(schedule=lambda e: 0.1), "ModelCheckpoint": dict(filepath="m.h5"), "CSVLogger": dict(filename="log.csv"),
}

LAYERS = """Activation ActivityRegularization Add AlphaDropout Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization
Bidirectional Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D
Cropping3D Dense DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU Embedding Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D
GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D InputLayer LSTM LSTMCell Lambda LayerNormalization LeakyReLU
LocallyConnected1D LocallyConnected2D Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum Multiply PReLU Permute RNN ReLU RepeatVector
Reshape SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D StackedRNNCells Subtract
ThresholdedReLU TimeDistributed UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
AdditiveAttention Attention EinsumDense GroupNormalization MultiHeadAttention UnitNormalization
CategoryEncoding CenterCrop Discretization Identity Normalization RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation RandomTranslation
RandomZoom Rescaling Resizing SpectralNormalization""".split()

METRICS = """AUC Accuracy BinaryAccuracy BinaryIoU BinaryCrossentropy CategoricalAccuracy CategoricalCrossentropy CategoricalHinge CosineSimilarity F1Score FBetaScore FalseNegatives
FalsePositives Hinge KLDivergence LogCoshError Mean MeanAbsoluteError MeanAbsolutePercentageError MeanIoU MeanRelativeError MeanSquaredError
MeanSquaredLogarithmicError MeanTensor IoU OneHotIoU OneHotMeanIoU R2Score Poisson Precision PrecisionAtRecall Recall RecallAtPrecision RootMeanSquaredError SensitivityAtSpecificity
SparseCategoricalAccuracy SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SpecificityAtSensitivity SquaredHinge Sum TopKCategoricalAccuracy
TrueNegatives TruePositives""".split()

LOSSES = """BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalHinge CosineSimilarity Hinge Huber
KLDivergence LogCosh MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy
SquaredHinge""".split()

LOSS_FUNCTIONS = """binary_crossentropy binary_focal_crossentropy categorical_crossentropy categorical_focal_crossentropy categorical_hinge cosine_similarity
hinge huber kl_divergence log_cosh mean_absolute_error mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error poisson
sparse_categorical_crossentropy squared_hinge""".split()

CALLBACKS = """BackupAndRestore BaseLogger CSVLogger Callback EarlyStopping History LambdaCallback LearningRateScheduler ModelCheckpoint ProgbarLogger ReduceLROnPlateau
RemoteMonitor TensorBoard TerminateOnNaN""".split()


def signature(f):
    """Parameters in order: those without and those with a default."""
    required, defaults, variadic = [], {}, []
    for p in inspect.signature(f).parameters.values():
        if p.name == "self":
            continue
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            variadic.append(p.name)
        elif p.default is p.empty:
            required.append(p.name)
        else:
            defaults[p.name] = p.default
    out = {"required": required, "defaults": defaults}
    if variadic:
        out["variadic"] = variadic
    return out


def special(name):
    """Layers around other layers."""
    return {
        "SpectralNormalization": lambda: L.SpectralNormalization(L.Dense(3)),
        "Bidirectional": lambda: L.Bidirectional(L.LSTM(3)), "TimeDistributed": lambda: L.TimeDistributed(L.Dense(3)),
        "RNN": lambda: L.RNN(L.SimpleRNNCell(3)), "StackedRNNCells": lambda: L.StackedRNNCells([L.GRUCell(2), L.LSTMCell(3)]),
    }.get(name)


def classes(module, names, config=True):
    out = {}
    for name in names:
        cls = getattr(module, name)
        keras.backend.clear_session()
        entry = signature(cls.__init__)
        if special(name) and module is L:
            entry["config"] = special(name)().get_config()
        elif config and name != "Lambda":
            kw = REQUIRED.get(name, {})
            if kw:
                entry["given"] = kw
            entry["config"] = cls(**kw).get_config()
        out[name] = entry
    return out


def functions(module, names):
    return {n: signature(getattr(module, n)) for n in names}


def aliases(module):
    """Public names that are other names of a class or function."""
    out = {}
    for n in dir(module):
        v = getattr(module, n)
        if not n.startswith("_") and (inspect.isclass(v) or inspect.isfunction(v)) and getattr(v, "__name__", n) != n:
            out[n] = v.__name__
    return out


def lookups(get, names):
    """What get(name) returns for each string: a class, a function, or null when it is unknown."""
    out = {}
    for n in names.split():
        try:
            v = get(n)
        except (ValueError, TypeError):
            v = None
        out[n] = None if v is None or isinstance(v, str) else getattr(v, "__name__", type(v).__name__)
    return out


def methods(cls, names):
    return {n: signature(getattr(cls, n)) for n in names.split()}


def main():
    img, seq, txt = kp.image, kp.sequence, kp.text
    gen = img.ImageDataGenerator
    doc = {
        "source": SOURCE + ", keras-preprocessing " + kp.__version__,
        "layers": classes(L, LAYERS),
        "layer_functions": functions(L, "add average concatenate dot maximum minimum multiply subtract Input".split()),
        "activations": functions(keras.activations, "elu exponential gelu hard_sigmoid linear mish relu selu sigmoid softmax softplus softsign swish tanh".split()),
        "initializers": classes(keras.initializers, "Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones Orthogonal RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros".split()),
        "regularizers": classes(keras.regularizers, "L1 L2 L1L2 OrthogonalRegularizer".split()),
        "regularizer_functions": functions(keras.regularizers, ["l1_l2"]),
        "constraints": classes(keras.constraints, "MaxNorm MinMaxNorm NonNeg RadialConstraint UnitNorm".split()),
        "losses": classes(keras.losses, LOSSES),
        "loss_functions": functions(keras.losses, LOSS_FUNCTIONS),
        "metrics": classes(keras.metrics, METRICS),
        "metric_functions": functions(keras.metrics, "binary_accuracy categorical_accuracy sparse_categorical_accuracy sparse_top_k_categorical_accuracy top_k_categorical_accuracy".split()),
        "optimizers": classes(keras.optimizers, "Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lion Nadam RMSprop SGD".split()),
        "legacy_optimizers": classes(keras.optimizers.legacy, "Adadelta Adagrad Adam Adamax Ftrl Nadam RMSprop SGD".split()),
        "schedules": {n: signature(getattr(keras.optimizers.schedules, n).__init__) for n in "CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay PiecewiseConstantDecay PolynomialDecay".split()},
        "callbacks": classes(keras.callbacks, CALLBACKS, config=False),
        "model_methods": methods(keras.Model, "compile fit evaluate predict train_on_batch test_on_batch predict_on_batch summary save save_weights load_weights"),
        "text": functions(txt, "Tokenizer hashing_trick one_hot text_to_word_sequence tokenizer_from_json".split()),
        "text_methods": methods(txt.Tokenizer, "fit_on_texts fit_on_sequences texts_to_sequences texts_to_matrix sequences_to_matrix sequences_to_texts"),
        "sequence": functions(seq, "TimeseriesGenerator make_sampling_table pad_sequences skipgrams".split()),
        "image": functions(img, "ImageDataGenerator DirectoryIterator NumpyArrayIterator DataFrameIterator apply_affine_transform apply_brightness_shift apply_channel_shift array_to_img flip_axis img_to_array list_pictures load_img random_brightness random_channel_shift random_rotation random_shear random_shift random_zoom save_img".split()),
        "image_methods": methods(gen, "flow flow_from_directory flow_from_dataframe fit get_random_transform apply_transform random_transform standardize"),
        "tf_keras_image": functions(keras.preprocessing.image, "ImageDataGenerator apply_affine_transform apply_brightness_shift array_to_img img_to_array load_img random_brightness random_channel_shift random_rotation random_shear random_shift random_zoom save_img smart_resize".split()),
        "tf_keras_text": functions(keras.preprocessing.text, "Tokenizer hashing_trick one_hot text_to_word_sequence".split()),
        "utils": functions(keras.utils, "to_categorical normalize plot_model model_to_dot get_file Progbar".split()),
        "aliases": {m.__name__.split(".")[-1]: aliases(m) for m in (L, keras.initializers, keras.regularizers, keras.constraints, keras.losses, keras.metrics)},
        "lookups": {
            "activations": lookups(keras.activations.get, "softmax elu selu softplus softsign tanh sigmoid linear relu hard_sigmoid exponential gelu swish silu mish leaky_relu relu6 log_softmax Softmax"),
            "initializers": lookups(keras.initializers.get, "Zeros zeros zero Ones ones one Constant constant RandomNormal random_normal normal RandomUniform random_uniform uniform TruncatedNormal truncated_normal VarianceScaling variance_scaling Orthogonal orthogonal Identity identity lecun_uniform lecun_normal glorot_uniform glorot_normal he_uniform he_normal GlorotUniform glorotuniform"),
            "regularizers": lookups(keras.regularizers.get, "l1 l2 l1_l2 L1 L2 L1L2 orthogonal_regularizer OrthogonalRegularizer"),
            "constraints": lookups(keras.constraints.get, "MaxNorm max_norm maxnorm NonNeg non_neg nonneg UnitNorm unit_norm unitnorm MinMaxNorm min_max_norm minmaxnorm radial_constraint RadialConstraint"),
            "losses": lookups(keras.losses.get, "mse MSE mae MAE mape MAPE msle MSLE kld KLD bce BCE log_cosh logcosh huber huber_loss cosine cosine_proximity cosine_similarity kullback_leibler_divergence kl_divergence hinge squared_hinge categorical_hinge poisson binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy mean_squared_error MeanSquaredError"),
            "metrics": lookups(keras.metrics.get, "acc accuracy ce crossentropy mse MSE mae MAE mape msle kld bce logcosh cosine cosine_proximity cosine_similarity binary_accuracy categorical_accuracy sparse_categorical_accuracy top_k_categorical_accuracy sparse_top_k_categorical_accuracy binary_crossentropy AUC auc"),
            "optimizers": lookups(keras.optimizers.get, "sgd SGD rmsprop RMSprop adam Adam adagrad adadelta adamax nadam ftrl adamw lion adafactor nothing"),
        },
    }
    doc = plain(doc)
    with open(os.path.join(ROOT, "defaults.json"), "w", newline="\n") as f:
        f.write("{\n")
        for i, (kind, v) in enumerate(doc.items()):
            f.write(("" if i == 0 else ",\n") + f" {json.dumps(kind)}: ")
            if isinstance(v, dict):
                f.write("{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(x, ensure_ascii=False)}" for k, x in v.items()) + "\n }")
            else:
                f.write(json.dumps(v))
        f.write("\n}\n")


if __name__ == "__main__":
    main()
