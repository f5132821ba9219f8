# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Where an object's elements are, from the buffer protocol, __array_interface__ or DLPack.

Only addresses, shapes and strides are used. Nothing is read, copied or converted. An object that
does not say where its memory is gives a TypeError.
"""
from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_int32, c_int64, c_ssize_t, c_uint8, c_uint16, \
    c_uint32, c_uint64, c_void_p
from typing import Any, NamedTuple, Optional, Tuple

from ._library import ArrayStruct


class Layout(NamedTuple):
    """An array in memory; strides in bytes, None for C order."""
    data: int
    item_bytes: int
    shape: Tuple[int, ...]
    strides: Optional[Tuple[int, ...]]

    def struct(self) -> ArrayStruct:
        ndim = len(self.shape)
        # ctypes keeps the two arrays alive for as long as the struct
        return ArrayStruct(self.data, self.item_bytes, ndim, (c_int64 * ndim)(*self.shape),
                           None if self.strides is None else (c_int64 * ndim)(*self.strides))

    def span(self) -> Tuple[int, int]:
        """First byte and length of the range from the lowest to the highest element."""
        if 0 in self.shape:
            return self.data, 0
        strides = self.strides
        if strides is None:
            size = self.item_bytes
            for length in self.shape:
                size *= length
            return self.data, size
        ways = [(length - 1) * stride for length, stride in zip(self.shape, strides)]
        low = sum(way for way in ways if way < 0)
        return self.data + low, sum(map(abs, ways)) + self.item_bytes


class _Buffer(ctypes.Structure):  # Py_buffer, as in object.h; the same since Python 2.7
    _fields_ = [("buf", c_void_p), ("obj", c_void_p), ("len", c_ssize_t), ("itemsize", c_ssize_t),
                ("readonly", c_int), ("ndim", c_int), ("format", c_char_p),
                ("shape", POINTER(c_ssize_t)), ("strides", POINTER(c_ssize_t)),
                ("suboffsets", POINTER(c_ssize_t)), ("internal", c_void_p)]


# PyBUF_STRIDES: any strides, read-only as well. No format: numpy has none to give for dates. No
# suboffsets: an exporter that needs them refuses.
_STRIDES = 0x10 | 0x08


def _of_buffer(obj: Any) -> Optional[Layout]:
    view = _Buffer()
    get = ctypes.pythonapi.PyObject_GetBuffer
    get.argtypes = [ctypes.py_object, POINTER(_Buffer), c_int]
    try:
        get(obj, ctypes.byref(view), _STRIDES)
    except (BufferError, TypeError):
        return None
    try:
        ndim = view.ndim
        # Not every exporter fills in what was asked for: numpy's dates leave out the strides.
        if ndim and not view.shape:
            return Layout(view.buf or 0, 1, (view.len,), None)
        shape = tuple(view.shape[:ndim]) if ndim else ()
        strides = tuple(view.strides[:ndim]) if view.strides else None
        return Layout(view.buf or 0, view.itemsize, shape, strides)
    finally:
        release = ctypes.pythonapi.PyBuffer_Release
        release.argtypes = [POINTER(_Buffer)]
        release(ctypes.byref(view))


def _of_interface(obj: Any) -> Optional[Layout]:
    interface = getattr(obj, "__array_interface__", None)
    if not isinstance(interface, dict) or not isinstance(interface.get("data"), tuple):
        return None
    typestr = interface["typestr"]
    strides = interface.get("strides")
    return Layout(int(interface["data"][0]), _item_bytes(typestr), tuple(interface["shape"]),
                  None if strides is None else tuple(strides))


def _item_bytes(typestr: str) -> int:
    """The size in "<f8", "|V32", "<M8[ns]"; U counts characters of four bytes, O has none."""
    size = int(typestr[2:].split("[")[0] or ctypes.sizeof(c_void_p))
    return 4 * size if typestr[1] == "U" else size


class _Tensor(ctypes.Structure):  # DLTensor
    _fields_ = [("data", c_void_p), ("device_type", c_int32), ("device_id", c_int32),
                ("ndim", c_int32), ("code", c_uint8), ("bits", c_uint8), ("lanes", c_uint16),
                ("shape", POINTER(c_int64)), ("strides", POINTER(c_int64)),
                ("byte_offset", c_uint64)]


class _Versioned(ctypes.Structure):  # DLManagedTensorVersioned, DLPack 1.0
    _fields_ = [("major", c_uint32), ("minor", c_uint32), ("manager_ctx", c_void_p),
                ("deleter", c_void_p), ("flags", c_uint64), ("tensor", _Tensor)]


_MEMORY_OF_OURS = (1, 3, 11)  # kDLCPU, kDLCUDAHost, kDLROCMHost


def _capsule_of(obj: Any) -> Any:
    """The capsule's destructor, not we, tells the exporter that the tensor was not used."""
    try:
        return obj.__dlpack__(max_version=(1, 0), copy=False)
    except TypeError as error:
        if "argument" not in str(error):
            raise
        return obj.__dlpack__()  # an exporter from before 2023


def _of_dlpack(obj: Any) -> Optional[Layout]:
    if not hasattr(obj, "__dlpack__") or not hasattr(obj, "__dlpack_device__"):
        return None
    if int(obj.__dlpack_device__()[0]) not in _MEMORY_OF_OURS:
        raise TypeError(f"cannot address {_name(obj)}: its memory is on another device")
    try:
        capsule = _capsule_of(obj)
    except (BufferError, TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"cannot address {_name(obj)}: {error}") from error
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.argtypes, pointer.restype = [ctypes.py_object, c_char_p], c_void_p
    valid = ctypes.pythonapi.PyCapsule_IsValid
    valid.argtypes = [ctypes.py_object, c_char_p]
    if valid(capsule, b"dltensor_versioned"):
        whole = _Versioned.from_address(pointer(capsule, b"dltensor_versioned"))
        if whole.major != 1:
            raise TypeError(f"cannot address {_name(obj)}: DLPack {whole.major}.{whole.minor}")
        tensor = whole.tensor
    else:
        tensor = _Tensor.from_address(pointer(capsule, b"dltensor"))
    item = (tensor.bits * tensor.lanes + 7) // 8
    shape = tuple(tensor.shape[:tensor.ndim])
    strides = tuple(step * item for step in tensor.strides[:tensor.ndim]) \
        if tensor.strides else None
    return Layout((tensor.data or 0) + tensor.byte_offset, item, shape, strides)


def _name(obj: Any) -> str:
    return f"an object of type {type(obj).__name__}"


def layout_of(obj: Any) -> Layout:
    layout = _of_buffer(obj) or _of_interface(obj) or _of_dlpack(obj)
    if layout is None:
        if hasattr(obj, "__cuda_array_interface__"):
            raise TypeError(f"cannot address {_name(obj)}: its memory is on another device")
        raise TypeError(f"cannot address {_name(obj)}: it has neither a buffer nor "
                        "__array_interface__ nor DLPack; pass the arrays that it holds")
    return layout
