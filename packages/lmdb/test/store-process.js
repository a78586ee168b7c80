/** A process with stores of its own, asked by messages: `{ id, method, args }`. */
import { lmdbStore } from '@turnpike/lmdb'

/** @type {import('@turnpike/core').Store | undefined} */
let store
/** Undefined: the machine's own clock. @type {number | undefined} */
let nowMs

const methods = {
  /** @param {string} path */
  open(path) {
    store = lmdbStore(path, { now: () => nowMs ?? Date.now() })
  },
  /** @param {number} ms */
  set(ms) {
    nowMs = ms
  },
  /** @param {keyof import('@turnpike/core').Store} name @param {readonly unknown[]} args */
  async call(name, args) {
    if (store === undefined) throw new Error('no store is open')
    /** @type {unknown} */
    const result = await Reflect.apply(store[name], store, args)
    return result
  },
  /** @param {readonly import('@turnpike/core').AdmitRequest[]} requests all asked at once */
  async admitAll(requests) {
    return await Promise.all(requests.map(async (request) => await store?.admit(request)))
  },
  /**
   * Claims one solution after the other, a few at a time. @returns those that were acknowledged
   *
   * @param {import('@turnpike/core').ClaimTake} claim with a name to which numbers are added
   * @param {number} enough how many acknowledged ones it goes on for
   */
  async claimOn(claim, enough) {
    const acknowledged = []
    for (let n = 0; acknowledged.length < enough; n += 8) {
      const claims = Array.from({ length: 8 }, (_, i) => ({
        ...claim,
        credential: `${claim.credential} ${n + i}`,
      }))
      const requests = claims.map((one) => ({
        shard: 0,
        common: [],
        ways: [{ windows: [], claims: [one] }],
        otherwise: [],
      }))
      const outcomes = await methods.admitAll(requests)
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome?.outcome === 'admitted') acknowledged.push(claims[i]?.credential)
      }
    }
    return acknowledged
  },
  /**
   * Each of so many callers once, a hundred at a time, scattered over the whole file.
   *
   * @param {import('@turnpike/core').WindowTake} window
   * @param {number} callers
   * @returns how many were admitted
   */
  async fill(window, callers) {
    const scattered = (/** @type {number} */ n) => ((n * 7_368_787) % 1_000_000) + 1_000_000
    let admitted = 0
    for (let done = 0; done < callers; done += 100) {
      const requests = Array.from({ length: 100 }, (_, i) => {
        const windows = [{ ...window, holder: `${scattered(done + i)} ${process.pid}` }]
        return { shard: 0, common: [], ways: [{ windows, claims: [] }], otherwise: [] }
      })
      const outcomes = await methods.admitAll(requests)
      admitted += outcomes.filter((outcome) => outcome?.outcome === 'admitted').length
    }
    return admitted
  },
  /** Opens the file and closes it again and again. @param {string} path @param {number} times */
  async comeAndGo(path, times) {
    for (let time = 0; time < times; time += 1) await lmdbStore(path).close()
  },
  /**
   * Asks again and again, a few at a time. @returns when units were admitted
   *
   * @param {import('@turnpike/core').AdmitRequest} request
   * @param {number} enough how many admissions it goes on for
   */
  async hammer(request, enough) {
    const admittedMs = []
    while (admittedMs.length < enough) {
      const outcomes = await methods.admitAll(Array(8).fill(request))
      for (const outcome of outcomes) if (outcome?.outcome === 'admitted') admittedMs.push(outcome.atMs)
    }
    return admittedMs
  },
}

process.on(
  'message',
  (/** @type {{ id: number, method: keyof typeof methods, args: unknown[] }} */ asked) => {
    void answer(asked)
  },
)
process.once('disconnect', () => process.exit())

/** @param {{ id: number, method: keyof typeof methods, args: unknown[] }} asked */
async function answer({ id, method, args }) {
  try {
    process.send?.({ id, result: await Reflect.apply(methods[method], methods, args) })
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.stack : String(error) })
  }
}
