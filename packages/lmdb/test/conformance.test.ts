import { afterAll, beforeAll } from '@jest/globals'
import { describeCallers, describeMeters, describeStore } from '@turnpike/testkit'
import { openFile } from './open-file.ts'
import { openShared, startStoreProcesses, type StoreProcess } from './store-processes.ts'

describeStore('lmdb, one process', async () => openFile())
describeCallers('lmdb, one process', async () => openFile())
describeMeters('lmdb, one process', async () => openFile())

let processes: readonly StoreProcess[] = []
beforeAll(() => {
  processes = startStoreProcesses(4)
})
afterAll(async () => {
  await Promise.all(processes.map(async (one) => await one.end()))
})

describeStore('lmdb, each operation in another of four processes', async () => await openShared(processes))
describeCallers('lmdb, each operation in another of four processes', async () => await openShared(processes))
describeMeters('lmdb, each operation in another of four processes', async () => await openShared(processes))
