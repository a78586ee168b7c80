/** The bytes of records: little-endian, counts as LEB128, texts with their length before them. docs/stores.md has the layouts. */

/** First byte of every record; another one is a record of some other release. */
export const RECORD_VERSION = 1

/** What was read is not a record as this release writes them (R14). */
export class CorruptRecord extends Error {
  override readonly name = 'CorruptRecord'
}

/** How the values of one kind of record are written and read. */
export interface RecordCodec<Value> {
  write(writer: RecordWriter, value: Value): void
  /** @throws CorruptRecord */
  read(reader: RecordReader): Value
}

const FIRST_CAPACITY = 16_384
/** Most bytes of one LEB128 number below 2^53. */
const MAX_COUNT_BYTES = 8

/** Writes records one behind the other into a buffer of its own; they are good until the next `reset`. */
export class RecordWriter {
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY)
  #begin = 0
  #at = 0

  reset(): void {
    this.#begin = 0
    this.#at = 0
  }

  begin(): void {
    this.#begin = this.#at
    this.byte(RECORD_VERSION)
  }

  end(): Buffer {
    return this.#bytes.subarray(this.#begin, this.#at)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at] = value
    this.#at += 1
  }

  /** @throws RangeError for anything but a whole number from 0 to 2^53 - 1 */
  count(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a count: ${value}`)
    this.#reserve(MAX_COUNT_BYTES)
    let rest = value
    while (rest > 127) {
      this.#bytes[this.#at] = (rest % 128) + 128
      this.#at += 1
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#at] = rest
    this.#at += 1
  }

  /** Milliseconds since 1970. @throws RangeError for what is no time */
  time(ms: number): void {
    if (!Number.isFinite(ms)) throw new RangeError(`not a time: ${ms}`)
    this.#reserve(8)
    this.#at = this.#bytes.writeDoubleLE(ms, this.#at)
  }

  text(value: string): void {
    const length = Buffer.byteLength(value)
    this.count(length)
    this.#reserve(length)
    this.#at += this.#bytes.write(value, this.#at)
  }

  /** Records handed out before keep the smaller buffer. */
  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const [begin, end] = [this.#begin, this.#at]
    const larger = Buffer.allocUnsafe(2 * (end - begin + more) + FIRST_CAPACITY)
    this.#at = this.#bytes.copy(larger, 0, begin, end)
    this.#begin = 0
    this.#bytes = larger
  }
}

/** Reads one record where it lies, without a copy; every read is checked against its end. */
export class RecordReader {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #end = 0

  /** @throws CorruptRecord for another version */
  begin(bytes: Buffer): void {
    this.#bytes = bytes
    this.#at = 0
    this.#end = bytes.length
    if (this.byte() !== RECORD_VERSION) throw new CorruptRecord('a record of another version')
  }

  /** @throws CorruptRecord when something is left */
  end(): void {
    if (this.#at !== this.#end) throw new CorruptRecord('bytes behind a record')
  }

  byte(): number {
    this.#demand(1)
    const value = this.#bytes[this.#at] ?? 0
    this.#at += 1
    return value
  }

  count(): number {
    let value = 0
    let weight = 1
    for (let i = 0; i < MAX_COUNT_BYTES; i += 1) {
      const byte = this.byte()
      value += (byte & 127) * weight
      if (byte < 128) return value
      weight *= 128
    }
    throw new CorruptRecord('a number that does not end')
  }

  /** A count of things of at least one byte each. */
  countOfParts(): number {
    const parts = this.count()
    this.#demand(parts)
    return parts
  }

  time(): number {
    this.#demand(8)
    const ms = this.#bytes.readDoubleLE(this.#at)
    this.#at += 8
    if (!Number.isFinite(ms)) throw new CorruptRecord('a time that is none')
    return ms
  }

  text(): string {
    const length = this.countOfParts()
    const from = this.#at
    this.#at += length
    return this.#bytes.toString('utf8', from, this.#at)
  }

  #demand(bytes: number): void {
    if (bytes > this.#end - this.#at) throw new CorruptRecord('a record cut short')
  }
}
