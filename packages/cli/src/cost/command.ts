import { EXIT } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { paintFor } from '../terminal.ts'
import { adviseOn } from './advice.ts'
import { estimate } from './estimate.ts'
import { formatEstimate } from './format.ts'
import { type CostFlags, readCostRequest } from './request.ts'

/**
 * `turnpike cost`: what work and payment come to.
 * @throws UsageError, TurnpikeError for terms that `pow()` does not take
 */
export async function costCommand(flags: CostFlags, io: Io): Promise<number> {
  const request = await readCostRequest(flags)
  const found = estimate(request)
  const warnings = adviseOn(found)
  const { btcUsd, coreHourUsd } = request
  io.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ...found, assumed: { btcUsd, coreHourUsd }, warnings })}\n`
      : formatEstimate(found, warnings, request, paintFor(io.stdout, io.env)),
  )
  return EXIT.ok
}
