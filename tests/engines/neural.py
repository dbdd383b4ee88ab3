"""Small voices for the neural engines, built here: they hum a tone a sign, each with the form of the real ones.

``installed(name)`` puts the profile and the files of one of ``BUILT`` among the user's own voices. With
METTAVOX_TEST_VOICES naming a folder of sanoTTS packs, the packs in it are ``REAL`` voices and tested too.
"""

import hashlib
import io
import json
import math
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from mettavox import assets, voices
from mettavox.voice import Voice

PACKS = Path(os.environ.get("METTAVOX_TEST_VOICES", "/nowhere"))
REAL = tuple(name for name in ("amy", "hfc", "kristin") if (PACKS / name).is_dir())
MARKS = " !'(),-.:;?"
SOUNDS = "abcdefhijklmnopqrstuvwxyzæçðŋɐɑɒɔəɚɛɜɡɪɫɲɹɾʃʊʌʒʔˈˌːβθᵻɣʎʝʲ"
SIGNS = {sign: number for number, sign in enumerate(["_", "^", "$", *MARKS, *SOUNDS])}
_FIRST_SOUND = SIGNS["a"]

Files = dict[str, bytes]


def installed(name: str, *, settings: str = "", files: Files | None = None) -> Voice:
    """The voice of that name with its files in place; further lines of settings, or other files, if given."""
    if name in REAL:
        folder = voices.folder(name)
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.symlink_to(PACKS / name)
        return voices.load(name)
    profile, build = BUILT[name]
    whole = build() | (files or {})
    folder = voices.folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    for file, data in whole.items():
        (folder / file).write_bytes(data)
    tables = "".join(
        f'[[files]]\npath = "{file}"\nbytes = {len(data) or 1}\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
        for file, data in whole.items()
    )
    text = profile.replace("[settings]\n", f"[settings]\n{settings}\n")
    (assets.own_folder("voices") / f"{name}.toml").write_text(f"{text}\n{tables}", "utf-8")
    return voices.load(name)


def config(rate: int = 22_050, language: str = "en-us") -> bytes:
    """The table beside a Piper or sanoTTS model."""
    return json.dumps(
        {
            "audio": {"sample_rate": rate},
            "espeak": {"voice": language},
            "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
            "phoneme_type": "espeak",
            "num_speakers": 1,
            "phoneme_id_map": {sign: [number] for sign, number in SIGNS.items()},
        }
    ).encode()


@cache
def sano_pack() -> Files:
    """A sanoTTS pack of 40 kB: a sound lasts six steps, a mark ten and a pad one; marks and pads are silent."""
    random = np.random.default_rng(20)

    def some(*shape: int) -> np.ndarray:
        return random.normal(0, 1 / math.sqrt(math.prod(shape[1:])), shape)

    signs, width = len(SIGNS), 4
    steps, heard = np.ones((signs, 1)), np.zeros((signs, width))
    steps[3:] = 10
    steps[_FIRST_SOUND:] = 6
    heard[_FIRST_SOUND:] = some(signs - _FIRST_SOUND, width) * 4
    nothing = np.zeros
    parts: dict[str, dict[str, np.ndarray]] = {
        "duration": {
            "embedding.weight": np.log(steps),
            "input_proj.weight": np.array([[1.0, 0, 0, 0]])[..., None],
            "input_proj.bias": nothing(1),
            "output.weight": np.ones((1, 1, 1)),
            "output.bias": nothing(1),
        },
        "acoustic": {
            "embedding.weight": heard,
            "token_input_proj.weight": np.eye(width, width + 2)[..., None],
            "token_input_proj.bias": nothing(width),
            "frame_input_proj.weight": np.eye(width, width + 3)[..., None],
            "frame_input_proj.bias": nothing(width),
            "output.weight": some(width, width, 1),
            "output.bias": nothing(width),
        },
        "decoder": {
            "pre.weight": some(width, width, 7) * 2,
            "pre.bias": nothing(width),
            "post.weight": some(1, width, 7) * 0.05,
            "post.bias": nothing(1),
        },
    }
    for stage, kernel in enumerate((16, 16, 8)):
        parts["decoder"][f"up{stage}.weight"] = some(width, width, kernel) * 2
        parts["decoder"][f"up{stage}.bias"] = nothing(width)
        for branch, size in enumerate((3, 5, 7)):
            for conv in ("conv1", "conv2"):
                name = f"res{stage}.0.blocks.{branch}.{conv}"
                parts["decoder"][f"{name}.weight"] = some(width, width, size)
                parts["decoder"][f"{name}.bias"] = nothing(width)
    configs = {
        "duration": {"architecture": "duration_conv", "vocab_size": signs, "hidden": 1, "depth": 0}
        | {"max_tokens": 265, "max_duration": 80},
        "acoustic": {"architecture": "token_context", "vocab_size": signs, "hidden": width, "depth": 0}
        | {"token_depth": 0, "out_channels": width},
        "decoder": {"variant": "piperlite", "channels": [width] * 4},
    }
    return _packed(parts, configs) | {"piper-phoneme-config.json": config()}


def _packed(parts: dict[str, dict[str, np.ndarray]], configs: dict[str, dict[str, object]]) -> Files:
    weights, components = b"", {}
    for part, tensors in parts.items():
        told = []
        for name, values in tensors.items():
            data = values.astype("<f2").tobytes()
            told.append({"name": name, "shape": values.shape, "dtype": "float16"})
            told[-1] |= {"offset_bytes": len(weights), "nbytes": len(data)}
            weights += data
        components[part] = {"config": configs[part], "tensors": told}
    manifest = {
        "format": "roota.raw-fp16.v1",
        "sample_rate": 22_050,
        "weights_file": "weights.fp16.bin",
        "weights_size_bytes": len(weights),
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
        "components": components,
    }
    return {"manifest.json": json.dumps(manifest).encode(), "weights.fp16.bin": weights}


@cache
def piper_model() -> bytes:
    """A model with Piper's inputs: 30 ms a number at a length scale of 1, and noise as loud as the noise scale."""
    nodes = [
        helper.make_node("Gather", ["scales", "one"], ["slowness"]),
        helper.make_node("Gather", ["scales", "zero"], ["noisiness"]),
        helper.make_node("Mul", ["slowness", "step"], ["length"]),
        *_tones("input", first_sound=_FIRST_SOUND, rate=22_050),
        helper.make_node("RandomNormalLike", ["tones"], ["noise"]),
        helper.make_node("Mul", ["noise", "faint"], ["faint_noise"]),
        helper.make_node("Mul", ["faint_noise", "noisiness"], ["heard_noise"]),
        helper.make_node("Mul", ["heard_noise", "shape"], ["shaped_noise"]),
        helper.make_node("Add", ["tones", "shaped_noise"], ["both"]),
        helper.make_node("Reshape", ["both", "row"], ["output"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "signs"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    return _model(nodes, inputs, [1, 1, -1], step=660.0)


@cache
def kokoro_model() -> bytes:
    """A model with Kokoro's inputs: 65 ms a sign at a speed of 1, each voice in its own key, with some noise."""
    nodes = [
        helper.make_node("Div", ["step", "speed"], ["lengths"]),
        helper.make_node("Squeeze", ["lengths"], ["length"]),
        *_tones("tokens", first_sound=24, rate=24_000, key="style"),
        helper.make_node("RandomUniformLike", ["tones"], ["noise"]),
        helper.make_node("Mul", ["noise", "faint"], ["faint_noise"]),
        helper.make_node("Mul", ["faint_noise", "shape"], ["shaped_noise"]),
        helper.make_node("Add", ["tones", "shaped_noise"], ["both"]),
        helper.make_node("Reshape", ["both", "row"], ["audio"]),
    ]
    inputs = [
        helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, "signs"]),
        helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 8]),
        helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
    ]
    return _model(nodes, inputs, [-1], step=1560.0, output="audio")


def _tones(source: str, *, first_sound: int, rate: int, key: str = "") -> list[onnx.NodeProto]:
    """Nodes that make a tone of ``length`` frames for each number, rising and falling; below the first sound, none."""
    constants = {"first": float(first_sound) - 0.5, "turn": 2 * math.pi / rate, "half": math.pi, "nought": 0.0}
    constants |= {"unit": 1.0, "apart": 6.0, "lowest": 150.0, "loud": 0.3}
    return [
        *(_constant(name, value) for name, value in constants.items()),
        helper.make_node("Cast", [source], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["numbers"], ["column"]),
        helper.make_node("Greater", ["column", "first"], ["sounds"]),
        helper.make_node("Cast", ["sounds"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["column", "apart"], ["above"]),
        helper.make_node("Add", ["above", "lowest"], ["plain_hertz"]),
        helper.make_node("ReduceMean", [key], ["pitch"], keepdims=0)
        if key
        else helper.make_node("Identity", ["unit"], ["pitch"]),
        helper.make_node("Mul", ["plain_hertz", "pitch"], ["hertz"]),
        helper.make_node("Floor", ["length"], ["whole"]),
        helper.make_node("Range", ["nought", "whole", "unit"], ["frames"]),
        helper.make_node("Mul", ["frames", "turn"], ["turns"]),
        helper.make_node("Mul", ["hertz", "turns"], ["angles"]),
        helper.make_node("Sin", ["angles"], ["waves"]),
        helper.make_node("Div", ["frames", "whole"], ["share"]),
        helper.make_node("Mul", ["share", "half"], ["arc"]),
        helper.make_node("Sin", ["arc"], ["hill"]),
        helper.make_node("Mul", ["hill", "mask"], ["shape"]),
        helper.make_node("Mul", ["waves", "shape"], ["full"]),
        helper.make_node("Mul", ["full", "loud"], ["tones"]),
    ]


def _constant(name: str, value: float) -> onnx.NodeProto:
    return helper.make_node("Constant", [], [name], value=helper.make_tensor(name, TensorProto.FLOAT, [], [value]))


def _model(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    row: list[int],
    *,
    step: float,
    output: str = "output",
) -> bytes:
    whole = [
        _constant("step", step),
        _constant("faint", 0.02),
        helper.make_node("Constant", [], ["zero"], value=helper.make_tensor("zero", TensorProto.INT64, [], [0])),
        helper.make_node("Constant", [], ["one"], value=helper.make_tensor("one", TensorProto.INT64, [], [1])),
        helper.make_node("Constant", [], ["row"], value=helper.make_tensor("row", TensorProto.INT64, [len(row)], row)),
        *nodes,
    ]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
    graph = helper.make_graph(whole, "small", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return model.SerializeToString()


def kokoro_voices() -> bytes:
    """Two voices in one file, a fifth apart; a row of styles for each count of signs."""
    file = io.BytesIO()
    styles = {"af_low": 1.0, "ef_high": 1.5}
    np.savez(file, **{name: np.full((510, 1, 8), key, dtype=np.float32) for name, key in styles.items()})
    return file.getvalue()


def _profile(engine: str, settings: str, per_syllable: float, per_line: float) -> str:
    return f"""\
label = "Small"
language = "en"
engine = "{engine}"
[settings]
{settings}
[pace]
per_line = {per_line}
per_syllable = {per_syllable}
per_comma = 0.1
[shaping]
trim_db = -50
"""


BUILT: dict[str, tuple[str, Callable[[], Files]]] = {
    "small-sano": (_profile("sanotts", "", 0.38, 0.1), sano_pack),
    "small-piper": (
        _profile("piper", 'model = "small.onnx"', 0.24, 0.1),
        lambda: {"small.onnx": piper_model(), "small.onnx.json": config()},
    ),
    "small-kokoro": (
        _profile("kokoro", 'model = "small.onnx"\nvoice = "af_low"', 0.24, 0.1),
        lambda: {"small.onnx": kokoro_model(), "voices.bin": kokoro_voices()},
    ),
}
"""Each built voice's profile, and what makes its files."""
