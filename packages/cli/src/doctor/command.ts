import { EXIT } from '../exit-code.ts'
import { interruptible } from '../interrupt.ts'
import type { Io } from '../io.ts'
import { paintFor } from '../terminal.ts'
import { examine } from './examination.ts'
import { formatExamination, examinationJson } from './format.ts'
import { type DoctorFlags, readDoctorRequest } from './request.ts'

/**
 * `turnpike doctor`: asks a server what it offers, and names mistakes.
 * @returns `EXIT.badNews` when there are mistakes
 * @throws UsageError, and Error when the server does not answer
 */
export async function doctorCommand(address: string, flags: DoctorFlags, io: Io): Promise<number> {
  const request = await readDoctorRequest(address, flags, io)
  return await interruptible(io, async (signal) => {
    const examination = await examine(request, io.now, signal)
    io.stdout.write(
      flags.json === true
        ? `${JSON.stringify(examinationJson(examination))}\n`
        : formatExamination(examination, paintFor(io.stdout, io.env)),
    )
    const found = examination.findings.some(({ kind }) => kind === 'mistake')
    return found ? EXIT.badNews : EXIT.ok
  })
}
