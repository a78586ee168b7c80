/**
 * Imported before a program of the documents: its servers listen on a free loopback port, whatever it says. With
 * TELL_ADDRESS=1 each says where, on standard output.
 */
import { Server } from 'node:net'

/** Servers that were told to listen. @type {Set<Server>} */
export const open = new Set()

const tells = process.env['TELL_ADDRESS'] === '1'
/** @type {{ readonly listen: (this: Server, ...args: any[]) => Server }} */
const servers = Server.prototype
const { listen } = servers
Object.assign(servers, {
  /** @this {Server} @param {readonly unknown[]} args */
  listen(...args) {
    open.add(this)
    if (tells) this.once('listening', () => tell(this))
    const heard = args.filter((argument) => typeof argument === 'function')
    return listen.call(this, { port: 0, host: '127.0.0.1' }, ...heard)
  },
})

/** @param {Server} server */
function tell(server) {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`up at http://127.0.0.1:${address.port}`)
}
