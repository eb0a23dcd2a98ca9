// Just enough of WebAssembly's binary format to take a module apart and put it together again: sections, and the places in code that name functions.
// https://webassembly.github.io/spec/core/binary/

export const SECTION = { custom: 0, type: 1, import: 2, function: 3, table: 4, memory: 5, global: 6, export: 7, start: 8, element: 9, code: 10, data: 11, dataCount: 12 };

/** Reads numbers, names and pieces from `bytes`, one after the other. */
export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  get done() {
    return this.at >= this.bytes.length;
  }
  byte() {
    return this.bytes[this.at++];
  }
  unsigned() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  /** Steps over a number of any length, with or without a sign. */
  skipNumber() {
    while (this.byte() >= 0x80);
  }
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  name() {
    return Buffer.from(this.take(this.unsigned())).toString("utf8");
  }
  list(item) {
    return Array.from({ length: this.unsigned() }, () => item(this));
  }
}

/** A number without a sign, in LEB128. */
export function unsigned(value) {
  const bytes = [];
  do {
    const rest = Math.floor(value / 128);
    bytes.push((value % 128) | (rest > 0 ? 0x80 : 0));
    value = rest;
  } while (value > 0);
  return Buffer.from(bytes);
}

/** A number as i32.const takes it; `value` is not negative. */
export function signed(value) {
  const bytes = [...unsigned(value)];
  if (bytes.at(-1) & 0x40) {
    bytes[bytes.length - 1] |= 0x80;
    bytes.push(0);
  }
  return Buffer.from(bytes);
}

export const withLength = (bytes) => Buffer.concat([unsigned(bytes.length), bytes]);
export const list = (items) => Buffer.concat([unsigned(items.length), ...items]);
export const name = (text) => withLength(Buffer.from(text));

/** The module's sections by number; custom ones are left out but for the names of functions. */
export function readModule(bytes) {
  const reader = new Reader(bytes);
  reader.take(8);
  const sections = new Map();
  let functionNames = new Map();
  while (!reader.done) {
    const id = reader.byte();
    const content = reader.take(reader.unsigned());
    if (id !== SECTION.custom) sections.set(id, content);
    else functionNames = readFunctionNames(content) ?? functionNames;
  }
  return { sections, functionNames };
}

function readFunctionNames(content) {
  const reader = new Reader(content);
  if (reader.name() !== "name") return undefined;
  while (!reader.done) {
    const kind = reader.byte();
    const part = new Reader(reader.take(reader.unsigned()));
    if (kind === 1) return new Map(part.list((entry) => [entry.unsigned(), entry.name()]));
  }
  return undefined;
}

/** The module that has these sections, by number. */
export function writeModule(sections) {
  // The order that the format wants: the number of data segments comes before the code.
  const order = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];
  const parts = order.filter((id) => sections.has(id)).map((id) => Buffer.concat([Buffer.from([id]), withLength(sections.get(id))]));
  return Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), ...parts]);
}

/**
 * The body of a function with each function that it names (by call or reference) replaced by what `renumber` says of it:
 * `{ index }`, or for a call `{ place, type }`, by which it is found in the table.
 */
export function renumberFunctions(body, renumber) {
  const reader = new Reader(body);
  const parts = [];
  let copied = 0;
  reader.list((locals) => [locals.unsigned(), locals.byte()]);
  while (!reader.done) {
    const instruction = reader.byte();
    if (instruction === 0x10 || instruction === 0x12 || instruction === 0xd2) {
      const before = body.subarray(copied, reader.at - 1);
      const { index, place, type } = renumber(reader.unsigned());
      if (index !== undefined) parts.push(before, Buffer.from([instruction]), unsigned(index));
      else if (instruction === 0x10) parts.push(before, Buffer.from([0x41]), signed(place), Buffer.from([0x11]), unsigned(type), unsigned(0));
      else throw new Error("a reference to a function that isn't in this module");
      copied = reader.at;
    } else {
      skipImmediates(reader, instruction);
    }
  }
  return Buffer.concat([...parts, body.subarray(copied)]);
}

function skipImmediates(reader, instruction) {
  const numbers = (count) => {
    for (let each = 0; each < count; each++) reader.skipNumber();
  };
  if (instruction >= 0x45 && instruction <= 0xc4) return;
  if (instruction >= 0x28 && instruction <= 0x3e) return numbers(2); // loads and stores: alignment, offset
  if (instruction >= 0x20 && instruction <= 0x26) return numbers(1); // locals, globals, tables
  switch (instruction) {
    case 0x00: case 0x01: case 0x05: case 0x0b: case 0x0f: case 0x1a: case 0x1b: case 0xd1: return;
    case 0x02: case 0x03: case 0x04: case 0x0c: case 0x0d: case 0x3f: case 0x40: case 0x41: case 0x42: case 0xd0: return numbers(1);
    case 0x0e: return numbers(reader.unsigned() + 1);
    case 0x11: case 0x13: return numbers(2);
    case 0x1c: return numbers(reader.unsigned());
    case 0x43: return void reader.take(4);
    case 0x44: return void reader.take(8);
    case 0xfc: {
      const which = reader.unsigned();
      if (which >= 8) numbers({ 9: 1, 11: 1, 13: 1, 15: 1, 16: 1, 17: 1 }[which] ?? 2);
      return;
    }
    default: throw new Error(`an instruction that tools/wasm.mjs doesn't know: 0x${instruction.toString(16)}`);
  }
}
