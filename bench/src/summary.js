/**
 * The whole run on one page: what Turnpike is beside its peers, and which bars it misses.
 *
 * @typedef {object} Comparison
 * @property {string} what
 * @property {string} peer
 * @property {number} times how many times as good as the peer: 2 is twice as good, 0.5 half as good
 */
import { formatTable, isMet } from './table.js'

/**
 * @param {readonly import('./table.js').Report[]} reports
 * @returns {string} Markdown
 */
export function formatSummary(reports) {
  const comparisons = reports.flatMap(({ beside }) => beside)
  const bars = reports.flatMap((report) => report.bars.map((bar) => ({ suite: report.suite, bar })))
  const missed = bars.filter(({ bar }) => !isMet(bar))
  const parts = [
    '## Beside its peers',
    formatTable(
      ['', 'peer', 'times as good'],
      comparisons.map(({ what, peer, times }) => [what, peer, times]),
    ),
    `## Bars: ${bars.length - missed.length} of ${bars.length} met`,
    formatTable(
      ['missed', 'measured', 'demanded'],
      missed.map(({ suite, bar }) => [
        `${suite}: ${bar.what}`,
        `${bar.value.toFixed(2)} ${bar.unit}`,
        `${bar.relation} ${bar.limit.toFixed(2)}`,
      ]),
    ),
  ]
  return `${parts.join('\n\n')}\n`
}
