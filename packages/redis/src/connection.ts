import { TurnpikeError } from '@turnpike/core'
import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { type CallTimer, createCallTimer } from './call-timer.ts'
import type { RedisClient } from './script.ts'

/** The store's own connection, made like the user's but so that it never keeps a call waiting (RULES R16). */
export interface Connection extends CallTimer {
  readonly client: RedisClient
  readonly isCluster: boolean
  /** Resolves when it was ready, and `onReady` done, for the first time; never rejects. */
  readonly opened: Promise<void>
  /** Looks for the server anew: this one has turned out not to be the primary. */
  reconnect(): void
  /** Leaves each line on which a PING is not answered for a new one: its other end may have gone without a word. */
  readonly leaveSilent: () => void
  close(): void
}

const LONGEST_PAUSE_MS = 500
const CONNECT_MS = 500
/** Who has gone does not say goodbye either. */
const GOODBYE_MS = 100
/** A moving slot or a lost primary counts as down: these keep ioredis from trying for seconds. */
const MOST_REDIRECTIONS = 3
const REDIRECTION_PAUSE_MS = 20
const SLOTS_REFRESH_MS = 2000

/**
 * @param client - the user's; it is copied, never used.
 * @param onReady - called whenever the connection has become ready, again after each loss.
 * @throws TurnpikeError `option_invalid`
 */
export function openConnection(
  client: RedisClient,
  timeoutMs: number,
  onReady: () => Promise<void>,
): Connection {
  if (!isRedisClient(client)) {
    throw new TurnpikeError(
      'option_invalid',
      'redisStore(): the first argument is no client of ioredis 5 or 6. Pass `new Redis(url)` or `new Cluster(nodes)`',
    )
  }
  const own = isCluster(client)
    ? client.duplicate([], clusterOptions(timeoutMs))
    : client.duplicate(nodeOptions())
  let open: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  own.on('ready', () => void onReady().finally(() => open()))
  // What goes wrong shows in the calls; without a listener ioredis writes every attempt to the console.
  own.on('error', () => undefined)
  if (!isCluster(own)) dropIfNeverReady(own)
  const timer = createCallTimer(timeoutMs)
  return {
    client: own,
    ...timer,
    isCluster: isCluster(own),
    opened,
    reconnect: () => own.disconnect(true),
    leaveSilent() {
      for (const node of isCluster(own) ? own.nodes() : [own]) void leaveIfSilent(node, timer)
    },
    close: () => own.disconnect(),
  }
}

/** Measured: with its defaults ioredis 6 holds a call for 73 s when Redis is absent, and for ever when it is frozen. */
function nodeOptions() {
  return {
    lazyConnect: false,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableReadyCheck: true,
    enableAutoPipelining: false,
    connectTimeout: CONNECT_MS,
    disconnectTimeout: GOODBYE_MS,
    // A script that is sent again after a reconnection runs twice.
    autoResendUnfulfilledCommands: false,
    retryStrategy: retryAfterMs,
    sentinelRetryStrategy: retryAfterMs,
    failoverDetector: true,
    monitor: false,
  } satisfies RedisOptions
}

function clusterOptions(timeoutMs: number) {
  const { lazyConnect: _lazy, ...redisOptions } = nodeOptions()
  return {
    lazyConnect: false,
    enableOfflineQueue: false,
    enableReadyCheck: true,
    enableAutoPipelining: false,
    scaleReads: 'master' as const,
    clusterRetryStrategy: retryAfterMs,
    maxRedirections: MOST_REDIRECTIONS,
    // Calls cut off by a lost connection are not sent again.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: REDIRECTION_PAUSE_MS,
    retryDelayOnTryAgain: REDIRECTION_PAUSE_MS,
    slotsRefreshTimeout: CONNECT_MS,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // A timer for each call, beside our own: what the client asks a node by itself must not hang on that node either.
    redisOptions: { ...redisOptions, commandTimeout: timeoutMs },
  }
}

/** A server that takes the connection and then does not say whether it is ready may be gone: look for it anew. */
function dropIfNeverReady(client: Redis): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  client.on('connect', () => {
    timer = setTimeout(() => client.disconnect(true), CONNECT_MS)
    timer.unref()
  })
  for (const event of ['ready', 'close']) client.on(event, () => clearTimeout(timer))
}

/**
 * The system itself gives up a line after a quarter of an hour. Not by the driver's `socketTimeout`, which some of its
 * versions let run over from one connection to the next; and it would be a timer for each call.
 */
async function leaveIfSilent(node: Redis, { bounded }: CallTimer): Promise<void> {
  if (node.status !== 'ready') return
  try {
    await bounded(node.ping())
  } catch (error) {
    const isAnswer = error instanceof Error && error.name === 'ReplyError'
    if (!isAnswer) node.disconnect(true)
  }
}

function retryAfterMs(attempts: number): number {
  return Math.min(20 * 2 ** Math.min(attempts, 6), LONGEST_PAUSE_MS)
}

function isRedisClient(client: unknown): client is RedisClient {
  return (
    typeof client === 'object' &&
    client !== null &&
    'duplicate' in client &&
    'callBuffer' in client &&
    'status' in client
  )
}

function isCluster(client: Redis | Cluster): client is Cluster {
  return client.isCluster
}
