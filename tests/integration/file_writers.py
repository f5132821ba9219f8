# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""file_writers.py FOLDER: data files by their real writers; prints where each array lies.

Of each file: {array: [first byte, byte behind the last, dtype, shape]}, as the format's own reader
says, or where the bytes are that it reads: each array has bytes of its own.
"""
import argparse
import collections
import io
import json
import pathlib
import pickle
import sys
import types
import zipfile

import gguf
import numpy
import pyarrow
import pyarrow.parquet
import safetensors
import safetensors.numpy

RANDOM = numpy.random.default_rng(4711)
FOUND = {}


def random_of(dtype, *shape):
    dtype = numpy.dtype(dtype)
    count = int(numpy.prod(shape)) * dtype.itemsize
    return numpy.frombuffer(RANDOM.bytes(count), dtype).reshape(shape)


def place_of(path, array):
    """Where the array's bytes are in the file, once."""
    whole, part = path.read_bytes(), array.tobytes(order="A")
    at = whole.find(part)
    assert at >= 0 and whole.find(part, at + 1) < 0
    return [at, at + len(part)]


def write_safetensors(path):
    names = {"F64": "f8", "F32": "f4", "F16": "f2", "I64": "i8", "I32": "i4", "I16": "i2", "I8": "i1",
             "U8": "u1", "U64": "u8"}
    arrays = {f"layers.{i}.{name}": random_of(dtype, 3 + i, 40)
              for i, (name, dtype) in enumerate(names.items())}
    arrays['odd "name" \\ \u00fc\n'] = random_of("u2", 64)
    safetensors.numpy.save_file(arrays, path, metadata={"format": "np", "text": '{"a": [1, "}"]}'})
    with safetensors.safe_open(path, "np") as opened:
        FOUND[path.name] = {
            name: [*place_of(path, opened.get_tensor(name)), opened.get_slice(name).get_dtype(),
                   opened.get_slice(name).get_shape()] for name in opened.keys()}


def write_gguf(path, alignment):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_uint32("llama.block_count", 4)
    writer.add_array("tokenizer.ggml.tokens", [f"token {i}" for i in range(5000)])
    writer.add_array("tokenizer.ggml.scores", [0.5] * 5000)
    writer.add_array("nested", [[1, 2], [3]])
    if alignment:
        writer.add_custom_alignment(alignment)
    for kind, (_, size) in gguf.GGML_QUANT_SIZES.items():
        if kind.name == "Q8_1":  # never in a file: ggml.h and gguf-py differ in its size
            continue
        # The shape of a quantized tensor is given in bytes.
        writer.add_tensor(f"blk.{kind.value}.{kind.name}",
                          numpy.frombuffer(RANDOM.bytes(3 * 2 * size), "u1").reshape(3, 2 * size),
                          raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    FOUND[path.name] = {
        tensor.name: [int(tensor.data_offset), int(tensor.data_offset + tensor.n_bytes),
                      tensor.tensor_type.name, tensor.shape.tolist()]
        for tensor in gguf.GGUFReader(path).tensors}


def write_npy(path, array):
    numpy.save(path, array)
    mapped = numpy.load(path, mmap_mode="r")
    dtype = "record" if mapped.dtype.names else mapped.dtype.str
    FOUND[path.name] = {"array": [mapped.offset, mapped.offset + mapped.nbytes, dtype,
                                  list(mapped.shape)]}


def write_npz(path):
    numpy.savez(path, a=random_of("f8", 100), b=numpy.asfortranarray(random_of("i4", 20, 30)))
    with numpy.load(path) as loaded:
        FOUND[path.name] = {name: [*place_of(path, loaded[name]), loaded[name].dtype.str,
                                   list(loaded[name].shape)] for name in loaded.files}


TORCH = types.ModuleType("torch")
UTILS = types.ModuleType("torch._utils")


def stand_in(module, name):
    """A class that pickle knows as torch's: torch itself is too large for a test."""
    found = type(name, (), {"__module__": module.__name__})
    setattr(module, name, found)
    return found


sys.modules.update({"torch": TORCH, "torch._utils": UTILS})
FLOATS, LONGS = stand_in(TORCH, "FloatStorage"), stand_in(TORCH, "LongStorage")
REBUILD, PARAMETER = stand_in(UTILS, "_rebuild_tensor_v2"), stand_in(UTILS, "_rebuild_parameter")


class Tensor:
    """Of torch.save's making: a storage by its key, and the place in it."""

    def __init__(self, key, storage, shape, strides=None, offset=0, parameter=False):
        self.key, self.storage, self.shape, self.offset = key, storage, shape, offset
        self.strides = strides or [int(numpy.prod(shape[i + 1:])) for i in range(len(shape))]
        self.parameter = parameter


class Storage:
    def __init__(self, tensor):
        self.tensor = tensor


class TorchPickler(pickle.Pickler):
    def persistent_id(self, obj):
        if isinstance(obj, Storage):
            return ("storage", obj.tensor.storage, obj.tensor.key, "cpu", 1000)
        return None

    def reducer_override(self, obj):
        if not isinstance(obj, Tensor):
            return NotImplemented
        if obj.parameter:
            plain = Tensor(obj.key, obj.storage, obj.shape, obj.strides, obj.offset)
            return PARAMETER, (plain, True, collections.OrderedDict())
        return REBUILD, (Storage(obj), obj.offset, tuple(obj.shape), tuple(obj.strides), False,
                         collections.OrderedDict())


def write_torch(path, protocol):
    """As torch.save does: stored entries, whose bytes begin at a multiple of 64."""
    state = collections.OrderedDict()
    state["layers.0.weight"] = Tensor("0", FLOATS, [25, 10], parameter=True)
    state["layers.0.bias"] = Tensor("1", LONGS, [250])
    state["turned"] = Tensor("2", FLOATS, [20, 30], [1, 20])
    state["tied"] = state_tied = Tensor("3", FLOATS, [1000])
    state["again"] = Tensor("3", FLOATS, [500], offset=500)
    saved = {"model": state, "one": {"alone": Tensor("4", FLOATS, [5, 2, 125])},
             "steps": [1, 2 ** 70, None, True, 1.5, b"bytes", {1, 2}], 7: Tensor("5", LONGS, []),
             "args": argparse.Namespace(rate=0.1), "twice": state_tied}
    content = io.BytesIO()
    TorchPickler(content, protocol).dump(saved)
    storages = {"0": 1000, "1": 2000, "2": 2400, "3": 4000, "4": 5000, "5": 8, "6": 100}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", content.getvalue())
        for key, size in storages.items():
            name = f"archive/data/{key}"
            entry = zipfile.ZipInfo(name)
            gap = -(archive.start_dir + 30 + len(name) + 4) % 64
            entry.extra = b"FB" + gap.to_bytes(2, "little") + b"Z" * gap
            archive.writestr(entry, RANDOM.bytes(size))
        archive.writestr("archive/version", "3\n")
    names = {"0": ("model.layers.0.weight", "float32", [25, 10]),
             "1": ("model.layers.0.bias", "int64", [250]), "2": ("model.turned", "float32", None),
             "3": ("model.again", "float32", None), "4": ("one.alone", "float32", [5, 2, 125]),
             "5": ("7", "int64", []), "6": ("data/6", None, None)}
    with zipfile.ZipFile(path) as archive:
        for key, (name, dtype, shape) in names.items():
            place = place_of(path, numpy.frombuffer(archive.read(f"archive/data/{key}"), "u1"))
            assert place[0] % 64 == 0
            FOUND.setdefault(path.name, {})[name] = [*place, dtype, shape]


def table_of():
    rows = 1000
    words = pyarrow.array([f"word {i % 77}" if i % 5 else None for i in range(rows)])
    numbers = pyarrow.array(random_of("i8", rows))
    lists = pyarrow.ListArray.from_arrays(numpy.arange(0, 3 * rows + 1, 3, "i4"), random_of("f4", 3 * rows))
    return pyarrow.table({
        "numbers": numbers, "half": pyarrow.array(random_of("u2", rows)), "words": words,
        "flags": pyarrow.array([i % 3 == 0 for i in range(rows)]), "none": pyarrow.nulls(rows),
        "lists": lists, "dictionary": words.dictionary_encode(),
        "struct": pyarrow.StructArray.from_arrays([numbers, words], ["a", "b"]),
        "fixed": pyarrow.FixedSizeListArray.from_arrays(random_of("f8", 2 * rows), 2),
        "views": pyarrow.array([f"a string that is too long to be inline {i}" for i in range(rows)],
                               pyarrow.string_view()),
        "map": pyarrow.array([[("k", i)] for i in range(rows)],
                             pyarrow.map_(pyarrow.string(), pyarrow.int32())),
        "times": numbers.cast(pyarrow.timestamp("ns")), "last": pyarrow.array(random_of("f4", rows)),
    })


def write_arrow(path, make):
    """A column of a batch is where its buffers are, when pyarrow maps the file."""
    table, found = table_of(), FOUND.setdefault(path.name, {})
    with pyarrow.OSFile(str(path), "wb") as file, make(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=400)
    with pyarrow.memory_map(str(path)) as source:
        base = source.read_buffer(1).address
        source.seek(0)
        opened = pyarrow.ipc.open_file(source) if make is pyarrow.ipc.new_file else \
            pyarrow.ipc.open_stream(source)
        batches = [opened.get_batch(i) for i in range(opened.num_record_batches)] \
            if make is pyarrow.ipc.new_file else list(opened)
        for number, batch in enumerate(batches):
            for name, column in zip(batch.schema.names, batch.columns):
                places = [(buffer.address - base, buffer.address - base + buffer.size)
                          for buffer in column.buffers() if buffer and buffer.size]
                if places:
                    found[f"{name}[{number}]"] = [min(places)[0], max(end for _, end in places),
                                                  [batch.num_rows]]


def write_parquet(path):
    table = table_of().drop_columns(["none", "views"])
    pyarrow.parquet.write_table(table, path, row_group_size=400)
    metadata = pyarrow.parquet.read_metadata(path)
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(number)
            start = min(filter(None, (chunk.dictionary_page_offset, chunk.data_page_offset)))
            FOUND.setdefault(path.name, {})[f"{chunk.path_in_schema}[{group}]"] = [
                start, start + chunk.total_compressed_size, chunk.physical_type, [chunk.num_values]]


def main():
    folder = pathlib.Path(sys.argv[1])
    write_safetensors(folder / "model.safetensors")
    write_gguf(folder / "model.gguf", None)
    write_gguf(folder / "aligned.gguf", 4096)
    write_npy(folder / "plain.npy", random_of("<f4", 30, 40))
    write_npy(folder / "fortran.npy", numpy.asfortranarray(random_of(">i8", 30, 40)))
    write_npy(folder / "text.npy", numpy.full((5, 2), "abc", "U7"))
    write_npy(folder / "scalar.npy", numpy.float64(3))
    write_npy(folder / "records.npy",
              numpy.zeros(7, [("shape", "<f4"), ("it's", "<i2", (2, 3)), ("z", "S3")]))
    write_npz(folder / "arrays.npz")
    write_torch(folder / "model.pt", 2)
    write_torch(folder / "newer.pt", 5)
    write_arrow(folder / "file.arrow", pyarrow.ipc.new_file)
    write_arrow(folder / "stream.arrow", pyarrow.ipc.new_stream)
    write_parquet(folder / "table.parquet")
    print(json.dumps(FOUND))


main()
