/** A primary with two workers, each of which makes a gate and ends. */
import { createGate } from '@turnpike/core'
import cluster from 'node:cluster'

if (cluster.isPrimary) {
  cluster.fork()
  cluster.fork()
} else {
  createGate({ secret: 'a secret of the tests, long enough to be one' })
  cluster.worker?.disconnect()
}
