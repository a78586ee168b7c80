/**
 * Real Redis servers for tests, benches and the examples: one by itself, a cluster, or one watched by Sentinels. Each
 * listens on a free loopback port and writes nothing to disk. Uses nothing but Node.
 *
 * - REDIS_URL names a server to use instead of starting one by itself.
 * - REDIS_SERVER names another program to start: Valkey's, or another version's.
 * - Where there is no redis-server, apt-get installs Debian's if we may.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { installPackage } from './apt.js'
import { freePort, freePorts } from './free-port.js'

const READY_WITHIN_MS = 15_000
const PROGRAMS = ['redis-server', 'valkey-server']
/** A cluster's nodes talk on their port + 10,000. */
const BUS = 10_000
const WAYS_OUT = `There is no Redis to talk to. Three ways out:
  - apt-get install -y redis-server      (Debian, Ubuntu; elsewhere brew install redis)
  - REDIS_SERVER=/path/to/redis-server   (or valkey-server: any that you have)
  - REDIS_URL=redis://127.0.0.1:6379     (one that runs already, for example docker run --rm -p 6379:6379 redis:7)`

/**
 * @typedef {object} RedisServer
 * @property {string} url `redis://127.0.0.1:<port>`
 * @property {number} port
 * @property {number | undefined} pid undefined for a server that somebody else runs
 * @property {() => Promise<void>} stop
 */

/**
 * A server for itself.
 *
 * @param {readonly string[]} [settings] further arguments: `['--maxmemory', '2mb']`. With any, REDIS_URL is not used
 * @param {number} [port] default a free one
 * @returns {Promise<RedisServer>}
 */
export async function startRedis(settings = [], port) {
  const { REDIS_URL: given = '' } = process.env
  if (given !== '' && settings.length === 0) {
    const own = Number(new URL(given).port || 6379)
    await untilAnswers(own, new URL(given).hostname)
    return { url: given, port: own, pid: undefined, stop: async () => {} }
  }
  return await startServer(port ?? (await freePort()), settings)
}

/**
 * @typedef {object} RedisCluster
 * @property {readonly RedisServer[]} nodes primaries first
 * @property {(index: number) => Promise<void>} restart starts a node that has ended, on its old port and empty
 * @property {() => Promise<void>} stop
 */

/**
 * A cluster of three primaries, each with a replica.
 *
 * @param {{ nodeTimeoutMs?: number }} [options] how long a node may be silent before it counts as lost
 * @returns {Promise<RedisCluster>}
 */
export async function startCluster({ nodeTimeoutMs = 1000 } = {}) {
  const folders = Array.from({ length: 6 }, () => mkdtempSync(join(tmpdir(), 'turnpike-cluster-')))
  const ports = await freePorts(6, BUS)
  const start = (/** @type {number} */ index) =>
    startServer(ports[index] ?? 0, [
      '--cluster-enabled',
      'yes',
      '--cluster-node-timeout',
      String(nodeTimeoutMs),
      '--cluster-replica-validity-factor',
      '0',
      '--repl-diskless-sync-delay',
      '0',
      '--dir',
      folders[index] ?? '.',
    ])
  const nodes = await Promise.all(ports.map((_, index) => start(index)))
  await meet(ports)
  return {
    nodes,
    async restart(index) {
      nodes[index] = await start(index)
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()))
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * @typedef {object} SentinelGroup
 * @property {string} name of the primary, for the client's `name`
 * @property {readonly RedisServer[]} servers the primary, then its replica
 * @property {readonly { host: string, port: number }[]} sentinels for the client's `sentinels`
 * @property {() => Promise<void>} stop
 */

/**
 * A primary and a replica, watched by three Sentinels.
 *
 * @param {{ downAfterMs?: number }} [options] how long the primary may be silent before it counts as lost
 * @returns {Promise<SentinelGroup>}
 */
export async function startSentinel({ downAfterMs = 1000 } = {}) {
  const name = 'primary'
  const primary = await startServer(await freePort(), [])
  const replica = await startServer(await freePort(), [
    '--replicaof',
    '127.0.0.1',
    String(primary.port),
    '--repl-diskless-sync-delay',
    '0',
  ])
  await untilTrue(async () => (await ask(replica.port, 'INFO replication')).includes('master_link_status:up'))
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-sentinel-'))
  const sentinels = await Promise.all(
    [0, 1, 2].map(() => startWatcher(folder, name, primary.port, downAfterMs)),
  )
  await untilTrue(async () =>
    (await ask(sentinels[0]?.port ?? 0, `SENTINEL ckquorum ${name}`)).includes('OK 3'),
  )
  await untilTrue(async () =>
    (await ask(sentinels[0]?.port ?? 0, `SENTINEL replicas ${name}`)).includes(String(replica.port)),
  )
  return {
    name,
    servers: [primary, replica],
    sentinels: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
    async stop() {
      await Promise.all([...sentinels, primary, replica].map((server) => server.stop()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * Sends one command, without a client.
 *
 * @param {number} port
 * @param {string} command
 * @returns {Promise<string>} what came back first, as it came
 */
export async function ask(port, command) {
  const socket = createConnection({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    socket.write(`${command}\r\n`)
    const [data] = await once(socket, 'data', { signal: AbortSignal.timeout(2000) })
    return String(data)
  } finally {
    socket.destroy()
  }
}

/**
 * @param {() => Promise<boolean>} holds rejections count as no
 * @throws Error when it does not hold in time
 */
export async function untilTrue(holds) {
  const deadline = Date.now() + READY_WITHIN_MS
  while (Date.now() < deadline) {
    if (await holds().catch(() => false)) return
    await pause(25)
  }
  throw new Error(`not so within ${READY_WITHIN_MS} ms: ${String(holds)}`)
}

/**
 * @param {number} port
 * @param {readonly string[]} settings
 * @param {readonly string[]} [mode] what stands before the settings
 * @returns {Promise<RedisServer>}
 */
async function startServer(port, settings, mode = ['--save', '', '--appendonly', 'no']) {
  const program = findServer() ?? installServer()
  const listen = ['--port', String(port), '--bind', '127.0.0.1', '--loglevel', 'warning']
  const child = spawn(program, [...mode, ...listen, ...settings], { stdio: 'ignore', cwd: tmpdir() })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const exited = once(child, 'exit')
  const early = exited.then(([code]) => {
    throw new Error(`${program} ended with ${code} before it was ready`)
  })
  early.catch(() => {})
  await Promise.race([untilAnswers(port, '127.0.0.1'), early]).catch((error) => {
    kill()
    throw error
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    async stop() {
      process.off('exit', kill)
      // It keeps nothing, so nothing is lost; and a server that is stopped or frozen ends as well.
      kill()
      await exited
    },
  }
}

/** @type {(folder: string, name: string, primaryPort: number, downAfterMs: number) => Promise<RedisServer>} */
async function startWatcher(folder, name, primaryPort, downAfterMs) {
  const port = await freePort()
  const file = join(folder, `${port}.conf`)
  writeFileSync(
    file,
    [
      `port ${port}`,
      `dir ${folder}`,
      `sentinel monitor ${name} 127.0.0.1 ${primaryPort} 2`,
      `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
      `sentinel failover-timeout ${name} ${4 * downAfterMs}`,
    ].join('\n'),
  )
  return await startServer(port, ['--sentinel'], [file])
}

/** @param {readonly number[]} ports primaries first, then their replicas */
async function meet(ports) {
  const [first = 0, ...others] = ports
  const primaries = ports.slice(0, 3)
  for (const port of others) await ask(first, `CLUSTER MEET 127.0.0.1 ${port}`)
  for (const [index, port] of primaries.entries()) {
    const [from, to] = [Math.ceil((index * 16_384) / 3), Math.ceil(((index + 1) * 16_384) / 3) - 1]
    await ask(port, `CLUSTER ADDSLOTSRANGE ${from} ${to}`)
  }
  await untilTrue(async () => (await ask(first, 'CLUSTER INFO')).includes('cluster_known_nodes:6'))
  for (const [index, port] of ports.slice(3).entries()) {
    const id = /\r\n([0-9a-f]{40})/.exec(await ask(primaries[index] ?? 0, 'CLUSTER MYID'))?.[1]
    await untilTrue(async () => (await ask(port, `CLUSTER REPLICATE ${id}`)).startsWith('+OK'))
  }
  for (const port of ports) {
    await untilTrue(async () => (await ask(port, 'CLUSTER INFO')).includes('cluster_state:ok'))
  }
  for (const port of ports.slice(3)) {
    await untilTrue(async () => (await ask(port, 'INFO replication')).includes('master_link_status:up'))
  }
}

/** @returns {string | undefined} */
function findServer() {
  const { REDIS_SERVER: given = '' } = process.env
  if (given !== '') return given
  return PROGRAMS.find((program) => spawnSync(program, ['--version']).status === 0)
}

/** @returns {string} the program; throws with the ways out where it cannot be had */
function installServer() {
  const program = installPackage('redis-server') ? findServer() : undefined
  if (program === undefined) throw new Error(WAYS_OUT)
  return program
}

/** @type {(port: number, host: string) => Promise<void>} */
async function untilAnswers(port, host) {
  const deadline = Date.now() + READY_WITHIN_MS
  while (Date.now() < deadline) {
    if (await answers(port, host)) return
    await pause(20)
  }
  throw new Error(`no Redis answered at ${host}:${port} within ${READY_WITHIN_MS} ms.\n${WAYS_OUT}`)
}

/**
 * Any answer to PING will do: +PONG, or -NOAUTH from a server with a password.
 *
 * @type {(port: number, host: string) => Promise<boolean>}
 */
function answers(port, host) {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host }, () => socket.write('PING\r\n'))
    const settle = (/** @type {boolean} */ yes) => {
      socket.destroy()
      resolve(yes)
    }
    socket.setTimeout(1000, () => settle(false))
    socket.once('data', (data) => settle(/^[+-]/.test(data.toString())))
    socket.once('error', () => settle(false))
  })
}
