import * as ldk from 'lightningdevkit'
import { faultOf } from './ldk.ts'
import type { LdkNode } from './ldk-node.ts'

/** What carries the bytes between nodes, and the events out of them. */
export interface Wire {
  join(node: LdkNode, onEvent: (event: ldk.Event) => void): void
  /** The handshake is done with the next `run`. */
  connect(from: LdkNode, to: LdkNode): void
  /**
   * Runs all nodes until nothing is left to do. Synchronous, about 18 ms per payment: when it returns, whatever can be
   * done has been.
   */
  run(): void
  close(): void
}

/** Between no nodes yet. */
export function createWire(): Wire {
  const nodes = new Map<LdkNode, (event: ldk.Event) => void>()
  const inTransit: (() => void)[] = []
  // LDK knows them weakly.
  const sockets: ldk.SocketDescriptor[] = []

  function openSocket(arrive: (data: Uint8Array) => void): ldk.SocketDescriptor {
    const id = BigInt(sockets.length)
    const socket = ldk.SocketDescriptor.new_impl({
      send_data(data) {
        // Not from inside the callback: the other node would call back into the one that is calling.
        inTransit.push(() => arrive(data))
        return data.length
      },
      disconnect_socket: () => {},
      eq: (other) => other.hash() === id,
      hash: () => id,
    })
    sockets.push(socket)
    return socket
  }

  function takeEvents(): boolean {
    let any = false
    for (const [node, onEvent] of nodes) {
      for (const event of node.takeEvents()) {
        any = true
        onEvent(event)
      }
    }
    return any
  }

  return {
    join: (node, onEvent) => void nodes.set(node, onEvent),
    connect(from, to) {
      const near = openSocket((data) => read(to, far, data))
      const far: ldk.SocketDescriptor = openSocket((data) => read(from, near, data))
      const anywhere = ldk.Option_SocketAddressZ.constructor_none()
      const accepted = to.peers.new_inbound_connection(far, anywhere)
      if (!(accepted instanceof ldk.Result_NonePeerHandleErrorZ_OK)) throw faultOf('accept', accepted)
      const hello = from.peers.new_outbound_connection(to.id, near, anywhere)
      if (!(hello instanceof ldk.Result_CVec_u8ZPeerHandleErrorZ_OK)) throw faultOf('connect', hello)
      inTransit.push(() => read(to, far, hello.res))
    },
    run() {
      let busy = true
      while (busy) {
        for (const node of nodes.keys()) node.peers.process_events()
        const arriving = inTransit.splice(0)
        for (const arrive of arriving) arrive()
        busy = takeEvents() || arriving.length > 0
      }
    },
    close() {
      for (const node of nodes.keys()) node.peers.disconnect_all_peers()
    },
  }
}

function read(node: LdkNode, socket: ldk.SocketDescriptor, data: Uint8Array): void {
  const result = node.peers.read_event(socket, data)
  if (!(result instanceof ldk.Result_boolPeerHandleErrorZ_OK)) throw faultOf('read from its peer', result)
}
