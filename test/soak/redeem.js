/** Calls for every use that was bought and not had, until the server says that there is none. */

/** More than anything is sold for. */
const MOST_USES = 10
const DONE = new Set(['credential_spent', 'credential_exhausted'])

/**
 * @param {string} url
 * @param {Iterable<import('./purse.js').Purchase>} purchases
 * @returns {Promise<{ admitted: number, complaints: readonly string[] }>}
 */
export async function redeemAll(url, purchases) {
  let admitted = 0
  const complaints = []
  for (const { paymentHash, shown } of purchases) {
    if (shown === undefined) continue
    let last = 'admitted'
    for (let call = 0; last === 'admitted' && call < MOST_USES; call += 1) {
      last = await redeem(url, shown)
      if (last === 'admitted') admitted += 1
    }
    if (!DONE.has(last))
      complaints.push(`${paymentHash.slice(0, 16)}: called for in the end, and got ${last}`)
  }
  return { admitted, complaints }
}

/** @param {string} url @param {import('./purse.js').Presentation} shown @returns {Promise<string>} */
async function redeem(url, { path, headers, body }) {
  const { 'content-length': _length, ...fields } = headers
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: fields,
    body: body === '' ? null : body,
  })
  const text = await answer.text()
  if (path === '/mcp') return /"served"/.test(text) ? 'admitted' : codeIn(text)
  return answer.ok ? 'admitted' : codeIn(text)
}

/** @param {string} text @returns {string} */
function codeIn(text) {
  return /"code":\s*"([a-z_]+)"/.exec(text)?.[1] ?? text.slice(0, 200)
}
