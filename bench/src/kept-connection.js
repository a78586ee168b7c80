/** One HTTP/1.1 connection that reads of each answer no more than where it ends and what its status is. */
import { once } from 'node:events'
import { connect } from 'node:net'

const END_OF_HEAD = '\r\n\r\n'
const STATUS = 'HTTP/1.1 '.length
const LENGTH = /\r\ncontent-length: *(\d+)/i

/** An answer, for the time being: its bytes. */
class KeptAnswer {
  #bytes
  #head

  /**
   * @param {Buffer} bytes
   * @param {string} head
   */
  constructor(bytes, head) {
    this.#bytes = bytes
    this.#head = head
  }

  get status() {
    return Number(this.#head.slice(STATUS, STATUS + 3))
  }

  /** @returns {import('./proofs.js').Answer} */
  read() {
    const [, ...lines] = this.#head.split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    )
    const body = this.#bytes.toString('utf8', this.#head.length + END_OF_HEAD.length)
    return { status: this.status, headers, body }
  }
}

/** A connection that is kept, from an address of its own. */
export class KeptConnection {
  #socket
  /** @type {Buffer} */
  #received = Buffer.of()
  /** @type {{ resolve(answer: KeptAnswer): void, reject(error: Error): void } | undefined} */
  #asked

  /**
   * @param {number} port of 127.0.0.1
   * @param {string} address of ours: the whole of 127.0.0.0/8 is this machine (on Linux)
   */
  static async open(port, address) {
    const socket = connect({ host: '127.0.0.1', port, localAddress: address, noDelay: true })
    await once(socket, 'connect')
    return new KeptConnection(socket)
  }

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#socket = socket
    socket.on('data', (bytes) => this.#receive(bytes))
    socket.on('error', (error) => this.#asked?.reject(error))
    socket.on('close', () => this.#asked?.reject(new Error('the server hung up')))
  }

  /**
   * One at a time: what is pipelined, servers treat differently.
   *
   * @param {Buffer} request
   * @returns {Promise<KeptAnswer>}
   */
  ask(request) {
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close() {
    this.#socket.destroy()
  }

  /** @param {Buffer} bytes */
  #receive(bytes) {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes])
    const end = this.#received.indexOf(END_OF_HEAD)
    if (end === -1) return
    const head = this.#received.toString('latin1', 0, end)
    const length = LENGTH.exec(head)?.[1]
    if (length === undefined) {
      this.#asked?.reject(new Error(`an answer without Content-Length: ${head}`))
      return
    }
    if (this.#received.length < end + END_OF_HEAD.length + Number(length)) return
    const answer = new KeptAnswer(this.#received, head)
    this.#received = Buffer.of()
    this.#asked?.resolve(answer)
  }
}
