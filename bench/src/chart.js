/**
 * The comparisons of a run as a picture: a bar to the right is better than the peer, one to the left is worse; the scale is
 * logarithmic, so that twice as good and half as good are equally long.
 */
const ROW = 22
const TOP = 72
const BOTTOM = 34
const LABELS = 490
const WIDTH = 1060
/** Longer ones are cut, and say how long they would be. */
const MOST = 16

/**
 * @param {readonly import('./summary.js').Comparison[]} comparisons
 * @param {string} machine what it was measured on
 * @returns {string} SVG
 */
export function drawChart(comparisons, machine) {
  const height = TOP + ROW * comparisons.length + BOTTOM
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    '<title>Turnpike beside its peers</title>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    '<text x="16" y="24" font-size="16" font-weight="600" fill="#111">Turnpike beside its peers</text>',
    '<text x="16" y="42" fill="#555">times as good, by CPU time unless it says otherwise; left of the line: the peer is better</text>',
    ...[0.25, 0.5, 1, 2, 4, 8, MOST].map((times) => gridLine(times, height)),
    ...comparisons.flatMap(drawRow),
    `<text x="16" y="${height - 12}" font-size="10" fill="#777">${escape(machine)}</text>`,
    '</svg>',
  ]
  return `${lines.join('\n')}\n`
}

/**
 * @param {import('./summary.js').Comparison} comparison
 * @param {number} index
 * @returns {string[]}
 */
function drawRow({ what, peer, times }, index) {
  const y = TOP + ROW * index
  const [from, to] = [Math.min(x(1), x(times)), Math.max(x(1), x(times))]
  const isBetter = times >= 1
  return [
    `<text x="${LABELS - 8}" y="${y + 15}" text-anchor="end" fill="#222">${escape(what)} <tspan fill="#888">/ ${escape(peer)}</tspan></text>`,
    `<rect x="${from.toFixed(1)}" y="${y + 4}" width="${Math.max(1, to - from).toFixed(1)}" height="${ROW - 8}" fill="${isBetter ? '#2f7d4f' : '#b5482f'}"/>`,
    `<text x="${(isBetter ? to + 5 : from - 5).toFixed(1)}" y="${y + 15}" text-anchor="${isBetter ? 'start' : 'end'}" fill="#222">${format(times)}</text>`,
  ]
}

/** @param {number} times @param {number} height @returns {string} */
function gridLine(times, height) {
  const at = x(times).toFixed(1)
  return [
    `<line x1="${at}" y1="${TOP - 4}" x2="${at}" y2="${height - BOTTOM + 4}" stroke="${times === 1 ? '#111' : '#ddd'}"/>`,
    `<text x="${at}" y="${TOP - 6}" text-anchor="middle" font-size="10" fill="#777">${times}x</text>`,
  ].join('')
}

/** @param {number} times @returns {number} where it stands */
function x(times) {
  const [least, most] = [Math.log2(0.25), Math.log2(MOST)]
  const place = Math.min(most, Math.max(least, Math.log2(times)))
  return LABELS + 30 + ((place - least) / (most - least)) * (WIDTH - LABELS - 90)
}

/** @param {number} times */
function format(times) {
  return times >= 10 ? times.toFixed(0) : times.toFixed(2)
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
