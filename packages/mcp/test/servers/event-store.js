/**
 * What SDK 1.x resumes streams from: all events of all streams, in order; an id is `<stream> <number>`.
 *
 * @returns {import('@modelcontextprotocol/sdk/server/streamableHttp.js').EventStore}
 */
export function createEventStore() {
  /** @type {{ id: string, message: import('@modelcontextprotocol/sdk/types.js').JSONRPCMessage }[]} */
  const events = []
  /** @param {string} id */
  const streamOf = (id) => id.split(' ')[0] ?? ''
  return {
    async storeEvent(stream, message) {
      const id = `${stream} ${events.length}`
      events.push({ id, message })
      return id
    },
    getStreamIdForEventId: async (id) => streamOf(id),
    async replayEventsAfter(last, { send }) {
      const after = events.findIndex(({ id }) => id === last) + 1
      for (const { id, message } of events.slice(after)) {
        // An event without a message only names a place to resume from.
        if (streamOf(id) === streamOf(last) && Object.keys(message).length > 0) await send(id, message)
      }
      return streamOf(last)
    },
  }
}
