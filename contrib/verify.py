#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Counterfoil authors
# SPDX-License-Identifier: Apache-2.0
"""Check a Counterfoil log: a second verifier, independent of the Go code.

It follows docs/ledger-format.md ("L" in the comments below, with the section)
and docs/pack-format.md ("P"), needs Python 3.9 or newer and nothing else, and
holds no more than a batch and the open intents in memory. It never opens
payloads: it has no keys.

    verify.py PATH [--key VKEY] [--head FILE]... [--json]

Exit codes: 0 sound, 2 the check could not be made, 3 broken, 10 and above broken in
one way only (EXIT_OF_CLASS). A fault in what is
read is a problem of the report, never a traceback.
"""

from __future__ import annotations

import argparse
import array
import base64
import binascii
import csv
import datetime
import hashlib
import hmac
import io
import json
import mmap
import os
import re
import struct
import sys
import tempfile
import zipfile
import zlib
from typing import Any, BinaryIO, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple, Union

EXIT_SOUND, EXIT_UNUSABLE, EXIT_BROKEN = 0, 2, 3
# Of a report whose problems are all of one class; the table of docs/verify.md.
EXIT_OF_CLASS = {
    "segment": 10, "encoding": 11, "root": 12, "head": 13, "missing": 14, "outcome": 15, "boot": 16, "key": 17, "payload": 18,
    "commitment": 19, "erasure": 20, "seal": 21, "anchor": 22, "timestamp": 23, "cosignature": 24, "registry": 25, "pack": 26, "receipt": 27,
}
MAX_PROBLEMS = 100
MAX_ENTRY = 16_384
MAX_BATCH = 8 << 20
MAX_NOTE = 64 << 10


class Fault(Exception):
    """Something read from outside does not hold; becomes a problem."""


class Unusable(Exception):
    """The check cannot be made; exit code 2."""


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# --- CRC-32C (L 5) -----------------------------------------------------------


def _crc_tables() -> List[List[int]]:
    """Four tables of 65,536 for 64 bits a step: T[k][x] is the remainder of the
    16 bits x with k times 16 zero bits behind them."""
    def shift(crc: int, bits: int) -> int:
        for _ in range(bits):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
        return crc

    tables = []
    for k in range(4):
        table = [0]
        for bit in range(16):
            unit = shift(1 << bit, 16 * (k + 1))
            table += [x ^ unit for x in table]
        tables.append(table)
    return tables


# Arrays and not lists: together they fit into a processor's cache.
_T0, _T1, _T2, _T3 = (array.array("I" if array.array("I").itemsize == 4 else "L", table) for table in _crc_tables())


def _byte_table() -> List[int]:
    table = [0]
    for bit in range(8):
        unit = 1 << bit
        for _ in range(8):
            unit = (unit >> 1) ^ (0x82F63B78 if unit & 1 else 0)
        table += [x ^ unit for x in table]
    return table


_BYTE = _byte_table()


# Exponents of a multiple of the polynomial that has six terms, 1 the first of them.
# With its bits in the order of the CRC the lowest is that of the highest power, so
# adding it, times the lowest 154 bits, makes these zero. Its square is a multiple too,
# with each exponent twice as large, and so on.
_SPARSE = [(154 << k, 177 << k, 183 << k, 258 << k, 290 << k) for k in range(64)]


def _fold(v: int, bits: int) -> Tuple[int, int]:
    """A shorter number with the same remainder as v, which has so many bits."""
    for k in range((bits // 444).bit_length() - 1, -1, -1):  # 444: a and e together
        a, b, c, d, e = _SPARSE[k]
        mask = (1 << a) - 1
        while bits >= a + e:
            low = v & mask
            v = (v >> a) ^ low ^ (low << b - a) ^ (low << c - a) ^ (low << d - a) ^ (low << e - a)
            bits -= a
    return v, bits


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli) of data."""
    if len(data) < 4:
        crc = 0xFFFFFFFF
        for b in data:
            crc = (crc >> 8) ^ _BYTE[(crc ^ b) & 0xFF]
        return crc ^ 0xFFFFFFFF
    v, bits = _fold(int.from_bytes(data, "little") ^ 0xFFFFFFFF, 8 * len(data))
    words = (bits + 63) >> 6
    v <<= 64 * words - bits  # zeros in front change nothing
    crc, t0, t1, t2, t3 = 0, _T0, _T1, _T2, _T3
    for w in struct.unpack("<%dQ" % words, v.to_bytes(8 * words, "little")):
        w ^= crc
        crc = t3[w & 0xFFFF] ^ t2[w >> 16 & 0xFFFF] ^ t1[w >> 32 & 0xFFFF] ^ t0[w >> 48]
    return crc ^ 0xFFFFFFFF


# --- Ed25519 (RFC 8032, section 5.1) -----------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_D2 = 2 * _D % _P
_SQRT_M1 = pow(2, (_P - 1) // 4, _P)

Point = Tuple[int, int, int, int]  # extended homogeneous coordinates
_NEUTRAL: Point = (0, 1, 1, 0)


def _add(p: Point, q: Point) -> Point:
    x1, y1, z1, t1 = p
    x2, y2, z2, t2 = q
    a = (y1 - x1) * (y2 - x2) % _P
    b = (y1 + x1) * (y2 + x2) % _P
    c = t1 * t2 % _P * _D2 % _P
    d = 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _decode_point(raw: bytes) -> Optional[Point]:
    """RFC 8032, section 5.1.3; a coordinate not below the prime is refused."""
    n = int.from_bytes(raw, "little")
    sign, y = n >> 255, n & ((1 << 255) - 1)
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * _SQRT_M1 % _P
        if (v * x * x - u) % _P:
            return None
    if x == 0 and sign:
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encode_point(p: Point) -> bytes:
    x, y, z, _ = p
    inverse = pow(z, _P - 2, _P)
    x, y = x * inverse % _P, y * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


class _Multiples:
    """Multiples 1..15 of 16^i of a point, so that a product is 64 additions."""

    def __init__(self, p: Point) -> None:
        self.rows: List[List[Point]] = []
        for _ in range(64):
            row = [_NEUTRAL, p]
            for _ in range(14):
                row.append(_add(row[-1], p))
            self.rows.append(row)
            p = _add(row[-1], p)

    def times(self, n: int, onto: Point) -> Point:
        for row in self.rows:
            if n & 15:
                onto = _add(onto, row[n & 15])
            n >>= 4
        return onto


_base: List[_Multiples] = []
_keys: Dict[bytes, Optional[_Multiples]] = {}


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032, section 5.1.7, without the cofactor."""
    if len(public) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= _L:
        return False
    if not _base:
        y = 4 * pow(5, _P - 2, _P) % _P
        point = _decode_point(y.to_bytes(32, "little"))
        assert point is not None
        _base.append(_Multiples(point))
    if public not in _keys:
        if len(_keys) >= 64:
            _keys.clear()
        a = _decode_point(public)
        _keys[public] = None if a is None else _Multiples((-a[0] % _P, a[1], 1, -a[3] % _P))
    minus_a = _keys[public]
    if minus_a is None:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    return _encode_point(minus_a.times(k, _base[0].times(s, _NEUTRAL))) == signature[:32]


# --- Signed notes, checkpoints, cosignatures (L 3; C2SP) ---------------------

KEY_ED25519, KEY_COSIGNATURE = 1, 4


def unbase64(text: str) -> bytes:
    """Strict standard base64: the one encoding of its bytes."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise Fault("not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise Fault("not the canonical base64")
    return raw


def unhash(text: str) -> bytes:
    raw = unbase64(text)
    if len(raw) != 32:
        raise Fault("a hash has 32 bytes")
    return raw


def decimal(text: str) -> int:
    """A decimal below 2^63 without leading zeros."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text) or int(text) >= 1 << 63:
        raise Fault("not a number: %.40r" % text)
    return int(text)


class Key(NamedTuple):
    """A verifier key of C2SP signed-note: name+hash+base64(type ‖ key)."""

    text: str
    name: str
    id: bytes
    kind: int
    public: bytes


_NAME = re.compile(r"[^\s+]+")


def parse_key(text: str) -> Key:
    parts = text.split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]) or not re.fullmatch(r"[0-9a-f]{8}", parts[1]):
        raise Fault("the verifier key does not have the form name+hash+key")
    raw = unbase64(parts[2])
    if len(raw) != 33 or raw[0] not in (KEY_ED25519, KEY_COSIGNATURE):
        raise Fault("the verifier key is of a type not known here")
    ident = bytes.fromhex(parts[1])
    if sha256(parts[0].encode() + b"\n" + raw)[:4] != ident:
        raise Fault("the hash of the verifier key is not that of its name and key")
    return Key(text, parts[0], ident, raw[0], raw[1:])


class Note(NamedTuple):
    text: bytes
    signatures: List[Tuple[str, bytes, bytes]]  # name, key id, signature


def parse_note(raw: bytes) -> Note:
    """C2SP signed-note: text, an empty line, signature lines."""
    if len(raw) > MAX_NOTE:
        raise Fault("a note of %d bytes" % len(raw))
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("the note is not UTF-8") from None
    if re.search(r"[\x00-\x09\x0b-\x1f]", whole):
        raise Fault("the note has control characters")
    text, found, tail = whole.rpartition("\n\n")
    if not found or not tail.endswith("\n"):
        raise Fault("not a signed note")
    signatures = []
    for line in tail[:-1].split("\n"):
        m = re.fullmatch(r"\u2014 ([^\s+]+) (\S+)", line)
        if not m:
            raise Fault("a signature line of the note is malformed")
        blob = unbase64(m.group(2))
        if len(blob) < 5:
            raise Fault("a signature of the note is too short")
        signatures.append((m.group(1), blob[:4], blob[4:]))
    if len(signatures) > 100:
        raise Fault("the note has too many signatures")
    return Note((text + "\n").encode(), signatures)


def signed_by(note: Note, key: Key) -> bool:
    """Whether the note bears a valid signature of key; an invalid one is a fault."""
    for name, ident, signature in note.signatures:
        if name == key.name and ident == key.id:
            if key.kind == KEY_COSIGNATURE:
                return cosigned_at(note, key, signature) is not None
            if not ed25519_verify(key.public, note.text, signature):
                raise Fault("the signature of %s does not verify" % key.name)
            return True
    return False


def cosigned_at(note: Note, key: Key, signature: bytes) -> Optional[int]:
    """Time of a cosignature/v1 (C2SP tlog-cosignature), None if invalid."""
    if len(signature) != 72:
        return None
    at = int.from_bytes(signature[:8], "big")
    message = b"cosignature/v1\ntime %d\n" % at + note.text
    return at if at < 1 << 63 and ed25519_verify(key.public, message, signature[8:]) else None


class Head(NamedTuple):
    origin: str
    size: int
    root: bytes


def parse_head(text: bytes) -> Head:
    """C2SP tlog-checkpoint: origin, size, root; further lines carry no meaning here."""
    lines = text.decode("utf-8").split("\n", 3)
    if len(lines) < 4 or not lines[0]:
        raise Fault("the checkpoint has fewer than three lines")
    return Head(lines[0], decimal(lines[1]), unhash(lines[2]))


def open_head(raw: bytes, key: Key) -> Head:
    """A head signed by key, whose name is its origin."""
    note = parse_note(raw)
    if not signed_by(note, key):
        raise Fault("the head bears no signature of %s" % key.name)
    head = parse_head(note.text)
    if head.origin != key.name:
        raise Fault("the head is of log %.80r, the key of %.80r" % (head.origin, key.name))
    return head


# --- Tree (L 3; RFC 6962, section 2.1) ----------------------------------------


def leaf_hash(raw: bytes) -> bytes:
    return hashlib.sha256(b"\0" + raw).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """The compact range of a growing tree: the roots of its perfect subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self.stack: List[bytes] = []

    def append(self, leaf: bytes) -> None:
        n = self.size
        while n & 1:
            leaf = node_hash(self.stack.pop(), leaf)
            n >>= 1
        self.stack.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self.stack:
            return sha256(b"")
        root = self.stack[-1]
        for left in reversed(self.stack[:-1]):
            root = node_hash(left, root)
        return root


def inclusion_root(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    if index >= size:
        raise Fault("the index is not below the size")
    node, last, root = index, size - 1, leaf
    for p in proof:
        if last == 0:
            raise Fault("the proof is too long")
        if node & 1 or node == last:
            root = node_hash(p, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, p)
        node, last = node >> 1, last >> 1
    if last:
        raise Fault("the proof is too short")
    return root


def check_consistency(size1: int, root1: bytes, size2: int, root2: bytes, proof: Sequence[bytes]) -> None:
    """RFC 9162, section 2.1.4.2, for 0 < size1 < size2."""
    if not 0 < size1 < size2:
        raise Fault("sizes %d and %d need no proof" % (size1, size2))
    path = list(proof)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    if not path:
        raise Fault("the proof is empty")
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for p in path[1:]:
        if last == 0:
            raise Fault("the proof is too long")
        if node & 1 or node == last:
            first, second = node_hash(p, first), node_hash(p, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, p)
        node, last = node >> 1, last >> 1
    if last or first != root1 or second != root2:
        raise Fault("the proof of consistency does not hold")


# --- Entries (L 1) --------------------------------------------------------------

Reader = Callable[[bytes, int], Tuple[Any, int]]


def _head(b: bytes, p: int) -> Tuple[int, int, int]:
    """Major type, argument, position behind; only shortest forms."""
    first = b[p]
    major, info = first >> 5, first & 31
    if info < 24:
        return major, info, p + 1
    if info > 27:
        raise Fault("indefinite or reserved length")
    width = 1 << (info - 24)
    end = p + 1 + width
    value = int.from_bytes(b[p + 1:end], "big")
    if end > len(b):
        raise Fault("the entry ends too early")
    if value < (24 if width == 1 else 1 << 4 * width):
        raise Fault("an integer or length is not in its shortest form")
    return major, value, end


# Readers try the usual form by themselves, because a call costs more than its work.
# They leave everything else, and what is wrong, to those above.

_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}  # of an integer, by its first byte
_SHORTEST = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}  # a smaller number has a shorter form


def _uint(b: bytes, p: int) -> Tuple[int, int]:
    first = b[p]
    if first < 24:
        return first, p + 1
    if first > 27:
        raise Fault("an integer belongs here")
    end = p + 1 + _WIDTHS[first]
    value = int.from_bytes(b[p + 1:end], "big")
    if value < _SHORTEST[first] or end > len(b):
        return _head(b, p)[1:]  # which says what is wrong
    return value, end


def _positive(top: int = (1 << 64) - 1) -> Reader:
    def read(b: bytes, p: int) -> Tuple[int, int]:
        value = b[p]
        if 0 < value < 24 and value <= top:
            return value, p + 1
        value, p = _uint(b, p)
        if not 0 < value <= top:
            raise Fault("the number %d is out of range" % value)
        return value, p
    return read


def _true(b: bytes, p: int) -> Tuple[bool, int]:
    if b[p] != 0xF5:
        raise Fault("only true belongs here")
    return True, p + 1


def _string(b: bytes, p: int, major: int) -> Tuple[bytes, int]:
    n, kind = b[p] & 31, b[p] >> 5
    if n < 24:
        p += 1
    else:
        kind, n, p = _head(b, p)
    if kind != major:
        raise Fault("a string of another type belongs here")
    if p + n > len(b):
        raise Fault("the entry ends too early")
    return b[p:p + n], p + n


_CONTROL = re.compile("[\x00-\x1f\x7f]")
_CODE = re.compile(rb"[a-z0-9_]{1,40}")


_texts: Dict[bytes, str] = {}  # found right before, with their heads: most texts come again and again


def _text(b: bytes, p: int) -> Tuple[str, int]:
    start, end = p, p + b[p] - 0x5F  # as if it were a text below 24 bytes
    known = _texts.get(b[p:end])
    if known is not None:
        return known, end
    raw, p = _string(b, p, 3)
    if not 0 < len(raw) <= 512:
        raise Fault("a text of %d bytes" % len(raw))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("a text is not UTF-8") from None
    if _CONTROL.search(text):
        raise Fault("a text has control characters")
    if len(raw) < 24 and len(_texts) < 4096:
        _texts[b[start:p]] = text
    return text, p


def _code(b: bytes, p: int) -> Tuple[str, int]:
    raw, p = _string(b, p, 3)
    if not _CODE.fullmatch(raw):
        raise Fault("not a code")
    return raw.decode(), p


def _bytes(low: int, high: int, zero: bool) -> Reader:
    """Between low and high bytes; all zeros only where zero says so."""
    head = bytes([0x40 + low] if low < 24 else [0x58, low])
    usual = len(head) + low
    empty = head + bytes(low) if not zero else b""

    def read(b: bytes, p: int) -> Tuple[bytes, int]:
        raw = b[p:p + usual]
        if raw.startswith(head) and len(raw) == usual and raw != empty:
            return raw[len(head):], p + usual
        raw, p = _string(b, p, 2)
        if not low <= len(raw) <= high:
            raise Fault("%d bytes do not belong here" % len(raw))
        if not zero and not any(raw):
            raise Fault("a field that is zero is left out")
        return raw, p
    return read


_id, _digest = _bytes(16, 16, False), _bytes(32, 32, False)
_mac, _signature = _bytes(32, 32, True), _bytes(64, 64, True)


def _array(item: Reader, rising: bool = False) -> Reader:
    def read(b: bytes, p: int) -> Tuple[List[Any], int]:
        major, n, p = _head(b, p)
        if major != 4 or n == 0:
            raise Fault("an array that is not empty belongs here")
        values: List[Any] = []
        for _ in range(n):
            value, p = item(b, p)
            if rising and values and not values[-1] < value:
                raise Fault("a list is not strictly rising")
            values.append(value)
        return values, p
    return read


Schema = Dict[int, Tuple[str, Reader]]


def _map(schema: Schema, required: Sequence[str] = (), empty: bool = False) -> Reader:
    def read(b: bytes, p: int) -> Tuple[Dict[str, Any], int]:
        major, n, p = (5, b[p] - 0xA0, p + 1) if 0xA0 <= b[p] < 0xB8 else _head(b, p)
        if major != 5 or (n == 0 and not empty):
            raise Fault("a map that is not empty belongs here")
        values: Dict[str, Any] = {}
        before = -1
        for _ in range(n):
            key, p = (b[p], p + 1) if b[p] < 24 else _uint(b, p)
            if key <= before:
                raise Fault("keys do not rise")
            before = key
            if key not in schema:
                raise Fault("key %d is not known" % key)
            name, read_field = schema[key]
            values[name], p = read_field(b, p)
        for name in required:
            if name not in values:
                raise Fault("the field %s is missing" % name)
        return values, p
    return read


def _again(read: Reader) -> Reader:
    """What was found right before is right again: no encoding begins with another."""
    last, value = b"\xff", None  # type: Tuple[bytes, Any]  # nothing begins so

    def read_again(b: bytes, p: int) -> Tuple[Any, int]:
        nonlocal last, value
        if b.startswith(last, p):
            return value, p + len(last)
        value, end = read(b, p)
        last = b[p:end]
        return value, end
    return read_again


_any = _positive()
_decision = _again(_map({1: ("effect", _positive(5)), 2: ("rule", _text), 3: ("reasons", _array(_text)), 4: ("shadow", _array(_text))}))
_findings = _again(_array(_map({1: ("type", _text), 2: ("count", _any)}, ["type"])))
_guards = _array(_map({1: ("name", _text), 2: ("status", _positive(3)), 3: ("version", _text), 4: ("reason", _code),
                       5: ("micros", _any)}, ["name", "status"]))
_BOOT: Schema = {1: ("version", _text), 2: ("binary", _digest), 3: ("config", _digest), 4: ("policy", _digest),
                 5: ("node_key", _text), 6: ("prev_size", _any), 7: ("prev_root", _digest)}
_INTENT: Schema = {
    1: ("key", _id), 2: ("system", _id), 3: ("workload", _true), 4: ("assurance", _positive(5)), 5: ("provider", _text),
    6: ("dialect", _text), 7: ("operation", _text), 8: ("model", _text), 9: ("stream", _true), 10: ("request_bytes", _any),
    11: ("forwarded_bytes", _any), 12: ("config", _digest), 13: ("policy", _digest), 14: ("snapshot", _digest),
    15: ("decision", _decision), 16: ("findings", _findings), 17: ("guards", _guards), 18: ("redactions", _any),
    19: ("redaction_root", _digest)}
_OUTCOME: Schema = {
    1: ("intent", _uint), 2: ("result", _positive(7)), 3: ("reason", _code), 4: ("status", _any), 5: ("upstream_status", _any),
    6: ("decision", _decision), 7: ("findings", _findings), 8: ("guards", _guards), 9: ("answer_bytes", _any),
    10: ("input_tokens", _any), 11: ("output_tokens", _any), 12: ("first_byte", _any), 13: ("duration", _any),
    14: ("truncated", _true)}
_BODIES: Dict[int, Tuple[str, Schema, Sequence[str]]] = {
    1: ("boot", _BOOT, ()),
    2: ("intent", _INTENT, ()),
    3: ("outcome", _OUTCOME, ("result",)),
    4: ("record", {1: ("type", _code), 2: ("version", _any), 3: ("transition", _code)}, ()),
    6: ("signal", {1: ("name", _code), 2: ("verdict", _positive(2)), 3: ("count", _any), 4: ("faults", _any),
                   5: ("micros", _any), 6: ("digest", _digest)}, ("name",)),
    8: ("access", {1: ("action", _code), 2: ("target", _id)}, ()),
    9: ("config", {1: ("config", _digest), 2: ("policy", _digest), 3: ("reason", _code)}, ()),
    10: ("key", {1: ("event", _code), 2: ("origin", _text), 3: ("key", _text), 4: ("former", _text), 5: ("size", _any),
                 6: ("root", _digest), 7: ("signature", _signature), 8: ("former_signature", _signature)}, ("event",)),
    11: ("erasure", {1: ("scope", _code), 2: ("basis", _code), 3: ("person", _id), 4: ("class", _code), 5: ("before", _any),
                     6: ("count", _any), 7: ("request", _id), 8: ("approver", _id), 9: ("keys", _array(_id, True)),
                     10: ("targets", _array(_id, True)), 11: ("segments", _array(_uint, True))}, ("scope", "basis")),
    12: ("gap", {1: ("provider", _text), 2: ("first", _any), 3: ("last", _any), 4: ("count", _any), 5: ("limit", _any),
                 6: ("reason", _code)}, ("count",)),
    13: ("anchor", {1: ("type", _code), 2: ("origin", _text), 3: ("size", _any), 4: ("root", _digest), 5: ("time", _any),
                    6: ("note", _bytes(1, 12_288, True))}, ("type", "note")),
    14: ("seal", {1: ("epoch", _code), 2: ("size", _any), 3: ("root", _digest), 4: ("first", _any), 5: ("intents", _any),
                  6: ("outcomes", _any), 7: ("unrecorded", _any)}, ("epoch",)),
}
KINDS = {1: "boot", 2: "intent", 3: "outcome", 4: "record", 5: "transition", 6: "signal", 7: "drill", 8: "access",
         9: "config", 10: "key", 11: "erasure", 12: "gap", 13: "anchor", 14: "seal"}


def _version(b: bytes, p: int) -> Tuple[int, int]:
    value, p = _uint(b, p)
    if value != 1:
        raise Fault("version %d is not known" % value)
    return value, p


def _kind(b: bytes, p: int) -> Tuple[int, int]:
    value, p = _uint(b, p)
    if value not in KINDS:
        raise Fault("kind %d is not known" % value)
    return value, p


def _time(b: bytes, p: int) -> Tuple[int, int]:
    value, p = _uint(b, p)
    if value >= 1 << 63:
        raise Fault("the time is out of range")
    return value, p


_ENTRY: Schema = {1: ("version", _version), 2: ("kind", _kind), 3: ("time", _time), 4: ("id", _id), 5: ("actor", _id),
                  6: ("commitment", _mac)}
_ENTRY.update({8 + n: (name, _map(schema, () if name == "outcome" else required, True))
               for n, (name, schema, required) in _BODIES.items()})
_read_entry = _map(_ENTRY, ["version", "kind", "time"])


def decode_entry(raw: bytes) -> Dict[str, Any]:
    """The entry in raw, if raw is its one encoding (L 1)."""
    if len(raw) > MAX_ENTRY:
        raise Fault("an entry of %d bytes" % len(raw))
    try:
        entry, end = _read_entry(raw, 0)
    except IndexError:
        raise Fault("the entry ends too early") from None
    if end != len(raw):
        raise Fault("something follows the entry")
    _check_bodies(entry)
    return entry


def _check_bodies(e: Dict[str, Any]) -> None:
    """Exactly the body of the kind; and what fields demand of each other."""
    kind = KINDS[e["kind"]]
    wanted = {kind} if e["kind"] in _BODIES else set()
    present = {name for name in e if name in _NAMES}
    if kind == "intent":
        present.discard("outcome")
    if present != wanted:
        raise Fault("the bodies of the entry are not those of its kind")
    if "outcome" in e:
        if ("intent" in e["outcome"]) != (kind == "outcome"):
            raise Fault("an outcome names its intent exactly when it is an entry of its own")
        if "result" not in e["outcome"]:
            raise Fault("an outcome has a result")
    if kind == "key" and "key" not in e["key"] and "former" not in e["key"]:
        raise Fault("a key entry names a key")
    if kind == "gap" and e["gap"].get("first", 0) > e["gap"].get("last", 0):
        raise Fault("the gap ends before it begins")
    if kind == "seal" and e["seal"].get("first", 0) > e["seal"].get("size", 0):
        raise Fault("the seal begins behind its end")


_NAMES = {name for name, _, _ in _BODIES.values()}


# --- Segments (L 5, L 6) ----------------------------------------------------------

ANY_ORIGIN = b""
SECTOR, HEADER, FRAME_HEAD, TRAILER, REF = 512, 72, 9, 52, 16
MAX_TAIL = 2 * MAX_BATCH


class Ref(NamedTuple):
    """Where a payload lies."""

    segment: int
    offset: int
    length: int
    crc: int


class Stopped(Exception):
    """The log does not go on here. torn: it is what a crash leaves."""

    def __init__(self, at: str, text: str, torn: bool) -> None:
        super().__init__(text)
        self.at, self.text, self.torn = at, text, torn


class Batch(NamedTuple):
    at: str
    first: int
    entries: List[Tuple[Ref, bytes]]
    root: bytes


def segment_name(number: int) -> str:
    return "%010d.seg" % number


def place(number: int, offset: int) -> str:
    return "%s at byte %d" % (segment_name(number), offset)


def open_segment(path: str) -> Any:
    try:
        with open(path, "rb") as f:
            return mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) if os.fstat(f.fileno()).st_size else b""
    except (FileNotFoundError, NotADirectoryError):
        return b""


def last_nonzero(data: Any, start: int) -> int:
    """Offset of the last byte that is not zero, from start on, or -1."""
    end = len(data)
    while end > start:
        low = max(start, end - (1 << 20))
        chunk = data[low:end].rstrip(b"\0")
        if chunk:
            return low + len(chunk) - 1
        end = low
    return -1


def parse_header(raw: bytes, magic: bytes) -> Tuple[int, int, bytes]:
    """Number, first index and origin digest of a segment header."""
    if len(raw) < HEADER or raw[:8] != magic:
        raise Fault("the segment has no header of its kind")
    version, zero, number, first, origin, crc, rest = struct.unpack(">IIQQ32sII", raw[8:HEADER])
    if crc != crc32c(raw[:64]) or version != 1 or zero or rest:
        raise Fault("the segment header is damaged")
    return number, first, origin


def parse_frame(data: Any, p: int) -> Tuple[Optional[Tuple[Ref, bytes]], Optional[Tuple[int, int, int, bytes]], int]:
    """An entry or a trailer at p, and the position behind it."""
    head = data[p:p + FRAME_HEAD]
    if len(head) < FRAME_HEAD:
        raise Fault("the frame is cut off")
    length, crc, kind = struct.unpack(">IIB", head)
    if kind == 1 and not REF < length <= REF + MAX_ENTRY or kind == 2 and length != TRAILER or kind not in (1, 2):
        raise Fault("no frame begins here")
    end = p + FRAME_HEAD + length
    body = data[p + FRAME_HEAD:end]
    if len(body) < length:
        raise Fault("the frame is cut off")
    if crc32c(head[:4] + head[8:] + body) != crc:
        raise Fault("the checksum of a frame is wrong")
    if kind == 2:
        return None, struct.unpack(">IQQ32s", body), end
    ref = Ref(*struct.unpack(">IIII", body[:REF]))
    if ref.length == 0 and any(ref):
        raise Fault("a frame without payload names a place of one")
    return (ref, body[REF:]), None, end


class Segments:
    """Whole batches of a ledger directory, in order. Yields Batch, ends with
    Stopped where something else follows the last of them."""

    def __init__(self, folder: str, origin: bytes) -> None:
        self.folder, self.origin, self.next = folder, origin, 0
        self.found, self.first = b"", 0

    def load(self, number: int) -> Any:
        """The bytes of a segment that was begun, or None. Checks its header."""
        data = open_segment(os.path.join(self.folder, segment_name(number)))
        last = last_nonzero(data, 0)
        if last < 0:
            return None
        head = data[:HEADER]
        if not any(head):
            raise Stopped(place(number, 0), "segment has data and no header", True)
        try:
            found, first, origin = parse_header(head, b"CFLEDGER")
        except Fault as fault:
            raise Stopped(place(number, 0), str(fault), last < HEADER - 5) from None
        self.found = origin
        if found != number or self.origin not in (origin, ANY_ORIGIN):
            raise Stopped(place(number, 0), "segment belongs to another log or another place in it", False)
        self.first = first
        return data

    def check_first(self, number: int) -> None:
        if self.first != self.next:
            raise Stopped(place(number, 0), "segment begins with entry %d where %d belongs" % (self.first, self.next), False)

    def __iter__(self) -> Iterator[Batch]:
        number, data = 0, self.load(0)
        if data is None:
            return
        self.check_first(0)
        while True:
            p = HEADER
            while any(data[p:p + 4]):
                batch, p = self.batch(data, number, p)
                yield batch
            follows = self.load(number + 1)
            if last_nonzero(data, p) >= 0:
                raise self.tail(data, number, p, p, "data lies behind zeros")
            if follows is None:
                return
            number, data = number + 1, follows
            self.check_first(number)

    def batch(self, data: Any, number: int, start: int) -> Tuple[Batch, int]:
        p, entries = start, []
        while True:
            try:
                entry, trailer, end = parse_frame(data, p)
            except Fault as fault:
                raise self.tail(data, number, start, p, str(fault)) from None
            p = end
            if trailer is not None:
                break
            if p - start > MAX_BATCH:
                raise self.tail(data, number, start, p, "a batch above %d bytes" % MAX_BATCH)
            entries.append(entry)
        count, first, size, root = trailer
        at = place(number, start)
        if not entries or count != len(entries) or first != self.next or size != first + count:
            raise Stopped(at, "trailer speaks of %d entries from %d where %d from %d stand" % (count, first, len(entries), self.next), False)
        self.next += count
        return Batch(at, first, entries, root), p  # type: ignore[arg-type]

    def tail(self, data: Any, number: int, start: int, bad: int, cause: str) -> Stopped:
        """Judges bytes that are no batch (L 6, number 3)."""
        at = place(number, start)
        region = data[bad:min(last_nonzero(data, bad) + 1, bad + MAX_TAIL)]
        try:
            more = self.load(number + 1) is not None
        except Stopped:
            more = False
        if more or len(region) >= MAX_TAIL or has_trailer(region, lambda first: first > self.next):
            return Stopped(at, cause + ", and the log goes on behind it", False)
        return Stopped(at, cause, self.torn(region, bad))

    def torn(self, region: bytes, offset: int) -> bool:
        if len(region) < FRAME_HEAD or not any(region[:4]) or missing_sector(region, offset):
            return True
        length, _, kind = struct.unpack(">IIB", region[:FRAME_HEAD])
        sane = kind == 1 and REF < length <= REF + MAX_ENTRY or kind == 2 and length == TRAILER
        return sane and FRAME_HEAD + length > len(region) and not has_trailer(region, lambda first: first == self.next)


def missing_sector(region: bytes, offset: int) -> bool:
    """Whether the part of any 512-byte sector in region is zero."""
    p = 0
    while p < len(region):
        n = SECTOR - (offset + p) % SECTOR
        if not any(region[p:p + n]):
            return True
        p += n
    return False


def has_trailer(region: bytes, match: Callable[[int], bool]) -> bool:
    i = region.find(b"\0\0\0\x34")
    while i >= 0:
        try:
            _, trailer, _ = parse_frame(region, i)
            if trailer is not None and match(trailer[1]):
                return True
        except Fault:
            pass
        i = region.find(b"\0\0\0\x34", i + 1)
    return False


# --- Report ---------------------------------------------------------------------------


class Report:
    """What was found; the same members as the report of counterfoil-verify --json."""

    def __init__(self) -> None:
        self.origin = ""
        self.counts = dict.fromkeys(("entries", "intents", "outcomes", "abandoned", "open", "gaps", "payloads", "erased", "signed"), 0)
        self.root = bytes(32)
        self.problems: List[Dict[str, str]] = []
        self.checked: List[str] = []
        self.unchecked: List[str] = []

    def problem(self, kind: str, where: str, text: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append({"class": kind, "where": where, "text": text})
        elif len(self.problems) == MAX_PROBLEMS:
            self.problems.append({"class": kind, "where": where, "text": "and further problems that are not listed"})

    def as_json(self) -> Dict[str, Any]:
        out: Dict[str, Any] = {"integrity": "broken" if self.problems else "ok", "origin": self.origin}
        out.update(self.counts)
        out.update(root=self.root.hex(), problems=self.problems, checked=self.checked, unchecked=self.unchecked)
        return out


# --- Time-stamp tokens (RFC 3161, RFC 5652, RFC 5280) ---------------------------------------


class Der(NamedTuple):
    """One element: tag, content, and the element as it stands."""

    tag: int
    body: bytes
    raw: bytes


def der_all(data: bytes) -> List[Der]:
    """The elements data consists of; lengths in their shortest form only."""
    out, p = [], 0
    while p < len(data):
        if p + 2 > len(data) or data[p] & 0x1F == 0x1F:
            raise Fault("the DER is cut off, or has a tag not known here")
        n, start = data[p + 1], p + 2
        if n >= 0x80:
            width = n & 0x7F
            if not 1 <= width <= 4 or start + width > len(data):
                raise Fault("a length in the DER is malformed")
            n = int.from_bytes(data[start:start + width], "big")
            if n < 0x80 or n >> 8 * (width - 1) == 0:
                raise Fault("a length in the DER is not in its shortest form")
            start += width
        if start + n > len(data):
            raise Fault("the DER is cut off")
        out.append(Der(data[p], data[start:start + n], data[p:start + n]))
        p = start + n
    return out


def der_one(data: bytes, tag: int) -> Der:
    items = der_all(data)
    if len(items) != 1 or items[0].tag != tag:
        raise Fault("the DER has another form than belongs here")
    return items[0]


class Items:
    """Elements taken one after the other."""

    def __init__(self, data: bytes) -> None:
        self.list, self.at = der_all(data), 0

    def take(self, tag: int) -> Der:
        item = self.maybe(tag)
        if item is None:
            raise Fault("an element with tag %#x is missing in the DER" % tag)
        return item

    def maybe(self, tag: int) -> Optional[Der]:
        if self.at < len(self.list) and self.list[self.at].tag == tag:
            self.at += 1
            return self.list[self.at - 1]
        return None

    def end(self) -> None:
        if self.at != len(self.list):
            raise Fault("the DER has an element too many")


SEQ, SET, OID, INT, BITS, OCTETS, BOOL = 0x30, 0x31, 6, 2, 3, 4, 1


def oid(*numbers: int) -> bytes:
    out = bytes([numbers[0] * 40 + numbers[1]])
    for n in numbers[2:]:
        part = [n & 0x7F]
        while n >> 7:
            n >>= 7
            part.insert(0, n & 0x7F | 0x80)
        out += bytes(part)
    return out


_RSADSI = (1, 2, 840, 113549)
ID_SIGNED_DATA, ID_TST_INFO = oid(*_RSADSI, 1, 7, 2), oid(*_RSADSI, 1, 9, 16, 1, 4)
ID_CONTENT_TYPE, ID_MESSAGE_DIGEST = oid(*_RSADSI, 1, 9, 3), oid(*_RSADSI, 1, 9, 4)
ID_SIGNING_CERT, ID_SIGNING_CERT_2 = oid(*_RSADSI, 1, 9, 16, 2, 12), oid(*_RSADSI, 1, 9, 16, 2, 47)
ID_RSA, ID_EC, ID_ED25519 = oid(*_RSADSI, 1, 1, 1), oid(1, 2, 840, 10045, 2, 1), oid(1, 3, 101, 112)
ID_EKU, ID_TIME_STAMPING = oid(2, 5, 29, 37), oid(1, 3, 6, 1, 5, 5, 7, 3, 8)
ID_BASIC, ID_KEY_USAGE, ID_SUBJECT_KEY = oid(2, 5, 29, 19), oid(2, 5, 29, 15), oid(2, 5, 29, 14)
_SHA = oid(2, 16, 840, 1, 101, 3, 4, 2)
HASHES = {_SHA + b"\1": "sha256", _SHA + b"\2": "sha384", _SHA + b"\3": "sha512"}
SIGNATURES = {oid(*_RSADSI, 1, 1, 11): ("rsa", "sha256"), oid(*_RSADSI, 1, 1, 12): ("rsa", "sha384"),
              oid(*_RSADSI, 1, 1, 13): ("rsa", "sha512"), oid(1, 2, 840, 10045, 4, 3, 2): ("ec", "sha256"),
              oid(1, 2, 840, 10045, 4, 3, 3): ("ec", "sha384"), oid(1, 2, 840, 10045, 4, 3, 4): ("ec", "sha512"),
              ID_ED25519: ("ed25519", "sha512")}


def algorithm(raw: bytes) -> bytes:
    """OID of an AlgorithmIdentifier's content; parameters are absent or NULL."""
    items = Items(raw)
    name, null = items.take(OID).body, items.maybe(5)
    items.end()
    if null is not None and null.body:
        raise Fault("an algorithm has parameters not known here")
    return name


def integer(d: Der) -> int:
    if not d.body or len(d.body) > 1 and (d.body[0] == 0 and d.body[1] < 0x80 or d.body[0] == 0xFF and d.body[1] >= 0x80):
        raise Fault("an integer in the DER is not in its shortest form")
    return int.from_bytes(d.body, "big", signed=True)


def der_time(d: Der) -> int:
    """Microseconds since the Unix epoch of a UTCTime or GeneralizedTime in UTC."""
    text = d.body.decode("ascii", "replace")
    if d.tag == 0x17:
        text = ("19" if text[:2] >= "50" else "20") + text
    m = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z", text, re.ASCII)
    if d.tag not in (0x17, 0x18) or not m:
        raise Fault("a time in the DER is malformed")
    try:
        at = datetime.datetime(*(int(x) for x in m.groups()[:6]), tzinfo=datetime.timezone.utc)  # type: ignore[misc,arg-type]
    except ValueError:
        raise Fault("a time in the DER is none") from None
    seconds = (at - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(seconds=1)
    return seconds * 1_000_000 + int(((m.group(7) or "") + "000000")[:6])


class Curve(NamedTuple):
    """A curve y² = x³ − 3x + b over a prime field (FIPS 186-5)."""

    p: int
    b: int
    n: int
    g: Tuple[int, int]


CURVES = {
    oid(1, 2, 840, 10045, 3, 1, 7): Curve(
        2**256 - 2**224 + 2**192 + 2**96 - 1, 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
         0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)),
    oid(1, 3, 132, 0, 34): Curve(
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        (0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
         0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F)),
}
Affine = Optional[Tuple[int, int]]


def ec_add(c: Curve, a: Affine, b: Affine) -> Affine:
    if a is None or b is None:
        return a if b is None else b
    if a[0] == b[0]:
        if (a[1] + b[1]) % c.p == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, c.p)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, c.p)
    x = (slope * slope - a[0] - b[0]) % c.p
    return x, (slope * (a[0] - x) - a[1]) % c.p


def ec_times(c: Curve, n: int, point: Affine) -> Affine:
    out: Affine = None
    for bit in bin(n)[2:]:
        out = ec_add(c, out, out)
        if bit == "1":
            out = ec_add(c, out, point)
    return out


def ecdsa_verify(c: Curve, point: Tuple[int, int], digest: bytes, signature: bytes) -> bool:
    """FIPS 186-5, section 6.4.2."""
    pair = Items(der_one(signature, SEQ).body)
    r, s = integer(pair.take(INT)), integer(pair.take(INT))
    pair.end()
    if not (0 < r < c.n and 0 < s < c.n):
        return False
    size = c.n.bit_length()
    e = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - size)
    w = pow(s, -1, c.n)
    found = ec_add(c, ec_times(c, e * w % c.n, c.g), ec_times(c, r * w % c.n, point))
    return found is not None and found[0] % c.n == r


class PublicKey:
    """A SubjectPublicKeyInfo: RSA, ECDSA over P-256 or P-384, Ed25519."""

    def __init__(self, raw: bytes) -> None:
        items = Items(raw)
        parts = Items(items.take(SEQ).body)
        bits = items.take(BITS).body
        items.end()
        self.kind = parts.take(OID).body
        if bits[:1] != b"\0":
            raise Fault("a public key has unused bits")
        key = bits[1:]
        if self.kind == ID_RSA:
            numbers = Items(der_one(key, SEQ).body)
            self.n, self.e = integer(numbers.take(INT)), integer(numbers.take(INT))
            numbers.end()
            if not (1 << 2047 <= self.n < 1 << 8192 and 3 <= self.e < 1 << 32 and self.n & self.e & 1):
                raise Fault("the RSA key is of a size not taken")
        elif self.kind == ID_EC:
            curve = CURVES.get(parts.take(OID).body)
            if curve is None:
                raise Fault("the curve of a key is not known here")
            self.curve, width = curve, (curve.p.bit_length() + 7) // 8
            x, y = int.from_bytes(key[1:1 + width], "big"), int.from_bytes(key[1 + width:], "big")
            if len(key) != 1 + 2 * width or key[0] != 4 or x >= curve.p or y >= curve.p or (y * y - x * x * x + 3 * x - curve.b) % curve.p:
                raise Fault("a public key is no point of its curve")
            self.point = (x, y)
        elif self.kind == ID_ED25519:
            self.raw = key
        else:
            raise Fault("a key of a kind not known here")

    def verify(self, hash_name: str, message: bytes, signature: bytes) -> bool:
        digest = hashlib.new(hash_name, message).digest()
        if self.kind == ID_RSA:
            return self.verify_rsa(hash_name, digest, signature)
        if self.kind == ID_EC:
            return ecdsa_verify(self.curve, self.point, digest, signature)
        return ed25519_verify(self.raw, message, signature)

    def verify_rsa(self, hash_name: str, digest: bytes, signature: bytes) -> bool:
        """RFC 8017, section 8.2.2."""
        size = (self.n.bit_length() + 7) // 8
        value = int.from_bytes(signature, "big")
        ident = {name: o for o, name in HASHES.items()}[hash_name]
        inner = bytes([SEQ, len(ident) + 4, OID, len(ident)]) + ident + b"\5\0"
        info = inner + bytes([OCTETS, len(digest)]) + digest
        info = bytes([SEQ, len(info)]) + info
        padded = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
        return len(signature) == size and value < self.n and pow(value, self.e, self.n).to_bytes(size, "big") == padded


class Certificate:
    """What is needed of an X.509 certificate (RFC 5280)."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        outer = Items(der_one(raw, SEQ).body)
        signed = outer.take(SEQ)
        self.signed, self.algorithm = signed.raw, algorithm(outer.take(SEQ).body)
        self.signature = outer.take(BITS).body[1:]
        outer.end()
        t = Items(signed.body)
        t.maybe(0xA0)
        self.serial = integer(t.take(INT))
        t.take(SEQ)
        self.issuer = t.take(SEQ).raw
        validity = der_all(t.take(SEQ).body)
        if len(validity) != 2:
            raise Fault("a certificate without validity")
        self.since, self.until = der_time(validity[0]), der_time(validity[1])
        self.subject = t.take(SEQ).raw
        self.key = PublicKey(t.take(SEQ).body)
        t.maybe(0xA1), t.maybe(0xA2)
        self.extensions: Dict[bytes, Tuple[bool, bytes]] = {}
        extensions = t.maybe(0xA3)
        t.end()
        for item in der_all(der_one(extensions.body, SEQ).body) if extensions else ():
            e = Items(item.body)
            name, critical = e.take(OID).body, e.maybe(BOOL) is not None
            if name in self.extensions:
                raise Fault("a certificate has an extension twice")
            self.extensions[name] = critical, e.take(OCTETS).body

    def is_authority(self) -> bool:
        basic = self.extensions.get(ID_BASIC)
        if basic is None or Items(der_one(basic[1], SEQ).body).maybe(BOOL) is None:
            return False
        usage = self.extensions.get(ID_KEY_USAGE)
        return usage is None or len(usage[1]) > 3 and bool(der_one(usage[1], BITS).body[1] & 4)

    def stamps_time_only(self) -> bool:
        """RFC 3161, section 2.3: one purpose, and critical."""
        critical, value = self.extensions.get(ID_EKU, (False, b""))
        return critical and [d.body for d in der_all(der_one(value, SEQ).body)] == [ID_TIME_STAMPING]

    def known_extensions(self) -> bool:
        known = {ID_EKU, ID_BASIC, ID_KEY_USAGE}
        return all(name in known for name, (critical, _) in self.extensions.items() if critical)

    def issued_by(self, other: "Certificate") -> bool:
        if other.subject != self.issuer or not other.is_authority():
            return False
        kind, hash_name = SIGNATURES.get(self.algorithm, ("", ""))
        return kind == {ID_RSA: "rsa", ID_EC: "ec"}.get(other.key.kind, "ed25519") and other.key.verify(hash_name, self.signed, self.signature)


def check_chain(leaf: Certificate, pool: Sequence[Certificate], roots: Sequence[Certificate], at: int) -> None:
    """RFC 5280, section 6, as far as time-stamps need it: valid then, up to a root."""
    current = leaf
    for _ in range(6):
        if not current.since <= at <= current.until or not current.known_extensions():
            raise Fault("a certificate of the time-stamp was not valid then")
        if any(current.raw == r.raw for r in roots):
            return
        root = next((r for r in roots if current.issued_by(r)), None)
        following = root or next((c for c in pool if c.raw != current.raw and current.issued_by(c)), None)
        if following is None:
            break
        current = following
    raise Fault("the certificate of the time-stamp leads to no root given")


def parse_pem(raw: bytes) -> List[Certificate]:
    found = re.findall(rb"-----BEGIN CERTIFICATE-----\s(.*?)-----END CERTIFICATE-----", raw, re.DOTALL)
    if not found:
        raise Fault("the file holds no certificate")
    return [Certificate(unbase64(b"".join(text.split()).decode("ascii", "replace"))) for text in found]


def set_of_attributes(raw: bytes) -> Dict[bytes, bytes]:
    """Signed attributes: each once, with one value."""
    out: Dict[bytes, bytes] = {}
    for d in der_all(raw):
        item = Items(d.body)
        name, values = item.take(OID).body, der_all(item.take(SET).body)
        item.end()
        if name in out or len(values) != 1:
            raise Fault("an attribute of the token is given twice")
        out[name] = values[0].raw
    return out


def names_certificate(attributes: Dict[bytes, bytes], signer: Certificate) -> bool:
    """ESSCertID or ESSCertIDv2 (RFC 5035) names the certificate that signed."""
    found = False
    for name, default in ((ID_SIGNING_CERT, "sha1"), (ID_SIGNING_CERT_2, "sha256")):
        if name not in attributes:
            continue
        certs = Items(Items(der_one(attributes[name], SEQ).body).take(SEQ).body)
        first = Items(certs.take(SEQ).body)
        hash_name = default
        chosen = first.maybe(SEQ) if name == ID_SIGNING_CERT_2 else None
        if chosen is not None:
            hash_name = HASHES.get(algorithm(chosen.body), "")
        if not hash_name or first.take(OCTETS).body != hashlib.new(hash_name, signer.raw).digest():
            return False
        found = True
    return found


def check_token(der: bytes, digest: bytes, roots: Sequence[Certificate]) -> int:
    """Verify an RFC 3161 token over digest (SHA-256); returns its time in microseconds."""
    outer = Items(der_one(der, SEQ).body)
    if outer.take(OID).body != ID_SIGNED_DATA:
        raise Fault("the token is no signed data")
    data = Items(der_one(outer.take(0xA0).body, SEQ).body)
    outer.end()
    if integer(data.take(INT)) != 3:
        raise Fault("the signed data is of another version")
    data.at += 1  # digestAlgorithms: a hint, which is not signed and not used
    content = Items(data.take(SEQ).body)
    if content.take(OID).body != ID_TST_INFO:
        raise Fault("the token holds no time-stamp")
    info = der_one(content.take(0xA0).body, OCTETS).body
    certificates = data.maybe(0xA0)
    data.maybe(0xA1)
    signers = der_all(data.take(SET).body)
    data.end()
    if len(signers) != 1 or signers[0].tag != SEQ or certificates is None:
        raise Fault("the token has not one signer with his certificate")
    pool = [Certificate(d.raw) for d in der_all(certificates.body) if d.tag == SEQ]
    at = check_info(info, digest)
    signer = check_signer(Items(signers[0].body), info, pool)
    check_chain(signer, pool, roots, at)
    return at


def check_stamp(b: Dict[str, Any], roots: Sequence[Certificate]) -> bool:
    """The token in an anchor, over the text of the head it names (L 1, Anchor). A
    token is worth what its authority is: without roots it is not verified."""
    if not roots:
        return False
    text = "%s\n%d\n%s\n" % (b.get("origin", ""), b.get("size", 0), base64.b64encode(b.get("root", bytes(32))).decode())
    if check_token(b["note"], sha256(text.encode()), roots) != b.get("time", 0):
        raise Fault("the time of the anchor is not that of its token")
    return True


def check_info(info: bytes, digest: bytes) -> int:
    """TSTInfo (RFC 3161, section 2.4.2): version, imprint; returns genTime."""
    t = Items(der_one(info, SEQ).body)
    if integer(t.take(INT)) != 1:
        raise Fault("the time-stamp is of another version")
    t.take(OID)
    imprint = Items(t.take(SEQ).body)
    if algorithm(imprint.take(SEQ).body) != _SHA + b"\1" or imprint.take(OCTETS).body != digest:
        raise Fault("the time-stamp is over something else")
    t.take(INT)
    at = der_time(t.take(0x18))
    for tag in (SEQ, BOOL, INT, 0xA0):
        t.maybe(tag)
    extensions = t.maybe(0xA1)
    t.end()
    for d in der_all(extensions.body) if extensions else ():
        e = Items(d.body)
        e.take(OID)
        if e.maybe(BOOL) is not None:
            raise Fault("the time-stamp has a critical extension that is not known here")
    return at


def check_signer(s: Items, info: bytes, pool: Sequence[Certificate]) -> Certificate:
    """SignerInfo (RFC 5652, section 5.3): its certificate, attributes, signature."""
    s.take(INT)
    parts = Items(s.take(SEQ).body)
    issuer, serial = parts.take(SEQ).raw, integer(parts.take(INT))
    signer = next((c for c in pool if (c.issuer, c.serial) == (issuer, serial)), None)
    if signer is None or not signer.stamps_time_only():
        raise Fault("no certificate for time-stamping in the token is that of its signer")
    digest_name = HASHES.get(algorithm(s.take(SEQ).body), "")
    raw = s.take(0xA0)
    signature_id, signature = algorithm(s.take(SEQ).body), s.take(OCTETS).body
    s.maybe(0xA1)
    s.end()
    attributes = set_of_attributes(raw.body)
    kind, hash_name = SIGNATURES.get(signature_id, ("rsa" if signature_id == ID_RSA else "", digest_name))
    if not digest_name or hash_name != digest_name or kind != {ID_RSA: "rsa", ID_EC: "ec"}.get(signer.key.kind, "ed25519"):
        raise Fault("the token is signed by an algorithm not known here")
    if attributes.get(ID_CONTENT_TYPE) != bytes([OID, len(ID_TST_INFO)]) + ID_TST_INFO:
        raise Fault("the token's attributes are of another content")
    wanted = hashlib.new(digest_name, info).digest()
    if attributes.get(ID_MESSAGE_DIGEST) != bytes([OCTETS, len(wanted)]) + wanted:
        raise Fault("the token's digest is not that of its content")
    if not names_certificate(attributes, signer):
        raise Fault("the token names another certificate than its signer's")
    if not signer.key.verify(hash_name, bytes([SET]) + raw.raw[1:], signature):
        raise Fault("the signature of the token does not verify")
    return signer


# --- Trust policy (C2SP tlog-policy) ----------------------------------------------------------


class Policy:
    """Logs, witnesses and the quorum a head must have. What is not understood is
    refused: a line left out could be the one that asks for a witness."""

    def __init__(self, raw: bytes) -> None:
        self.logs: List[Key] = []
        self.witnesses: Dict[str, Key] = {}
        self.groups: Dict[str, Tuple[int, List[str]]] = {}
        self.members: Set[str] = set()
        self.quorum: Optional[str] = None
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Fault("the policy is not UTF-8") from None
        for line in text.split("\n"):
            if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line):
                raise Fault("the policy has control characters")
            fields = [f for f in re.split(r"[ \t]+", line) if f]
            if fields and not fields[0].startswith("#"):
                self.line(fields[0], fields[1:])
        if self.quorum is None:
            raise Fault("the policy has no quorum")

    def line(self, word: str, args: List[str]) -> None:
        if word == "log" and len(args) in (1, 2):
            self.logs.append(self.once(parse_key(args[0]), self.logs, KEY_ED25519))
        elif word == "witness" and len(args) in (2, 3):
            self.free(args[0])
            self.witnesses[args[0]] = self.once(parse_key(args[1]), list(self.witnesses.values()), KEY_COSIGNATURE)
        elif word == "group" and len(args) >= 3:
            self.group(args[0], args[1], args[2:])
        elif word == "quorum" and len(args) == 1 and self.quorum is None:
            if args[0] != "none" and args[0] not in self.witnesses and args[0] not in self.groups:
                raise Fault("the quorum of the policy is not defined")
            self.quorum = args[0]
        else:
            raise Fault("a line of the policy is not understood: %.80r" % word)

    @staticmethod
    def once(key: Key, others: Sequence[Key], kind: int) -> Key:
        if key.kind != kind or any(o.public == key.public for o in others):
            raise Fault("a key of the policy is of the wrong type, or given twice")
        return key

    def free(self, name: str) -> None:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise Fault("the name %.80r is taken in the policy" % name)

    def group(self, name: str, threshold: str, members: List[str]) -> None:
        self.free(name)
        for m in members:
            if m in self.members or m not in self.witnesses and m not in self.groups:
                raise Fault("a member of a group is not defined above, or a member twice")
            self.members.add(m)
        need = {"all": len(members), "any": 1}.get(threshold)
        if need is None:
            if not re.fullmatch(r"[0-9]{1,9}", threshold) or not 1 <= int(threshold) <= len(members):
                raise Fault("the threshold of a group is out of range")
            need = int(threshold)
        self.groups[name] = need, members

    def check(self, note: Note) -> List[str]:
        """The witnesses that cosigned; a fault if the quorum is not met, or no log of the policy signed."""
        origin = parse_head(note.text).origin
        if not any(k.name == origin and signed_by(note, k) for k in self.logs):
            raise Fault("no log of the policy signed the head")
        there = {name for name, key in self.witnesses.items() if cosigned_by(note, key)}
        if self.quorum != "none" and not self.met(self.quorum or "", there):
            raise Fault("the quorum %s is not met: of its witnesses cosigned %s" % (self.quorum, ", ".join(sorted(there)) or "none"))
        return sorted(there)

    def met(self, name: str, there: Set[str]) -> bool:
        if name in self.witnesses:
            return name in there
        need, members = self.groups[name]
        return sum(self.met(m, there) for m in members) >= need


def cosigned_by(note: Note, key: Key) -> bool:
    """Whether any of the signatures under key's name is a valid cosignature."""
    return any(name == key.name and ident == key.id and cosigned_at(note, key, signature) is not None
               for name, ident, signature in note.signatures)


# --- Keys of a log (L 4, rule 6) ----------------------------------------------------------


def key_event_text(b: Dict[str, Any]) -> bytes:
    """What the signatures of a key entry cover (L 1, Key)."""
    root = base64.b64encode(b.get("root", bytes(32))).decode()
    lines = ["counterfoil key event v1", b["event"], b.get("origin", ""), b.get("key", ""), b.get("former", ""),
             str(b.get("size", 0)), root]
    return ("\n".join(lines) + "\n").encode()


def check_key_event(b: Dict[str, Any]) -> None:
    """The signatures a key entry needs are there, and those there verify."""
    message = key_event_text(b)
    for name, field in (("key", "signature"), ("former", "former_signature")):
        needed = name in b if name == "key" else b["event"] == "rotated"
        if field not in b:
            if needed:
                raise Fault("the signature by the %s is missing" % ("key" if name == "key" else "former key"))
            continue
        key = parse_key(b.get(name, ""))
        if key.kind != KEY_ED25519 or not ed25519_verify(key.public, message, b[field]):
            raise Fault("a signature of the key entry does not verify")


class Succession:
    """A place where a log went on under another origin."""

    def __init__(self, index: int, former: str, origin: str, linked: bool) -> None:
        self.index, self.former, self.origin = index, former, origin
        self.linked = linked  # the former key signed it too
        self.signed = 0  # size of the largest head known of the former log


class KeyHistory:
    """Which key signs a log when. A span is [since, end] in tree sizes."""

    def __init__(self, given: str) -> None:
        self.given = given
        self.origin = given.split("+", 1)[0]
        self.successions: List[Succession] = []
        self.spans: Dict[str, List[Optional[int]]] = {}
        self.first_boot: Optional[int] = None

    def begin(self, key: str, at: int) -> None:
        self.spans, self.first_boot, self.origin = {key: [0, None]}, at, key.split("+", 1)[0]

    def begun(self) -> bool:
        return bool(self.spans)

    def in_force(self, key: str, size: int) -> bool:
        span = self.spans.get(key)
        return span is not None and span[0] <= size and (span[1] is None or size <= span[1])  # type: ignore[operator]

    def concerns(self, b: Dict[str, Any]) -> bool:
        names = [b[n] for n in ("key", "former") if n in b]
        return any(n in self.spans or n.startswith(self.given.split("+", 1)[0] + "+") for n in names)

    def take(self, b: Dict[str, Any], index: int, root: bytes) -> None:
        """One key entry at index, root being that of the entries before it."""
        event, key, former = b["event"], b.get("key", ""), b.get("former", "")
        if event in ("rotated", "succeeded"):
            if b.get("size", 0) != index or b.get("root", bytes(32)) != root:
                raise Fault("the key follows on a log of %d entries with another root than lies before it" % b.get("size", 0))
            if not self.in_force(former, index):
                raise Fault("the key follows one that is not in force")
            if event == "rotated" and parse_key(key).name != self.origin:
                raise Fault("a rotated key keeps the origin")
            if event == "succeeded":
                self.succeed(parse_key(key).name, index, "former_signature" in b)
            self.spans[key] = [index + 1, None]
        elif event in ("retired", "compromised") and former in self.spans:
            self.end(former, index if event == "retired" else b.get("size", 0))

    def succeed(self, origin: str, index: int, linked: bool) -> None:
        """Every key of the former origin ends there."""
        if origin == self.origin or any(s.former == origin for s in self.successions):
            raise Fault("the log goes on under the origin %.80r, which it has or had already" % origin)
        self.successions.append(Succession(index, self.origin, origin, linked))
        self.origin = origin
        for key in self.spans:
            self.end(key, index)

    def end(self, key: str, size: int) -> None:
        old = self.spans[key][1]
        self.spans[key][1] = size if old is None else min(old, size)

    def origin_at(self, size: int) -> str:
        """The origin a head of a size must bear."""
        for s in reversed(self.successions):
            if size > s.index:
                return s.origin
        return self.successions[0].former if self.successions else self.origin

    def outlived(self, head: Head) -> Optional[Succession]:
        """The succession that did not take over all that a head covers."""
        for s in self.successions:
            if s.former == head.origin and head.size > s.index:
                return s
        return None


# --- A whole log (L 4) ----------------------------------------------------------------------


class SignedHead(NamedTuple):
    where: str
    head: Head
    note: Note
    kind: str = "head"  # class of the problem when the log does not pass it


class Options(NamedTuple):
    """What the verifier was given beside the log."""

    key: str = ""
    registry_key: str = ""
    heads: Sequence[bytes] = ()
    receipts: Sequence[bytes] = ()
    tsa_roots: Sequence[Certificate] = ()
    policy: Optional[Policy] = None
    quick: bool = False
    signer: str = ""  # of packs, instead of the log
    registry_keys: Sequence[str] = ()  # every key the registry beside the log had; none: not known
    cosigned: Optional[bytes] = None  # of a registry: its newest head with cosignatures


class Payloads:
    """Sealed payloads, which lie in the order of the log: one file open at a time."""

    def __init__(self, folder: str) -> None:
        self.folder, self.number, self.file = folder, -1, None  # type: Tuple[str, int, Optional[BinaryIO]]
        self.size = 0

    def read(self, ref: Ref) -> Optional[bytes]:
        if ref.segment != self.number:
            self.close()
            try:
                self.file = open(os.path.join(self.folder, segment_name(ref.segment)), "rb")
                self.size = os.fstat(self.file.fileno()).st_size
            except (FileNotFoundError, NotADirectoryError):
                self.file = None
            self.number = ref.segment
        if self.file is None or ref.offset + ref.length > self.size:
            return None
        self.file.seek(ref.offset)
        raw = self.file.read(ref.length)
        return raw if len(raw) == ref.length else None

    def close(self) -> None:
        if self.file is not None:
            self.file.close()
        self.file, self.number = None, -1


class LogCheck:
    """The rules of L 4 over the entries of one log, fed in order."""

    def __init__(self, report: Report, options: Options, key: str, payloads: Optional[Payloads]) -> None:
        self.report, self.options, self.payloads = report, options, payloads
        self.keys = KeyHistory(key)
        self.tree = Tree()
        self.open: Dict[int, bytes] = {}
        self.heads: List[SignedHead] = []
        self.due = 0
        self.counted: List[Tuple[SignedHead, List[str]]] = []  # heads and the keys they counted under
        self.receipts: Dict[int, List[Dict[str, Any]]] = {}
        self.suspects: Dict[Tuple[str, Union[int, bytes]], List[int]] = {}  # how many, and the first of them
        self.sealed_by: Dict[bytes, int] = {}
        self.erased: Tuple[Set[bytes], Set[bytes], Set[int]] = (set(), set(), set())
        self.enrolled: Dict[str, Set[str]] = {}
        self.anchored: Dict[str, int] = {}
        self.node_heads: List[Tuple[str, Head]] = []  # taken in by anchors of type head
        self.cosigners: Dict[Tuple[str, ...], Tuple[int, int]] = {}  # size and index of the largest cosigned head under some keys
        self.needed: List[Tuple[int, int, bytes]] = []  # index, size, root of former heads anchors name
        self.leaves: BinaryIO = tempfile.TemporaryFile()
        self.seal: Optional[Tuple[int, str]] = None
        self.epoch = [0, 0, 0]  # intents, outcomes, unrecorded since the last seal
        self.boots = self.batches = self.stamps = 0
        self.witnessed = False  # a cosigned head taken in meets the policy

    # Heads (rules 3, 4 and 6)

    def add_head(self, where: str, raw: bytes) -> None:
        try:
            note = parse_note(raw)
            head = parse_head(note.text)
            key = parse_key(self.keys.given)
            if head.origin == key.name and not signed_by(note, key) and not self.others(note, head):
                raise Fault("the head bears no signature of %s" % key.name)
        except Fault as fault:
            self.report.problem("head", where, str(fault))
            return
        self.heads.append(SignedHead(where, head, note))
        self.heads.sort(key=lambda h: h.head.size)

    def trust_head(self, where: str, head: Head) -> None:
        """A head whose signature was checked elsewhere: in the registry."""
        self.heads.append(SignedHead(where, head, Note(b"", []), "registry"))
        self.heads.sort(key=lambda h: h.head.size)

    @staticmethod
    def others(note: Note, head: Head) -> bool:
        """Whether another key of its origin signed: then the log must lead to that key."""
        return any(name == head.origin for name, _, _ in note.signatures)

    def check_heads(self) -> None:
        while self.due < len(self.heads) and self.heads[self.due].head.size == self.tree.size:
            signed = self.heads[self.due]
            self.due += 1
            if self.aside(signed):
                continue
            if signed.head.root != self.tree.root():
                self.report.problem(signed.kind, signed.where, "the entries have another root than the head of size %d" % signed.head.size)
                continue
            under = self.signers(signed, True)
            if not signed.note.signatures:
                continue
            if not under:
                self.report.problem("head", signed.where, "no key in force at %d entries signed the head" % signed.head.size)
                continue
            self.counted.append((signed, under))
            self.report.counts["signed"] = signed.head.size

    def aside(self, signed: SignedHead) -> bool:
        """Heads that this log need not bear out: those of other logs in the registry,
        and what a former origin signed beyond what was taken over. Of these, one that
        somebody kept is a fault."""
        s = self.keys.outlived(signed.head)
        if s is None:
            return signed.kind == "registry" and signed.head.origin != self.keys.origin_at(signed.head.size)
        if signed.kind == "registry":
            s.signed = max(s.signed, signed.head.size)
            return True
        if not self.signers(signed, False):
            return False
        if signed.head.size == self.tree.size and signed.head.root == self.tree.root():
            self.report.problem("head", signed.where, "the head of %d entries is signed under %s, which ended at entry %d" % (signed.head.size, s.former, s.index))
            return True
        s.signed = max(s.signed, signed.head.size)
        self.report.problem("missing", "entry %d" % s.index, "a head (%s) of %s covers %d entries, and the log went on as %s with %d of them: entries %d to %d are lost" % (
            signed.where, s.former, signed.head.size, s.origin, s.index, s.index, signed.head.size - 1))
        return True

    def signers(self, signed: SignedHead, in_force: bool) -> List[str]:
        known = list(self.keys.spans) if self.keys.begun() else [self.keys.given]
        out = []
        for text in known:
            if in_force and self.keys.begun() and not self.keys.in_force(text, signed.head.size):
                continue
            try:
                key = parse_key(text)
                if key.name == signed.head.origin and signed_by(signed.note, key):
                    out.append(text)
            except Fault:
                continue
        return out

    # Entries

    def entry(self, index: int, ref: Optional[Ref], raw: bytes) -> None:
        try:
            e = decode_entry(raw)
        except Fault as fault:
            self.report.problem("encoding", "entry %d" % index, str(fault))
        else:
            self.rules(index, e)
            self.payload(index, e, ref)
            self.check_receipt(index, e, raw)
        leaf = leaf_hash(raw)
        self.leaves.write(leaf)
        self.tree.append(leaf)
        if self.due < len(self.heads):
            self.check_heads()

    def rules(self, index: int, e: Dict[str, Any]) -> None:
        handler = self.HANDLERS.get(e["kind"])
        if handler is None:
            return
        try:
            handler(self, index, e)
        except Fault as fault:
            self.report.problem(self.CLASSES[e["kind"]], "entry %d" % index, str(fault))

    def boot(self, index: int, e: Dict[str, Any]) -> None:
        self.boots += 1
        b = e["boot"]
        key = b.get("node_key", "")
        if b.get("prev_size", 0) != index or b.get("prev_root", bytes(32)) != self.tree.root():
            raise Fault("the start found a log of %d entries with another root than lies before it" % b.get("prev_size", 0))
        if not self.keys.begun():
            self.keys.begin(key, index)
        elif not self.keys.in_force(key, index):
            raise Fault("the start names the key %.120r, which is not in force" % key)

    def intent(self, index: int, e: Dict[str, Any]) -> None:
        self.report.counts["intents"] += 1
        self.epoch[0] += 1
        if "outcome" in e:
            self.count_outcome(e["outcome"])
        else:
            self.open[index] = e.get("id", bytes(16))

    def count_outcome(self, body: Dict[str, Any]) -> None:
        self.report.counts["outcomes"] += 1
        self.epoch[1] += 1
        if body["result"] == 7:
            self.report.counts["abandoned"] += 1

    def outcome(self, index: int, e: Dict[str, Any]) -> None:
        self.count_outcome(e["outcome"])
        intent = e["outcome"]["intent"]
        if intent not in self.open:
            raise Fault("its intent, entry %d, is no open intent" % intent)
        if self.open[intent] != e.get("id", bytes(16)):
            raise Fault("its intent, entry %d, belongs to interaction %s" % (intent, self.open[intent].hex()))
        del self.open[intent]

    def key(self, index: int, e: Dict[str, Any]) -> None:
        b = e["key"]
        if self.keys.concerns(b):
            check_key_event(b)
            self.keys.take(b, index, self.tree.root())
            if b["event"] == "compromised":
                self.reach_back(b.get("size", 0))
        elif b["event"] in ("enrolled", "rotated", "succeeded") and "key" in b:
            try:
                check_key_event(b)
            except Fault:
                return  # of another log's keys: it enrols none
            self.enrolled.setdefault(parse_key(b["key"]).name, set()).add(b["key"])

    def reach_back(self, size: int) -> None:
        """Cosigned heads passed already whose key turns out not to count: of those under
        the same keys the largest is named."""
        for keys, (largest, index) in list(self.cosigners.items()):
            if largest > size and not any(self.keys.in_force(k, largest) for k in keys):
                self.report.problem("anchor", "entry %d" % index, "nothing its key signed above %d entries counts, as a later entry says, and it takes in a head of %d" % (size, largest))
                del self.cosigners[keys]

    def erasure(self, index: int, e: Dict[str, Any]) -> None:
        b = e["erasure"]
        for known, field in zip(self.erased, ("keys", "targets", "segments")):
            known.update(b.get(field, ()))

    def gap(self, index: int, e: Dict[str, Any]) -> None:
        self.epoch[2] += e["gap"]["count"]
        self.report.counts["gaps"] += e["gap"]["count"]

    def seal_entry(self, index: int, e: Dict[str, Any]) -> None:
        """Rule 8."""
        b, before, counts = e["seal"], self.seal, list(self.epoch)
        self.seal, self.epoch = (index, b["epoch"]), [0, 0, 0]
        if b.get("size", 0) != index or b.get("root", bytes(32)) != self.tree.root():
            raise Fault("the seal names a log of %d entries with another root than lies before it" % b.get("size", 0))
        if b.get("first", 0) != (0 if before is None else before[0] + 1):
            raise Fault("the epoch begins with entry %d" % b.get("first", 0))
        if [b.get(n, 0) for n in ("intents", "outcomes", "unrecorded")] != counts:
            raise Fault("the seal has other counts than the entries of the epoch")
        if before is not None and not before[1] < b["epoch"]:
            raise Fault("epochs do not rise")

    def anchor(self, index: int, e: Dict[str, Any]) -> None:
        """Rule 9."""
        b = e["anchor"]
        size, root = b.get("size", 0), b.get("root", bytes(32))
        if b["type"] == "timestamp":
            self.former(index, b)
            try:
                self.stamps += check_stamp(b, self.options.tsa_roots)
            except Fault as fault:
                self.report.problem("timestamp", "entry %d" % index, str(fault))
            return
        note = parse_note(b["note"])
        head = parse_head(note.text)
        if head != (b.get("origin", ""), size, root):
            raise Fault("origin, size and root of the anchor are not those of its note")
        if b["type"] == "head":
            self.head_anchor(index, head, note)
        elif b["type"] == "cosigned":
            self.former(index, b)
            under = tuple(sorted(self.signers(SignedHead("", head, note), True)))
            if not under:
                raise Fault("the cosigned head bears no signature of a key of this log that counts there")
            self.cosigners[under] = max(self.cosigners.get(under, (0, 0)), (head.size, index))
            self.witnessed = self.witnessed or meets(self.options.policy, note)
        elif self.options.registry_keys and not any(signed_by(note, parse_key(k)) for k in self.options.registry_keys):
            raise Fault("the anchor bears no signature of the registry")

    def head_anchor(self, index: int, head: Head, note: Note) -> None:
        if head.origin == self.keys.origin:
            raise Fault("a head of this log is no head of another")
        if not any(signed_by(note, parse_key(k)) for k in self.enrolled.get(head.origin, ())):
            raise Fault("no key enrolled before it signed the head")
        if head.size < self.anchored.get(head.origin, 0):
            raise Fault("the sizes of the heads of %.80r fall" % head.origin)
        self.anchored[head.origin] = head.size
        self.node_heads.append(("registry entry %d" % index, head))

    def former(self, index: int, b: Dict[str, Any]) -> None:
        size = b.get("size", 0)
        if size > index or b.get("origin", "") != self.keys.origin_at(size):
            raise Fault("the anchor is about size %d of %.80r, which is no former head of this log" % (size, b.get("origin", "")))
        self.needed.append((size, index, b.get("root", bytes(32))))

    HANDLERS: Dict[int, Callable[["LogCheck", int, Dict[str, Any]], None]] = {
        1: boot, 2: intent, 3: outcome, 10: key, 11: erasure, 12: gap, 13: anchor, 14: seal_entry}
    CLASSES = {1: "boot", 2: "outcome", 3: "outcome", 10: "key", 11: "erasure", 12: "gap", 13: "anchor", 14: "seal"}

    # Payloads (rules 5 and 7)

    def payload(self, index: int, e: Dict[str, Any], ref: Optional[Ref]) -> None:
        if self.payloads is None and (ref is None or ref.length == 0):
            return
        where, committed = "entry %d" % index, "commitment" in e
        if ref is None or ref.length == 0:
            if committed:
                self.report.problem("payload", where, "the entry commits to a payload and has none")
            return
        if not committed:
            self.report.problem("payload", where, "the entry has a payload and does not commit to it")
            return
        if self.options.quick or self.payloads is None:
            return
        raw = self.payloads.read(ref)
        ident = e.get("id", bytes(16))
        if raw is None:
            self.suspect("missing", ref.segment, index)
        elif not any(raw):
            self.suspect("zero", ident, index)
        elif crc32c(raw) != ref.crc:
            self.report.problem("payload", where, "its payload was changed, in %s" % place(ref.segment, ref.offset))
        else:
            self.report.counts["payloads"] += 1
            if raw[:1] == b"\xc1" and len(raw) >= 17:
                self.sealed_by[raw[1:17]] = self.sealed_by.get(raw[1:17], 0) + 1

    def suspect(self, how: str, name: Union[int, bytes], index: int) -> None:
        """A payload that is gone: right if an erasure names its segment or its entry.
        Kept by that name, so that millions of them need little memory."""
        seen = self.suspects.setdefault((how, name), [0])
        seen[0] += 1
        if len(seen) <= MAX_PROBLEMS + 1:  # one more shows that there are more
            seen.append(index)

    def settle_payloads(self) -> None:
        """An erasure may lie behind the payload it explains (rule 7)."""
        _, targets, segments = self.erased
        for (how, name), (n, *indexes) in sorted(self.suspects.items(), key=lambda kv: kv[1][1]):
            if name in (segments if how == "missing" else targets):
                self.report.counts["erased"] += n
                self.report.counts["payloads"] += n
                continue
            text = "its payload is missing in payload segment %s" % segment_name(name) if isinstance(name, int) else "its payload was overwritten, and no entry says that it was erased"
            for index in indexes:
                self.report.problem("payload", "entry %d" % index, text)
        self.suspects.clear()

    def check_target(self, index: int, ref: Optional[Ref], raw: bytes) -> None:
        """A payload that an erasure names by its entry is overwritten (rule 7)."""
        if ref is None or ref.length == 0 or self.payloads is None:
            return
        try:
            e = decode_entry(raw)
        except Fault:
            return
        if e.get("id") in self.erased[1]:
            sealed = self.payloads.read(ref)
            if sealed is not None and crc32c(sealed) == ref.crc:
                self.report.problem("erasure", "entry %d" % index, "an entry says that its payload was overwritten, and it is still there")

    # Receipts (docs/publish.md)

    def add_receipt(self, number: int, raw: bytes) -> None:
        where = "receipt %d" % (number + 1)
        try:
            r = parse_receipt(raw)
        except Fault as fault:
            self.report.problem("receipt", where, str(fault))
            return
        r.update(where=where, held=False)
        self.receipts.setdefault(r["index"], []).append(r)

    def check_receipt(self, index: int, e: Dict[str, Any], raw: bytes) -> None:
        for r in self.receipts.get(index, ()):
            r["held"] = r["leaf"] == leaf_hash(raw) and r["id"] == e.get("id") and r["time"] == e["time"] and KINDS[e["kind"]] == "intent"

    def conclude_receipts(self) -> None:
        """All keys of the log are known by now."""
        for index, given in sorted(self.receipts.items()):
            for r in given:
                if not self.signers(SignedHead("", Head(r["origin"], index, b""), r["note"]), False):
                    self.report.problem("receipt", r["where"], "no key of the log signed the receipt")
                elif not r["held"]:
                    self.report.problem("receipt", "%s, entry %d" % (r["where"], index), "the log does not hold the promised entry at %d" % index)

    # The end

    def conclude(self) -> None:
        r = self.report
        r.counts.update(entries=self.tree.size, open=len(self.open))
        r.root = self.tree.root()
        self.settle_payloads()
        r.counts["erased"] += sum(n for key, n in self.sealed_by.items() if key in self.erased[0])
        self.conclude_keys()
        for signed in self.heads[self.due:]:
            if self.aside(signed):
                continue
            if signed.note.signatures and not self.signers(signed, True):
                r.problem("head", signed.where, "no key in force at %d entries signed the head" % signed.head.size)
                continue
            kind = "missing" if signed.kind == "head" else signed.kind
            r.problem(kind, "entry %d" % self.tree.size, "the log ends here, and a head (%s) covers %d entries" % (signed.where, signed.head.size))
        self.conclude_receipts()
        self.check_former()

    def conclude_keys(self) -> None:
        """A key found compromised later takes back the heads it signed above its end."""
        if self.keys.begun() and self.keys.given not in self.keys.spans:
            self.report.counts["signed"] = 0  # what counts is what the key given has signed
            for signed, _ in self.counted:
                if signed.head.origin == parse_key(self.keys.given).name and signed_by(signed.note, parse_key(self.keys.given)):
                    self.report.counts["signed"] = signed.head.size
                else:
                    self.report.problem("head", signed.where, "the key that was given did not sign it")
            self.report.problem("boot", "entry %d" % (self.keys.first_boot or 0), "the start names another key than %s, and no entry leads from one to the other" % self.keys.given)
        for s in self.keys.successions:
            since = [n.former for n in self.keys.successions].index(s.former)
            if not s.linked and any(n.former == self.keys.given.split("+", 1)[0] for n in self.keys.successions[:since + 1]):
                self.report.problem("key", "entry %d" % s.index, "the log goes on as %s, and the key that was given did not sign that" % s.origin)
        for signed, under in self.counted:
            if self.keys.begun() and self.keys.given in self.keys.spans and not any(
                    k in self.keys.spans and self.keys.in_force(k, signed.head.size) or k not in self.keys.spans for k in under):
                self.report.problem("head", signed.where, "the key that signed the head had been given up below %d entries" % signed.head.size)

    def check_former(self) -> None:
        """The former heads anchors name, against the leaves spooled (rule 9)."""
        if not self.needed:
            return
        self.leaves.seek(0)
        tree = Tree()
        for size, index, root in sorted(self.needed):
            while tree.size < size:
                tree.append(self.leaves.read(32))
            if tree.root() != root:
                self.report.problem("anchor", "entry %d" % index, "the log never had the root the anchor names at %d entries" % size)


def parse_receipt(raw: bytes) -> Dict[str, Any]:
    """A receipt of docs/publish.md, as a note or in base64."""
    if not raw.startswith(b"counterfoil receipt v1\n"):
        try:
            raw = unbase64(raw.decode("ascii").strip())
        except UnicodeDecodeError:
            raise Fault("not a receipt") from None
    note = parse_note(raw)
    lines = note.text.decode().split("\n")
    if len(lines) != 7 or lines[0] != "counterfoil receipt v1" or not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", lines[2]):
        raise Fault("not a receipt")
    return {"note": note, "origin": lines[1], "id": bytes.fromhex(lines[2].replace("-", "")), "index": decimal(lines[3]),
            "leaf": unhash(lines[4]), "time": decimal(lines[5])}


# --- A data directory (L 5) ---------------------------------------------------------------------


def read_file(path: str, limit: int) -> Optional[bytes]:
    """The file, None if it is not there; a larger one is a fault."""
    try:
        with open(path, "rb") as f:
            raw = f.read(limit + 1)
    except FileNotFoundError:
        return None
    if len(raw) > limit:
        raise Fault("%s is too large" % os.path.basename(path))
    return raw


def own_key(folder: str) -> str:
    """The newest key in ledger/verifier."""
    raw = read_file(os.path.join(folder, "verifier"), MAX_NOTE)
    if raw is None:
        raise Unusable("no verifier key was given and the directory holds none")
    return raw.decode("utf-8", "replace").strip().split("\n")[0]


def begun(folder: str) -> bool:
    raw = open_segment(os.path.join(folder, segment_name(0)))
    return last_nonzero(raw, 0) >= 0


def origin_of(folder: str) -> bytes:
    """Digest of the origin the segments bear, by the first of them. Whether the
    entries lead to it shows at the end."""
    segments = Segments(folder, ANY_ORIGIN)
    try:
        segments.load(0)
    except Stopped:
        pass
    return segments.found


def check_log(folder: str, payload: Optional[str], options: Options, report: Report, also: Sequence[Tuple[str, Head]] = ()) -> LogCheck:
    key = options.key
    if not key:
        key = own_key(folder)
        report.unchecked.append("The verifier key was read from the directory itself. Give the key you were handed to know that it is the right log.")
    if "+" not in key:
        raise Unusable("the verifier key does not have the form name+hash+key")
    report.origin = key.split("+", 1)[0]
    check = LogCheck(report, options, key, Payloads(payload) if payload else None)
    origin = origin_of(folder) or sha256(report.origin.encode())
    try:
        published = read_file(os.path.join(folder, "checkpoint"), MAX_NOTE)
        if published is not None:
            check.add_head("checkpoint", published)
        elif begun(folder):
            report.problem("head", "checkpoint", "the log has begun and its signed head is missing")
    except Fault as fault:
        report.problem("head", "checkpoint", str(fault))
    for n, raw in enumerate(options.heads):
        check.add_head("given head %d" % (n + 1), raw)
    if options.cosigned is not None:
        check.add_head("cosigned", options.cosigned)
    for where, head in also:
        check.trust_head(where, head)
    for n, raw in enumerate(options.receipts):
        check.add_receipt(n, raw)
    sound = walk(check, Segments(folder, origin))
    check.conclude()
    if sound and origin != sha256(check.keys.origin.encode()):
        report.problem("segment", place(0, 0), "the segments belong to another log than %s, to which the entries lead" % check.keys.origin)
    if check.keys.given in check.keys.spans:
        report.origin = check.keys.origin
    if sound and check.erased[1] and check.payloads is not None and not options.quick:
        again = Segments(folder, origin)
        for batch in again:
            for n, (ref, raw) in enumerate(batch.entries):
                check.check_target(batch.first + n, ref, raw)
    summarize(check)
    return check


def walk(check: LogCheck, segments: Segments) -> bool:
    """Whether the log could be read to its end."""
    report = check.report
    check.check_heads()
    try:
        for batch in segments:
            for n, (ref, raw) in enumerate(batch.entries):
                check.entry(batch.first + n, ref, raw)
            check.batches += 1
            if check.tree.root() != batch.root:
                report.problem("root", batch.at, "the root of the batch from entry %d is not that of its entries" % batch.first)
    except Stopped as stopped:
        if stopped.torn:
            report.unchecked.append("An unfinished batch lies at %s. Nobody was told that it is durable; the next start cuts it off." % stopped.at)
        else:
            report.problem("segment", stopped.at, stopped.text)
            report.unchecked.append("What lies behind entry %d could not be read." % check.tree.size)
            return False
    return True


def summarize(check: LogCheck) -> None:
    r, c = check.report, check.report.counts
    how = "in %d batches: frames, encoding, order and the root of every batch" % check.batches if check.batches else "as the tiles hold them: encoding and order"
    r.checked += ["%d entries %s." % (c["entries"], how),
                  "%d signed heads under the key %s." % (check.due, check.keys.given),
                  "%d intents and %d outcomes: no outcome without its intent, no intent with two." % (c["intents"], c["outcomes"]),
                  "%d starts, each following on the log before it." % check.boots]
    if c["gaps"] > 0:
        r.checked.append("Gaps: %d requests went out unrecorded, as the configuration allowed; the log says when and why." % c["gaps"])
    for s in check.keys.successions:
        r.checked.append("A succession: from entry %d on the log %s goes on as %s." % (s.index, s.former, s.origin))
        if s.signed > s.index:
            r.unchecked.append("Entries %d to %d of %s are lost: heads of it cover %d entries, and %s went on with %d." % (s.index, s.signed - 1, s.former, s.signed, s.origin, s.index))
    if check.options.quick:
        r.unchecked.append("Payloads were not read.")
    elif check.payloads is not None:
        r.checked.append("%d payloads: present, with their length and checksum." % c["payloads"])
    if check.payloads is not None:
        r.unchecked.append("Payloads were not opened: that they are what the entries commit to needs the keys.")
    if check.stamps:
        r.checked.append("%d time-stamps: signature, imprint and the head they are over." % check.stamps)
    elif not check.options.tsa_roots:
        r.unchecked.append("No roots of time-stamp authorities were given, so no token was verified.")
    if c["open"]:
        r.unchecked.append("%d interactions are open." % c["open"])
    if c["signed"] < c["entries"]:
        r.unchecked.append("%d entries are newer than the newest signed head." % (c["entries"] - c["signed"]))


def check_data_directory(path: str, options: Options) -> Report:
    report = Report()
    also: List[Tuple[str, Head]] = []
    registry = os.path.join(path, "registry")
    if os.path.isdir(registry) and begun(registry):
        also, keys = check_registry(registry, options, report)
        options = options._replace(registry_keys=keys)
    elif options.policy is not None and options.policy.quorum != "none":
        report.problem("cosignature", "registry", "the directory holds no registry, so no witness the policy asks for has seen it")
    check_log(os.path.join(path, "ledger"), os.path.join(path, "payload"), options, report, also)
    return report


def check_registry(folder: str, options: Options, report: Report) -> Tuple[List[Tuple[str, Head]], List[str]]:
    """The registry's log beside the node's; its problems come with its name. Returns
    the node's heads it took in, and the keys it ever had."""
    other = Report()
    cosigned = read_file(os.path.join(folder, "cosigned"), MAX_NOTE)
    check = check_log(folder, None, options._replace(key=options.registry_key, heads=(), receipts=(), cosigned=cosigned), other)
    for p in other.problems:
        report.problem(p["class"], "registry, " + p["where"], p["text"])
    report.checked += ["registry: " + s for s in other.checked]
    report.unchecked += ["registry: " + s for s in other.unchecked]
    if cosigned is not None and not check.witnessed:
        check_policy(report, options, cosigned, "registry, cosigned")
    elif options.policy is not None and options.policy.quorum != "none" and not check.witnessed:
        report.problem("cosignature", "registry, cosigned", "no head bears the cosignatures the policy asks for")
    return check.node_heads, list(check.keys.spans)


# --- Tiles (C2SP tlog-tiles; P 5) -----------------------------------------------------------------

TILE = 256


def tile_path(level: str, number: int, width: int) -> str:
    """tile/L/N or tile/L/N.p/W, N in groups of three digits."""
    name = "%03d" % (number % 1000)
    number //= 1000
    while number:
        name = "x%03d/%s" % (number % 1000, name)
        number //= 1000
    return "tile/%s/%s%s" % (level, name, "" if width == TILE else ".p/%d" % width)


def split_bundle(raw: bytes, width: int) -> List[bytes]:
    """The entries of a bundle, each with its length in two bytes before it."""
    out, p = [], 0
    while p < len(raw):
        n = int.from_bytes(raw[p:p + 2], "big")
        if p + 2 + n > len(raw):
            raise Fault("an entry bundle is cut off")
        out.append(raw[p + 2:p + 2 + n])
        p += 2 + n
    if len(out) != width:
        raise Fault("an entry bundle holds %d entries where %d belong" % (len(out), width))
    return out


def tile_nodes(raw: bytes, width: int) -> List[bytes]:
    if len(raw) != 32 * width:
        raise Fault("a tile has %d bytes where %d belong" % (len(raw), 32 * width))
    return [raw[i:i + 32] for i in range(0, len(raw), 32)]


class TileFolder:
    """A published log: checkpoint and tiles. A bundle that cannot be read ends the walk; other tiles are reported."""

    def __init__(self, folder: str, size: int, report: Report) -> None:
        self.folder, self.size, self.report = folder, size, report
        self.above: List[List[bytes]] = []  # nodes of each level not yet compared with a tile
        self.done: List[int] = []  # tiles of each level compared

    def read(self, level: str, number: int, width: int, limit: int) -> bytes:
        path = tile_path(level, number, width)
        raw = read_file(os.path.join(self.folder, *path.split("/")), limit)
        if raw is None:
            raise Fault("%s is missing" % path)
        return raw

    def bundles(self) -> Iterator[Tuple[int, List[bytes]]]:
        for number in range((self.size + TILE - 1) // TILE):
            width = min(TILE, self.size - number * TILE)
            path = tile_path("entries", number, width)
            try:
                yield number, split_bundle(self.read("entries", number, width, TILE * (MAX_ENTRY + 2)), width)
            except Fault as fault:
                raise Stopped(path, str(fault), False) from None

    def leaf(self, leaf: bytes) -> None:
        """Take a leaf hash; compare the tile of its level as soon as it is full."""
        level = 0
        node = leaf
        while True:
            if level == len(self.above):
                self.above.append([])
                self.done.append(0)
            row = self.above[level]
            row.append(node)
            if len(row) < TILE:
                return
            self.compare(level, row)
            self.above[level] = []
            node = subtree_root(row)
            level += 1

    def compare(self, level: int, row: List[bytes]) -> None:
        number = self.done[level]
        self.done[level] += 1
        path = tile_path(str(level), number, len(row))
        try:
            if tile_nodes(self.read(str(level), number, len(row), 32 * TILE), len(row)) != row:
                raise Fault("these are not the hashes of the entries")
        except Fault as fault:
            self.report.problem("root", path, str(fault))

    def finish(self) -> None:
        for level, row in enumerate(self.above):
            if row:
                self.compare(level, row)


def subtree_root(row: List[bytes]) -> bytes:
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def check_tiles(path: str, options: Options) -> Report:
    """A tile folder: the head, every entry, every hash tile, and the rules of L 4."""
    report = Report()
    if not options.key:
        raise Unusable("a published log needs --key: it does not name its own")
    report.origin = options.key.split("+", 1)[0]
    check = LogCheck(report, options, options.key, None)
    raw = load(os.path.join(path, "checkpoint"))
    try:
        head = parse_head(parse_note(raw).text)
    except Fault as fault:
        report.problem("head", "checkpoint", str(fault))
        return report
    check.add_head("checkpoint", raw)
    for n, given in enumerate(options.heads):
        check.add_head("given head %d" % (n + 1), given)
    for n, given in enumerate(options.receipts):
        check.add_receipt(n, given)
    walk_tiles(check, TileFolder(path, head.size, report))
    check.conclude()
    summarize(check)
    check_policy(report, options, raw, "checkpoint")
    return report


def walk_tiles(check: LogCheck, folder: TileFolder) -> None:
    check.check_heads()
    try:
        for number, entries in folder.bundles():
            for n, raw in enumerate(entries):
                check.entry(number * TILE + n, None, raw)
                folder.leaf(leaf_hash(raw))
        folder.finish()
    except Stopped as stopped:
        check.report.problem("root", stopped.at, stopped.text)


def meets(policy: Optional[Policy], note: Note) -> bool:
    try:
        return policy is not None and policy.check(note) is not None
    except Fault:
        return False


def check_policy(report: Report, options: Options, head: bytes, where: str) -> None:
    """The verifier's own policy over a head (C2SP tlog-policy)."""
    if options.policy is None:
        report.unchecked.append("No policy was given, so it was not asked which witnesses saw the head.")
        return
    try:
        there = options.policy.check(parse_note(head))
        report.checked.append("The policy is satisfied; cosigned by %s." % (", ".join(there) or "nobody"))
    except Fault as fault:
        report.problem("cosignature", where, str(fault))


# --- Packs: container and manifest (P 1 to P 3) -------------------------------------------------

MAX_FILES, MAX_MANIFEST, MAX_SMALL = 4 << 20, 512 << 20, TILE * (MAX_ENTRY + 2)
_N = r"(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[0-9]{1,3})?"
_I = r"(?:[0-9]{12}|[1-9][0-9]{12,18})"
PACK_NAME = re.compile(
    r"manifest\.json|README\.txt|index\.html|interactions\.csv|log/payload/erased\.csv|registry/policy|(?:log|registry)/(?:verifier|checkpoint)"
    r"|log/tile/(?:[0-7]|entries)/" + _N + r"|(?:log|registry)/entry/" + _I + r"\.(?:cbor|tlog-proof)"
    r"|(?:log|registry)/consistency/" + _I + r"|log/payload/" + _I + r"\.(?:bin|key)")
STATEMENT_TYPE, PREDICATE_TYPE = "https://in-toto.io/Statement/v1", "https://github.com/counterfoil/counterfoil/pack/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
ABSENT = {"other_entries", "payloads_withheld", "payloads_erased", "registry", "registry_head", "cosignatures", "timestamp_after", "timestamp_before"}
MAX_FILE = (1 << 32) - 2


class ZipFault(Exception):
    """Where a zip file is not that of a pack."""

    def __init__(self, where: str, text: str) -> None:
        super().__init__(text)
        self.where = where if PACK_NAME.fullmatch(where) else "pack"


class ZipLayout:
    """P 1: every byte of a zip file has one meaning, so that all programs unpack the same."""

    def __init__(self, f: BinaryIO) -> None:
        self.file = f
        self.size = f.seek(0, os.SEEK_END)
        if self.size < 22 or b"PK\5\6" not in self.at(max(0, self.size - 22 - 0xFFFF), self.size):
            raise Unusable("it is no zip file, or its end is cut off: compare its SHA-256 with that of whoever sent it, or fetch it again")

    def at(self, start: int, end: int) -> bytes:
        self.file.seek(start)
        return self.file.read(end - start)

    def check(self) -> None:
        start, end, count = self.directory()
        if count > MAX_FILES:
            raise Unusable("the pack has more than %d files" % MAX_FILES)
        records, p, place, seen = self.at(start, end), 0, 0, set()
        for _ in range(count):
            name, said, offset, p = self.record(records, p)
            if name.startswith("/") or "\\" in name or any(part in ("", ".", "..") for part in name.split("/")):
                raise ZipFault("pack", "a folder, or a name no file of a pack has")
            if name in seen:
                raise ZipFault(name, "the zip file has the file twice")
            if offset != place:
                raise ZipFault(name, "the file does not follow on the one before it")
            seen.add(name)
            flags, method, _, _, stored, size = said
            if self.local(name, place, start) != said:
                raise ZipFault(name, "the header in front of the file differs from the directory")
            if flags or method or stored != size:
                raise ZipFault(name, "the file is not stored as it is")
            place += 30 + len(name.encode("latin-1")) + size
            if place > start:
                raise ZipFault(name, "the file does not lie before the directory")
        if place != start or p != len(records):
            raise ZipFault("pack", "bytes that are no file and no directory")

    def directory(self) -> Tuple[int, int, int]:
        """Where it begins and ends, and how many files it lists."""
        tail = self.size - 22
        magic, disks, here, count, length, start, comment = struct.unpack("<4sIHHIIH", self.at(tail, self.size))
        if magic != b"PK\5\6" or comment:
            raise ZipFault("pack", "something follows the directory")
        if disks or here != count:
            raise ZipFault("pack", "a part of several")
        if count == 0xFFFF or length == 0xFFFFFFFF or start == 0xFFFFFFFF:
            tail -= 76
            if tail < 0:
                raise ZipFault("pack", "the ZIP64 end of the directory is missing")
            short = (count, length, start)
            end64 = struct.unpack("<4sQHHIIQQQQ4sIQI", self.at(tail, tail + 76))
            magic, own, _, _, disk, first, here, count, length, start, jump, where, at, total = end64
            if (magic, own, disk, first, here, jump, where, at, total) != (b"PK\6\6", 44, 0, 0, count, b"PK\6\7", 0, tail, 1):
                raise ZipFault("pack", "the ZIP64 end of the directory is not sound")
            if any(s not in (see, full) for s, see, full in zip(short, (0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF), (count, length, start))):
                raise ZipFault("pack", "both ends of the directory say something else")
        if start + length != tail:
            raise ZipFault("pack", "the directory does not lie before its end")
        return start, start + length, count

    @staticmethod
    def record(b: bytes, p: int) -> Tuple[str, Tuple[int, ...], int, int]:
        """Name, what it says of the file, where that is, and where the next record begins."""
        if len(b) < p + 46 or b[p:p + 4] != b"PK\1\2":
            raise ZipFault("pack", "the directory does not read")
        flags, method, _, crc, stored, size, names, extras, comment, disk, _, _, offset = struct.unpack("<HHIIIIHHHHHII", b[p + 8:p + 46])
        p += 46
        end = p + names + extras
        if names > 200 or extras > 28 or end > len(b):
            raise ZipFault("pack", "the directory does not read")
        name, extra = b[p:p + names].decode("latin-1"), b[p + names:end]
        large = [v == 0xFFFFFFFF for v in (size, stored, offset)]
        if comment or disk or extra[:4] != (struct.pack("<HH", 1, 8 * sum(large)) if any(large) else b"") or len(extra) != (4 + 8 * sum(large) if any(large) else 0):
            raise ZipFault(name, "a comment or a field that a pack has not")
        values = iter(struct.unpack("<%dQ" % sum(large), extra[4:]))
        size, stored, offset = (next(values) if is_large else v for v, is_large in zip((size, stored, offset), large))
        return name, (flags, method, 0, crc, stored, size), offset, end

    def local(self, name: str, place: int, limit: int) -> Tuple[int, ...]:
        raw = name.encode("latin-1")
        b = self.at(place, min(place + 30 + len(raw), limit))
        if len(b) < 30 + len(raw) or b[:4] != b"PK\3\4":
            raise ZipFault(name, "no file begins where the directory says")
        flags, method, _, crc, stored, size, names, extras = struct.unpack("<HHIIIIHH", b[6:30])
        if names != len(raw) or b[30:] != raw or extras:
            raise ZipFault(name, "another name in front of the file, or a field that a pack has not")
        return flags, method, 0, crc, stored, size


class Container:
    """The files of a pack, zip or folder, by name."""

    def __init__(self, path: str) -> None:
        self.zip: Optional[zipfile.ZipFile] = None
        self.path = path
        if os.path.isdir(path):
            self.names = self.walk(path)
        else:
            with open(path, "rb") as f:
                ZipLayout(f).check()
            try:
                self.zip = zipfile.ZipFile(path)
                self.names = self.zip.namelist()
            except ZIP_FAULTS as err:
                raise Unusable("%s is no zip file: %s" % (path, err)) from None
        if len(self.names) > MAX_FILES:
            raise Unusable("the pack has more than %d files" % MAX_FILES)

    @staticmethod
    def walk(path: str) -> List[str]:
        names = []
        for folder, folders, files in os.walk(path):
            for name in folders + files:
                full = os.path.join(folder, name)
                if os.path.islink(full) or name in files:
                    names.append(os.path.relpath(full, path).replace(os.sep, "/"))
        return names

    def open(self, name: str) -> BinaryIO:
        try:
            if self.zip is not None:
                return self.zip.open(name)  # type: ignore[return-value]
            full = os.path.join(self.path, *name.split("/"))
            if os.path.islink(full):
                raise Fault("%s is a link" % name)
            return open(full, "rb")
        except ZIP_FAULTS as err:
            raise Fault("%s cannot be read: %s" % (name, err)) from None

    def chunks(self, name: str) -> Iterator[bytes]:
        with self.open(name) as f:
            while True:
                try:
                    chunk = f.read(1 << 20)
                except ZIP_FAULTS as err:
                    raise Fault("%s cannot be read: %s" % (name, err)) from None
                if not chunk:
                    return
                yield chunk

    def read(self, name: str, limit: int = MAX_SMALL) -> bytes:
        out = bytearray()
        for chunk in self.chunks(name):
            out += chunk
            if len(out) > limit:
                raise Fault("%s is larger than %d bytes" % (name, limit))
        return bytes(out)


ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError, KeyError, struct.error)


def parse_json(raw: bytes) -> Any:
    """JSON in which no object has a member twice."""
    def once(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
        out = dict(pairs)
        if len(out) != len(pairs):
            raise ValueError("a member is given twice")
        return out

    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as err:
        raise Fault("not the JSON that belongs here: %s" % err) from None


def members(value: Any, names: Dict[str, Any], optional: Sequence[str] = ()) -> Dict[str, Any]:
    """An object with exactly these members, of these types."""
    if not isinstance(value, dict) or not set(names) - set(optional) <= set(value) <= set(names):
        raise Fault("an object of the manifest has other members than belong there")
    for name, item in value.items():
        if type(item) is not names[name]:
            raise Fault("the member %s of the manifest has another type" % name)
    return value


_HEAD = {"origin": str, "verifier": str, "size": int, "root": str}
_COUNTS = {"entries": int, "intents": int, "outcomes": int, "earlier": int, "open": int, "unrecorded": int, "payloads": dict}


def parse_manifest(raw: bytes) -> Tuple[Dict[str, Any], Dict[str, bytes], str]:
    """The predicate, digests by name, and the signer, whose signature was verified (P 3)."""
    envelope = members(parse_json(raw), {"payload": str, "payloadType": str, "signatures": list})
    if envelope["payloadType"] != PAYLOAD_TYPE or len(envelope["signatures"]) != 1:
        raise Fault("the manifest is an envelope of another type, or has not one signature")
    signature = members(envelope["signatures"][0], {"keyid": str, "sig": str})
    statement_raw = unbase64(envelope["payload"])
    statement = members(parse_json(statement_raw), {"_type": str, "subject": list, "predicateType": str, "predicate": dict})
    if statement["_type"] != STATEMENT_TYPE or statement["predicateType"] != PREDICATE_TYPE:
        raise Fault("the statement is of another type")
    predicate = members(statement["predicate"], {
        "version": int, "form": str, "log": dict, "registry": dict, "signer": str, "range": dict, "system": dict, "disclosed": str,
        "counts": dict, "absent": list}, ["registry", "system"])
    if predicate["version"] != 1:
        raise Fault("a pack of version %d is not known" % predicate["version"])
    check_predicate(predicate)
    key = parse_key(predicate["signer"])
    pae = b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(statement_raw), statement_raw)
    if signature["keyid"] != "%s+%s" % (key.name, key.id.hex()) or key.kind != KEY_ED25519 or not ed25519_verify(key.public, pae, unbase64(signature["sig"])):
        raise Fault("the signature of the manifest does not verify")
    return predicate, subjects(statement["subject"]), predicate["signer"]


def subjects(items: List[Any]) -> Dict[str, bytes]:
    out: Dict[str, bytes] = {}
    before = ""
    for item in items:
        members(item, {"name": str, "digest": dict})
        digest = members(item["digest"], {"sha256": str})["sha256"]
        if not item["name"] > before or item["name"] == "manifest.json" or not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise Fault("the subjects of the manifest do not rise, or have no digest")
        before = item["name"]
        out[before] = bytes.fromhex(digest)
    return out


def check_predicate(p: Dict[str, Any]) -> None:
    for name in ("log", "registry"):
        if name in p:
            head = members(p[name], _HEAD)
            unhash(head["root"]), parse_key(head["verifier"])
    r = members(p["range"], {"from": int, "to": int, "since": str, "until": str})
    check_utc(r["since"]), check_utc(r["until"])
    counts = members(p["counts"], _COUNTS)
    payloads = members(counts["payloads"], {"disclosed": int, "withheld": int, "erased": int})
    if any(n < 0 for n in (*[v for v in counts.values() if type(v) is int], *payloads.values())):
        raise Fault("a count of the manifest is below 0")
    if not 0 <= r["from"] < r["to"] <= p["log"]["size"] < 1 << 63:
        raise Fault("the range of the manifest is none of its log")
    if p["form"] not in ("range", "selection") or ("system" in p) != (p["form"] == "selection"):
        raise Fault("the form of the pack is not known, or does not go with its system")
    if "system" in p:
        members(p["system"], {"id": str, "slug": str})
        parse_uuid(p["system"]["id"])
    if p["disclosed"] not in ("none", "interactions", "records", "all"):
        raise Fault("what is disclosed is not known")
    absent = p["absent"]
    if any(type(a) is not str for a in absent) or not set(absent) <= ABSENT or absent != sorted(set(absent)):
        raise Fault("what is absent is not known, or does not rise")


def check_utc(text: str) -> None:
    """A time of RFC 3339 in UTC."""
    try:
        datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise Fault("a time of the manifest is malformed") from None
    if not re.fullmatch(r"[0-9T:-]{19}(\.[0-9]{1,9})?Z", text):
        raise Fault("a time of the manifest is malformed")


def parse_uuid(text: str) -> bytes:
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        raise Fault("an id of the manifest is malformed")
    return bytes.fromhex(text.replace("-", ""))


def show_uuid(raw: bytes) -> str:
    h = raw.hex()
    return "" if not any(raw) else "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))


# --- Packs: proofs, tiles, entries (P 4 to P 7) -----------------------------------------------------


def parse_proof(raw: bytes) -> Tuple[int, List[bytes], bytes]:
    """C2SP tlog-proof without extra line: index, hashes, checkpoint."""
    head, found, checkpoint = raw.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    if not found or len(lines) < 2 or lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("index ") or len(lines) > 65:
        raise Fault("not a tlog-proof")
    return decimal(lines[1][6:]), [unhash(line) for line in lines[2:]], checkpoint


def parse_consistency(raw: bytes) -> Tuple[Head, int, List[bytes]]:
    lines = raw.decode("utf-8", "replace").split("\n")
    if len(lines) < 6 or lines[0] != "counterfoil consistency v1" or lines[-1] or len(lines) > 135:
        raise Fault("not a consistency file")
    return Head(lines[1], decimal(lines[2]), unhash(lines[3])), decimal(lines[4]), [unhash(line) for line in lines[5:-1]]


class PackTiles:
    """The hash tiles of a pack: the right ones, leading to the root (P 5)."""

    def __init__(self, files: Container, first: int, end: int, size: int) -> None:
        self.files, self.size = files, size
        self.rows: Dict[Tuple[int, int], List[bytes]] = {}
        self.wanted: Dict[str, Tuple[int, int, int]] = {}
        level = 0
        while size >> 8 * level:
            nodes, shift = size >> 8 * level, 8 * (level + 1)
            numbers = set(range(first >> shift, min((end - 1) >> shift, (nodes - 1) >> 8) + 1))
            if nodes & 255:
                numbers.add(nodes >> 8)
            for n in sorted(numbers):
                width = min(TILE, nodes - n * TILE)
                self.wanted["log/" + tile_path(str(level), n, width)] = (level, n, width)
            level += 1
        self.bundles = ["log/" + tile_path("entries", n, min(TILE, size - n * TILE)) for n in range(first >> 8, ((end - 1) >> 8) + 1)]

    def names(self) -> Set[str]:
        return set(self.wanted) | set(self.bundles)

    def row(self, level: int, number: int) -> List[bytes]:
        if (level, number) not in self.rows:
            nodes = self.size >> 8 * level
            width = min(TILE, nodes - number * TILE)
            path = "log/" + tile_path(str(level), number, width)
            if len(self.rows) > 64:
                self.rows.clear()
            self.rows[level, number] = tile_nodes(self.files.read(path), width)
        return self.rows[level, number]

    def node(self, height: int, index: int) -> bytes:
        """The perfect subtree of 2^height leaves at index."""
        level, inner = divmod(height, 8)
        number, offset = divmod(index << inner, TILE)
        return subtree_root(self.row(level, number)[offset:offset + (1 << inner)])

    def edge(self, size: int) -> List[bytes]:
        """Perfect subtrees the tree of that size is made of, from the left."""
        out, done = [], 0
        for height in range(size.bit_length() - 1, -1, -1):
            if size >> height & 1:
                out.append(self.node(height, done >> height))
                done += 1 << height
        return out

    def check(self, root: bytes) -> bool:
        tree = Tree()
        tree.size, tree.stack = self.size, self.edge(self.size)
        if tree.root() != root:
            raise Fault("the tiles have another root than the head")
        for level, number, width in self.wanted.values():
            if width == TILE:
                above = self.row(level + 1, number >> 8)
                if subtree_root(self.row(level, number)) != above[number & 255]:
                    raise Fault("%s is not that of the tile above" % tile_path(str(level), number, width))
        return True


EFFECTS = ["none", "allow", "warn", "redact", "hold", "block"]
RESULTS = ["", "answered", "blocked", "refused", "stopped", "cancelled", "failed", "abandoned"]
COLUMNS = ("interaction,intent,outcome,opened,closed,system,person,key,workload,provider,dialect,operation,model,streamed,effect,rule,"
           "answer_effect,answer_rule,result,reason,status,findings,answer_findings,redactions,input_tokens,output_tokens,duration_us,"
           "request_payload,answer_payload").split(",")


def place_of(log: str, index: int) -> str:
    return "entry %d" % index if log == "log" else "registry entry %d" % index


class PackCheck:
    """P 10, in its order."""

    def __init__(self, files: Container, report: Report, options: Options) -> None:
        self.files, self.report, self.options = files, report, options
        self.predicate: Dict[str, Any] = {}
        self.links: List[Tuple[str, str, int]] = []  # former key, key, size it follows at; both signed
        self.covered = False  # the registry took in the pack's head
        self.enrolled: Dict[str, Set[str]] = {}  # by the registry, origin to keys
        self.contained: Dict[int, Dict[str, Any]] = {}
        self.before: Optional[Tuple[int, Dict[str, Any]]] = None  # anchor before the range
        self.registry: Dict[int, Dict[str, Any]] = {}
        self.ties: Set[str] = set()  # consistency files an anchor led to
        self.closing: Dict[int, int] = {}  # outcome of each intent that has one
        self.ended = False  # what follows cannot be judged

    def attempt(self, kind: str, where: str, do: Callable[..., Any], *args: Any) -> Any:
        try:
            return do(*args)
        except Fault as fault:
            self.report.problem(kind, where, str(fault))
        except (IndexError, UnicodeDecodeError):
            self.report.problem(kind, where, "it has another form than belongs here")
        return None

    def run(self) -> None:
        raw = self.attempt("pack", "manifest.json", self.files.read, "manifest.json", MAX_MANIFEST)
        found = raw is not None and self.attempt("pack", "manifest.json", parse_manifest, raw)
        if not found:
            return
        self.predicate, digests, signer = found
        self.report.origin = self.predicate["log"]["origin"]
        for step in (lambda: self.check_files(digests), self.open_heads, self.read_erased, self.read_entries):
            step()
            if self.ended:
                self.report.unchecked.append("What lies behind the first fault of files, heads or tree was not looked at.")
                return
        self.read_registry()
        self.check_outcomes()
        self.settle_states()
        self.attempt("pack", "manifest.json", self.check_counts)
        self.check_payloads()
        self.attempt("pack", "interactions.csv", self.check_csv)
        self.check_registry()
        self.name_others()
        self.check_trust(signer)
        self.tell_limits()
        self.report.counts.update(entries=len(self.contained), signed=self.predicate["log"]["size"])
        self.report.root = self.head.root
        self.report.checked.append("%d entries of the pack, its files, heads, proofs and counts." % len(self.contained))

    # 1: files

    def check_files(self, digests: Dict[str, bytes]) -> None:
        names = self.files.names
        self.names = set(names)
        before = len(self.report.problems)
        if len(self.names) != len(names):
            self.report.problem("pack", "pack", "a name is in the pack twice")
        for name in sorted(self.names):
            if not PACK_NAME.fullmatch(name):
                self.report.problem("pack", name[:200], "a pack has no file of this name")
        for name in sorted((self.names ^ set(digests)) - {"manifest.json"}):
            self.report.problem("pack", name[:200], "the manifest and the pack do not both have this file")
        for name in sorted(self.names & set(digests)):
            self.attempt("pack", name[:200], self.check_digest, name, digests[name])
        self.check_form()
        self.ended = len(self.report.problems) > before

    def check_digest(self, name: str, digest: bytes) -> None:
        h = hashlib.sha256()
        for chunk in self.files.chunks(name):
            h.update(chunk)
        if h.digest() != digest:
            raise Fault("the file has another digest than the manifest says")

    def check_form(self) -> None:
        p, needed = self.predicate, {"manifest.json", "README.txt", "index.html", "interactions.csv", "log/verifier", "log/checkpoint"}
        if "registry" in p:
            needed |= {"registry/verifier", "registry/checkpoint"}
        if p["counts"]["payloads"]["erased"] > 0:
            needed.add("log/payload/erased.csv")
        elif "log/payload/erased.csv" in self.names:
            self.report.problem("pack", "log/payload/erased.csv", "no payload was erased, by the manifest")
        tiles: Set[str] = set()
        if p["form"] == "range":
            first, end = p["range"]["from"], p["range"]["to"]
            if (end - 1 >> 8) - (first >> 8) >= len(self.names):
                self.report.problem("pack", "log/tile", "the pack has fewer files than its range has tiles")
                return
            tiles = PackTiles(self.files, first, end, p["log"]["size"]).names()
        for name in sorted(self.names):
            if "registry" not in p and name.startswith("registry/"):
                self.report.problem("pack", name, "the manifest names no registry")
            if name.startswith("log/tile/") and name not in tiles:
                self.report.problem("pack", name, "the tile does not belong to the range")
            stem, _, ending = name.rpartition(".")
            other = {"cbor": "tlog-proof", "tlog-proof": "cbor", "bin": "key", "key": "bin"}.get(ending)
            if other and stem:
                needed.add(stem + "." + other)
        for name in sorted((needed | tiles) - self.names):
            self.report.problem("pack", name[:200], "the file is missing")

    # 3: heads

    def open_heads(self) -> None:
        before = len(self.report.problems)
        self.head = self.open_head("log")
        self.registry_head = self.open_head("registry") if "registry" in self.predicate else None
        self.ended = len(self.report.problems) > before

    def open_head(self, log: str) -> Any:
        wanted = self.predicate[log]
        if self.files.read(log + "/verifier") != (wanted["verifier"] + "\n").encode():
            self.report.problem("head", log + "/verifier", "it is not the key in the manifest")
        return self.attempt("head", log + "/checkpoint", self.check_head, log, wanted)

    def check_head(self, log: str, wanted: Dict[str, Any]) -> Head:
        head = open_head(self.files.read(log + "/checkpoint"), parse_key(wanted["verifier"]))
        if head != (wanted["origin"], wanted["size"], unhash(wanted["root"])):
            raise Fault("the head is not that of the manifest")
        return head

    # 4 and 5: tree and entries

    def proven(self, log: str, name: str, head: Head) -> Tuple[int, bytes]:
        """An entry in log/entry or registry/entry whose proof holds (P 4)."""
        stem = name[:-len(".cbor")]
        raw = self.files.read(name)
        index, hashes, checkpoint = parse_proof(self.files.read(stem + ".tlog-proof", MAX_NOTE))
        if index != int(stem.rpartition("/")[2]) or checkpoint != self.files.read(log + "/checkpoint"):
            raise Fault("the proof is of another entry, or under another head")
        if inclusion_root(index, head.size, leaf_hash(raw), hashes) != head.root:
            raise Fault("the proof does not lead to the root of the head")
        return index, raw

    def singles(self, log: str, head: Head) -> Iterator[Tuple[str, int, bytes, Dict[str, Any]]]:
        for name in sorted(n for n in self.names if n.startswith(log + "/entry/") and n.endswith(".cbor")):
            found = self.attempt("root", name, self.proven, log, name, head)
            entry = found and self.attempt("encoding", place_of(log, found[0]), decode_entry, found[1])
            if entry:
                yield name, found[0], found[1], entry

    def read_entries(self) -> None:
        first, end = self.predicate["range"]["from"], self.predicate["range"]["to"]
        if self.predicate["form"] == "range":
            self.read_tiles(first, end)
        if self.ended:
            return
        for name, index, _, e in self.singles("log", self.head):
            if index < first and self.before is None and "registry" in self.predicate and e.get("anchor", {}).get("type") == "registry":
                self.before = index, e
            elif self.predicate["form"] == "selection" and first <= index < end and self.selected(e):
                self.contained[index] = e
            else:
                self.report.problem("pack", name, "the pack does not contain this entry by its form")

    def selected(self, e: Dict[str, Any]) -> bool:
        if e["kind"] == 3:
            return self.contained.get(e["outcome"]["intent"], {}).get("kind") == 2
        return e["kind"] == 2 and e["intent"].get("system") == parse_uuid(self.predicate["system"]["id"])

    def read_tiles(self, first: int, end: int) -> None:
        """A fault of the tree ends the check."""
        self.ended = True
        tiles = PackTiles(self.files, first, end, self.head.size)
        if not self.attempt("root", "log/tile", tiles.check, self.head.root):
            return
        tree = Tree()
        tree.size, tree.stack = first, tiles.edge(first)
        for number, name in zip(range(first >> 8, ((end - 1) >> 8) + 1), tiles.bundles):
            leaves = tiles.row(0, number)
            entries = self.attempt("pack", name, lambda: split_bundle(self.files.read(name), len(leaves)))
            if entries is None:
                return
            for n, raw in enumerate(entries):
                if leaf_hash(raw) != leaves[n]:
                    self.report.problem("root", "entry %d" % (number * TILE + n), "the entry is not the leaf in its tile")
                    return
                if first <= number * TILE + n < end:
                    self.take(number * TILE + n, raw, tree)
        self.ended = False

    def take(self, index: int, raw: bytes, tree: Tree) -> None:
        e = self.attempt("encoding", "entry %d" % index, decode_entry, raw)
        if e is not None:
            self.contained[index] = e
            self.attempt({1: "boot", 10: "key", 14: "seal"}.get(e["kind"], "root"), "entry %d" % index, self.own_index, index, e, tree)
        tree.append(leaf_hash(raw))

    def own_index(self, index: int, e: Dict[str, Any], tree: Tree) -> None:
        b: Dict[str, Any] = {}
        if e["kind"] == 1:
            b = {"size": e["boot"].get("prev_size", 0), "root": e["boot"].get("prev_root", bytes(32))}
        elif e["kind"] == 14 or e["kind"] == 10 and e["key"].get("size", 0) == index and e["key"]["event"] in ("rotated", "succeeded"):
            b = e[KINDS[e["kind"]]]
        if e["kind"] == 10:
            self.take_key(e["key"])
        if b and (b.get("size", 0) != index or b.get("root", bytes(32)) != tree.root()):
            raise Fault("it names another size and root than lie before it")

    def take_key(self, b: Dict[str, Any]) -> None:
        check_key_event(b)
        if b["event"] in ("rotated", "succeeded") and "former_signature" in b:  # anybody can sign with a key of his own
            self.links.append((b.get("former", ""), b.get("key", ""), b.get("size", 0)))

    def check_outcomes(self) -> None:
        first = self.predicate["range"]["from"]
        for index, e in sorted(self.contained.items()):
            if e["kind"] == 2 and "outcome" in e:
                self.closing[index] = index
            if e["kind"] != 3 or e["outcome"]["intent"] < first:
                continue
            named = e["outcome"]["intent"]
            intent = self.contained.get(named)
            if intent is None or intent["kind"] != 2 or named >= index or named in self.closing or intent.get("id") != e.get("id"):
                self.report.problem("outcome", "entry %d" % index, "its intent, entry %d, is no open intent" % named)
            else:
                self.closing[named] = index

    # 6: counts

    def read_erased(self) -> None:
        self.erased: Set[int] = set()
        if "log/payload/erased.csv" in self.names:
            numbers = self.attempt("pack", "log/payload/erased.csv", self.parse_erased)
            self.erased, self.ended = set(numbers or ()), numbers is None

    def parse_erased(self) -> List[int]:
        lines = self.files.read("log/payload/erased.csv").decode("ascii", "replace").split("\n")
        numbers = [decimal(line) for line in lines[1:-1]]
        if lines[0] != "index" or lines[-1] or numbers != sorted(set(numbers)):
            raise Fault("log/payload/erased.csv is malformed")
        return numbers

    def settle_states(self) -> None:
        """What became of the payload of each contained entry."""
        kinds = {"none": set(), "interactions": {2, 3}, "records": {4}, "all": set(KINDS)}[self.predicate["disclosed"]]
        self.states: Dict[int, str] = {}
        for index, e in self.contained.items():
            if "commitment" in e:
                self.states[index] = "withheld" if e["kind"] not in kinds else "erased" if index in self.erased else "disclosed"
        if {i for i, s in self.states.items() if s == "erased"} != self.erased:
            self.report.problem("pack", "log/payload/erased.csv", "it names payloads that would not have been disclosed")

    def check_counts(self) -> None:
        es, first = self.contained.values(), self.predicate["range"]["from"]
        states = list(self.states.values())
        intents = sum(e["kind"] == 2 for e in es)
        outcomes = sum("outcome" in e for e in es)
        self.report.counts["abandoned"] = sum(e.get("outcome", {}).get("result") == 7 for e in es)
        earlier = sum(e["kind"] == 3 and e["outcome"]["intent"] < first for e in es)
        counts = {"entries": len(es), "intents": intents, "outcomes": outcomes, "earlier": earlier, "open": intents - (outcomes - earlier),
                  "unrecorded": sum(e["gap"]["count"] for e in es if e["kind"] == 12),
                  "payloads": {s: states.count(s) for s in ("disclosed", "withheld", "erased")}}
        self.report.counts.update(intents=intents, outcomes=outcomes, open=counts["open"], gaps=counts["unrecorded"], payloads=states.count("disclosed"))
        if counts != self.predicate["counts"]:
            raise Fault("the counts of the manifest are not those of the entries: %s" % counts)
        absent = set(self.predicate["absent"])
        for code, wanted in (("other_entries", self.predicate["form"] == "selection"), ("payloads_withheld", "withheld" in states),
                             ("payloads_erased", "erased" in states)):
            if (code in absent) != wanted:
                raise Fault("absent does not tell %s as it is" % code)
        if "registry" in absent and "registry" in self.predicate:
            raise Fault("absent names the registry, and it is there")

    ABSENT_WORDS = {
        "other_entries": "Entries of other AI systems are not in the pack, so one of this system that was left out would not be noticed.",
        "payloads_withheld": "Texts that were not asked for are not in the pack.",
        "payloads_erased": "Texts that were erased are not in the pack: that they were is the signer's word.",
        "registry": "The pack has no registry: nothing outside the log bounds its history or its time.",
        "registry_head": "The registry had not taken in a head over the range when the pack was made.",
        "cosignatures": "No witness had cosigned the registry's part when the pack was made.",
        "timestamp_after": "No time-stamp from outside says by when the range existed.",
        "timestamp_before": "No time-stamp from outside says after when the range was written.",
    }

    def tell_limits(self) -> None:
        self.report.unchecked += [self.ABSENT_WORDS[code] for code in sorted(self.predicate["absent"])]
        self.report.unchecked.append("That the range is all the node did, and what needs the log before it: seals, outcomes of earlier intents, which key was in force.")

    # 7: payloads

    def check_payloads(self) -> None:
        wanted = {"log/payload/%012d.bin" % i: i for i, s in self.states.items() if s == "disclosed"}
        for name in sorted({n for n in self.names if n.startswith("log/payload/") and n.endswith(".bin")} - set(wanted)):
            self.report.problem("pack", name, "the payload was not to be disclosed")
        for name, index in sorted(wanted.items()):
            if name in self.names:
                self.check_payload(name, index)
            else:
                self.report.problem("payload", "entry %d" % index, "its payload is neither disclosed nor erased")

    def check_payload(self, name: str, index: int) -> None:
        text = self.files.read(name[:-4] + ".key").decode("ascii", "replace")
        if re.fullmatch(r"[0-9a-f]{64}\n", text):
            self.attempt("commitment", "entry %d" % index, self.check_commitment, name, bytes.fromhex(text[:-1]), self.contained[index]["commitment"])
        else:
            self.report.problem("pack", name[:-4] + ".key", "the key is malformed")

    def check_commitment(self, name: str, key: bytes, commitment: bytes) -> None:
        mac = hmac.new(key, digestmod="sha256")
        for chunk in self.files.chunks(name):
            mac.update(chunk)
        if mac.digest() != commitment:
            raise Fault("its payload is not what the entry commits to")

    # P 8

    def check_csv(self) -> None:
        raw = self.files.read("interactions.csv", MAX_FILE).decode("utf-8")
        try:
            rows = [row for row in csv.reader(io.StringIO(raw, newline=""), strict=True) if row]
        except csv.Error as err:
            raise Fault("it is no CSV: %s" % err) from None
        states, closing = self.states, self.closing
        intents = [i for i, e in sorted(self.contained.items()) if e["kind"] == 2]
        order = sorted((i for i in intents if i in closing), key=lambda i: closing[i]) + [i for i in intents if i not in closing]
        wanted = [COLUMNS] + [[guarded(f) for f in self.csv_row(i, closing.get(i), states)] for i in order]
        for n, (have, want) in enumerate(zip(rows, wanted)):
            if have != want:
                raise Fault("row %d is not that of the entries" % n)
        if len(rows) != len(wanted):
            raise Fault("%d rows where %d belong" % (len(rows), len(wanted)))

    def csv_row(self, at: int, closed: Optional[int], states: Dict[int, str]) -> List[str]:
        e = self.contained[at]
        b, d = e["intent"], e["intent"].get("decision", {})
        row = [show_uuid(e.get("id", bytes(16))), str(at), "" if closed is None else str(closed), show_time(e["time"]),
               "" if closed is None else show_time(self.contained[closed]["time"]), show_uuid(b.get("system", b"")), show_uuid(e.get("actor", b"")),
               show_uuid(b.get("key", b"")), truth("workload" in b), b.get("provider", ""), b.get("dialect", ""), b.get("operation", ""),
               b.get("model", ""), truth("stream" in b), EFFECTS[d.get("effect", 0)], d.get("rule", "")]
        o = self.contained[closed]["outcome"] if closed is not None else {}
        a, here = o.get("decision", {}), closed is not None
        def only(value: Any) -> str:
            return str(value) if here else ""
        row += [only(EFFECTS[a.get("effect", 0)]), a.get("rule", ""), RESULTS[o["result"]] if here else "open", o.get("reason", ""),
                only(o.get("status", 0)), str(sum_counts(b)), only(sum_counts(o)), str(b.get("redactions", 0)), only(o.get("input_tokens", 0)),
                only(o.get("output_tokens", 0)), only(o.get("duration", 0)), states.get(at, "none"),
                only("none" if closed == at else states.get(closed if closed is not None else -1, "none"))]
        return row

    # 8 and 9: the registry

    def read_registry(self) -> None:
        if self.registry_head is None:
            return
        for name, index, _, e in self.singles("registry", self.registry_head):
            self.registry[index] = e
            if e["kind"] == 10:
                self.attempt("key", place_of("registry", index), self.registry_key, e["key"])

    def registry_key(self, b: Dict[str, Any]) -> None:
        known = self.enrolled.get(parse_key(b["key"]).name, set()) if "key" in b else set()
        check_key_event(b)
        # Of the registry's own keys no entry of the pack enrols the first.
        if b["event"] == "rotated" and b.get("former") not in known and b.get("origin") != self.predicate["registry"]["origin"]:
            raise Fault("the key follows one that is not known")
        self.take_key(b)
        if "key" in b:
            self.enrolled.setdefault(parse_key(b["key"]).name, set()).add(b["key"])

    def check_registry(self) -> None:
        covering, newest = None, 0
        self.check_consistencies("log", self.head)
        for index, e in sorted(self.registry.items()):
            where, b = place_of("registry", index), e.get("anchor")
            if b is None:
                if e["kind"] != 10:
                    self.report.problem("pack", where, "an entry of this kind does not belong here")
                continue
            if b["type"] not in ("head", "cosigned", "timestamp") or b["type"] == "head" and b.get("origin") != self.head.origin:
                self.report.problem("pack", where, "an anchor of this type, or of this log, does not belong here")
                continue
            tie = self.attempt("anchor", where, self.check_anchor, index, b, newest)
            if b["type"] == "head":
                newest = b.get("size", 0)
                if covering is None and newest >= self.predicate["range"]["to"]:
                    covering = index, b
            if tie:
                self.attempt("registry", where, self.tied, *tie, b)
        if self.registry_head is not None:
            self.check_consistencies("registry", self.registry_head)
            self.conclude_covering(covering)
        for name in sorted(n for n in self.names if "/consistency/" in n and n not in self.ties):
            self.report.problem("root", name, "it is about no head the pack names")

    def conclude_covering(self, covering: Optional[Tuple[int, Dict[str, Any]]]) -> None:
        self.covered = covering is not None and covering[1]["note"] == self.files.read("log/checkpoint")
        if (covering is None) != ("registry_head" in self.predicate["absent"]):
            self.report.problem("registry", "registry", "absent does not tell whether a head of the registry covers the range")
        elif covering is not None and not self.covered:
            self.report.problem("registry", "log/checkpoint", "it is not the first head in the registry that covers the range")
        if self.before is not None:
            index, e = self.before
            if self.attempt("anchor", "entry %d" % index, self.check_before, e["anchor"]):
                self.attempt("registry", "entry %d" % index, self.tied, "registry", self.registry_head, e["anchor"])
        self.conclude_time(covering)

    def check_before(self, b: Dict[str, Any]) -> bool:
        note = parse_note(b["note"])
        if parse_head(note.text) != (b.get("origin", ""), b.get("size", 0), b.get("root", bytes(32))):
            raise Fault("the anchor is not about the head in it")
        self.by_registry(note, b.get("size", 0))
        return True

    def by_registry(self, note: Note, size: int) -> None:
        """A key of the registry signed that counts for heads of this size."""
        if not any(signed_by(note, parse_key(k)) for k in sorted(self.counting(self.predicate["registry"]["verifier"], size))):
            raise Fault("the head bears no signature of the registry")

    def tied(self, log: str, head: Head, b: Dict[str, Any]) -> None:
        """Size and root are those of the checkpoint, or a file leads from them to it (P 6)."""
        size, root = b.get("size", 0), b.get("root", bytes(32))
        if (size, root) in ((0, sha256(b"")), (head.size, head.root)):
            return
        name = "%s/consistency/%012d" % (log, size)
        if name not in self.names or parse_consistency(self.files.read(name))[0] != (head.origin, size, root):
            raise Fault("the head of size %d is tied to that of the pack by nothing" % size)
        self.ties.add(name)

    def check_consistencies(self, log: str, head: Head) -> None:
        for name in sorted(n for n in self.names if n.startswith(log + "/consistency/")):
            if not self.attempt("root", name, self.check_consistency, name, head):
                self.ties.add(name)  # one fault is enough

    def check_consistency(self, name: str, head: Head) -> bool:
        former, end, proof = parse_consistency(self.files.read(name))
        if (former.origin, end, former.size) != (head.origin, head.size, int(name.rpartition("/")[2])):
            raise Fault("it is about another head")
        check_consistency(former.size, former.root, end, head.root, proof)
        return True

    def check_anchor(self, index: int, b: Dict[str, Any], newest: int) -> Tuple[str, Head]:
        """Returns the log and the head it must be tied to."""
        origin, size, root = b.get("origin", ""), b.get("size", 0), b.get("root", bytes(32))
        if b["type"] == "timestamp":
            self.attempt("timestamp", place_of("registry", index), check_stamp, b, self.options.tsa_roots)
            return "registry", self.registry_head
        note = parse_note(b["note"])
        if parse_head(note.text) != (origin, size, root):
            raise Fault("the anchor is not about the head in it")
        if b["type"] == "cosigned":
            self.by_registry(note, size)
            return "registry", self.registry_head
        keys = {k for i, e in self.registry.items() if i < index and e["kind"] == 10 for k in [e["key"].get("key", "")] if k.split("+")[0] == origin}
        if not any(signed_by(note, parse_key(k)) for k in sorted(keys & self.enrolled.get(origin, set()))):
            raise Fault("no key enrolled before it signed the head")
        if size < newest:
            raise Fault("the sizes of the heads fall")
        return "log", self.head

    def conclude_time(self, covering: Optional[Tuple[int, Dict[str, Any]]]) -> None:
        """Number 11: what the time-stamps say."""
        stamps = [b for b in (e.get("anchor") for e in self.registry.values()) if b is not None and b["type"] == "timestamp"]
        after = covering is not None and any(b.get("size", 0) > covering[0] for b in stamps)
        if after == ("timestamp_after" in self.predicate["absent"]):
            self.report.problem("pack", "manifest.json", "absent does not tell whether a time-stamp lies behind the range")
        if stamps and not self.options.tsa_roots:
            self.report.unchecked.append("No roots of time-stamp authorities were given, so no token was verified.")

    def name_others(self) -> None:
        """The logs that share the registry, which the pack is not about (P 9)."""
        origins, beside = set(), {}
        for e in self.registry.values():
            b = e.get("key", {})
            pair = {k.split("+")[0] for k in (b.get("key"), b.get("former")) if k}
            origins |= pair
            if b.get("event") == "succeeded":
                for origin in pair:
                    beside.setdefault(origin, set()).update(pair)
        own = set()
        reached = [self.head.origin] + ([self.registry_head.origin] if self.registry_head is not None else [])
        while reached:
            origin = reached.pop()
            if origin not in own:
                own.add(origin)
                reached.extend(beside.get(origin, ()))
        for origin in sorted(origins - own)[:20]:
            self.report.unchecked.append("The registry also knows the log %r: nothing of it is in the pack, so it was not checked." % origin)
        if len(origins - own) > 20:
            self.report.unchecked.append("The registry knows %d more logs." % (len(origins - own) - 20))

    # 2, 3 and 10: whom to trust

    def counting(self, key: str, size: int) -> Set[str]:
        """The keys under which a head of this size counts for whoever trusts key: later ones behind the size of each link, former ones up to it."""
        on = {(former, new) for former, new, at in self.links if size > at}
        back = {(new, former) for former, new, at in self.links if size <= at}
        return led_to(key, on) | led_to(key, back)

    def check_trust(self, signer: str) -> None:
        log = self.predicate["log"]["verifier"]
        if signer != self.options.signer and signer not in led_to(log, {(former, new) for former, new, _ in self.links}):
            self.report.problem("pack", "manifest.json", "no entry leads from the key of the log to that of the signer")
        registry = self.predicate.get("registry", {}).get("verifier", "")
        if self.options.registry_key and registry and registry not in self.counting(self.options.registry_key, self.predicate["registry"]["size"]):
            self.report.problem("head", "registry/verifier", "it is another key than the one given")
        trusted = self.counting(self.options.key, self.head.size) if self.options.key else set()
        given = self.options.registry_key or self.options.key
        by_registry = given and registry and registry in self.counting(given, self.predicate["registry"]["size"])
        enrolled = self.enrolled.get(self.report.origin, set()) if by_registry and self.covered else set()
        if not self.options.key and not self.options.registry_key:
            self.report.unchecked.append("No key was given: whether this is the right log is not known.")
        elif log not in trusted | enrolled:
            self.report.problem("head", "log/verifier", "the head is signed by %s, which is not the key that was given, and nothing in the pack leads from one to the other: ask for the key again, or for the pack of the right log" % log)
        if registry:
            check_policy(self.report, self.options, self.files.read("registry/checkpoint"), "registry/checkpoint")
        elif self.options.policy is not None and self.options.policy.quorum != "none":
            self.report.problem("cosignature", "registry/checkpoint", "the pack has no registry, so no witness has seen it")


def led_to(key: str, steps: Set[Tuple[str, str]]) -> Set[str]:
    """The keys that steps from one to another lead to."""
    out = {key}
    while True:
        more = {b for a, b in steps if a in out}
        if more <= out:
            return out
        out |= more


def sum_counts(body: Dict[str, Any]) -> int:
    return sum(f.get("count", 0) for f in body.get("findings", ()))


def truth(value: bool) -> str:
    return "true" if value else "false"


def guarded(field: str) -> str:
    return "'" + field if field[:1] in ("=", "+", "-", "@", "\t", "\r") and field else field


def show_time(micros: int) -> str:
    try:
        at = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)
    except OverflowError:
        raise Fault("a time is beyond the calendar") from None
    return at.isoformat(timespec="microseconds") + "Z"


def check_pack(path: str, options: Options) -> Report:
    report = Report()
    try:
        files = Container(path)
    except ZipFault as fault:
        report.problem("pack", fault.where, str(fault))
        report.unchecked.append("What lies in the pack was not looked at: programs that unpack it may find different things.")
        return report
    PackCheck(files, report, options).run()
    return report


# --- Golden vectors (testdata/vectors/README.md) ----------------------------------------------------


def plain_cbor(b: bytes, p: int) -> Tuple[Any, int]:
    """An entry by its key numbers, as entries.json holds it."""
    if b[p] == 0xF5:
        return True, p + 1
    major, n, end = _head(b, p)
    if major == 0:
        return n, end
    if major == 2:
        return {"hex": b[end:end + n].hex()}, end + n
    if major == 3:
        return b[end:end + n].decode("utf-8"), end + n
    if major == 4:
        values = []
        for _ in range(n):
            value, end = plain_cbor(b, end)
            values.append(value)
        return values, end
    out: Dict[str, Any] = {}
    for _ in range(n):
        key, end = _uint(b, end)
        out[str(key)], end = plain_cbor(b, end)
    return out, end


class Vectors:
    """Reads every vector; what does not come out as it should is a problem."""

    def __init__(self, folder: str, report: Report) -> None:
        self.folder, self.report, self.count = folder, report, 0

    def load(self, name: str) -> Any:
        return json.loads(load(os.path.join(self.folder, name), 16 << 20))

    def expect(self, name: str, what: str, wanted: bool, do: Callable[[], Any]) -> None:
        """do returns False or fails where something does not hold."""
        self.count += 1
        try:
            holds = do() is not False
        except Fault:
            holds = False
        if holds != wanted:
            self.report.problem("vector", name, what)

    def run(self) -> None:
        for v in self.load("entries.json"):
            self.expect("entries.json", v["name"], True, lambda v=v: self.entry(v))
        for v in self.load("refused.json"):
            self.expect("refused.json", v["name"], False, lambda v=v: decode_entry(bytes.fromhex(v["bytes"])))
        self.tree(self.load("tree.json"))
        for v in self.load("notes.json"):
            self.expect("notes.json", v["name"], v["ok"], lambda v=v: signed_by(parse_note(v["note"].encode()), parse_key(v["key"])))
        for v in self.load("keyevents.json"):
            self.expect("keyevents.json", v["name"], v["ok"], lambda v=v: self.key_event(v))
        self.expect("segments.json", "bytes", True, lambda: self.segments(self.load("segments.json")))
        self.expect("receipt.json", "receipt", True, lambda: self.receipt(self.load("receipt.json")))
        self.expect("timestamp.json", "token", True, lambda: self.token(self.load("timestamp.json")))
        self.expect("directory", "sound", True, lambda: not check_data_directory(os.path.join(self.folder, "directory"), Options()).problems)
        self.expect("pack.zip", "sound", True, self.pack)
        self.report.checked.append("%d vectors." % self.count)

    @staticmethod
    def entry(v: Dict[str, Any]) -> bool:
        raw = bytes.fromhex(v["bytes"])
        decode_entry(raw)
        return leaf_hash(raw).hex() == v["leaf"] and plain_cbor(raw, 0)[0] == v["map"]

    @staticmethod
    def key_event(v: Dict[str, Any]) -> bool:
        body = decode_entry(bytes.fromhex(v["bytes"]))["key"]
        check_key_event(body)
        return key_event_text(body) == v["text"].encode()

    def tree(self, v: Dict[str, Any]) -> None:
        leaves, roots = [leaf_hash(bytes.fromhex(x)) for x in v["leaves"]], [bytes.fromhex(x) for x in v["roots"]]
        tree = Tree()
        for size, root in enumerate(roots):
            self.expect("tree.json", "root of size %d" % size, True, lambda root=root: tree.root() == root)
            if size < len(leaves):
                tree.append(leaves[size])
        for p in v["inclusion"]:
            proof = [bytes.fromhex(x) for x in p["proof"]]
            self.expect("tree.json", "inclusion of %d in %d" % (p["from"], p["size"]), True,
                        lambda p=p, proof=proof: inclusion_root(p["from"], p["size"], leaves[p["from"]], proof) == roots[p["size"]])
        for p in v["consistency"]:
            proof = [bytes.fromhex(x) for x in p["proof"]]
            self.expect("tree.json", "consistency of %d with %d" % (p["from"], p["size"]), True,
                        lambda p=p, proof=proof: check_consistency(p["from"], roots[p["from"]], p["size"], roots[p["size"]], proof))

    @staticmethod
    def segments(v: Dict[str, Any]) -> bool:
        h, f, t = v["header"], v["frame"], v["trailer"]
        header = parse_header(bytes.fromhex(h["bytes"]), h["magic"].encode())
        entry, _, _ = parse_frame(bytes.fromhex(f["bytes"]), 0)
        _, trailer, _ = parse_frame(bytes.fromhex(t["bytes"]), 0)
        return (header == (h["number"], h["first"], sha256(h["origin"].encode()))
                and entry == (Ref(f["segment"], f["offset"], f["length"], f["crc"]), bytes.fromhex(f["entry"]))
                and trailer == (t["count"], t["first"], t["size"], bytes.fromhex(t["root"])))

    @staticmethod
    def receipt(v: Dict[str, Any]) -> bool:
        r = parse_receipt(v["header"].encode())
        return (signed_by(r["note"], parse_key(v["key"])) and r["index"] == v["index"] and r["leaf"] == leaf_hash(bytes.fromhex(v["entry"]))
                and parse_receipt(v["note"].encode()) == r)

    @staticmethod
    def token(v: Dict[str, Any]) -> bool:
        digest = sha256(v["text"].encode())
        return digest == unbase64(v["digest"]) and check_token(unbase64(v["token"]), digest, parse_pem(v["root"].encode())) == v["time"]

    def pack(self) -> bool:
        key = load(os.path.join(self.folder, "pack.key")).decode("ascii").strip()
        return not check_pack(os.path.join(self.folder, "pack.zip"), Options(key=key)).problems


def check_vectors(folder: str) -> Report:
    report = Report()
    try:
        Vectors(folder, report).run()
    except (ValueError, KeyError, TypeError, IndexError) as err:
        raise Unusable("the vectors have another form than this program knows: %s" % err) from None
    return report


# --- Command ----------------------------------------------------------------------------------------


def load(path: str, limit: int = MAX_NOTE) -> bytes:
    try:
        raw = read_file(path, limit)
    except Fault as fault:
        raise Unusable(str(fault)) from None
    if raw is None:
        raise Unusable("%s is not there" % path)
    return raw


def roots_of(path: str) -> List[Certificate]:
    try:
        return parse_pem(load(path, 1 << 20)) if path else []
    except Fault as fault:
        raise Unusable("the roots of time-stamp authorities: %s" % fault) from None


def policy_of(path: str) -> Optional[Policy]:
    try:
        return Policy(load(path)) if path else None
    except Fault as fault:
        raise Unusable("the policy: %s" % fault) from None


def check_path(path: str, options: Options) -> Report:
    """Data directory, tile folder or pack, by what lies in it."""
    if not os.path.exists(path):
        raise Unusable("%s is not there" % path)
    def holds(name: str) -> bool:
        return os.path.exists(os.path.join(path, name))
    if os.path.isfile(path) or holds("manifest.json") or holds("log/checkpoint"):
        return check_pack(path, options)
    if holds("checkpoint") and not holds("ledger"):
        return check_tiles(path, options)
    if not holds("ledger") and not holds("registry"):
        raise Unusable("%s holds neither ledger/, nor checkpoint and tile/, nor a manifest.json: it is no data directory, no published log and no pack" % path)
    return check_data_directory(path, options)


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="verify.py", description="Check a Counterfoil log without the server and its keys.")
    parser.add_argument("path", help="data directory, folder of a published log, or pack")
    parser.add_argument("--key", default="", help="verifier key of the log, from somebody you trust")
    parser.add_argument("--registry-key", default="", help="verifier key of the registry")
    parser.add_argument("--signer", default="", help="verifier key a pack may be signed by instead of the log's")
    parser.add_argument("--head", action="append", default=[], help="file with a signed head kept earlier; may be repeated")
    parser.add_argument("--receipt", action="append", default=[], help="file with a receipt; may be repeated")
    parser.add_argument("--tsa-roots", default="", help="PEM file with the root certificates of time-stamp authorities")
    parser.add_argument("--policy", default="", help="trust policy (C2SP tlog-policy) for witnesses")
    parser.add_argument("--quick", action="store_true", help="do not read payloads")
    parser.add_argument("--vectors", action="store_true", help="the path is a folder of golden vectors; read them all")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    args = parser.parse_args(argv)
    try:
        for key in (args.key, args.registry_key, args.signer):
            check_given(key)
        options = Options(args.key, args.registry_key, [load(p) for p in args.head], [load(p) for p in args.receipt],
                          roots_of(args.tsa_roots), policy_of(args.policy), args.quick, args.signer)
        report = check_vectors(args.path) if args.vectors else check_path(args.path, options)
    except (Unusable, OSError) as err:
        print("verify.py: %s" % err, file=sys.stderr)
        return EXIT_UNUSABLE
    show(report, args.json)
    return exit_code(report)


def check_given(key: str) -> None:
    """An error of typing is no broken log."""
    try:
        if key:
            parse_key(key)
    except Fault as fault:
        raise Unusable("%r is no verifier key: %s" % (key, fault)) from None


def exit_code(report: Report) -> int:
    """0, the code of the one class all problems are of, or 3."""
    if not report.problems:
        return EXIT_SOUND
    classes = {p["class"] for p in report.problems}
    return EXIT_OF_CLASS.get(classes.pop(), EXIT_BROKEN) if len(classes) == 1 else EXIT_BROKEN


def show(report: Report, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
        return
    print("%s: %s, %d entries" % ("broken" if report.problems else "ok", report.origin or "no log was read", report.counts["entries"]))
    for p in report.problems:
        print("problem: %s: %s: %s" % (p["class"], p["where"], p["text"]))
    for title, lines in (("checked", report.checked), ("not checked", report.unchecked)):
        for line in lines:
            print("%s: %s" % (title, line))


def main() -> int:
    """Exit code of the command. A fault of this program is no verdict on a log."""
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_UNUSABLE
    except Exception as err:  # pylint: disable=broad-except
        print("verify.py: a fault in this program: %s: %s" % (type(err).__name__, err), file=sys.stderr)
        return EXIT_UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
