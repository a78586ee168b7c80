import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { run } from '@turnpike/cli'
import { createGate } from '@turnpike/core'
import { redisStore } from '@turnpike/redis'
import { Cluster } from 'ioredis'
import { fakeIo } from '../../packages/cli/test/fake-io.ts'
import { type RedisCluster, startCluster } from '../../scripts/redis.js'

/** Of three shards, most likely on more than one node. */
const CALLERS = ['203.0.113.7', '198.51.100.9', '10.1.2.3']

let nodes: RedisCluster
beforeAll(async () => {
  nodes = await startCluster()
  const [{ port } = { port: 0 }] = nodes.nodes
  const client = new Cluster([{ host: '127.0.0.1', port }])
  const store = redisStore(client)
  await store.ready()
  const gate = createGate({ name: 'my-api', secret: 'a secret of this test, long enough to be one', store })
  const policy = gate.policy({ name: 'search', free: '60/1m' })
  for (const ip of CALLERS) {
    const view = { method: 'GET', path: '/', ip, header: () => undefined, body: () => undefined }
    await gate.decide(view, policy)
  }
  await gate.close()
  client.disconnect()
})
afterAll(async () => await nodes.stop())

async function turnpike(...args: string[]): Promise<string> {
  const { io, written } = fakeIo()
  expect(await run([...args, '--name', 'my-api'], io)).toBe(0)
  return written.stdout
}

test('inspect and reset find every caller of a cluster by way of any node', async () => {
  for (const { port } of nodes.nodes.slice(0, 3)) {
    const place = ['--redis', `redis://127.0.0.1:${port}`]
    for (const ip of CALLERS)
      expect(await turnpike('inspect', ip, ...place)).toMatch(/^free search +60 s +1 /m)
  }
  const place = ['--redis', `redis://127.0.0.1:${nodes.nodes[0]?.port}`]
  expect(await turnpike('reset', '10.1.2.3', ...place)).toMatch(/^Forgot .*free search: 1 used/)
  expect(await turnpike('inspect', '10.1.2.3', ...place)).toContain('Nothing is counted.')
  expect(await turnpike('inspect', '203.0.113.7', ...place)).toMatch(/^free search +60 s +1 /m)
}, 30_000)
